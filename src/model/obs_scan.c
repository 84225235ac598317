/* Finds indicators in running text, and decides what a typed value is. */
#include "model/obs_int.h"

struct scan {
	struct nr_refang r;
	struct nr_arena *a;
	bool (*each)(void *ctx, const struct nr_obs_hit *hit);
	void *ctx;
	size_t max, n;
	bool stop;
};

static bool word_byte(char c)
{
	return nr_c_alnum(c) || c == '.' || c == '-' || c == '_' || c == '%' || c == '+';
}

static bool name_byte(char c)
{
	return nr_c_alnum(c) || c == '.' || c == '-' || c == '_';
}

static void emit(struct scan *s, enum nr_obs_kind kind, struct nr_str value, size_t from, size_t to)
{
	struct nr_obs_hit hit = { .kind = kind,
				  .value = value,
				  .offset = s->r.at[from],
				  .length = s->r.at[to] - s->r.at[from] };

	/* Nobody writes an address in full-width digits to be called; mail addresses they do. */
	hit.defanged = kind == NR_OBS_IPV4 && hit.length != to - from;
	for (size_t i = from; i < to; i++)
		hit.defanged = hit.defanged || s->r.undone[i];
	if (s->stop || s->n >= s->max) {
		s->stop = true;
		return;
	}
	s->n++;
	if (!s->each(s->ctx, &hit))
		s->stop = true;
}

/* Bytes of a character that stands for something the author took away; 0: none. */
static size_t mask_at(struct nr_str t, size_t i)
{
	static const char *const masks[] = { "○", "◯",  "〇", "●", "△", "▲", "×", "■",
					     "□", "＊", "*",  "…", "◎", "✕", "☓" };

	for (size_t m = 0; m < NR_COUNT(masks); m++)
		if (nr_has_prefix_ci(nr_sub(t, i, t.n), masks[m]))
			return strlen(masks[m]);
	return 0;
}

static bool ends_with_mask(struct nr_str t, size_t end)
{
	static const char *const words[] = { "redacted", "masked", "removed", "伏字", "伏せ字" };

	while (end > 0 && strchr(".-@])}", t.p[end - 1]))
		end--;
	for (size_t back = 1; back <= 3 && back <= end; back++)
		if (mask_at(t, end - back) == back)
			return true;
	for (size_t w = 0; w < NR_COUNT(words); w++) {
		size_t n = strlen(words[w]);

		if (end >= n && nr_has_prefix_ci(nr_sub(t, end - n, n), words[w]))
			return true;
	}
	return false;
}

static bool begins_with_mask(struct nr_str t, size_t i)
{
	while (i < t.n && strchr(".-@[({", t.p[i]))
		i++;
	return mask_at(t, i) > 0 || nr_has_prefix_ci(nr_sub(t, i, 8), "redacted");
}

bool nr_obs_masked(struct nr_str host)
{
	size_t xs = 0, n = 0;

	for (size_t i = 0; i <= host.n; i++) {
		if (i == host.n || host.p[i] == '.') {
			if (n > 0 && xs == n && (n > 2 || i == host.n))
				return true;
			xs = n = 0;
		} else {
			n++;
			xs += nr_c_lower(host.p[i]) == 'x';
		}
	}
	return false;
}

static bool is_example(struct nr_str domain)
{
	static const char *const names[] = { "example.com", "example.net", "example.org" };

	for (size_t i = 0; i < NR_COUNT(names); i++) {
		size_t n = strlen(names[i]);

		if (domain.n >= n &&
		    nr_str_eq(nr_sub(domain, domain.n - n, n), nr_str_c(names[i])) &&
		    (domain.n == n || domain.p[domain.n - n - 1] == '.'))
			return true;
	}
	return false;
}

static bool idle_v4(struct nr_str v)
{
	return nr_has_prefix_ci(v, "127.") || nr_has_prefix_ci(v, "0.") ||
	       nr_str_eq(v, NR_STR("255.255.255.255"));
}

static bool usable_host(enum nr_obs_kind kind, struct nr_str v)
{
	if (kind == NR_OBS_DOMAIN)
		return !is_example(v) && !nr_obs_masked(v);
	return kind != NR_OBS_IPV4 || !idle_v4(v);
}

static bool url_byte(char c)
{
	return (unsigned char)c > 0x20 && (unsigned char)c < 0x7f && !strchr("\"<>`{}|^", c);
}

/* End of the host after "://", where letters of any script may stand. */
static size_t host_end(struct nr_str t, size_t i)
{
	size_t stop = t.n - i > NR_OBS_MAX ? i + NR_OBS_MAX : t.n;

	while (i < stop) {
		unsigned char c = (unsigned char)t.p[i];

		if (c >= 0x80) { /* CJK punctuation (U+3000..303F) and general punctuation end it */
			if ((c == 0xe3 && i + 1 < t.n && (unsigned char)t.p[i + 1] == 0x80) ||
			    (c == 0xe2 && i + 1 < t.n && (unsigned char)t.p[i + 1] == 0x80) ||
			    mask_at(t, i))
				return i;
		} else if (!url_byte(t.p[i]) || strchr("/?#", t.p[i])) {
			return i;
		}
		i++;
	}
	return i;
}

/* A URL broken by a line end goes on when either side of the break says so. */
static bool wrapped(struct nr_str t, size_t i)
{
	size_t k = i + (i + 1 < t.n && t.p[i] == '\r' && t.p[i + 1] == '\n' ? 2 : 1);

	if (i == 0 || k >= t.n || !url_byte(t.p[k]))
		return false;
	if (!strchr("/-_=&?%", t.p[i - 1]) && !strchr("/?&=%#", t.p[k]))
		return false;
	for (size_t e = k; e < t.n && url_byte(t.p[e]); e++)
		if (t.p[e] == ':')
			return false; /* a scheme or a label: something new */
	return true;
}

/* Punctuation at the end belongs to the sentence, a bracket that the URL opened to the URL. */
static size_t without_tail(struct nr_str t, size_t from, size_t i, unsigned open)
{
	while (i > from && strchr(".,;:!?'])", t.p[i - 1]) &&
	       !(t.p[i - 1] == ')' && open == 0 && memchr(t.p + from, '(', i - from)))
		i--;
	return i;
}

static size_t url_end(struct nr_str t, size_t from, size_t i)
{
	unsigned open = 0;

	i = host_end(t, i);
	while (i < t.n && i - from <= NR_OBS_MAX) {
		if (url_byte(t.p[i])) {
			if (t.p[i] == '(')
				open++;
			if (t.p[i] == ')' && open-- == 0)
				break;
			i++;
		} else if ((t.p[i] == '\n' || t.p[i] == '\r') && i - from >= 40 && wrapped(t, i)) {
			i += t.p[i] == '\r' && i + 1 < t.n && t.p[i + 1] == '\n' ? 2 : 1;
		} else {
			break;
		}
	}
	return without_tail(t, from, i, open);
}

static size_t scan_url(struct scan *s, size_t i)
{
	struct nr_str t = s->r.text, raw, v, host;
	const char *scheme;
	size_t after = nr_obs_scheme(nr_sub(t, i, 16), &scheme), end;
	enum nr_obs_kind kind;

	if (!after || (i > 0 && nr_c_alnum(t.p[i - 1])))
		return 0;
	end = url_end(t, i, i + after);
	if (end <= i + after)
		return 0;
	if (end - i >= NR_OBS_MAX)
		return end -
		       i; /* longer than any value: taken as a whole, never again from inside */
	raw = nr_arena_fmt(s->a, "%s://%.*s", scheme,
			   NR_FMT(nr_sub(t, i + after, end - i - after)));
	if (nr_obs_canon(NR_OBS_URL, raw, s->a, &v, NULL) != NR_OK ||
	    !nr_obs_url_host(v, &kind, &host))
		return 0;
	if (!usable_host(kind, host) || begins_with_mask(t, host_end(t, i + after)))
		return end - i;
	emit(s, NR_OBS_URL, v, i, end);
	emit(s, kind, host, i + after, host_end(t, i + after) < end ? host_end(t, i + after) : end);
	return end - i;
}

/* Whether the space at k may stand between two groups of n digits each (first: of the first group). */
static bool group_gap(struct nr_str t, size_t k, size_t n, size_t first)
{
	return t.p[k] == ' ' && k + 1 < t.n && nr_c_hex(t.p[k + 1]) && n >= 2 && n <= 16 &&
	       (first == 0 || n == first);
}

static bool digest_length(size_t digits)
{
	return digits == 32 || digits == 40 || digits == 64;
}

/* Hexadecimal digits in one run, or in equal groups apart by one space, of a digest's length. */
static size_t hex_span(struct nr_str t, size_t i, size_t *ret_digits)
{
	size_t digits = 0, group = 0, first = 0, k = i;

	for (; k < t.n && digits <= 64; k++) {
		if (nr_c_hex(t.p[k])) {
			digits++;
			group++;
		} else if (digits < 64 && group_gap(t, k, group, first)) {
			first = group;
			group = 0;
			if (digest_length(digits))
				break;
		} else {
			break;
		}
	}
	*ret_digits = digits;
	if (!digest_length(digits))
		return 0;
	if (first && group && group != first)
		return 0;
	return k < t.n && (nr_c_alnum(t.p[k]) || t.p[k] == '_') ? 0 : k - i;
}

static enum nr_obs_kind hash_kind(size_t digits)
{
	return digits == 64 ? NR_OBS_SHA256 : digits == 40 ? NR_OBS_SHA1 : NR_OBS_MD5;
}

static size_t scan_hash(struct scan *s, size_t i)
{
	size_t digits, n = hex_span(s->r.text, i, &digits);
	struct nr_str v;

	if (n == 0 ||
	    nr_obs_canon(hash_kind(digits), nr_sub(s->r.text, i, n), s->a, &v, NULL) != NR_OK)
		return 0;
	emit(s, hash_kind(digits), v, i, i + n);
	return n;
}

/* Where the address that may start at i ends; i itself when there is none. */
static size_t v6_end(struct nr_str t, size_t i)
{
	size_t k = i, colons = 0;

	while (k < t.n && k - i < 46 && (nr_c_hex(t.p[k]) || t.p[k] == ':' || t.p[k] == '.'))
		colons += t.p[k++] == ':';
	while (k > i &&
	       (t.p[k - 1] == '.' || (t.p[k - 1] == ':' && k - i > 2 && t.p[k - 2] != ':')))
		k--;
	return colons < 2 || k - i < 6 || (k < t.n && nr_c_alnum(t.p[k])) ? i : k;
}

static size_t scan_v6(struct scan *s, size_t i)
{
	struct nr_str t = s->r.text, raw, v;
	enum nr_obs_kind kind = NR_OBS_IPV6;
	size_t k;

	if (i > 0 && (nr_c_alnum(t.p[i - 1]) || t.p[i - 1] == ':'))
		return 0;
	k = v6_end(t, i);
	if (k == i)
		return 0;
	raw = nr_sub(t, i, k - i);
	if (nr_obs_canon(kind, raw, s->a, &v, NULL) != NR_OK) {
		kind = NR_OBS_IPV4;
		if (nr_obs_canon(kind, raw, s->a, &v, NULL) != NR_OK)
			return 0;
	}
	emit(s, kind, v, i, k);
	return k - i;
}

/* A bare name: does it end like a name, or was it defanged (then the author says it is one)? */
static bool bare_name_ok(struct scan *s, struct nr_str v, size_t from, size_t to)
{
	size_t dots = 0, last = 0;
	bool weak, defanged = false;

	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == '.') {
			dots++;
			last = i + 1;
		}
	for (size_t i = from; i < to; i++)
		defanged = defanged || s->r.undone[i];
	if (!nr_obs_tld(nr_sub(v, last, v.n), &weak))
		return false;
	return defanged || !weak || dots > 1;
}

/* A mail address whose '@' stands at `at`; returns the bytes that were looked at. */
static size_t scan_address(struct scan *s, size_t i, size_t at)
{
	struct nr_str t = s->r.text, host, v;
	size_t to = at + 1;

	while (to < t.n && name_byte(t.p[to]))
		to++;
	while (to > at && strchr(".-_", t.p[to - 1]))
		to--;
	host = nr_sub(t, at + 1, to - at - 1);
	if (nr_obs_canon(NR_OBS_EMAIL, nr_sub(t, i, to - i), s->a, &v, NULL) == NR_OK &&
	    !is_example(host) && !ends_with_mask(t, i) && !begins_with_mask(t, to) &&
	    !nr_obs_masked(host))
		emit(s, NR_OBS_EMAIL, v, i, to);
	return to > at ? to - i : at - i;
}

/* An address or a name between from and to. */
static void scan_host(struct scan *s, size_t from, size_t to)
{
	struct nr_str raw = nr_sub(s->r.text, from, to - from), v;

	if (nr_obs_canon(NR_OBS_IPV4, raw, s->a, &v, NULL) == NR_OK) {
		if (usable_host(NR_OBS_IPV4, v))
			emit(s, NR_OBS_IPV4, v, from, to);
	} else if (memchr(raw.p, '.', raw.n) &&
		   nr_obs_canon(NR_OBS_DOMAIN, raw, s->a, &v, NULL) == NR_OK &&
		   usable_host(NR_OBS_DOMAIN, v) && bare_name_ok(s, v, from, to)) {
		emit(s, NR_OBS_DOMAIN, v, from, to);
	}
}

static size_t scan_word(struct scan *s, size_t i)
{
	struct nr_str t = s->r.text;
	size_t end = i, from = i, to;

	while (end < t.n && word_byte(t.p[end]))
		end++;
	if (end + 1 < t.n && t.p[end] == '@')
		return scan_address(s, i, end);
	for (to = end; to > from && strchr(".-_%+", t.p[to - 1]);)
		to--;
	while (from < to && strchr(".-%+", t.p[from]))
		from++;
	if (to > from && !ends_with_mask(t, i) && !begins_with_mask(t, end))
		scan_host(s, from, to);
	return end - i;
}

size_t nr_obs_scan(struct nr_str text, size_t max, struct nr_arena *a,
		   bool (*each)(void *ctx, const struct nr_obs_hit *hit), void *ctx)
{
	struct scan s = { .a = a, .each = each, .ctx = ctx, .max = max };
	struct nr_str t;

	if (nr_obs_refang(text, a, &s.r, NULL) != NR_OK)
		return 0;
	t = s.r.text;
	for (size_t i = 0; i < t.n && !s.stop && !a->exhausted;) {
		size_t k = 0;

		if (nr_c_alpha(t.p[i]))
			k = scan_url(&s, i);
		if (!k && nr_c_hex(t.p[i]))
			k = scan_hash(&s, i);
		if (!k && (nr_c_hex(t.p[i]) || t.p[i] == ':'))
			k = scan_v6(&s, i);
		if (!k && word_byte(t.p[i]))
			k = scan_word(&s, i);
		i += k ? k : 1;
	}
	return s.n;
}
