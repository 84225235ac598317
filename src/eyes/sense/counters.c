/* The numbers the situation page adds up, the top talkers, the verdict and the searchable text. */
#include "eyes/sense/report.h"

#include "base/wr.h"

struct row {
	uint64_t packets;
	uint64_t order; /* breaks ties the same way every time */
	size_t at;
};

static int by_packets(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->packets != y->packets)
		return x->packets > y->packets ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static const char *port_key(uint32_t i, char out[24])
{
	if (i < 65536)
		snprintf(out, 24, "%u/tcp", i);
	else if (i < 2 * 65536)
		snprintf(out, 24, "%u/udp", i - 65536);
	else if (i < 2 * 65536 + 256)
		snprintf(out, 24, "%u/icmp", i - 2 * 65536);
	else
		snprintf(out, 24, "%u/icmpv6", i - 2 * 65536 - 256);
	return out;
}

/* Records made are exact as long as none was evicted and met again. */
static uint64_t port_sources(const struct nr_track *t, size_t i)
{
	uint64_t est;

	if (t->evicted_probes == 0 || !t->port_regs)
		return t->port_sources[i];
	est = nr_hll_value(t->port_regs + i * NR_PORT_REGS, NR_PORT_REGS);
	return est < t->port_sources[i] ? est : t->port_sources[i];
}

static void ports(const struct nr_track *t, struct nr_dossier *d)
{
	struct row *rows;
	uint64_t rest = 0;
	size_t n = 0;
	char key[24];

	for (size_t i = 0; i < NR_PORTS; i++)
		n += t->port_packets[i] != 0;
	rows = NR_NEW_N(t->a, struct row, n + 1);
	n = 0;
	if (!rows) {
		d->rc = NR_E_LIMIT;
		return;
	}
	for (size_t i = 0; i < NR_PORTS; i++)
		if (t->port_packets[i])
			rows[n++] = (struct row){ t->port_packets[i], i, i };
	qsort(rows, n, sizeof(*rows), by_packets);
	for (size_t i = 0; i < n; i++) {
		if (i < NR_REPORT_PORTS)
			nr_dossier_counter(d, "port", nr_str_c(port_key((uint32_t)rows[i].at, key)),
					   rows[i].packets, port_sources(t, rows[i].at));
		else
			rest += rows[i].packets;
	}
	if (rest)
		nr_dossier_counter(d, "port", NR_STR("other"), rest, 0);
}

static void sources(const struct nr_track *t, struct nr_dossier *d)
{
	struct row *rows = NR_NEW_N(t->a, struct row, t->made_sources + 1);
	uint64_t rest = t->other_packets, many = t->evicted_sources;
	size_t n = 0;

	if (!rows) {
		d->rc = NR_E_LIMIT;
		return;
	}
	for (size_t i = 0; i < t->made_sources; i++)
		if (t->sources[i].packets)
			rows[n++] = (struct row){ t->sources[i].packets, t->sources[i].ip.lo, i };
	qsort(rows, n, sizeof(*rows), by_packets);
	for (size_t i = 0; i < n; i++) {
		const struct nr_source *s = &t->sources[rows[i].at];
		char ip[NR_IP_TEXT];

		if (i >= NR_REPORT_SOURCES) {
			rest += s->packets;
			many++;
			continue;
		}
		nr_ip_text(s->ip, ip);
		nr_dossier_counter(d, "source", nr_str_c(ip), s->packets, 1);
		if (i < NR_REPORT_TALKERS)
			(void)nr_report_ip(d, s->ip, "talker",
					   (struct nr_evidence){ .kind = NR_EV_NONE });
	}
	if (rest)
		nr_dossier_counter(d, "source", NR_STR("other"), rest, many);
	nr_report_fact(d, "sources", n + t->evicted_sources);
}

static int by_minute(const void *a, const void *b)
{
	const struct nr_minute *x = a, *y = b;

	return x->minute < y->minute ? -1 : x->minute > y->minute;
}

static void minutes(const struct nr_track *t, struct nr_dossier *d)
{
	struct nr_minute *rows = NR_NEW_N(t->a, struct nr_minute, t->used_minutes + 1);
	size_t n = 0;
	char key[24];

	if (!rows) {
		d->rc = NR_E_LIMIT;
		return;
	}
	for (size_t i = 0; i < t->n_minutes; i++)
		if (t->minutes[i].packets)
			rows[n++] = t->minutes[i];
	qsort(rows, n, sizeof(*rows), by_minute);
	for (size_t i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "%lld", (long long)rows[i].minute);
		nr_dossier_counter(d, "minute", nr_str_c(key), rows[i].packets, 0);
	}
	if (t->other_minutes)
		nr_dossier_counter(d, "minute", NR_STR("other"), t->other_minutes, 0);
}

void nr_report_counters(const struct nr_track *t, struct nr_dossier *d)
{
	ports(t, d);
	sources(t, d);
	minutes(t, d);
}

/* ---- verdict and text ---- */

static const struct {
	enum nr_class cls;
	unsigned score;
} weight[] = {
	/* by severity */
	{ NR_CLASS_INFORMATIONAL, 5 }, { NR_CLASS_SUSPICIOUS, 40 }, { NR_CLASS_SUSPICIOUS, 60 },
	{ NR_CLASS_MALICIOUS, 85 },    { NR_CLASS_MALICIOUS, 95 },
};

static void text_of(struct nr_dossier *d)
{
	enum { TEXT = 256 << 10 };
	struct nr_wr w = NR_WR_INIT(TEXT);
	const char *last = "";

	for (size_t i = 0; i < d->n_findings && w.n < TEXT - 2048; i++) {
		const struct nr_finding *f = &d->findings[i];
		const struct nr_detector *det = nr_sense_detector(f->detector);

		if (strcmp(last, f->detector) != 0)
			nr_wr_fmt(&w, "%s / %s\n", det->title_ja, det->title_en);
		last = f->detector;
		nr_wr_str(&w, f->summary);
		nr_wr_cstr(&w, "\n");
	}
	for (size_t i = 0; i < d->n_obs && w.n < TEXT - 2048; i++) {
		nr_wr_str(&w, d->obs[i].value);
		nr_wr_cstr(&w, "\n");
	}
	d->text = nr_arena_str(d->a, (struct nr_str){ (const char *)w.p, w.n });
	nr_wr_done(&w);
}

void nr_report_verdict(struct nr_dossier *d)
{
	unsigned count[NR_SEV_CRITICAL + 1] = { 0 };
	const char *last = "";

	d->verdict.cls = NR_CLASS_INFORMATIONAL;
	for (size_t i = 0; i < d->n_findings; i++) {
		const struct nr_finding *f = &d->findings[i];

		count[f->severity]++;
		if (weight[f->severity].score > d->verdict.score) {
			d->verdict.score = weight[f->severity].score;
			d->verdict.cls = weight[f->severity].cls;
		}
		/* The heaviest of each detector says why; the findings say the rest. */
		if (strcmp(last, f->detector) != 0)
			nr_dossier_reason(d, "%.*s", NR_FMT(f->summary));
		last = f->detector;
	}
	if (d->n_findings == 0)
		nr_dossier_reason(d, "no scan, no sign of an attack and no known indicator in it");
	text_of(d);
}
