#include "eyes/sense/capture.h"
#include "eyes/sense/names.h"
#include "eyes/sense/report.h"

enum {
	MEMORY_MIB = 128,
	MEMORY_MIN = 8,
	MEMORY_MAX = 2048,
	SCRATCH_MIB = 128,  /* window, port counters, names, sorting */
	WINDOW = 512 << 10, /* what a core keeps near itself, and the longest block */
	PACKET_MIN = 36,    /* bytes of file for the smallest packet that says something */
};

static const struct nr_detector detectors[] = {
	{ "scan.horizontal", "Horizontal scan", "水平スキャン（多数のホストへの探索）", "T1595.001",
	  "One source tried the same port on many hosts and most did not answer; a client of a "
	  "dead "
	  "service tries few hosts, a busy client is answered." },
	{ "scan.vertical", "Vertical scan", "垂直スキャン（ポートスキャン）", "T1046",
	  "One source tried many ports of one host and most did not answer or refused." },
	{ "scan.mirai", "Mirai-like scanning", "Mirai に類似する探索", "T1595.001",
	  "The sequence number of its SYNs is the destination address, which Mirai and its "
	  "descendants do and an ordinary stack does once in 4,294,967,296: an infected device." },
	{ "backscatter.victim", "Denial-of-service victim (backscatter)",
	  "DoS 攻撃の被害（跳ね返りパケット）", "T1498.001",
	  "A host answers many addresses that never asked it: somebody floods it under forged "
	  "addresses." },
	{ "indicator.hit", "Known indicator seen", "既知の指標との一致", "T1071",
	  "An address or a name of the given indicators is in the traffic." },
	{ .name = NULL },
};

const struct nr_detector *nr_sense_detector(const char *name)
{
	for (const struct nr_detector *p = detectors; p->name; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

struct params {
	struct nr_darknet darknets[NR_DARKNETS];
	size_t n_darknets;
	size_t n_indicators;
	unsigned memory_mib;
	bool salvage;
};

struct look {
	struct nr_capture cap;
	struct nr_track track;
	struct nr_names names;
	struct nr_pkt batch[NR_BATCH];
	size_t n;
	uint64_t bytes, ip_only, unparsed, fragments;
	int64_t first_us, last_us;
	uint32_t link;
	bool links_differ;
};

static bool number(struct nr_str s, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (s.n == 0 || s.n > 10)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	*ret = v;
	return v <= max;
}

static bool prefix(struct nr_str s, struct nr_darknet *ret)
{
	const char *slash = memchr(s.p, '/', s.n);
	size_t at = slash ? (size_t)(slash - s.p) : s.n;
	struct nr_ip net;
	uint64_t bits = 128;

	if (!nr_ip_parse((struct nr_str){ s.p, at }, &net))
		return false;
	if (slash &&
	    !number((struct nr_str){ slash + 1, s.n - at - 1 }, nr_ip_is4(net) ? 32 : 128, &bits))
		return false;
	if (slash && nr_ip_is4(net))
		bits += 96;
	ret->mask.hi = bits == 0 ? 0 : bits >= 64 ? ~UINT64_C(0) : ~UINT64_C(0) << (64 - bits);
	ret->mask.lo = bits <= 64 ? 0 : ~UINT64_C(0) << (128 - bits);
	ret->net.hi = net.hi & ret->mask.hi;
	ret->net.lo = net.lo & ret->mask.lo;
	return true;
}

static enum nr_rc one_param(const struct nr_eye_param *q, struct params *p, struct nr_err *reterr)
{
	uint64_t v;

	if (nr_str_eq(q->name, NR_STR("darknet"))) {
		if (p->n_darknets == NR_DARKNETS)
			return nr_fail(reterr, NR_E_LIMIT, "darknet", 0, "at most %d prefixes",
				       NR_DARKNETS);
		if (!prefix(q->value, &p->darknets[p->n_darknets++]))
			return nr_fail(reterr, NR_E_INVAL, "darknet", 0,
				       "'%.*s' is not a prefix such as 192.0.2.0/24",
				       q->value.n > 60 ? 60 : (int)q->value.n, q->value.p);
		return NR_OK;
	}
	if (nr_str_eq(q->name, NR_STR("salvage"))) {
		p->salvage = !nr_str_eq(q->value, NR_STR("0"));
		return NR_OK;
	}
	if (nr_str_eq(q->name, NR_STR("memory"))) {
		if (!number(q->value, MEMORY_MAX, &v) || v < MEMORY_MIN)
			return nr_fail(reterr, NR_E_INVAL, "memory", 0, "%d to %d MiB", MEMORY_MIN,
				       MEMORY_MAX);
		p->memory_mib = (unsigned)v;
		return NR_OK;
	}
	if (nr_str_eq(q->name, NR_STR("indicator"))) {
		p->n_indicators++; /* read when their number is known */
		return NR_OK;
	}
	return nr_fail(reterr, NR_E_INVAL, "parameter", 0,
		       "'%.*s' is not known; known: darknet, indicator, memory, salvage",
		       q->name.n > 60 ? 60 : (int)q->name.n, q->name.p);
}

static void flush(struct look *l)
{
	for (size_t i = 0; i < l->n; i++)
		nr_track_fetch(&l->track, &l->batch[i]);
	for (size_t i = 0; i < l->n; i++) {
		nr_track_packet(&l->track, &l->batch[i]);
		nr_names_packet(&l->names, &l->batch[i]);
	}
	l->n = 0;
}

static void add(struct look *l, const struct nr_cap_rec *rec)
{
	struct nr_pkt *p = &l->batch[l->n];
	enum nr_decoded d = nr_decode(rec->link, rec->data, p);

	if (rec->number == 1)
		l->link = rec->link;
	l->links_differ |= rec->link != l->link;
	l->bytes += rec->wire_len;
	if (rec->at_us) {
		l->first_us = l->first_us && l->first_us < rec->at_us ? l->first_us : rec->at_us;
		l->last_us = l->last_us > rec->at_us ? l->last_us : rec->at_us;
	}
	if (d == NR_DEC_UNPARSED) {
		l->unparsed++;
		return;
	}
	l->fragments += p->fragment;
	p->at_us = rec->at_us;
	p->number = rec->number;
	p->offset = rec->offset;
	p->length = rec->length;
	p->payload_at = rec->offset + rec->head + nr_peek_offset(rec->data, p->payload);
	nr_track_prepare(&l->track, p);
	if (d == NR_DEC_IP_ONLY) {
		l->ip_only++;
		nr_track_address(&l->track, p);
		return;
	}
	l->n++;
}

static enum nr_rc read_all(struct look *l, struct nr_err *reterr)
{
	struct nr_cap_rec rec = { 0 };
	bool more = true;

	for (;;) {
		if (l->n == NR_BATCH || !nr_capture_ready(&l->cap))
			flush(l);
		NR_TRY(nr_capture_next(&l->cap, &rec, &more, reterr));
		if (!more)
			break;
		add(l, &rec);
	}
	flush(l);
	return NR_OK;
}

static void facts(const struct look *l, struct nr_dossier *d)
{
	const struct nr_track *t = &l->track;
	const struct {
		const char *name;
		uint64_t v;
	} rows[] = {
		{ "ip.other", l->ip_only },
		{ "unparsed", l->unparsed },
		{ "fragments", l->fragments },
		{ "times.impossible", l->cap.bad_times },
		{ "probes", t->probes_seen },
		{ "backscatter", t->backscatter_seen },
		{ "evicted.sources", t->evicted_sources },
		{ "evicted.probes", t->evicted_probes },
		{ "evicted.hosts", t->evicted_hosts },
		{ "evicted.victims", t->evicted_victims },
		{ "finished.dropped",
		  t->done_probes.dropped + t->done_hosts.dropped + t->done_victims.dropped },
	};
	char link[32];

	nr_report_fact(d, "packets", l->cap.number);
	nr_report_fact(d, "bytes", l->bytes);
	(void)nr_decode_link(l->link, link);
	nr_dossier_fact(d, "link-type", nr_str_c(l->links_differ ? "several" : link), 0,
			(struct nr_evidence){ .kind = NR_EV_NONE });
	if (t->n_darknets)
		nr_report_fact(d, "packets.darknet", t->counted);
	for (size_t i = 0; i < NR_COUNT(rows); i++)
		if (rows[i].v)
			nr_report_fact(d, rows[i].name, rows[i].v);
}

static void report(struct look *l, struct nr_dossier *d)
{
	d->material.media_type =
		l->cap.ng ? NR_STR("application/x-pcapng") : NR_STR("application/vnd.tcpdump.pcap");
	d->material.first_us = l->first_us;
	d->material.last_us = l->last_us;
	nr_track_settle(&l->track);
	facts(l, d);
	nr_names_report(&l->names, d);
	nr_report_findings(&l->track, d);
	nr_report_counters(&l->track, d);
	nr_report_verdict(d);
}

/* A cut or damaged capture whose owner asked for what is whole: the fact says what was left out. */
static bool salvaged(const struct params *p, const struct nr_err *e, struct nr_dossier *d)
{
	if (!p->salvage || !nr_rc_is_input_fault(e->rc))
		return false;
	nr_dossier_fact(d, "salvaged", nr_str_c(e->msg), 0, nr_ev_bytes(e->offset, 0));
	return true;
}

static enum nr_rc look_with(struct look *l, const struct nr_eye_in *in, const struct params *p,
			    struct nr_arena *a, struct nr_dossier *d, struct nr_err *reterr)
{
	struct nr_track_cfg cfg = { .memory_mib = p->memory_mib,
				    .packets = in->src.size / PACKET_MIN + 1,
				    .darknets = p->darknets,
				    .n_darknets = p->n_darknets };
	struct nr_err e = { .rc = NR_OK };
	enum nr_rc rc;

	NR_TRY(nr_capture_open(&l->cap, &in->src, WINDOW, a, reterr));
	NR_TRY(nr_track_open(&l->track, &cfg, a, reterr));
	NR_TRY(nr_names_open(&l->names, p->n_indicators, a, reterr));
	for (size_t i = 0; i < in->n_params; i++)
		if (nr_str_eq(in->params[i].name, NR_STR("indicator")))
			NR_TRY(nr_names_indicator(&l->names, in->params[i].value, reterr));
	rc = read_all(l, &e);
	flush(l);
	if (rc != NR_OK && !salvaged(p, &e, d)) {
		if (reterr)
			*reterr = e;
		return rc;
	}
	report(l, d);
	return NR_OK;
}

/* The tables live in an arena of their own, so that the dossier's holds the dossier. */
static enum nr_rc look(const struct nr_eye_in *in, struct nr_dossier *d, struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(SCRATCH_MIB << 20);
	struct params *p = NR_NEW(&a, struct params);
	struct look *l = NR_NEW(&a, struct look);

	if (!p || !l)
		return nr_fail(reterr, NR_E_NOMEM, "sense", 0, "no memory");
	p->memory_mib = MEMORY_MIB;
	for (size_t i = 0; i < in->n_params; i++)
		NR_TRY(one_param(&in->params[i], p, reterr));
	a.cap += (size_t)p->memory_mib << 20;
	return look_with(l, in, p, &a, d, reterr);
}

/* Five SYNs to five hosts, written here byte for byte: the smallest scan there is. */
static enum nr_rc selftest(struct nr_err *reterr)
{
	enum { HOSTS = 5, REC = 16 + 40 };
	uint8_t file[24 + HOSTS * REC] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, [18] = 4, [20] = 101 };
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(8 << 20);
	struct nr_eye_in in = { .src = nr_src_mem((struct nr_bytes){ file, sizeof(file) }) };
	struct nr_dossier d;

	for (unsigned i = 0; i < HOSTS; i++) {
		uint8_t head[REC] = {
			[0] = 1,    [8] = 40,   [12] = 40, [16] = 0x45, [19] = 40,  [25] = 6,
			[28] = 192, [29] = 0,   [30] = 2,  [31] = 1,    [32] = 198, [33] = 51,
			[34] = 100, [36] = 200, [39] = 23, [48] = 0x50, [49] = 2
		};

		head[35] = (uint8_t)(i + 1);
		memcpy(file + 24 + (size_t)i * REC, head, REC);
	}
	nr_dossier_init(&d, &a);
	NR_TRY(look(&in, &d, reterr));
	if (d.n_findings != 1 || strcmp(d.findings[0].detector, "scan.horizontal") != 0)
		return nr_fail(reterr, NR_E_BUG, "sense selftest", 0,
			       "a scan of five hosts gave %zu findings", d.n_findings);
	return NR_OK;
}

static void warm_up(void) {}

const struct nr_eye nr_eye_sense = {
	.name = "sense",
	.kind = "capture",
	.version = 1,
	.limits = { .max_input = UINT64_C(64) << 30, .max_memory = 256 << 20, .max_cpu_s = 600 },
	.fuzz = "fuzz_sense",
	.doc = "docs/eyes/sense.md",
	.detectors = detectors,
	.probe = nr_capture_probe,
	.look = look,
	.selftest = selftest,
	.warm_up = warm_up,
};
