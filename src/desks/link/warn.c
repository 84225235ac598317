#include "desks/link/warn.h"

#include "desks/link/warn_table.h"

#include <arpa/inet.h>

enum { NAME_MAX_BYTES = 254 };

static int name_cmp(struct nr_str key, const char *name)
{
	int c = strncmp(key.p, name, key.n);

	return c ? c : name[key.n] ? -1 : 0;
}

static enum nr_warn find_name(const struct nr_warn_name *t, size_t n, struct nr_str key)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = name_cmp(key, t[mid].name);

		if (c == 0)
			return (enum nr_warn)t[mid].cls;
		if (c > 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NR_WARN_NONE;
}

/* The longest listed suffix decides: below a hosting name or a shortener nothing is common. */
static enum nr_warn domain_class(struct nr_str d)
{
	struct nr_str s;

	if (d.n > NAME_MAX_BYTES)
		return NR_WARN_NONE;
	if (d.n > 4 && memcmp(d.p, "www.", 4) == 0) /* the front door of a name is the name */
		d = (struct nr_str){ d.p + 4, d.n - 4 };
	s = d;
	for (;;) {
		enum nr_warn w = find_name(nr_warn_domains, nr_warn_domains_count, s);
		const char *dot;

		if (w != NR_WARN_NONE) {
			bool alone = w == NR_WARN_HOSTING || w == NR_WARN_SHORTENER;

			return alone && s.n != d.n ? NR_WARN_NONE : w;
		}
		dot = memchr(s.p, '.', s.n);
		if (!dot)
			return NR_WARN_NONE;
		s.n -= (size_t)(dot - s.p) + 1;
		s.p = dot + 1;
	}
}

static void mask(uint8_t addr[16], unsigned bits)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned keep = bits >= 8 * (i + 1) ? 8 : bits > 8 * i ? bits - 8 * i : 0;

		addr[i] = (uint8_t)(addr[i] & (0xff00u >> keep));
	}
}

static int net_cmp(const struct nr_warn_net *n, unsigned bits, const uint8_t addr[16])
{
	if (n->bits != bits)
		return n->bits < bits ? -1 : 1;
	return memcmp(n->addr, addr, 16);
}

static enum nr_warn find_net(unsigned bits, const uint8_t addr[16])
{
	size_t lo = 0, hi = nr_warn_networks_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = net_cmp(&nr_warn_networks[mid], bits, addr);

		if (c == 0)
			return (enum nr_warn)nr_warn_networks[mid].cls;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NR_WARN_NONE;
}

static enum nr_warn address_class(struct nr_str text, int family)
{
	uint8_t addr[16] = { 0 }, part[16];
	char buf[INET6_ADDRSTRLEN];

	if (text.n >= sizeof(buf))
		return NR_WARN_NONE;
	memcpy(buf, text.p, text.n);
	buf[text.n] = '\0';
	if (family == AF_INET)
		addr[10] = addr[11] = 0xff;
	if (inet_pton(family, buf, family == AF_INET ? addr + 12 : addr) != 1)
		return NR_WARN_NONE;
	for (size_t i = 0; i < nr_warn_bits_count; i++) {
		enum nr_warn w;

		memcpy(part, addr, sizeof(part));
		mask(part, nr_warn_bits[i]);
		w = find_net(nr_warn_bits[i], part);
		if (w != NR_WARN_NONE)
			return w;
	}
	return NR_WARN_NONE;
}

/* A URL is common when its host is; on hosting and shorteners only the bare host is. */
static enum nr_warn url_class(struct nr_str u)
{
	size_t i = 0, from, to;
	enum nr_warn w;

	while (i + 3 <= u.n && memcmp(u.p + i, "://", 3) != 0)
		i++;
	if (i + 3 > u.n)
		return NR_WARN_NONE;
	from = i + 3;
	for (to = from; to < u.n && !strchr("/?#", u.p[to]); to++)
		if (u.p[to] == '@')
			from = to + 1;
	for (i = from; i < to; i++)
		if (u.p[i] == ':')
			break;
	w = domain_class((struct nr_str){ u.p + from, i - from });
	if ((w == NR_WARN_HOSTING || w == NR_WARN_SHORTENER) && to + 1 < u.n)
		return NR_WARN_NONE;
	return w;
}

static enum nr_warn email_class(struct nr_str e)
{
	static const char *const roles[] = { "security", "noc",        "soc",
					     "abuse",    "postmaster", "mailer-daemon" };
	const char *at = memrchr(e.p, '@', e.n);
	size_t local;
	enum nr_warn w;

	if (!at)
		return NR_WARN_NONE;
	local = (size_t)(at - e.p);
	for (size_t i = 0; i < NR_COUNT(roles); i++)
		if (strlen(roles[i]) == local && strncasecmp(roles[i], e.p, local) == 0)
			return NR_WARN_COMMON;
	w = domain_class((struct nr_str){ at + 1, e.n - local - 1 });
	return w == NR_WARN_POPULAR ? w : NR_WARN_NONE;
}

enum nr_warn nr_warn_class(enum nr_obs_kind kind, struct nr_str v)
{
	if (v.n == 0)
		return NR_WARN_NONE;
	switch (kind) {
	case NR_OBS_IPV4: return address_class(v, AF_INET);
	case NR_OBS_IPV6: return address_class(v, AF_INET6);
	case NR_OBS_DOMAIN: return domain_class(v);
	case NR_OBS_URL: return url_class(v);
	case NR_OBS_EMAIL: return email_class(v);
	case NR_OBS_SHA256:
	case NR_OBS_SHA1:
	case NR_OBS_MD5: return find_name(nr_warn_hashes, nr_warn_hashes_count, v);
	default: return NR_WARN_NONE;
	}
}
