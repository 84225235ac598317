/* Undoes what reports do to indicators so that nobody clicks them (japan.md section 5.3). */
#include "model/obs_int.h"

enum { RAW_MAX = 16 << 20 };

struct rule {
	const char *from; /* after narrowing; ASCII case ignored */
	const char *to;
	bool joined; /* only between two characters a name may have */
};

static const struct rule rules[] = {
	{ "[://]", "://", false },
	{ "[:]//", "://", false },
	{ ":[//]", "://", false },
	{ "[.]", ".", false },
	{ "(.)", ".", true },
	{ "{.}", ".", false },
	{ "【.】", ".", false },
	{ "〔.〕", ".", false },
	{ "<.>", ".", true },
	{ "[dot]", ".", false },
	{ "(dot)", ".", false },
	{ "{dot}", ".", false },
	{ "【dot】", ".", false },
	{ "(ドット)", ".", false },
	{ "[ドット]", ".", false },
	{ "【ドット】", ".", false },
	{ "(どっと)", ".", false },
	{ "[,]", ".", false },
	{ "[:]", ":", false },
	{ "(:)", ":", true },
	{ "[/]", "/", false },
	{ "[@]", "@", false },
	{ "(@)", "@", false },
	{ "{@}", "@", false },
	{ "【@】", "@", false },
	{ "[at]", "@", false },
	{ "(at)", "@", false },
	{ "{at}", "@", false },
	{ "【at】", "@", false },
	{ "(アット)", "@", false },
	{ "(アットマーク)", "@", false },
	{ "[アット]", "@", false },
	{ "★", "@", true },
	{ "☆", "@", true },
	{ "\\.", ".", true },
	{ "[.", ".", true },
	{ ".]", ".", true },
	{ "・", ".", true },
	{ "･", ".", true },
};

struct state {
	struct nr_str in; /* narrowed */
	const uint32_t *in_at;
	struct nr_obuf out;
	uint32_t *at;
	uint8_t *undone;
};

static bool name_byte(char c)
{
	return nr_c_alnum(c) || c == '-' || c == '_';
}

static void put(struct state *s, struct nr_str text, size_t from, bool undone)
{
	for (size_t i = 0; i < text.n && s->out.n < s->out.room; i++) {
		s->at[s->out.n] = s->in_at[from];
		s->undone[s->out.n] = undone;
		nr_obuf_c(&s->out, text.p[i]);
	}
}

static bool joined(const struct state *s, size_t after)
{
	return s->out.n && name_byte(s->out.p[s->out.n - 1]) && after < s->in.n &&
	       name_byte(s->in.p[after]);
}

/* Past at most two blanks. */
static size_t past_blanks(const struct state *s, size_t k)
{
	for (size_t from = k; k < s->in.n && k - from < 2 && s->in.p[k] == ' ';)
		k++;
	return k;
}

/* Whether what stands at k goes on with a name: an end that names have, or a label that a spaced dot
 * follows ("c2 . evil . example"). */
static bool name_goes_on(const struct state *s, size_t k)
{
	static const char *const ends[] = { "com", "net", "org", "jp",      "co",   "ne",
					    "ac",  "go",  "or",  "example", "info", "biz" };
	size_t end = k;

	while (end < s->in.n && name_byte(s->in.p[end]))
		end++;
	for (size_t e = 0; e < NR_COUNT(ends); e++)
		if (nr_str_eq(nr_sub(s->in, k, end - k), nr_str_c(ends[e])))
			return true;
	return end > k && end + 2 < s->in.n && memcmp(s->in.p + end, " . ", 3) == 0;
}

/* " . " between labels: only before digits after digits, or before an end that names have, since
 * people also put spaces around a full stop. */
static size_t spaced_dot(const struct state *s, size_t i)
{
	size_t dot = past_blanks(s, i), k;
	char before = s->out.n ? s->out.p[s->out.n - 1] : ' ';

	if (!name_byte(before) || dot >= s->in.n || s->in.p[dot] != '.')
		return 0;
	k = past_blanks(s, dot + 1);
	if (k >= s->in.n || (k == dot + 1 && dot == i))
		return 0;
	if ((nr_c_digit(s->in.p[k]) && nr_c_digit(before)) || name_goes_on(s, k))
		return k - i;
	return 0;
}

/* Characters that show nothing and are dropped: ZWSP, ZWNJ, ZWJ, word joiner, BOM, soft hyphen. */
static size_t invisible(struct nr_str in, size_t i)
{
	const unsigned char *p = (const unsigned char *)in.p + i;

	if (in.n - i >= 2 && p[0] == 0xc2 && p[1] == 0xad)
		return 2;
	if (in.n - i < 3)
		return 0;
	if (p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0x8b && p[2] <= 0x8d)
		return 3;
	if ((p[0] == 0xe2 && p[1] == 0x81 && p[2] == 0xa0) ||
	    (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf))
		return 3;
	return 0;
}

static size_t try_rules(struct state *s, size_t i)
{
	struct nr_str rest = nr_sub(s->in, i, s->in.n);

	for (size_t r = 0; r < NR_COUNT(rules); r++) {
		size_t n;

		if (rules[r].from[0] != rest.p[0] || !nr_has_prefix_ci(rest, rules[r].from))
			continue;
		n = strlen(rules[r].from);
		if (rules[r].joined && !joined(s, i + n))
			continue;
		put(s, nr_str_c(rules[r].to), i, true);
		return n;
	}
	return 0;
}

static bool may_start(char c)
{
	return (unsigned char)c >= 0xc2 || strchr("[({<:\\.", c) != NULL;
}

static void run(struct state *s)
{
	for (size_t i = 0; i < s->in.n;) {
		char c = s->in.p[i];
		size_t k = (unsigned char)c >= 0xc2 ? invisible(s->in, i) : 0;

		if (k) {
			i += k;
			continue;
		}
		if (c == ' ' || c == '.')
			k = spaced_dot(s, i);
		if (k)
			put(s, NR_STR("."), i, true);
		else if (may_start(c))
			k = try_rules(s, i);
		if (k == 0) {
			put(s, nr_sub(s->in, i, 1), i, false);
			k = 1;
		}
		i += k;
	}
}

/* True for the two ideographic full stops: between name characters a dot, elsewhere the end of a
 * sentence. */
static bool ideographic_stop(struct nr_str s, size_t i)
{
	return s.n - i >= 3 &&
	       (memcmp(s.p + i, "\xe3\x80\x82", 3) == 0 || memcmp(s.p + i, "\xef\xbd\xa1", 3) == 0);
}

static bool name_follows(struct nr_str raw, size_t i)
{
	char c = i < raw.n ? nr_obs_narrow1(raw, i) : 0;

	return i < raw.n && name_byte(c ? c : raw.p[i]);
}

/* Narrows and remembers where each byte came from. */
static bool narrow(struct nr_str raw, struct nr_arena *a, struct state *s, uint32_t *at)
{
	struct nr_obuf b = nr_obuf_new(a, raw.n);

	for (size_t i = 0; i < raw.n && !b.full;) {
		char c = (unsigned char)raw.p[i] >= 0xe3 ? nr_obs_narrow1(raw, i) : 0;

		if (c == '.' && ideographic_stop(raw, i) &&
		    !(b.n && name_byte(b.p[b.n - 1]) && name_follows(raw, i + 3)))
			c = 0;
		at[b.n] = (uint32_t)i;
		nr_obuf_c(&b, c ? c : raw.p[i]);
		i += c ? 3 : 1;
	}
	at[b.n] = (uint32_t)raw.n;
	s->in = (struct nr_str){ b.p, b.n };
	return !b.full;
}

enum nr_rc nr_obs_refang(struct nr_str raw, struct nr_arena *a, struct nr_refang *ret,
			 struct nr_err *reterr)
{
	struct state s = { 0 };
	uint32_t *in_at;

	if (raw.n > RAW_MAX)
		return nr_fail(reterr, NR_E_LIMIT, "text", RAW_MAX, "over 16 MiB of text");
	in_at = NR_NEW_N(a, uint32_t, raw.n + 1);
	s.at = NR_NEW_N(a, uint32_t, raw.n + 1);
	s.undone = NR_NEW_N(a, uint8_t, raw.n + 1);
	s.out = nr_obuf_new(a, raw.n);
	if (!in_at || !s.at || !s.undone || !narrow(raw, a, &s, in_at) || s.out.full)
		return nr_fail(reterr, NR_E_LIMIT, "text", UINT64_MAX, "arena exhausted");
	s.in_at = in_at;
	run(&s);
	s.at[s.out.n] = (uint32_t)raw.n;
	*ret = (struct nr_refang){ .text = { s.out.p, s.out.n }, .at = s.at, .undone = s.undone };
	return NR_OK;
}

size_t nr_obs_scheme(struct nr_str s, const char **ret_scheme)
{
	static const struct {
		const char *spelling, *scheme;
	} known[] = {
		{ "https", "https" }, { "http", "http" }, { "hxxps", "https" }, { "hxxp", "http" },
		{ "h**ps", "https" }, { "h**p", "http" }, { "htxps", "https" }, { "htxp", "http" },
		{ "hxtps", "https" }, { "hxtp", "http" }, { "h++ps", "https" }, { "h++p", "http" },
		{ "ttps", "https" },  { "ttp", "http" },  { "tps", "https" },   { "tp", "http" },
		{ "ftps", "ftps" },   { "ftp", "ftp" },   { "fxp", "ftp" },     { "meow", "http" },
		{ "wss", "wss" },     { "ws", "ws" },     { "h__ps", "https" }, { "h__p", "http" },
	};

	for (size_t i = 0; i < NR_COUNT(known); i++) {
		size_t n = strlen(known[i].spelling);

		if (nr_has_prefix_ci(s, known[i].spelling) &&
		    nr_has_prefix_ci(nr_sub(s, n, 3), "://")) {
			*ret_scheme = known[i].scheme;
			return n + 3;
		}
	}
	return 0;
}
