/* The names of the kinds, and one canonical form for each. */
#include "model/obs_int.h"

static const char *const names[NR_OBS_KINDS] = {
	[NR_OBS_IPV4] = "ipv4",
	[NR_OBS_IPV6] = "ipv6",
	[NR_OBS_DOMAIN] = "domain",
	[NR_OBS_URL] = "url",
	[NR_OBS_EMAIL] = "email",
	[NR_OBS_SHA256] = "sha256",
	[NR_OBS_SHA1] = "sha1",
	[NR_OBS_MD5] = "md5",
	[NR_OBS_FILE_NAME] = "file-name",
	[NR_OBS_SUBJECT] = "subject",
	[NR_OBS_MESSAGE_ID] = "message-id",
	[NR_OBS_JA3] = "ja3",
	[NR_OBS_USER_AGENT] = "user-agent",
	[NR_OBS_TEXT_HASH] = "text-hash",
};

const char *nr_obs_kind_name(enum nr_obs_kind k)
{
	return (unsigned)k < NR_OBS_KINDS && names[k] ? names[k] : "unknown";
}

enum nr_rc nr_obs_kind_parse(struct nr_str s, enum nr_obs_kind *ret, struct nr_err *reterr)
{
	for (unsigned i = 1; i < NR_OBS_KINDS; i++)
		if (nr_str_eq(nr_str_c(names[i]), s)) {
			*ret = (enum nr_obs_kind)i;
			return NR_OK;
		}
	return nr_fail(reterr, NR_E_MALFORMED, "observable-kind", 0,
		       "unknown kind of observable '%.*s'", s.n > 40 ? 40 : (int)s.n, s.p);
}

static enum nr_rc hex_value_of(struct nr_str raw, size_t digits, struct nr_arena *a,
			       struct nr_str *ret, struct nr_err *reterr)
{
	struct nr_obuf b = nr_obuf_new(a, digits);

	raw = nr_obs_narrow(raw, a);
	for (size_t i = 0; i < raw.n; i++) {
		if (nr_c_space(raw.p[i]))
			continue;
		if (!nr_c_hex(raw.p[i]) || b.n == digits)
			return nr_fail(reterr, NR_E_MALFORMED, "hash", i,
				       "not %zu hexadecimal digits", digits);
		nr_obuf_c(&b, nr_c_lower(raw.p[i]));
	}
	if (b.n != digits)
		return nr_fail(reterr, NR_E_MALFORMED, "hash", raw.n,
			       "%zu hexadecimal digits, not %zu", b.n, digits);
	*ret = (struct nr_str){ b.p, b.n };
	return NR_OK;
}

/* "<id@host>" without brackets, host part in lower case. */
static enum nr_rc message_id(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
			     struct nr_err *reterr)
{
	struct nr_str s = nr_obs_trim(raw);
	size_t at = s.n;
	struct nr_obuf b;

	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		s = nr_obs_trim(nr_sub(s, 1, s.n - 2));
	if (s.n == 0 || s.n > 998)
		return nr_fail(reterr, NR_E_MALFORMED, "message-id", 0, "empty or over 998 bytes");
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == '<' || s.p[i] == '>')
			return nr_fail(reterr, NR_E_MALFORMED, "message-id", i,
				       "a byte no message identifier has");
		if (s.p[i] == '@')
			at = i;
	}
	b = nr_obuf_new(a, s.n);
	for (size_t i = 0; i < s.n; i++)
		nr_obuf_c(&b, i > at ? nr_c_lower(s.p[i]) : s.p[i]);
	*ret = (struct nr_str){ b.p, b.n };
	return NR_OK;
}

static enum nr_rc user_agent(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
			     struct nr_err *reterr)
{
	struct nr_str s = nr_obs_trim(raw);
	struct nr_obuf b = nr_obuf_new(a, s.n);

	for (size_t i = 0; i < s.n; i++)
		if (!nr_c_space(s.p[i]))
			nr_obuf_c(&b, s.p[i]);
		else if (!nr_c_space(s.p[i - 1]))
			nr_obuf_c(&b, ' ');
	if (b.n == 0)
		return nr_fail(reterr, NR_E_MALFORMED, "user-agent", 0, "empty");
	*ret = (struct nr_str){ b.p, b.n };
	return NR_OK;
}

static enum nr_rc file_name(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
			    struct nr_err *reterr)
{
	if (raw.n == 0)
		return nr_fail(reterr, NR_E_MALFORMED, "file-name", 0, "empty");
	return nr_obs_nfc(raw, a, ret, reterr);
}

static enum nr_rc canon(enum nr_obs_kind k, struct nr_str raw, struct nr_arena *a,
			struct nr_str *ret, struct nr_err *reterr)
{
	switch (k) {
	case NR_OBS_IPV4: return nr_obs_ipv4(raw, a, ret, reterr);
	case NR_OBS_IPV6: return nr_obs_ipv6(raw, a, ret, reterr);
	case NR_OBS_DOMAIN: return nr_obs_domain(raw, a, ret, reterr);
	case NR_OBS_URL: return nr_obs_url(raw, a, ret, reterr);
	case NR_OBS_EMAIL: return nr_obs_email(raw, a, ret, reterr);
	case NR_OBS_SHA256:
	case NR_OBS_TEXT_HASH: return hex_value_of(raw, 64, a, ret, reterr);
	case NR_OBS_SHA1: return hex_value_of(raw, 40, a, ret, reterr);
	case NR_OBS_MD5:
	case NR_OBS_JA3: return hex_value_of(raw, 32, a, ret, reterr);
	case NR_OBS_FILE_NAME: return file_name(raw, a, ret, reterr);
	case NR_OBS_SUBJECT: return nr_obs_subject(raw, a, ret, reterr);
	case NR_OBS_MESSAGE_ID: return message_id(raw, a, ret, reterr);
	case NR_OBS_USER_AGENT: return user_agent(raw, a, ret, reterr);
	}
	return nr_fail(reterr, NR_E_MALFORMED, "observable-kind", 0, "no such kind");
}

enum nr_rc nr_obs_canon(enum nr_obs_kind k, struct nr_str raw, struct nr_arena *a,
			struct nr_str *ret, struct nr_err *reterr)
{
	struct nr_arena_mark mark = nr_arena_mark(a);
	bool was_exhausted = a->exhausted, exhausted;
	struct nr_str v = { 0 };
	char keep[NR_OBS_MAX];
	enum nr_rc rc;

	if (raw.n > NR_OBS_MAX)
		return nr_fail(reterr, NR_E_LIMIT, "observable", NR_OBS_MAX,
			       "longer than 8,192 bytes");
	/* Only the value itself stays in the arena: a mail may hold thousands of candidates. */
	rc = canon(k, raw, a, &v, reterr);
	if (rc == NR_OK && v.n > sizeof(keep))
		rc = nr_fail(reterr, NR_E_LIMIT, "observable", NR_OBS_MAX,
			     "longer than 8,192 bytes when normalised");
	if (rc == NR_OK && v.n)
		memcpy(keep, v.p, v.n);
	exhausted = a->exhausted;
	nr_arena_rewind(a, mark);
	a->exhausted = was_exhausted;
	if (exhausted && !was_exhausted)
		rc = nr_fail(reterr, NR_E_LIMIT, "observable", UINT64_MAX, "arena exhausted");
	if (rc != NR_OK)
		return rc;
	*ret = nr_arena_str(a, (struct nr_str){ keep, v.n });
	return NR_OK;
}
