/* The last look: what no feed carries, whatever the store says. */
#include "desks/share/feed.h"

#include <arpa/inet.h>

enum { VALUE_MAX = 8192, DOMAIN_MAX = 253, LABEL_MAX = 63 };

static const char *const gate_names[NR_SHARE_GATES] = {
	[NR_SHARE_OK] = "ok",
	[NR_SHARE_RED] = "tlp-red",
	[NR_SHARE_RESERVED] = "reserved-address",
	[NR_SHARE_SUFFIX] = "public-suffix",
	[NR_SHARE_OWN] = "own-name",
	[NR_SHARE_MALFORMED] = "malformed",
	[NR_SHARE_KIND] = "not-in-format",
};

const char *nr_share_gate_name(enum nr_share_gate g)
{
	return (unsigned)g < NR_SHARE_GATES ? gate_names[g] : "malformed";
}

/* IPv4 that is nobody's on the Internet (RFC 6890), without the three documentation nets: the
 * demonstration world lives there and they harm no one. */
static const struct {
	uint32_t net;
	unsigned bits;
} reserved4[] = {
	{ 0x00000000, 8 },  { 0x0a000000, 8 },  { 0x64400000, 10 }, { 0x7f000000, 8 },
	{ 0xa9fe0000, 16 }, { 0xac100000, 12 }, { 0xc0000000, 24 }, { 0xc0a80000, 16 },
	{ 0xc6120000, 15 }, { 0xe0000000, 4 },  { 0xf0000000, 4 },
};

static bool text_addr(struct nr_str s, int family, uint8_t out[16])
{
	char z[INET6_ADDRSTRLEN];

	if (s.n == 0 || s.n >= sizeof(z))
		return false;
	memcpy(z, s.p, s.n);
	z[s.n] = 0;
	return strlen(z) == s.n && inet_pton(family, z, out) == 1;
}

static enum nr_share_gate check_ipv4(struct nr_str s)
{
	uint8_t b[16];
	uint32_t v;

	if (!text_addr(s, AF_INET, b))
		return NR_SHARE_MALFORMED;
	v = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	for (size_t i = 0; i < NR_COUNT(reserved4); i++)
		if ((v ^ reserved4[i].net) >> (32 - reserved4[i].bits) == 0)
			return NR_SHARE_RESERVED;
	return NR_SHARE_OK;
}

/* Only 2000::/3 is routed; documentation (2001:db8::/32) lies in it and stays. */
static enum nr_share_gate check_ipv6(struct nr_str s)
{
	uint8_t b[16];

	if (!text_addr(s, AF_INET6, b))
		return NR_SHARE_MALFORMED;
	return (b[0] & 0xe0) == 0x20 ? NR_SHARE_OK : NR_SHARE_RESERVED;
}

static bool label_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool is_label(const char *p, size_t n)
{
	if (n == 0 || n > LABEL_MAX || p[0] == '-' || p[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!label_char(p[i]))
			return false;
	return true;
}

static bool all_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return true;
}

bool nr_feed_is_domain(struct nr_str s)
{
	size_t from = 0, dots = 0;

	if (s.n == 0 || s.n > DOMAIN_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '.')
			continue;
		if (!is_label(s.p + from, i - from))
			return false;
		from = i + 1;
		dots++;
	}
	return dots > 0 && is_label(s.p + from, s.n - from) && !all_digits(s.p + from, s.n - from);
}

static enum nr_share_gate check_domain(struct nr_str s)
{
	if (s.n && !memchr(s.p, '.', s.n))
		return NR_SHARE_SUFFIX;
	if (!nr_feed_is_domain(s))
		return NR_SHARE_MALFORMED;
	if (nr_feed_is_local(s))
		return NR_SHARE_RESERVED;
	if (nr_feed_is_own(s))
		return NR_SHARE_OWN;
	return nr_feed_is_suffix(s) ? NR_SHARE_SUFFIX : NR_SHARE_OK;
}

/* No blank, no control byte: such a value would not be what its kind says. */
static bool is_plain(struct nr_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

struct nr_str nr_feed_url_host(struct nr_str url)
{
	struct nr_str h = { url.p, 0 };
	size_t i = 0, end;

	while (i + 2 < url.n && memcmp(url.p + i, "://", 3) != 0)
		i++;
	if (i == 0 || i + 3 >= url.n)
		return h;
	i += 3;
	for (end = i; end < url.n && !strchr("/?#", url.p[end]); end++)
		if (url.p[end] == '@')
			i = end + 1;
	h.p = url.p + i;
	if (i < end && url.p[i] == '[') {
		const char *close = memchr(h.p, ']', end - i);

		h.p++;
		h.n = close ? (size_t)(close - h.p) : 0;
		return h;
	}
	while (h.n < end - i && h.p[h.n] != ':')
		h.n++;
	return h;
}

static enum nr_share_gate check_url(struct nr_str s)
{
	struct nr_str host = nr_feed_url_host(s);
	uint8_t b[16];

	if (!is_plain(s) || memchr(s.p, '\\', s.n) || memchr(s.p, '"', s.n) || host.n == 0)
		return NR_SHARE_MALFORMED;
	if (text_addr(host, AF_INET, b))
		return check_ipv4(host);
	if (text_addr(host, AF_INET6, b))
		return check_ipv6(host);
	if (!nr_feed_is_domain(host))
		return NR_SHARE_MALFORMED;
	if (nr_feed_is_local(host))
		return NR_SHARE_RESERVED;
	/* a path under a public suffix names one page, not the strangers beside it */
	return nr_feed_is_own(host) ? NR_SHARE_OWN : NR_SHARE_OK;
}

static enum nr_share_gate check_email(struct nr_str s)
{
	const char *at = s.n ? memrchr(s.p, '@', s.n) : NULL;
	struct nr_str domain;

	if (!at || at == s.p || !is_plain(s))
		return NR_SHARE_MALFORMED;
	domain = (struct nr_str){ at + 1, s.n - (size_t)(at + 1 - s.p) };
	if (!nr_feed_is_domain(domain))
		return NR_SHARE_MALFORMED;
	return nr_feed_is_own(domain) ? NR_SHARE_OWN : NR_SHARE_OK;
}

static enum nr_share_gate check_hex(struct nr_str s, size_t digits)
{
	if (s.n != digits)
		return NR_SHARE_MALFORMED;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return NR_SHARE_MALFORMED;
	return NR_SHARE_OK;
}

static enum nr_share_gate check_value(enum nr_obs_kind kind, struct nr_str v)
{
	switch (kind) {
	case NR_OBS_IPV4: return check_ipv4(v);
	case NR_OBS_IPV6: return check_ipv6(v);
	case NR_OBS_DOMAIN: return check_domain(v);
	case NR_OBS_URL: return check_url(v);
	case NR_OBS_EMAIL: return check_email(v);
	case NR_OBS_SHA256: return check_hex(v, 64);
	case NR_OBS_SHA1: return check_hex(v, 40);
	case NR_OBS_MD5:
	case NR_OBS_JA3: return check_hex(v, 32);
	case NR_OBS_MESSAGE_ID: return is_plain(v) ? NR_SHARE_OK : NR_SHARE_MALFORMED;
	case NR_OBS_FILE_NAME:
	case NR_OBS_USER_AGENT:
	case NR_OBS_SUBJECT:
	case NR_OBS_TEXT_HASH: return NR_SHARE_OK;
	}
	return NR_SHARE_MALFORMED;
}

enum nr_share_gate nr_share_check(const struct nr_indicator *i)
{
	char text[NR_TIME_TEXT];

	if (i->tlp >= NR_TLP_RED)
		return NR_SHARE_RED;
	if (i->value.n == 0 || i->value.n > VALUE_MAX || i->first_us <= 0 ||
	    i->last_us < i->first_us || !nr_stix_time(i->last_us, text))
		return NR_SHARE_MALFORMED;
	return check_value(i->kind, i->value);
}
