#include "hub/parse.h"

#include <arpa/inet.h>
#include <strings.h>

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum nr_rc nr_percent_decode(struct nr_bytes raw, bool plus, struct nr_arena *a, struct nr_str *ret,
			     struct nr_err *reterr)
{
	uint8_t *out = NR_NEW_N(a, uint8_t, raw.n + 1);
	struct nr_str text;
	struct nr_err e;
	size_t n = 0;

	if (!out)
		return nr_fail(reterr, NR_E_NOMEM, "query", 0, "no memory");
	for (size_t i = 0; i < raw.n; i++) {
		uint8_t c = raw.p[i];

		if (c == '%') {
			int hi = i + 2 < raw.n ? hex_digit(raw.p[i + 1]) : -1;
			int lo = i + 2 < raw.n ? hex_digit(raw.p[i + 2]) : -1;

			if (hi < 0 || lo < 0)
				return nr_fail(reterr, NR_E_INVAL, "query", i, "bad %% escape");
			c = (uint8_t)(hi * 16 + lo);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		out[n++] = c;
	}
	if (nr_str_check((struct nr_bytes){ out, n }, &text, &e) != NR_OK)
		return nr_fail(reterr, NR_E_INVAL, "query", e.offset, "not UTF-8 text");
	*ret = text;
	return NR_OK;
}

static enum nr_rc pair_add(struct nr_bytes raw, size_t from, size_t to, struct nr_arena *a,
			   struct nr_query *q, struct nr_err *reterr)
{
	struct nr_pair *p = &q->at[q->n];
	size_t eq = from;

	if (q->n == NR_QUERY_PAIRS)
		return nr_fail(reterr, NR_E_INVAL, "query", from, "more than %d parameters",
			       NR_QUERY_PAIRS);
	while (eq < to && raw.p[eq] != '=')
		eq++;
	NR_TRY(nr_percent_decode((struct nr_bytes){ raw.p + from, eq - from }, true, a, &p->name,
				 reterr));
	if (p->name.n == 0)
		return nr_fail(reterr, NR_E_INVAL, "query", from, "a parameter without a name");
	p->value = NR_STR("");
	if (eq < to)
		NR_TRY(nr_percent_decode((struct nr_bytes){ raw.p + eq + 1, to - eq - 1 }, true, a,
					 &p->value, reterr));
	for (size_t i = 0; i < q->n; i++)
		if (nr_str_eq(q->at[i].name, p->name))
			return nr_fail(reterr, NR_E_INVAL, "query", from,
				       "the parameter %.*s stands twice", NR_FMT(p->name));
	q->n++;
	return NR_OK;
}

enum nr_rc nr_query_parse(struct nr_bytes raw, struct nr_arena *a, struct nr_query *ret,
			  struct nr_err *reterr)
{
	struct nr_query q = { .n = 0 };
	size_t from = 0;

	if (raw.n > NR_QUERY_BYTES)
		return nr_fail(reterr, NR_E_INVAL, "query", NR_QUERY_BYTES, "longer than %d bytes",
			       NR_QUERY_BYTES);
	while (from < raw.n) {
		size_t to = from;

		while (to < raw.n && raw.p[to] != '&')
			to++;
		if (to > from)
			NR_TRY(pair_add(raw, from, to, a, &q, reterr));
		from = to + 1;
	}
	*ret = q;
	return NR_OK;
}

struct nr_str nr_query_get(const struct nr_query *q, const char *name)
{
	for (size_t i = 0; i < q->n; i++)
		if (nr_str_eq(q->at[i].name, nr_str_c(name)))
			return q->at[i].value;
	return (struct nr_str){ NULL, 0 };
}

static bool segment_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_';
}

bool nr_path_match(const char *pattern, struct nr_str path, struct nr_str params[NR_PATH_PARAMS])
{
	size_t i = 0, n = 0;

	while (*pattern) {
		size_t from = i;

		if (*pattern != '{') {
			if (i == path.n || path.p[i] != *pattern)
				return false;
			i++;
			pattern++;
			continue;
		}
		while (*pattern != '}')
			pattern++;
		pattern++;
		while (i < path.n && i - from < 128 && segment_char(path.p[i]))
			i++;
		if (i == from || n == NR_PATH_PARAMS)
			return false;
		params[n++] = (struct nr_str){ path.p + from, i - from };
	}
	return i == path.n;
}

/* The text between blanks; header whitespace is only space and tab. */
static struct nr_str trim(struct nr_str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = (struct nr_str){ s.p + 1, s.n - 1 };
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* Cuts the next piece up to sep off *rest. */
static struct nr_str cut(struct nr_str *rest, char sep)
{
	struct nr_str piece = *rest;
	size_t i = 0;

	while (i < rest->n && rest->p[i] != sep)
		i++;
	piece.n = i;
	if (i < rest->n)
		*rest = (struct nr_str){ rest->p + i + 1, rest->n - i - 1 };
	else
		*rest = (struct nr_str){ rest->p + i, 0 };
	return trim(piece);
}

static bool token_text(struct nr_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!segment_char(s.p[i]) || s.p[i] == '.')
			return false;
	return s.n > 0;
}

struct nr_str nr_cookie_get(struct nr_str header, const char *name)
{
	struct nr_str found = { NULL, 0 };
	size_t nlen = strlen(name);

	if (header.n > NR_COOKIE_BYTES)
		return found;
	while (header.n) {
		struct nr_str piece = cut(&header, ';');

		if (piece.n <= nlen || piece.p[nlen] != '=' || memcmp(piece.p, name, nlen) != 0)
			continue;
		if (found.p) /* two of one name: someone planted one; trust neither */
			return (struct nr_str){ NULL, 0 };
		found = (struct nr_str){ piece.p + nlen + 1, piece.n - nlen - 1 };
	}
	return token_text(found) ? found : (struct nr_str){ NULL, 0 };
}

bool nr_etag_listed(struct nr_str header, struct nr_str etag)
{
	if (header.n > NR_ETAG_LIST_BYTES)
		return false;
	while (header.n) {
		struct nr_str piece = cut(&header, ',');

		if (piece.n == 1 && piece.p[0] == '*')
			return true;
		if (piece.n > 2 && piece.p[0] == 'W' && piece.p[1] == '/')
			piece = (struct nr_str){ piece.p + 2, piece.n - 2 };
		if (etag.n && nr_str_eq(piece, etag))
			return true;
	}
	return false;
}

/* Fills literal and loopback from the name; bracketed says it stood in []. */
static enum nr_rc host_classify(struct nr_host *h, bool bracketed, struct nr_err *reterr)
{
	static const char local[] = ".localhost";
	uint8_t addr[16];
	char name[256];

	if (h->name.n == 0 || h->name.n >= sizeof(name))
		return nr_fail(reterr, NR_E_INVAL, "Host", 0, "not a host name");
	memcpy(name, h->name.p, h->name.n);
	name[h->name.n] = 0;
	if (bracketed) {
		if (inet_pton(AF_INET6, name, addr) != 1)
			return nr_fail(reterr, NR_E_INVAL, "Host", 1, "not an IPv6 address");
		h->literal = true;
		h->loopback = addr[15] == 1;
		for (int i = 0; i < 15; i++)
			h->loopback = h->loopback && addr[i] == 0;
		return NR_OK;
	}
	for (size_t i = 0; i < h->name.n; i++)
		if (!segment_char(name[i]))
			return nr_fail(reterr, NR_E_INVAL, "Host", i, "not a host name");
	if (inet_pton(AF_INET, name, addr) == 1) {
		h->literal = true;
		h->loopback = addr[0] == 127;
		return NR_OK;
	}
	h->loopback = strcasecmp(name, "localhost") == 0 ||
		      (h->name.n > sizeof(local) - 1 &&
		       strcasecmp(name + h->name.n - (sizeof(local) - 1), local) == 0);
	return NR_OK;
}

enum nr_rc nr_host_parse(struct nr_str header, struct nr_host *ret, struct nr_err *reterr)
{
	struct nr_host h = { .port = 0 };
	struct nr_str rest = header;
	bool bracketed = header.n && header.p[0] == '[';
	int64_t port = 0;
	size_t end = 0;

	while (end < rest.n && rest.p[end] != (bracketed ? ']' : ':'))
		end++;
	if (bracketed && end == rest.n)
		return nr_fail(reterr, NR_E_INVAL, "Host", 0, "no closing bracket");
	h.name =
		bracketed ? (struct nr_str){ rest.p + 1, end - 1 } : (struct nr_str){ rest.p, end };
	if (bracketed)
		end++;
	if (end < rest.n) {
		if (rest.p[end] != ':')
			return nr_fail(reterr, NR_E_INVAL, "Host", end, "text after the host name");
		NR_TRY(nr_number_parse((struct nr_str){ rest.p + end + 1, rest.n - end - 1 },
				       "Host", 1, 65535, &port, reterr));
	}
	h.port = (unsigned)port;
	NR_TRY(host_classify(&h, bracketed, reterr));
	*ret = h;
	return NR_OK;
}

bool nr_origin_is(struct nr_str origin, const char *scheme, struct nr_str host)
{
	size_t n = strlen(scheme);

	return host.n && origin.n == n + 3 + host.n && memcmp(origin.p, scheme, n) == 0 &&
	       memcmp(origin.p + n, "://", 3) == 0 &&
	       strncasecmp(origin.p + n + 3, host.p, host.n) == 0;
}

enum nr_rc nr_number_parse(struct nr_str s, const char *what, int64_t min, int64_t max,
			   int64_t *ret, struct nr_err *reterr)
{
	int64_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return nr_fail(reterr, NR_E_INVAL, what, i, "not a decimal number");
		if (v > (INT64_MAX - 9) / 10)
			return nr_fail(reterr, NR_E_INVAL, what, i, "too large");
		v = v * 10 + (s.p[i] - '0');
	}
	if (s.n == 0)
		return nr_fail(reterr, NR_E_INVAL, what, 0, "empty, a number is wanted");
	if (v < min || v > max)
		return nr_fail(reterr, NR_E_INVAL, what, 0, "must be within %lld to %lld",
			       (long long)min, (long long)max);
	*ret = v;
	return NR_OK;
}

bool nr_media_is(struct nr_str header, const char *media)
{
	struct nr_str type = cut(&header, ';');

	return type.n == strlen(media) && strncasecmp(type.p, media, type.n) == 0;
}
