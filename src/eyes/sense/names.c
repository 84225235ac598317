#include "eyes/sense/names.h"

#include "base/rd.h"
#include "base/time.h"
#include "eyes/sense/report.h"

enum {
	DNS_PORT = 53,
	DNS_HEAD = 12,
	LABELS = 127,
	FUEL = 400,
	HTTP_LOOK = 2048,
	HTTP_LINES = 64,
	TLS_EXTENSIONS = 64,
	SHOWN = 64, /* names that become observables without being indicators */
};

/* ---- tables ---- */

enum nr_rc nr_names_open(struct nr_names *n, size_t max, struct nr_arena *a, struct nr_err *reterr)
{
	uint32_t slots = 16;

	if (max > NR_IOCS)
		return nr_fail(reterr, NR_E_LIMIT, "indicator", 0, "%zu indicators, at most %d",
			       max, NR_IOCS);
	while (slots < max * 2)
		slots *= 2;
	*n = (struct nr_names){ .a = a, .n_slots = slots };
	n->iocs = NR_NEW_N(a, struct nr_ioc, max + 1);
	n->by_ip = NR_NEW_N(a, uint32_t, slots);
	n->by_text = NR_NEW_N(a, uint32_t, slots);
	n->names = NR_NEW_N(a, struct nr_name, NR_NAMES);
	n->index = NR_NEW_N(a, uint32_t, NR_NAMES * 2);
	if (a->exhausted)
		return nr_fail(reterr, NR_E_LIMIT, "indicator", 0, "no memory for %zu indicators",
			       max);
	return NR_OK;
}

static uint32_t slot_of(const struct nr_names *n, uint64_t h)
{
	return (uint32_t)(h >> 16) & (n->n_slots - 1);
}

static struct nr_ioc *ioc_ip(const struct nr_names *n, struct nr_ip ip)
{
	uint32_t i = slot_of(n, nr_mix(ip.hi, ip.lo));

	for (; n->by_ip[i]; i = (i + 1) & (n->n_slots - 1))
		if (nr_ip_eq(n->iocs[n->by_ip[i] - 1].ip, ip))
			return &n->iocs[n->by_ip[i] - 1];
	return NULL;
}

static struct nr_ioc *ioc_text(const struct nr_names *n, enum nr_obs_kind kind, struct nr_str s)
{
	uint32_t i = slot_of(n, nr_hash64(nr_str_bytes(s), (uint64_t)kind));

	for (; n->by_text[i]; i = (i + 1) & (n->n_slots - 1)) {
		struct nr_ioc *c = &n->iocs[n->by_text[i] - 1];

		if (c->kind == kind && nr_str_eq(c->value, s))
			return c;
	}
	return NULL;
}

static bool is_ip(enum nr_obs_kind k)
{
	return k == NR_OBS_IPV4 || k == NR_OBS_IPV6;
}

static void index_ioc(struct nr_names *n, const struct nr_ioc *c)
{
	bool ip = is_ip(c->kind);
	uint32_t *table = ip ? n->by_ip : n->by_text;
	uint32_t i = slot_of(n, ip ? nr_mix(c->ip.hi, c->ip.lo)
				   : nr_hash64(nr_str_bytes(c->value), (uint64_t)c->kind));

	while (table[i])
		i = (i + 1) & (n->n_slots - 1);
	table[i] = ++n->n_iocs;
	n->n_ips += ip;
	n->n_texts += !ip;
	n->n_urls += c->kind == NR_OBS_URL;
}

/* "kind:value" apart, the kind one of the four that are looked for. */
static bool split(struct nr_str s, enum nr_obs_kind *ret_kind, struct nr_str *ret_raw)
{
	const char *colon = s.n ? memchr(s.p, ':', s.n) : NULL;
	size_t at = colon ? (size_t)(colon - s.p) : 0;

	if (!colon || nr_obs_kind_parse((struct nr_str){ s.p, at }, ret_kind, NULL) != NR_OK)
		return false;
	*ret_raw = (struct nr_str){ s.p + at + 1, s.n - at - 1 };
	return is_ip(*ret_kind) || *ret_kind == NR_OBS_DOMAIN || *ret_kind == NR_OBS_URL;
}

enum nr_rc nr_names_indicator(struct nr_names *n, struct nr_str s, struct nr_err *reterr)
{
	struct nr_ioc *c = &n->iocs[n->n_iocs];
	struct nr_str raw;
	bool known;

	*c = (struct nr_ioc){ .hits = 0 };
	if (!split(s, &c->kind, &raw) || nr_obs_canon(c->kind, raw, n->a, &c->value, NULL) != NR_OK)
		return nr_fail(reterr, NR_E_INVAL, "indicator", 0,
			       "'%.*s' is not ipv4:, ipv6:, domain: or url: and a value",
			       s.n > 60 ? 60 : (int)s.n, s.p);
	if (is_ip(c->kind) && !nr_ip_parse(c->value, &c->ip))
		return nr_fail(reterr, NR_E_INVAL, "indicator", 0, "not an address");
	known = is_ip(c->kind) ? ioc_ip(n, c->ip) != NULL : ioc_text(n, c->kind, c->value) != NULL;
	if (!known)
		index_ioc(n, c);
	return NR_OK;
}

static void hit(struct nr_ioc *c, const struct nr_pkt *p, uint64_t at, struct nr_ip peer)
{
	if (c->hits++ == 0)
		c->first_us = p->at_us;
	c->first_us = p->at_us < c->first_us ? p->at_us : c->first_us;
	c->last_us = p->at_us > c->last_us ? p->at_us : c->last_us;
	if (c->n_place < NR_IOC_PLACES) {
		c->place[c->n_place] = (struct nr_place){ p->number, p->offset, p->length };
		c->at[c->n_place++] = at;
	}
	for (unsigned i = 0; i < c->n_peer; i++)
		if (nr_ip_eq(c->peer[i], peer))
			return;
	if (c->n_peer < NR_IOC_PEERS)
		c->peer[c->n_peer++] = peer;
}

/* ---- names ---- */

struct seen { /* one name in one packet */
	const struct nr_pkt *p;
	const char *role;
	struct nr_ip who;
	uint64_t at;
};

static void keep(struct nr_names *n, struct nr_str text, const struct seen *s)
{
	uint32_t i = (uint32_t)nr_hash64(nr_str_bytes(text), 1) & (NR_NAMES * 2 - 1);

	for (; n->index[i]; i = (i + 1) & (NR_NAMES * 2 - 1)) {
		struct nr_name *m = &n->names[n->index[i] - 1];

		if (nr_str_eq(m->text, text)) {
			m->count++;
			return;
		}
	}
	if (n->n_names == NR_NAMES) {
		n->dropped++;
		return;
	}
	n->names[n->n_names] = (struct nr_name){
		.text = nr_arena_str(n->a, text),
		.role = s->role,
		.count = 1,
		.place = { s->p->number, s->p->offset, s->p->length },
	};
	n->index[i] = ++n->n_names;
}

/* A name in lower case without a final dot: counted, and looked for among the indicators together
 * with the domains it is under. */
static void name(struct nr_names *n, struct nr_str text, const struct seen *s)
{
	struct nr_str rest = text;

	if (text.n && text.p[text.n - 1] == '.')
		rest.n = text.n = text.n - 1;
	if (text.n == 0 || !memchr(text.p, '.', text.n))
		return;
	for (unsigned i = 0; n->n_texts && i < LABELS && rest.n; i++) {
		struct nr_ioc *c = ioc_text(n, NR_OBS_DOMAIN, rest);
		const char *dot = memchr(rest.p, '.', rest.n);

		if (c)
			hit(c, s->p, s->at, s->who);
		if (!dot)
			break;
		rest.n -= (size_t)(dot - rest.p) + 1;
		rest.p = dot + 1;
	}
	keep(n, text, s);
}

/* Lower case; false for anything that is no letter, digit, hyphen, underscore or dot. */
static bool fold(struct nr_bytes in, char *out, size_t *len, size_t max)
{
	for (size_t i = 0; i < in.n; i++) {
		uint8_t c = nr_peek_u8(in, i);

		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c - 'A' + 'a');
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
		      c == '.') ||
		    *len >= max)
			return false;
		out[(*len)++] = (char)c;
	}
	return true;
}

static void dns(struct nr_names *n, const struct nr_pkt *p, size_t skip)
{
	struct nr_rd r = nr_rd_init(nr_peek_from(p->payload, skip), FUEL);
	struct seen s = { p, "queried", p->src, p->payload_at + skip + DNS_HEAD };
	char text[NR_NAME_BYTES + 1];
	size_t len = 0;
	uint16_t flags;

	nr_rd_skip(&r, 2, "id");
	flags = nr_rd_be16(&r, "flags");
	if (nr_rd_be16(&r, "questions") == 0 || (flags & 0x7800) != 0)
		return;
	nr_rd_skip(&r, 6, "counts");
	if (flags & 0x8000)
		s.who = p->dst;
	while (nr_rd_step(&r)) {
		uint8_t size = nr_rd_u8(&r, "label length");

		if (size == 0 || size > 63)
			break;
		if (len && len < NR_NAME_BYTES)
			text[len++] = '.';
		if (!fold(nr_rd_bytes(&r, size, "label"), text, &len, NR_NAME_BYTES))
			return;
	}
	if (nr_rd_ok(&r))
		name(n, (struct nr_str){ text, len }, &s);
}

static void host_name(struct nr_names *n, const struct nr_pkt *p, struct nr_bytes host)
{
	struct seen s = { p, "contacted", p->src,
			  p->payload_at + nr_peek_offset(p->payload, host) };
	char text[NR_NAME_BYTES + 1];
	size_t len = 0;

	if (fold(host, text, &len, NR_NAME_BYTES))
		name(n, (struct nr_str){ text, len }, &s);
}

static struct nr_bytes line_of(struct nr_bytes b, size_t at)
{
	struct nr_bytes rest = nr_peek_from(b, at);
	const uint8_t *nl = rest.n ? memchr(rest.p, '\n', rest.n) : NULL;

	return nl ? nr_peek_cut(rest, 0, (size_t)(nl - rest.p) + 1) : (struct nr_bytes){ NULL, 0 };
}

static struct nr_bytes trim(struct nr_bytes b)
{
	while (b.n && (nr_peek_u8(b, 0) == ' ' || nr_peek_u8(b, 0) == '\t'))
		b = nr_peek_from(b, 1);
	while (b.n && nr_peek_u8(b, b.n - 1) <= ' ')
		b.n--;
	return b;
}

static bool is_host(struct nr_bytes line)
{
	static const char want[] = "host:";

	for (size_t i = 0; i < 5; i++)
		if ((nr_peek_u8(line, i) | 0x20) != (want[i] | 0x20))
			return false;
	return true;
}

static void url(struct nr_names *n, const struct nr_pkt *p, struct nr_bytes request,
		struct nr_bytes host)
{
	struct nr_arena_mark m = nr_arena_mark(n->a);
	const uint8_t *sp = memchr(request.p, ' ', request.n);
	struct nr_bytes path = sp ? nr_peek_from(request, (size_t)(sp - request.p) + 1) : request;
	const uint8_t *end = path.n ? memchr(path.p, ' ', path.n) : NULL;
	struct nr_str h, q, canon;
	struct nr_ioc *c;

	if (!end || nr_str_check(host, &h, NULL) != NR_OK ||
	    nr_str_check(nr_peek_cut(path, 0, (size_t)(end - path.p)), &q, NULL) != NR_OK)
		return;
	h = nr_arena_fmt(n->a, "http://%.*s%.*s", NR_FMT(h), NR_FMT(q));
	if (h.n && nr_obs_canon(NR_OBS_URL, h, n->a, &canon, NULL) == NR_OK &&
	    (c = ioc_text(n, NR_OBS_URL, canon)))
		hit(c, p, p->payload_at + nr_peek_offset(p->payload, path), p->src);
	nr_arena_rewind(n->a, m);
}

static void http(struct nr_names *n, const struct nr_pkt *p)
{
	struct nr_bytes all = nr_peek_cut(p->payload, 0, HTTP_LOOK), request = line_of(all, 0);
	size_t at = request.n;

	/* "GET / HTTP/1.1": the version is what tells a request from any text. */
	if (request.n < 14 || !memmem(request.p, request.n, " HTTP/1.", 8))
		return;
	for (unsigned i = 0; i < HTTP_LINES; i++) {
		struct nr_bytes line = line_of(all, at), host;
		const uint8_t *colon;

		if (line.n <= 2)
			return;
		at += line.n;
		if (!is_host(line))
			continue;
		host = trim(nr_peek_from(line, 5));
		if (n->n_urls && host.n)
			url(n, p, request, host);
		colon = host.n ? memchr(host.p, ':', host.n) : NULL;
		if (colon)
			host = nr_peek_cut(host, 0, (size_t)(colon - host.p));
		host_name(n, p, host);
		return;
	}
}

static void tls(struct nr_names *n, const struct nr_pkt *p)
{
	struct nr_rd r = nr_rd_init(p->payload, FUEL);

	nr_rd_skip(&r, 5, "record");
	nr_rd_require(&r, nr_rd_u8(&r, "handshake") == 1, "ClientHello");
	nr_rd_skip(&r, 3 + 2 + 32, "random");
	nr_rd_skip(&r, nr_rd_u8(&r, "session"), "session");
	nr_rd_skip(&r, nr_rd_be16(&r, "ciphers"), "ciphers");
	nr_rd_skip(&r, nr_rd_u8(&r, "compression"), "compression");
	nr_rd_skip(&r, 2, "extensions");
	for (unsigned i = 0; i < TLS_EXTENSIONS && nr_rd_ok(&r); i++) {
		uint16_t type = nr_rd_be16(&r, "extension"), len = nr_rd_be16(&r, "length");
		struct nr_bytes v = nr_rd_bytes(&r, len, "extension");

		if (type == 0 && nr_rd_ok(&r)) {
			host_name(n, p, nr_peek_cut(v, 5, nr_peek_be16(v, 3)));
			return;
		}
	}
}

static void segment(struct nr_names *n, const struct nr_pkt *p)
{
	uint8_t first = nr_peek_u8(p->payload, 0);

	if (p->dport == DNS_PORT || p->sport == DNS_PORT)
		dns(n, p, 2);
	else if (first == 0x16 && nr_peek_u8(p->payload, 1) == 3)
		tls(n, p);
	else if (first >= 'C' && first <= 'P')
		http(n, p);
}

static void addresses(struct nr_names *n, const struct nr_pkt *p)
{
	struct nr_ioc *c = ioc_ip(n, p->dst);

	if (c)
		hit(c, p, p->offset, p->src);
	c = ioc_ip(n, p->src);
	if (c)
		hit(c, p, p->offset, p->dst);
}

void nr_names_packet(struct nr_names *n, const struct nr_pkt *p)
{
	if (n->n_ips)
		addresses(n, p);
	if (p->payload.n < DNS_HEAD)
		return;
	if (p->proto == NR_IPPROTO_TCP)
		segment(n, p);
	else if (p->proto == NR_IPPROTO_UDP && (p->dport == DNS_PORT || p->sport == DNS_PORT))
		dns(n, p, 0);
}

/* ---- report ---- */

static void report_hit(struct nr_dossier *d, const struct nr_ioc *c)
{
	const struct nr_detector *det = nr_sense_detector("indicator.hit");
	struct nr_finding *f = nr_dossier_finding(d, det->name, NR_SEV_HIGH, 90, det->attack);
	struct nr_evidence ev =
		nr_ev_packet(c->place[0].packet, c->place[0].offset, c->place[0].length);
	char peer[NR_IP_TEXT], time[NR_TIME_TEXT];
	bool ip = is_ip(c->kind);
	uint32_t what = nr_dossier_obs(d, c->kind, c->value, "indicator", ev);

	nr_ip_text(c->peer[0], peer);
	f->at_us = c->first_us;
	f->summary =
		nr_arena_fmt(d->a, "the known %s %.*s was %s %llu times, first by %s",
			     nr_obs_kind_name(c->kind), NR_FMT(c->value),
			     ip ? "talked to" : "asked for", (unsigned long long)c->hits, peer);
	nr_finding_obs(f, what);
	for (unsigned i = 0; i < c->n_place; i++)
		nr_finding_ev(f, nr_ev_packet(c->place[i].packet, c->place[i].offset,
					      c->place[i].length));
	for (unsigned i = 0; i < c->n_peer; i++)
		nr_dossier_rel(d, nr_report_ip(d, c->peer[i], "client", ev), what,
			       ip ? "contacted" : "queried");
	nr_finding_param(f, "indicator", c->value);
	nr_finding_param(f, "kind", nr_str_c(nr_obs_kind_name(c->kind)));
	nr_finding_param(f, "hits", nr_arena_fmt(d->a, "%llu", (unsigned long long)c->hits));
	nr_finding_param(f, "byte", nr_arena_fmt(d->a, "%llu", (unsigned long long)c->at[0]));
	nr_finding_param(f, "by", nr_arena_fmt(d->a, "%s", peer));
	nr_time_format(c->first_us, time);
	nr_finding_param(f, "first", nr_arena_fmt(d->a, "%s", time));
	nr_time_format(c->last_us, time);
	nr_finding_param(f, "last", nr_arena_fmt(d->a, "%s", time));
}

static int by_count(const void *a, const void *b)
{
	const struct nr_name *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->place.packet < y->place.packet ? -1 : x->place.packet > y->place.packet;
}

void nr_names_report(struct nr_names *n, struct nr_dossier *d)
{
	unsigned hits = 0;

	for (uint32_t i = 0; i < n->n_iocs; i++) {
		if (!n->iocs[i].hits || hits++ >= NR_REPORT_FINDINGS)
			continue;
		/* The value may outlive the eye's own arena only as a copy. */
		n->iocs[i].value = nr_arena_str(d->a, n->iocs[i].value);
		report_hit(d, &n->iocs[i]);
	}
	if (hits > NR_REPORT_FINDINGS)
		nr_report_fact(d, "indicator.hit.omitted", hits - NR_REPORT_FINDINGS);
	if (n->n_names)
		qsort(n->names, n->n_names, sizeof(*n->names), by_count);
	for (uint32_t i = 0; i < n->n_names && i < SHOWN; i++) {
		const struct nr_name *m = &n->names[i];
		uint32_t o = nr_dossier_obs_raw(
			d, NR_OBS_DOMAIN, m->text, m->role,
			nr_ev_packet(m->place.packet, m->place.offset, m->place.length));

		if (o != UINT32_MAX && d->obs[o].count < m->count)
			d->obs[o].count = m->count;
	}
	if (n->n_names)
		nr_report_fact(d, "names", n->n_names);
	if (n->dropped)
		nr_report_fact(d, "names.dropped", n->dropped);
}
