/* Addresses, names and mail addresses. */
#include "model/obs_int.h"

#include <arpa/inet.h>

static enum nr_rc bad(struct nr_err *reterr, const char *what, struct nr_str raw, const char *why)
{
	return nr_fail(reterr, NR_E_MALFORMED, what, 0, "'%.*s' is not one: %s",
		       raw.n > 80 ? 80 : (int)raw.n, raw.p ? raw.p : "", why);
}

/* Four decimal octets and nothing else: no leading zero (octal to some, decimal to others). */
static bool parse_v4(struct nr_str s, uint8_t out[4])
{
	unsigned oct = 0, digits = 0, at = 0;

	for (size_t i = 0; i <= s.n; i++) {
		char c = i < s.n ? s.p[i] : '.';

		if (c == '.') {
			if (digits == 0 || at > 3)
				return false;
			out[at++] = (uint8_t)oct;
			oct = digits = 0;
		} else if (nr_c_digit(c) && !(digits == 1 && oct == 0)) {
			oct = oct * 10 + (unsigned)(c - '0');
			if (++digits > 3 || oct > 255)
				return false;
		} else {
			return false;
		}
	}
	return at == 4;
}

static struct nr_str unbracket(struct nr_str s)
{
	if (s.n >= 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		return nr_sub(s, 1, s.n - 2);
	return s;
}

static bool parse_v6(struct nr_str s, uint8_t out[16])
{
	char text[INET6_ADDRSTRLEN + 1];

	s = unbracket(s);
	if (s.n < 2 || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	return inet_pton(AF_INET6, text, out) == 1;
}

static bool is_mapped(const uint8_t v6[16])
{
	static const uint8_t prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	return memcmp(v6, prefix, sizeof(prefix)) == 0;
}

enum nr_rc nr_obs_ipv4(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
		       struct nr_err *reterr)
{
	struct nr_str s = nr_obs_trim(nr_obs_narrow(raw, a));
	uint8_t v4[4], v6[16];

	if (!parse_v4(unbracket(s), v4)) {
		if (!parse_v6(s, v6) || !is_mapped(v6))
			return bad(reterr, "ipv4", raw,
				   "four decimal octets without leading zeros");
		memcpy(v4, v6 + 12, 4);
	}
	*ret = nr_arena_fmt(a, "%u.%u.%u.%u", v4[0], v4[1], v4[2], v4[3]);
	return NR_OK;
}

enum nr_rc nr_obs_ipv6(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
		       struct nr_err *reterr)
{
	struct nr_str s = nr_obs_trim(nr_obs_narrow(raw, a));
	char text[INET6_ADDRSTRLEN];
	uint8_t v6[16];

	if (!parse_v6(s, v6))
		return bad(reterr, "ipv6", raw, "RFC 4291 text, no zone");
	if (is_mapped(v6))
		return bad(reterr, "ipv6", raw, "an IPv4 address written as IPv6");
	if (!inet_ntop(AF_INET6, v6, text, sizeof(text)))
		return nr_fail(reterr, NR_E_BUG, "ipv6", 0, "cannot print an address");
	*ret = nr_arena_str(a, nr_str_c(text));
	return NR_OK;
}

/* Checks an A-label name in lower case: labels, lengths, a last label that is no number. */
static const char *name_fault(struct nr_str s)
{
	size_t label = 0, labels = 1;
	bool letter = false;

	if (s.n > 253)
		return "longer than 253 bytes";
	for (size_t i = 0; i <= s.n; i++) {
		char c = i < s.n ? s.p[i] : '.';

		if (c == '.') {
			if (label == 0 || label > 63)
				return "a label is empty or longer than 63 bytes";
			if (i == s.n)
				break;
			labels++;
			label = 0;
			letter = false;
		} else if (nr_c_alnum(c) || c == '-' || c == '_') {
			label++;
			letter = letter || !nr_c_digit(c);
		} else {
			return "a byte that names do not have";
		}
	}
	if (labels < 2)
		return "fewer than two labels";
	return letter ? NULL : "the last label is a number";
}

enum nr_rc nr_obs_domain(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
			 struct nr_err *reterr)
{
	struct nr_str s = nr_obs_trim(raw);
	struct nr_obuf b;
	const char *fault;

	if (s.n > 1024)
		return bad(reterr, "domain", raw, "longer than 253 bytes");
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80) {
			NR_TRY(nr_obs_idna(s, a, &s, reterr));
			break;
		}
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	fault = name_fault(s);
	if (fault)
		return bad(reterr, "domain", raw, fault);
	b = nr_obuf_new(a, s.n);
	for (size_t i = 0; i < s.n; i++)
		nr_obuf_c(&b, nr_c_lower(s.p[i]));
	*ret = (struct nr_str){ b.p, b.n };
	return NR_OK;
}

static bool local_part_ok(struct nr_str s)
{
	bool quoted = s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"';

	if (s.n == 0 || s.n > 256)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f)
			return false;
		if (!quoted && (c == ' ' || strchr("()<>[]:;,\\\"@", c)))
			return false;
	}
	return true;
}

enum nr_rc nr_obs_email(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
			struct nr_err *reterr)
{
	struct nr_str s = nr_obs_trim(nr_obs_narrow(raw, a));
	struct nr_str local, host, v;
	size_t at;

	if (nr_has_prefix_ci(s, "mailto:"))
		s = nr_sub(s, 7, s.n);
	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		s = nr_sub(s, 1, s.n - 2);
	for (at = s.n; at > 0 && s.p[at - 1] != '@';)
		at--;
	if (at < 2)
		return bad(reterr, "email", raw, "no local part and '@'");
	local = nr_sub(s, 0, at - 1);
	host = nr_sub(s, at, s.n);
	if (!local_part_ok(local))
		return bad(reterr, "email", raw, "its local part");
	if (nr_obs_domain(host, a, &v, NULL) == NR_OK)
		*ret = nr_arena_fmt(a, "%.*s@%.*s", NR_FMT(local), NR_FMT(v));
	else if (host.n > 2 && host.p[0] == '[' && nr_obs_ipv4(host, a, &v, NULL) == NR_OK)
		*ret = nr_arena_fmt(a, "%.*s@[%.*s]", NR_FMT(local), NR_FMT(v));
	else
		return bad(reterr, "email", raw, "its domain");
	return NR_OK;
}
