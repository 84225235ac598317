/* DNS response policy zone: names answered NXDOMAIN with everything below them, answers that carry a
 * listed address answered NXDOMAIN too.
 *
 * Owner names are relative: the zone's name is the resolver's choice; 64 bytes are left for it. */
#include "desks/share/feed.h"

#include <arpa/inet.h>

enum {
	NAME_MAX_RPZ =
		188, /* 255 of a name - 64 for the zone - "*." - the two length bytes around */
	ADDR_TEXT = 46,
};

static void begin(struct nr_feed *f, struct nr_wr *w)
{
	/* seconds of the newest sighting: grows with the data, the same for the same data */
	uint32_t serial = (uint32_t)(f->newest_us > 0 ? f->newest_us / NR_US_PER_S : 1);

	nr_wr_fmt(w,
		  "; Noroshi response policy zone. Redistribute within the TLP of each line "
		  "only.\n$TTL 300\n@ IN SOA localhost. hostmaster.localhost. %u 600 300 604800 "
		  "300\n@ IN NS localhost.\n",
		  serial);
}

static void record(struct nr_wr *w, const char *prefix, struct nr_str owner,
		   const struct nr_indicator *i)
{
	nr_wr_cstr(w, prefix);
	nr_wr_str(w, owner);
	nr_wr_cstr(w, " IN CNAME . ; ");
	nr_feed_note(w, i);
	nr_wr_u8(w, '\n');
}

/* A name that ends in a trigger word of RPZ (rpz-ip, rpz-nsdname, ...) would not be read as a name. */
static bool is_trigger(struct nr_str d)
{
	const char *dot = memrchr(d.p, '.', d.n);

	return dot && (size_t)(d.p + d.n - dot) > 5 && memcmp(dot + 1, "rpz-", 4) == 0;
}

static bool name_item(const struct nr_indicator *i, struct nr_wr *w)
{
	if (!nr_feed_is_domain(i->value) || i->value.n > NAME_MAX_RPZ || is_trigger(i->value))
		return false;
	record(w, "", i->value, i);
	record(w, "*.", i->value, i);
	return true;
}

static bool parse_addr(struct nr_str s, int family, uint8_t b[16])
{
	char z[ADDR_TEXT + 1];

	if (s.n == 0 || s.n > ADDR_TEXT)
		return false;
	memcpy(z, s.p, s.n);
	z[s.n] = 0;
	return strlen(z) == s.n && inet_pton(family, z, b) == 1;
}

static bool ipv4_item(const struct nr_indicator *i, struct nr_wr *w)
{
	char owner[40];
	uint8_t b[16];

	if (!parse_addr(i->value, AF_INET, b))
		return false;
	(void)snprintf(owner, sizeof(owner), "32.%u.%u.%u.%u.rpz-ip", b[3], b[2], b[1], b[0]);
	record(w, "", nr_str_c(owner), i);
	return true;
}

/* The longest run of two or more zero groups, which RPZ writes as "zz". */
static void zero_run(const uint16_t g[8], int *ret_at, int *ret_n)
{
	*ret_at = -1;
	*ret_n = 1;
	for (int k = 0; k < 8; k++) {
		int n = 0;

		while (k + n < 8 && g[k + n] == 0)
			n++;
		if (n > *ret_n) {
			*ret_at = k;
			*ret_n = n;
		}
	}
}

static bool ipv6_item(const struct nr_indicator *i, struct nr_wr *w)
{
	char owner[80];
	uint16_t g[8];
	uint8_t b[16];
	int at, n, used;

	if (!parse_addr(i->value, AF_INET6, b))
		return false;
	for (int k = 0; k < 8; k++)
		g[k] = (uint16_t)(b[2 * k] << 8 | b[2 * k + 1]);
	zero_run(g, &at, &n);
	used = snprintf(owner, sizeof(owner), "128");
	for (int k = 7; k >= 0; k--) {
		size_t room = sizeof(owner) - (size_t)used;

		if (at >= 0 && k == at + n - 1) {
			used += snprintf(owner + used, room, ".zz");
			k = at;
			continue;
		}
		used += snprintf(owner + used, room, ".%x", g[k]);
	}
	(void)snprintf(owner + used, sizeof(owner) - (size_t)used, ".rpz-ip");
	record(w, "", nr_str_c(owner), i);
	return true;
}

static bool item(struct nr_feed *f, const struct nr_indicator *i, struct nr_wr *w)
{
	(void)f;
	switch (i->kind) {
	case NR_OBS_DOMAIN: return name_item(i, w);
	case NR_OBS_IPV4: return ipv4_item(i, w);
	case NR_OBS_IPV6: return ipv6_item(i, w);
	default: return false;
	}
}

static void end(struct nr_feed *f, struct nr_wr *w)
{
	nr_wr_fmt(w, "; end, %llu indicators\n", (unsigned long long)f->items);
}

static bool owner_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
	       c == '.' || c == '*';
}

static bool line_ok(struct nr_str l)
{
	static const char mid[] = " IN CNAME . ; ";
	size_t k = 0;

	if (l.n && (l.p[0] == ';' || l.p[0] == '$' || l.p[0] == '@'))
		return true;
	while (k < l.n && owner_char(l.p[k]))
		k++;
	return k > 2 && k <= 190 && l.n > k + sizeof(mid) - 1 &&
	       memcmp(l.p + k, mid, sizeof(mid) - 1) == 0;
}

static enum nr_rc check(struct nr_bytes feed, struct nr_err *reterr)
{
	return nr_feed_check_lines(feed, line_ok, reterr);
}

const struct nr_feed_format nr_feed_rpz = {
	.name = "rpz",
	.media_type = "text/dns; charset=utf-8",
	.file_suffix = ".zone",
	.title_en = "DNS response policy zone",
	.title_ja = "DNS RPZ（応答ポリシーゾーン）",
	.description_en =
		"Zone file for BIND, Knot Resolver, PowerDNS or Unbound: listed names, all "
		"names below them, and answers with listed addresses become NXDOMAIN.",
	.description_ja =
		"BIND・Knot Resolver・PowerDNS・Unbound用ゾーンファイル。登録名とその配下、"
		"登録アドレスを含む応答をNXDOMAINにする。",
	.kinds = 1u << NR_OBS_IPV4 | 1u << NR_OBS_IPV6 | 1u << NR_OBS_DOMAIN,
	.max_items = 5000000,
	.wants_newest = true,
	.begin = begin,
	.item = item,
	.end = end,
	.check = check,
	.selftest = nr_feed_selftest,
	.fuzz = "fuzz_share",
	.doc = "docs/feeds.md",
};
