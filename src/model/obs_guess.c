/* What a person typed: kind and canonical value. */
#include "model/obs_int.h"

static enum nr_rc unknown(struct nr_err *reterr)
{
	return nr_fail(
		reterr, NR_E_MALFORMED, "observable", 0,
		"not an address, domain, URL, mail address or hash; write kind:value for others");
}

/* Quotes and brackets people copy along. */
static struct nr_str unquote(struct nr_str s)
{
	static const struct {
		const char *open, *close;
	} pairs[] = { { "<", ">" },   { "\"", "\"" }, { "'", "'" }, { "「", "」" },
		      { "『", "』" }, { "“", "”" },   { "(", ")" }, { "（", "）" } };

	for (size_t i = 0; i < NR_COUNT(pairs); i++) {
		size_t o = strlen(pairs[i].open), c = strlen(pairs[i].close);

		if (s.n > o + c && memcmp(s.p, pairs[i].open, o) == 0 &&
		    memcmp(s.p + s.n - c, pairs[i].close, c) == 0)
			return nr_obs_trim(nr_sub(s, o, s.n - o - c));
	}
	return s;
}

static bool masked(struct nr_str s)
{
	static const char *const masks[] = { "○", "◯", "〇", "●", "△",       "▲",
					     "×", "■", "□",  "*", "redacted" };

	for (size_t i = 0; i < s.n; i++)
		for (size_t m = 0; m < NR_COUNT(masks); m++)
			if (nr_has_prefix_ci(nr_sub(s, i, s.n), masks[m]))
				return true;
	return nr_obs_masked(s);
}

/* "subject:資料事前送付": a kind's own name in front settles it. */
static bool named(struct nr_str s, enum nr_obs_kind *ret_kind, struct nr_str *ret_rest)
{
	for (unsigned k = 1; k < NR_OBS_KINDS; k++) {
		const char *name = nr_obs_kind_name((enum nr_obs_kind)k);
		size_t n = strlen(name);

		if (s.n > n + 1 && nr_has_prefix_ci(s, name) && s.p[n] == ':') {
			*ret_kind = (enum nr_obs_kind)k;
			*ret_rest = nr_sub(s, n + 1, s.n);
			return true;
		}
	}
	return false;
}

static struct nr_str without_spaces(struct nr_str s, struct nr_arena *a)
{
	struct nr_obuf b = nr_obuf_new(a, s.n);

	for (size_t i = 0; i < s.n; i++)
		if (!nr_c_space(s.p[i]))
			nr_obuf_c(&b, s.p[i]);
	return (struct nr_str){ b.p, b.n };
}

static bool try_kind(enum nr_obs_kind k, struct nr_str s, struct nr_arena *a,
		     enum nr_obs_kind *ret_kind, struct nr_str *ret)
{
	if (nr_obs_canon(k, s, a, ret, NULL) != NR_OK)
		return false;
	*ret_kind = k;
	return true;
}

/* "host:8080" and "host/path": the scheme people leave out is http. */
static bool try_bare(struct nr_str s, struct nr_arena *a, enum nr_obs_kind *ret_kind,
		     struct nr_str *ret)
{
	const char *slash = memchr(s.p, '/', s.n), *colon = memchr(s.p, ':', s.n);
	struct nr_str host = s;

	if (slash && slash != s.p)
		return try_kind(NR_OBS_URL, nr_arena_fmt(a, "http://%.*s", NR_FMT(s)), a, ret_kind,
				ret);
	if (colon) {
		host = nr_sub(s, 0, (size_t)(colon - s.p));
		for (size_t i = host.n + 1; i < s.n; i++)
			if (!nr_c_digit(s.p[i]))
				return false;
	}
	return try_kind(NR_OBS_IPV4, host, a, ret_kind, ret) ||
	       try_kind(NR_OBS_DOMAIN, host, a, ret_kind, ret);
}

static bool guess(struct nr_str raw, struct nr_arena *a, enum nr_obs_kind *ret_kind,
		  struct nr_str *ret)
{
	static const enum nr_obs_kind digests[] = { NR_OBS_SHA256, NR_OBS_SHA1, NR_OBS_MD5 };
	struct nr_refang r;
	const char *scheme;
	struct nr_str s;
	size_t after;

	for (size_t i = 0; i < NR_COUNT(digests); i++)
		if (try_kind(digests[i], raw, a, ret_kind, ret))
			return true;
	if (nr_obs_refang(raw, a, &r, NULL) != NR_OK)
		return false;
	s = without_spaces(r.text, a);
	after = nr_obs_scheme(s, &scheme);
	if (after)
		return try_kind(NR_OBS_URL,
				nr_arena_fmt(a, "%s://%.*s", scheme, NR_FMT(nr_sub(s, after, s.n))),
				a, ret_kind, ret);
	/* Spaces that refanging left are between words, not inside a value. */
	if (nr_obs_trim(r.text).n != s.n)
		return false;
	if (masked(s))
		return false;
	return try_kind(NR_OBS_URL, s, a, ret_kind, ret) ||
	       try_kind(NR_OBS_IPV6, s, a, ret_kind, ret) ||
	       try_kind(NR_OBS_IPV4, s, a, ret_kind, ret) ||
	       (memchr(s.p, '@', s.n) && !memchr(s.p, '/', s.n) &&
		try_kind(NR_OBS_EMAIL, s, a, ret_kind, ret)) ||
	       try_bare(s, a, ret_kind, ret);
}

enum nr_rc nr_obs_guess(struct nr_str raw, struct nr_arena *a, enum nr_obs_kind *ret_kind,
			struct nr_str *ret, struct nr_err *reterr)
{
	enum nr_obs_kind kind;
	struct nr_str s = unquote(nr_obs_trim(raw)), v;

	if (s.n == 0 || s.n > NR_OBS_MAX)
		return unknown(reterr);
	if (named(s, &kind, &v)) {
		NR_TRY(nr_obs_canon(kind, v, a, ret, reterr));
		*ret_kind = kind;
		return NR_OK;
	}
	if (!guess(s, a, &kind, &v) || a->exhausted)
		return unknown(reterr);
	*ret_kind = kind;
	*ret = v;
	return NR_OK;
}
