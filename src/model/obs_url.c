/* URLs: RFC 3986 section 6.2.2 normal form, with what browsers do to '\' and line ends. */
#include "model/obs_int.h"

static const char hex_upper[] = "0123456789ABCDEF";

struct url {
	struct nr_str scheme, user, host, port, path, query, fragment;
	bool has_user, has_query, has_fragment, web;
};

static enum nr_rc bad(struct nr_err *reterr, const char *why)
{
	return nr_fail(reterr, NR_E_MALFORMED, "url", 0, "not a URL with a host: %s", why);
}

static unsigned hex_value(char c)
{
	return nr_c_digit(c) ? (unsigned)(c - '0') : (unsigned)(nr_c_lower(c) - 'a') + 10;
}

static bool unreserved(unsigned c)
{
	return c < 0x80 && (nr_c_alnum((char)c) || c == '-' || c == '.' || c == '_' || c == '~');
}

static void put_pct(struct nr_obuf *b, unsigned c)
{
	nr_obuf_c(b, '%');
	nr_obuf_c(b, hex_upper[c >> 4]);
	nr_obuf_c(b, hex_upper[c & 15]);
}

/* Percent-encoding normal form of one component; bytes that no URL may hold are encoded. */
static void put_component(struct nr_obuf *b, struct nr_str s, const char *also)
{
	for (size_t i = 0; i < s.n && !b->full; i++) {
		unsigned c = (unsigned char)s.p[i];

		if (c == '%' && s.n - i >= 3 && nr_c_hex(s.p[i + 1]) && nr_c_hex(s.p[i + 2])) {
			c = hex_value(s.p[i + 1]) << 4 | hex_value(s.p[i + 2]);
			if (unreserved(c))
				nr_obuf_c(b, (char)c);
			else
				put_pct(b, c);
			i += 2;
		} else if (c <= 0x20 || c >= 0x7f || strchr("%\"<>\\^`{|}", (int)c) ||
			   strchr(also, (int)c)) {
			put_pct(b, c);
		} else {
			nr_obuf_c(b, (char)c);
		}
	}
}

/* RFC 3986 section 5.2.4 over a path that starts with '/'. */
static struct nr_str remove_dots(struct nr_str in, struct nr_arena *a)
{
	struct nr_obuf b = nr_obuf_new(a, in.n + 1);
	size_t i = 0;

	while (i < in.n && !b.full) {
		size_t end = i + 1;
		struct nr_str seg;

		while (end < in.n && in.p[end] != '/')
			end++;
		seg = nr_sub(in, i + 1, end - i - 1);
		if (nr_str_eq(seg, NR_STR("..")))
			while (b.n > 0 && b.p[--b.n] != '/')
				;
		else if (!nr_str_eq(seg, NR_STR(".")))
			nr_obuf_str(&b, nr_sub(in, i, end - i));
		if (end == in.n && (nr_str_eq(seg, NR_STR("..")) || nr_str_eq(seg, NR_STR("."))))
			nr_obuf_c(&b, '/');
		i = end;
	}
	if (b.n == 0)
		nr_obuf_c(&b, '/');
	return (struct nr_str){ b.p, b.n };
}

/* Line ends and tabs inside are dropped, as every browser does. */
static struct nr_str unwrap(struct nr_str s, struct nr_arena *a)
{
	struct nr_obuf b = nr_obuf_new(a, s.n);

	s = nr_obs_trim(s);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' && s.p[i] != '\n' && s.p[i] != '\t')
			nr_obuf_c(&b, s.p[i]);
	return (struct nr_str){ b.p, b.n };
}

static bool is_slash(char c, bool web)
{
	return c == '/' || (web && c == '\\');
}

static enum nr_rc split_authority(struct nr_str auth, struct url *u, struct nr_err *reterr)
{
	size_t at = 0, colon;

	for (size_t i = 0; i < auth.n; i++)
		if (auth.p[i] == '@')
			at = i + 1;
	u->has_user = at > 1;
	u->user = nr_sub(auth, 0, at ? at - 1 : 0);
	auth = nr_sub(auth, at, auth.n);
	colon = auth.n;
	if (auth.n && auth.p[0] == '[') {
		for (colon = 0; colon < auth.n && auth.p[colon] != ']';)
			colon++;
		if (++colon > auth.n)
			return bad(reterr, "'[' without ']'");
	} else {
		for (colon = 0; colon < auth.n && auth.p[colon] != ':';)
			colon++;
	}
	u->host = nr_sub(auth, 0, colon);
	if (colon < auth.n && auth.p[colon] != ':')
		return bad(reterr, "a byte between host and port");
	u->port = nr_sub(auth, colon + 1, auth.n);
	return NR_OK;
}

/* The first of the bytes in `set` at or after i, s.n when there is none. */
static size_t until(struct nr_str s, size_t i, const char *set)
{
	while (i < s.n && !(s.p[i] && strchr(set, s.p[i])))
		i++;
	return i;
}

/* Reads "scheme://"; *ret is where the authority begins. */
static enum nr_rc split_scheme(struct nr_str s, struct url *u, size_t *ret, struct nr_err *reterr)
{
	size_t i = 0;

	while (i < s.n && (nr_c_alnum(s.p[i]) || strchr("+-.", s.p[i])))
		i++;
	if (i == 0 || !nr_c_alpha(s.p[0]) || i > 32 || i >= s.n || s.p[i] != ':')
		return bad(reterr, "no scheme");
	u->scheme = nr_sub(s, 0, i);
	u->web = nr_has_prefix_ci(u->scheme, "http") && i <= 5;
	if (s.n - i < 3 || !is_slash(s.p[i + 1], u->web) || !is_slash(s.p[i + 2], u->web))
		return bad(reterr, "no '//' after the scheme");
	*ret = i + 3;
	return NR_OK;
}

static enum nr_rc split(struct nr_str s, struct url *u, struct nr_err *reterr)
{
	size_t i, from = 0;

	NR_TRY(split_scheme(s, u, &from, reterr));
	i = until(s, from, u->web ? "/\\?#" : "/?#");
	NR_TRY(split_authority(nr_sub(s, from, i - from), u, reterr));
	from = i;
	i = until(s, from, "?#");
	u->path = nr_sub(s, from, i - from);
	u->has_query = i < s.n && s.p[i] == '?';
	from = i;
	i = until(s, from, "#");
	u->query = u->has_query ? nr_sub(s, from + 1, i - from - 1) : nr_sub(s, i, 0);
	u->has_fragment = i < s.n;
	u->fragment = nr_sub(s, i + 1, s.n);
	return NR_OK;
}

static enum nr_rc put_host(struct nr_obuf *b, struct nr_str host, struct nr_arena *a,
			   struct nr_err *reterr)
{
	struct nr_obuf raw = nr_obuf_new(a, host.n);
	struct nr_str v;

	/* A host may be percent-encoded UTF-8; what is not valid text is no host. */
	for (size_t i = 0; i < host.n; i++) {
		bool pct = host.p[i] == '%' && host.n - i >= 3 && nr_c_hex(host.p[i + 1]) &&
			   nr_c_hex(host.p[i + 2]);

		nr_obuf_c(&raw,
			  pct ? (char)(hex_value(host.p[i + 1]) << 4 | hex_value(host.p[i + 2]))
			      : host.p[i]);
		i += pct ? 2 : 0;
	}
	NR_TRY(nr_str_check((struct nr_bytes){ (const uint8_t *)raw.p, raw.n }, &host, reterr));
	if (nr_obs_ipv4(host, a, &v, NULL) == NR_OK || nr_obs_domain(host, a, &v, NULL) == NR_OK) {
		nr_obuf_str(b, v);
		return NR_OK;
	}
	if (host.n && host.p[0] == '[' && nr_obs_ipv6(host, a, &v, NULL) == NR_OK) {
		nr_obuf_c(b, '[');
		nr_obuf_str(b, v);
		nr_obuf_c(b, ']');
		return NR_OK;
	}
	return bad(reterr, "its host is neither an address nor a domain name");
}

static enum nr_rc put_port(struct nr_obuf *b, const struct url *u, struct nr_err *reterr)
{
	static const struct {
		const char *scheme;
		unsigned port;
	} defaults[] = {
		{ "http", 80 }, { "https", 443 }, { "ftp", 21 }, { "ws", 80 }, { "wss", 443 }
	};
	unsigned port = 0;
	char text[8];

	for (size_t i = 0; i < u->port.n; i++) {
		if (!nr_c_digit(u->port.p[i]) || port > 65535)
			return bad(reterr, "its port");
		port = port * 10 + (unsigned)(u->port.p[i] - '0');
	}
	if (port > 65535)
		return bad(reterr, "its port");
	if (u->port.n == 0)
		return NR_OK;
	for (size_t i = 0; i < NR_COUNT(defaults); i++)
		if (strlen(defaults[i].scheme) == u->scheme.n &&
		    nr_has_prefix_ci(u->scheme, defaults[i].scheme) && defaults[i].port == port)
			return NR_OK;
	(void)snprintf(text, sizeof(text), ":%u", port);
	nr_obuf_str(b, nr_str_c(text));
	return NR_OK;
}

static void put_path(struct nr_obuf *b, const struct url *u, struct nr_arena *a)
{
	struct nr_obuf slashed = nr_obuf_new(a, u->path.n), pct = nr_obuf_new(a, u->path.n * 3);

	for (size_t i = 0; i < u->path.n; i++)
		nr_obuf_c(&slashed, is_slash(u->path.p[i], u->web) ? '/' : u->path.p[i]);
	put_component(&pct, (struct nr_str){ slashed.p, slashed.n }, "");
	nr_obuf_str(b, remove_dots((struct nr_str){ pct.p, pct.n }, a));
}

enum nr_rc nr_obs_url(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
		      struct nr_err *reterr)
{
	struct url u = { 0 };
	struct nr_obuf b = nr_obuf_new(a, raw.n * 3 + 300);

	NR_TRY(split(unwrap(raw, a), &u, reterr));
	for (size_t i = 0; i < u.scheme.n; i++)
		nr_obuf_c(&b, nr_c_lower(u.scheme.p[i]));
	nr_obuf_str(&b, NR_STR("://"));
	if (u.has_user) {
		put_component(&b, u.user, "@/?#[]");
		nr_obuf_c(&b, '@');
	}
	NR_TRY(put_host(&b, u.host, a, reterr));
	NR_TRY(put_port(&b, &u, reterr));
	put_path(&b, &u, a);
	if (u.has_query) {
		nr_obuf_c(&b, '?');
		put_component(&b, u.query, "");
	}
	if (u.has_fragment) {
		nr_obuf_c(&b, '#');
		put_component(&b, u.fragment, "#");
	}
	if (b.full)
		return nr_fail(reterr, NR_E_LIMIT, "url", NR_OBS_MAX, "longer than 8,192 bytes");
	*ret = (struct nr_str){ b.p, b.n };
	return NR_OK;
}

bool nr_obs_url_host(struct nr_str url, enum nr_obs_kind *ret_kind, struct nr_str *ret)
{
	struct url u = { 0 };
	size_t digits = 0;

	if (split(url, &u, NULL) != NR_OK || u.host.n == 0)
		return false;
	if (u.host.p[0] == '[') {
		*ret_kind = NR_OBS_IPV6;
		*ret = nr_sub(u.host, 1, u.host.n - 2);
		return true;
	}
	for (size_t i = 0; i < u.host.n; i++)
		digits += nr_c_digit(u.host.p[i]) || u.host.p[i] == '.';
	*ret_kind = digits == u.host.n ? NR_OBS_IPV4 : NR_OBS_DOMAIN;
	*ret = u.host;
	return true;
}
