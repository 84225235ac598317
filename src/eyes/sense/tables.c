/* The memory of the tables, the lists of finished records and the judgements on a record. */
#include "eyes/sense/track.h"

enum {
	LINE = 64,
	SLOTS_MIN = 64,
	REGS_ABOVE = 1 << 16, /* packets: fewer never crowd the table of probes */
};

_Static_assert(sizeof(struct nr_source) == 64, "one cache line");
_Static_assert(sizeof(struct nr_pair) * NR_PAIR_WAYS == LINE, "one cache line");
_Static_assert(sizeof(struct nr_probes) == 128, "two lines");
_Static_assert(sizeof(struct nr_host) == 256, "four lines");
_Static_assert(sizeof(struct nr_victim) == 256, "four lines");

static void *line_array(struct nr_track *t, size_t n, size_t size)
{
	uint8_t *p = nr_arena_zalloc(t->a, n * size + LINE, 1);

	return p ? p + (LINE - (uintptr_t)p % LINE) % LINE : NULL;
}

/* Slots of a table: its share of the memory, but no more than twice what the capture can fill. */
static size_t slots(unsigned mib, size_t at_128, uint64_t packets)
{
	size_t n = at_128, fill = SLOTS_MIN;

	for (unsigned m = 128; m < mib && m * 2 <= mib; m *= 2)
		n *= 2;
	for (unsigned m = 128; m > mib && n > SLOTS_MIN; m /= 2)
		n /= 2;
	while (fill < packets * 2 && fill < n)
		fill *= 2;
	return fill;
}

enum nr_rc nr_track_open(struct nr_track *t, const struct nr_track_cfg *cfg, struct nr_arena *a,
			 struct nr_err *reterr)
{
	unsigned mib = cfg->memory_mib;

	*t = (struct nr_track){ .a = a, .darknets = cfg->darknets, .n_darknets = cfg->n_darknets };
	t->n_sources = slots(mib, 1 << 18, cfg->packets);
	t->n_probes = slots(mib, 1 << 18, cfg->packets);
	t->n_pairs = slots(mib, 1 << 18, cfg->packets);
	t->n_hosts = slots(mib, 1 << 14, cfg->packets);
	t->n_victims = slots(mib, 1 << 14, cfg->packets);
	t->sources = line_array(t, t->n_sources, sizeof(*t->sources));
	t->source_at = line_array(t, t->n_sources, sizeof(*t->source_at));
	t->firsts = line_array(t, t->n_probes, sizeof(*t->firsts));
	t->probes = line_array(t, t->n_probes, sizeof(*t->probes));
	t->probe_at = line_array(t, t->n_probes, sizeof(*t->probe_at));
	t->pairs = line_array(t, t->n_pairs, sizeof(*t->pairs));
	t->hosts = line_array(t, t->n_hosts, sizeof(*t->hosts));
	t->victims = line_array(t, t->n_victims, sizeof(*t->victims));
	t->port_packets = line_array(t, NR_PORTS, sizeof(*t->port_packets));
	t->port_sources = line_array(t, NR_PORTS, sizeof(*t->port_sources));
	if (cfg->packets > REGS_ABOVE)
		t->port_regs = line_array(t, NR_PORTS, NR_PORT_REGS);
	t->n_minutes = slots(128, NR_MINUTES, cfg->packets);
	t->minutes = line_array(t, t->n_minutes, sizeof(*t->minutes));
	t->done_probes.size = sizeof(struct nr_probes);
	t->done_hosts.size = sizeof(struct nr_host);
	t->done_victims.size = sizeof(struct nr_victim);
	if (a->exhausted)
		return nr_fail(reterr, NR_E_LIMIT, "sense tables", 0,
			       "no memory for tables of %u MiB: lower the parameter memory", mib);
	return NR_OK;
}

void nr_track_finish(struct nr_track *t, struct nr_done *d, const void *rec)
{
	if (!d->rec)
		d->rec = line_array(t, NR_DONE_MAX, d->size);
	if (!d->rec || d->n == NR_DONE_MAX)
		d->dropped++;
	else
		memcpy((uint8_t *)d->rec + d->n++ * d->size, rec, d->size);
}

void nr_track_finish_probes(struct nr_track *t, const struct nr_probes *r)
{
	struct nr_done *d = &t->done_probes;
	struct nr_probes *rec;
	size_t n = d->n;

	if (!nr_probes_scan(r))
		return;
	if (!t->done_firsts)
		t->done_firsts = line_array(t, NR_DONE_MAX, sizeof(*t->done_firsts));
	if (t->done_firsts)
		nr_track_finish(t, d, r);
	else
		d->dropped++;
	if (d->n == n)
		return;
	t->done_firsts[n] = *r->first;
	rec = d->rec;
	rec[n].first = &t->done_firsts[n];
}

/* ---- judgements ---- */

bool nr_probes_scan(const struct nr_probes *r)
{
	uint64_t hosts, failed, want = NR_SCAN_TCP_HOSTS;

	if (r->proto == NR_IPPROTO_UDP)
		want = NR_SCAN_UDP_HOSTS;
	else if (r->proto != NR_IPPROTO_TCP)
		want = NR_SCAN_ICMP_HOSTS;
	if (r->packets < want)
		return false;
	hosts = nr_sketch_value(&r->targets, r->n);
	failed = hosts > r->answered ? hosts - r->answered : 0;
	return failed >= want && failed >= (uint64_t)r->answered + NR_SCAN_MARGIN;
}

bool nr_host_scan(const struct nr_host *r)
{
	uint64_t ports = nr_sketch_value(&r->sketch, r->n), failed;

	failed = ports > r->answered ? ports - r->answered : 0;
	return failed >= (r->proto == NR_IPPROTO_UDP ? NR_SCAN_UDP_PORTS : NR_SCAN_TCP_PORTS) &&
	       failed >= (uint64_t)r->answered + NR_SCAN_MARGIN;
}
