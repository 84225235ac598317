#include "eyes/sense/report.h"

#include "base/time.h"
#include "base/wr.h"

struct ref { /* a record of the probe table, sorted so that one source's stand together */
	uint64_t key;
	const struct nr_probes *r;
	int64_t first_us;
	bool scan; /* by itself */
};

/* All probe records of one source, judged together: one finding for one scanner. */
struct scan {
	struct nr_ip src;
	uint64_t hosts, answered, packets;
	int64_t first_us, last_us;
	const struct ref *refs;
	size_t n;
};

static struct nr_evidence ev_of(const struct nr_place *p)
{
	return p->length ? nr_ev_packet(p->packet, p->offset, p->length)
			 : (struct nr_evidence){ .kind = NR_EV_NONE };
}

void nr_report_fact(struct nr_dossier *d, const char *name, uint64_t v)
{
	nr_dossier_fact(d, name, nr_arena_fmt(d->a, "%llu", (unsigned long long)v), 0,
			(struct nr_evidence){ .kind = NR_EV_NONE });
}

uint32_t nr_report_ip(struct nr_dossier *d, struct nr_ip ip, const char *role,
		      struct nr_evidence ev)
{
	char text[NR_IP_TEXT];

	nr_ip_text(ip, text);
	return nr_dossier_obs_raw(d, nr_ip_is4(ip) ? NR_OBS_IPV4 : NR_OBS_IPV6, nr_str_c(text),
				  role, ev);
}

static struct nr_str port_text(struct nr_dossier *d, uint8_t proto, uint16_t port)
{
	switch (proto) {
	case NR_IPPROTO_TCP: return nr_arena_fmt(d->a, "%u/tcp", port);
	case NR_IPPROTO_UDP: return nr_arena_fmt(d->a, "%u/udp", port);
	case NR_IPPROTO_ICMP: return nr_arena_fmt(d->a, "%u/icmp", port);
	default: return nr_arena_fmt(d->a, "%u/icmpv6", port);
	}
}

static void param_u64(struct nr_dossier *d, struct nr_finding *f, const char *name, uint64_t v)
{
	nr_finding_param(f, name, nr_arena_fmt(d->a, "%llu", (unsigned long long)v));
}

static void param_time(struct nr_dossier *d, struct nr_finding *f, const char *name, int64_t us)
{
	char text[NR_TIME_TEXT];

	nr_time_format(us, text);
	nr_finding_param(f, name, nr_arena_fmt(d->a, "%s", text));
}

static struct nr_finding *finding(struct nr_dossier *d, const char *name, enum nr_severity sev,
				  unsigned confidence)
{
	const struct nr_detector *det = nr_sense_detector(name);

	return nr_dossier_finding(d, det->name, sev, confidence, det->attack);
}

/* ---- horizontal ---- */

static int by_key(const void *a, const void *b)
{
	const struct ref *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->r->src.lo != y->r->src.lo)
		return x->r->src.lo < y->r->src.lo ? -1 : 1;
	if (x->first_us != y->first_us)
		return x->first_us < y->first_us ? -1 : 1;
	if (x->r->port != y->r->port)
		return x->r->port < y->r->port ? -1 : 1;
	return x->r->proto < y->r->proto ? -1 : x->r->proto > y->r->proto;
}

static struct ref *all_refs(const struct nr_track *t, size_t *ret_n)
{
	struct ref *refs = NR_NEW_N(t->a, struct ref, t->made_probes + t->done_probes.n + 1);
	const struct nr_probes *done = t->done_probes.rec;
	size_t n = 0;

	for (size_t i = 0; refs && i < t->made_probes; i++)
		refs[n++].r = &t->probes[i];
	for (size_t i = 0; refs && i < t->done_probes.n; i++)
		refs[n++].r = &done[i];
	for (size_t i = 0; i < n; i++) {
		refs[i].key = nr_mix(refs[i].r->src.hi, refs[i].r->src.lo);
		refs[i].first_us = refs[i].r->first->at_us;
		refs[i].scan = nr_probes_scan(refs[i].r);
	}
	if (refs)
		qsort(refs, n, sizeof(*refs), by_key);
	*ret_n = n;
	return refs;
}

/* Of a scanner: the ports that are scans by themselves, and those where nobody answered at all. */
static bool belongs(const struct ref *f, bool one)
{
	return !one || f->scan || (f->r->answered == 0 && f->r->proto == NR_IPPROTO_TCP);
}

/* Distinct hosts over all records of a source: exact while the exact sets last, otherwise the merged
 * registers. */
static uint64_t union_hosts(const struct ref *refs, size_t n, bool one)
{
	struct nr_sketch all = { 0 };
	uint8_t used = 0;

	for (size_t i = 0; i < n; i++) {
		const struct nr_probes *r = refs[i].r;

		if (!belongs(&refs[i], one))
			continue;
		nr_sketch_merge(&all, &used, &r->targets, r->n);
	}
	return nr_sketch_value(&all, used);
}

static void sum_up(struct scan *s, const struct nr_probes *r)
{
	s->answered += r->answered;
	s->packets += r->packets;
	if (s->first_us == 0 || r->first->at_us < s->first_us)
		s->first_us = r->first->at_us;
	s->last_us = r->last_us > s->last_us ? r->last_us : s->last_us;
}

/* One source: a scan when one of its ports is, or when its ports together are (a scanner that tries
 * 80, 88 and 8080) without being as many as the hosts (that is a file-sharing client). */
static bool judge(const struct ref *refs, size_t n, struct scan *s)
{
	size_t tcp = 0, ports = 0;
	bool one = false;

	*s = (struct scan){ .src = refs[0].r->src, .refs = refs, .n = n };
	for (size_t i = 0; i < n; i++) {
		tcp += refs[i].r->proto == NR_IPPROTO_TCP;
		one |= refs[i].scan;
		ports += i == 0 || refs[i].r->port != refs[i - 1].r->port;
	}
	if (!one && (tcp != n || n < 2))
		return false;
	for (size_t i = 0; i < n; i++)
		if (belongs(&refs[i], one))
			sum_up(s, refs[i].r);
	s->hosts = union_hosts(refs, n, one);
	if (one)
		return true;
	return ports * 2 <= s->hosts && s->hosts >= s->answered + NR_SCAN_ANY_HOSTS &&
	       s->hosts >= 4 * s->answered;
}

static int by_weight(const void *a, const void *b)
{
	const struct scan *x = a, *y = b;

	if (x->hosts != y->hosts)
		return x->hosts > y->hosts ? -1 : 1;
	if (x->packets != y->packets)
		return x->packets > y->packets ? -1 : 1;
	if (x->src.hi != y->src.hi)
		return x->src.hi < y->src.hi ? -1 : 1;
	return x->src.lo < y->src.lo ? -1 : x->src.lo > y->src.lo;
}

static struct nr_str ports_of(struct nr_dossier *d, const struct scan *s, bool one)
{
	struct nr_wr w = NR_WR_INIT(512);
	struct nr_str r;
	unsigned n = 0;

	for (size_t i = 0; i < s->n && n < 16; i++) {
		struct nr_str p = port_text(d, s->refs[i].r->proto, s->refs[i].r->port);

		if (!belongs(&s->refs[i], one))
			continue;
		if (i && s->refs[i].r->port == s->refs[i - 1].r->port)
			continue;
		nr_wr_cstr(&w, n++ ? ", " : "");
		nr_wr_str(&w, p);
	}
	r = nr_arena_str(d->a, (struct nr_str){ (const char *)w.p, w.n });
	nr_wr_done(&w);
	return r;
}

static void horizontal(struct nr_dossier *d, const struct scan *s)
{
	bool one = false;
	struct nr_finding *f;
	struct nr_str ports;
	char ip[NR_IP_TEXT];
	enum nr_severity sev = s->hosts >= 25 ? NR_SEV_MEDIUM : NR_SEV_LOW;

	for (size_t i = 0; i < s->n; i++)
		one |= s->refs[i].scan;
	ports = ports_of(d, s, one);
	nr_ip_text(s->src, ip);
	f = finding(d, "scan.horizontal", sev, s->hosts >= 100 ? 95 : s->hosts >= 25 ? 85 : 65);
	f->at_us = s->first_us;
	f->summary = nr_arena_fmt(d->a, "%s scanned %llu hosts on %.*s; %llu answered", ip,
				  (unsigned long long)s->hosts, NR_FMT(ports),
				  (unsigned long long)s->answered);
	for (size_t i = 0; i < s->n && f->n_ev < 6; i++) {
		const struct nr_probes *r = s->refs[i].r;

		for (unsigned k = 0; k < r->n_place && belongs(&s->refs[i], one); k++)
			nr_finding_ev(f, ev_of(&r->first->place[k]));
	}
	nr_finding_obs(f, nr_report_ip(d, s->src, "source", ev_of(&s->refs[0].r->first->place[0])));
	param_u64(d, f, "hosts", s->hosts);
	param_u64(d, f, "answered", s->answered);
	param_u64(d, f, "packets", s->packets);
	nr_finding_param(f, "ports", ports);
	param_time(d, f, "first", s->first_us);
	param_time(d, f, "last", s->last_us);
}

static void report_horizontal(struct nr_track *t, struct nr_dossier *d)
{
	size_t n, n_scans = 0, k;
	struct ref *refs = all_refs(t, &n);
	struct scan *scans = refs ? NR_NEW_N(t->a, struct scan, n + 1) : NULL;

	if (!scans)
		d->rc = NR_E_LIMIT;
	for (size_t i = 0; scans && i < n; i = k) {
		for (k = i + 1; k < n && nr_ip_eq(refs[k].r->src, refs[i].r->src);)
			k++;
		n_scans += judge(&refs[i], k - i, &scans[n_scans]);
	}
	if (scans)
		qsort(scans, n_scans, sizeof(*scans), by_weight);
	for (size_t i = 0; scans && i < n_scans && i < NR_REPORT_FINDINGS; i++)
		horizontal(d, &scans[i]);
	if (n_scans > NR_REPORT_FINDINGS)
		nr_report_fact(d, "scan.horizontal.omitted", n_scans - NR_REPORT_FINDINGS);
}

/* ---- vertical, Mirai, victims ---- */

/* Pointers to the records worth a finding, heaviest first. */
struct picks {
	const void **p;
	size_t n;
};

static struct picks picks_of(struct nr_track *t, struct nr_dossier *d, size_t max)
{
	struct picks s = { NR_NEW_N(t->a, const void *, max + 1), 0 };

	if (!s.p)
		d->rc = NR_E_LIMIT;
	return s;
}

static int by_ip(struct nr_ip a, struct nr_ip b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	return a.lo < b.lo ? -1 : a.lo > b.lo;
}

static int by_host(const void *a, const void *b)
{
	const struct nr_host *x = *(const struct nr_host *const *)a;
	const struct nr_host *y = *(const struct nr_host *const *)b;

	if (x->packets != y->packets)
		return x->packets > y->packets ? -1 : 1;
	return by_ip(x->src, y->src) ? by_ip(x->src, y->src) : by_ip(x->dst, y->dst);
}

static int by_source(const void *a, const void *b)
{
	const struct nr_source *x = *(const struct nr_source *const *)a;
	const struct nr_source *y = *(const struct nr_source *const *)b;

	if (x->mirai != y->mirai)
		return x->mirai > y->mirai ? -1 : 1;
	return by_ip(x->ip, y->ip);
}

static int by_victim(const void *a, const void *b)
{
	const struct nr_victim *x = *(const struct nr_victim *const *)a;
	const struct nr_victim *y = *(const struct nr_victim *const *)b;

	if (x->packets != y->packets)
		return x->packets > y->packets ? -1 : 1;
	return by_ip(x->ip, y->ip);
}

static void vertical(struct nr_dossier *d, const struct nr_host *r)
{
	uint64_t ports = nr_sketch_value(&r->sketch, r->n);
	enum nr_severity sev = ports >= 15 ? NR_SEV_MEDIUM : NR_SEV_LOW;
	struct nr_finding *f = finding(d, "scan.vertical", sev, ports >= 15 ? 90 : 65);
	char src[NR_IP_TEXT], dst[NR_IP_TEXT];
	uint32_t from, to;

	nr_ip_text(r->src, src);
	nr_ip_text(r->dst, dst);
	f->at_us = r->first_us;
	f->summary = nr_arena_fmt(d->a, "%s tried %llu ports of %s (%s %u to %u); %u answered", src,
				  (unsigned long long)ports, dst,
				  r->proto == NR_IPPROTO_TCP ? "tcp" : "udp", r->low, r->high,
				  r->answered);
	for (unsigned k = 0; k < r->n_place; k++)
		nr_finding_ev(f, ev_of(&r->place[k]));
	from = nr_report_ip(d, r->src, "source", ev_of(&r->place[0]));
	to = nr_report_ip(d, r->dst, "target", ev_of(&r->place[0]));
	nr_finding_obs(f, from);
	nr_dossier_rel(d, from, to, "scanned");
	param_u64(d, f, "ports", ports);
	param_u64(d, f, "answered", r->answered);
	param_u64(d, f, "packets", r->packets);
	nr_finding_param(f, "target", nr_arena_fmt(d->a, "%s", dst));
	nr_finding_param(f, "lowest", port_text(d, r->proto, r->low));
	nr_finding_param(f, "highest", port_text(d, r->proto, r->high));
	param_time(d, f, "first", r->first_us);
	param_time(d, f, "last", r->last_us);
}

static void report_vertical(struct nr_track *t, struct nr_dossier *d)
{
	const struct nr_host *done = t->done_hosts.rec;
	struct picks s = picks_of(t, d, t->n_hosts + t->done_hosts.n);

	for (size_t i = 0; s.p && i < t->n_hosts; i++) {
		const struct nr_host *r = &t->hosts[i];

		if (r->packets && nr_host_scan(r))
			s.p[s.n++] = r;
	}
	for (size_t i = 0; s.p && i < t->done_hosts.n; i++)
		s.p[s.n++] = &done[i];
	if (s.n)
		qsort(s.p, s.n, sizeof(*s.p), by_host);
	for (size_t i = 0; i < s.n && i < NR_REPORT_FINDINGS; i++)
		vertical(d, s.p[i]);
	if (s.n > NR_REPORT_FINDINGS)
		nr_report_fact(d, "scan.vertical.omitted", s.n - NR_REPORT_FINDINGS);
}

static void report_mirai(struct nr_track *t, struct nr_dossier *d)
{
	struct picks s = picks_of(t, d, t->made_sources);

	for (size_t i = 0; s.p && i < t->made_sources; i++)
		if (nr_source_mirai(&t->sources[i]))
			s.p[s.n++] = &t->sources[i];
	if (s.n)
		qsort(s.p, s.n, sizeof(*s.p), by_source);
	for (size_t i = 0; i < s.n && i < NR_REPORT_FINDINGS; i++) {
		const struct nr_source *r = s.p[i];
		struct nr_finding *f = finding(d, "scan.mirai", NR_SEV_MEDIUM, 97);
		struct nr_evidence ev =
			nr_ev_packet(r->mirai_packet, r->mirai_offset, r->mirai_length);
		char ip[NR_IP_TEXT];

		nr_ip_text(r->ip, ip);
		f->at_us = r->first_us;
		f->summary = nr_arena_fmt(d->a,
					  "%s sent %u of %u connection attempts with the sequence "
					  "number equal to the destination, as Mirai does",
					  ip, r->mirai, r->syns);
		nr_finding_ev(f, ev);
		nr_finding_obs(f, nr_report_ip(d, r->ip, "source", ev));
		param_u64(d, f, "matching", r->mirai);
		param_u64(d, f, "syns", r->syns);
	}
	if (s.n > NR_REPORT_FINDINGS)
		nr_report_fact(d, "scan.mirai.omitted", s.n - NR_REPORT_FINDINGS);
	if (s.n)
		nr_report_fact(d, "scan.mirai.sources", s.n);
}

static void attacked(struct nr_dossier *d, const struct nr_victim *v)
{
	enum nr_severity sev = v->best >= 600 ? NR_SEV_HIGH : NR_SEV_MEDIUM;
	struct nr_finding *f = finding(d, "backscatter.victim", sev, v->packets >= 100 ? 90 : 75);
	uint64_t span = (uint64_t)((v->last_us - v->first_us) / NR_US_PER_S);
	uint64_t dsts = nr_hll_value(v->reg, NR_VICTIM_REGS);
	struct nr_wr w = NR_WR_INIT(256);
	char ip[NR_IP_TEXT];

	nr_ip_text(v->ip, ip);
	for (unsigned i = 0; i < v->n_ports; i++) {
		nr_wr_cstr(&w, i ? ", " : "");
		nr_wr_str(&w, port_text(d, v->proto, v->ports[i]));
	}
	f->at_us = v->first_us;
	f->summary =
		nr_arena_fmt(d->a,
			     "%s is under a denial-of-service attack: %llu answers to about "
			     "%llu addresses that asked nothing, over %llu s, at most %u a minute",
			     ip, (unsigned long long)v->packets, (unsigned long long)dsts,
			     (unsigned long long)span, v->best);
	for (unsigned k = 0; k < v->n_place; k++)
		nr_finding_ev(f, ev_of(&v->place[k]));
	nr_finding_obs(f, nr_report_ip(d, v->ip, "victim", ev_of(&v->place[0])));
	param_u64(d, f, "packets", v->packets);
	param_u64(d, f, "destinations", dsts);
	param_u64(d, f, "seconds", span);
	param_u64(d, f, "per_minute", v->best);
	nr_finding_param(f, "ports", nr_arena_str(d->a, (struct nr_str){ (const char *)w.p, w.n }));
	param_time(d, f, "first", v->first_us);
	param_time(d, f, "last", v->last_us);
	nr_wr_done(&w);
}

static void report_victims(struct nr_track *t, struct nr_dossier *d)
{
	const struct nr_victim *done = t->done_victims.rec;
	struct picks s = picks_of(t, d, t->n_victims + t->done_victims.n);

	for (size_t i = 0; s.p && i < t->n_victims; i++) {
		const struct nr_victim *v = &t->victims[i];

		if (v->packets && nr_victim_attacked(v))
			s.p[s.n++] = v;
	}
	for (size_t i = 0; s.p && i < t->done_victims.n; i++)
		s.p[s.n++] = &done[i];
	if (s.n)
		qsort(s.p, s.n, sizeof(*s.p), by_victim);
	for (size_t i = 0; i < s.n && i < NR_REPORT_FINDINGS; i++)
		attacked(d, s.p[i]);
	if (s.n > NR_REPORT_FINDINGS)
		nr_report_fact(d, "backscatter.victim.omitted", s.n - NR_REPORT_FINDINGS);
}

void nr_report_findings(struct nr_track *t, struct nr_dossier *d)
{
	report_victims(t, d);
	report_mirai(t, d);
	report_horizontal(t, d);
	report_vertical(t, d);
}
