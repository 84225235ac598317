#include "model/dossier.h"

#include <stdarg.h>

static const char *const severities[] = { "info", "low", "medium", "high", "critical" };
static const char *const classes[] = { "informational", "benign",    "undecidable",
				       "suspicious",    "deceptive", "malicious" };

void nr_dossier_init(struct nr_dossier *d, struct nr_arena *a)
{
	*d = (struct nr_dossier){ .a = a };
}

/* Room for one more element of a growing array in the arena (old copies stay until the arena is
 * reset: doubling bounds the waste to the final size). */
static void *grow(struct nr_dossier *d, void *old, size_t n, size_t *cap, size_t limit, size_t size)
{
	size_t want;
	void *p;

	if (d->rc != NR_OK)
		return NULL;
	if (n < *cap)
		return old;
	if (n >= limit) {
		d->rc = NR_E_LIMIT;
		return NULL;
	}
	want = *cap ? *cap * 2 : 16;
	if (want > limit)
		want = limit;
	p = nr_arena_zalloc(d->a, want, size);
	if (!p) {
		d->rc = NR_E_LIMIT;
		return NULL;
	}
	if (n)
		memcpy(p, old, n * size);
	*cap = want;
	return p;
}

static uint64_t obs_key(enum nr_obs_kind kind, struct nr_str value)
{
	return nr_hash64(nr_str_bytes(value), (uint64_t)kind);
}

static void index_put(struct nr_dossier *d, uint32_t i)
{
	size_t at = obs_key(d->obs[i].kind, d->obs[i].value) & (d->n_index - 1);

	while (d->obs_index[at])
		at = (at + 1) & (d->n_index - 1);
	d->obs_index[at] = i + 1;
}

static bool index_grow(struct nr_dossier *d)
{
	size_t want = d->n_index ? d->n_index * 2 : 64;

	if (d->n_obs * 2 < d->n_index)
		return true;
	d->obs_index = NR_NEW_N(d->a, uint32_t, want);
	if (!d->obs_index) {
		d->rc = NR_E_LIMIT;
		return false;
	}
	d->n_index = want;
	for (uint32_t i = 0; i < d->n_obs; i++)
		index_put(d, i);
	return true;
}

static uint32_t index_find(const struct nr_dossier *d, enum nr_obs_kind kind, struct nr_str value)
{
	size_t at;

	if (!d->n_index)
		return UINT32_MAX;
	at = obs_key(kind, value) & (d->n_index - 1);
	for (; d->obs_index[at]; at = (at + 1) & (d->n_index - 1)) {
		const struct nr_obs *o = &d->obs[d->obs_index[at] - 1];

		if (o->kind == kind && nr_str_eq(o->value, value))
			return d->obs_index[at] - 1;
	}
	return UINT32_MAX;
}

static struct nr_evidence ev_dup(struct nr_dossier *d, struct nr_evidence ev)
{
	if (ev.part.n)
		ev.part = nr_arena_str(d->a, ev.part);
	return ev;
}

uint32_t nr_dossier_obs(struct nr_dossier *d, enum nr_obs_kind kind, struct nr_str value,
			const char *role, struct nr_evidence ev)
{
	uint32_t i = index_find(d, kind, value);
	struct nr_obs *p;

	if (i != UINT32_MAX) {
		d->obs[i].count++;
		return i;
	}
	p = grow(d, d->obs, d->n_obs, &d->cap_obs, NR_DOSSIER_OBS, sizeof(*p));
	if (!p)
		return UINT32_MAX;
	d->obs = p;
	if (!index_grow(d))
		return UINT32_MAX;
	p = &d->obs[d->n_obs++];
	*p = (struct nr_obs){ .kind = kind,
			      .value = nr_arena_str(d->a, value),
			      .role = role,
			      .count = 1,
			      .ev = ev_dup(d, ev) };
	i = (uint32_t)d->n_obs - 1;
	index_put(d, i);
	return i;
}

uint32_t nr_dossier_obs_raw(struct nr_dossier *d, enum nr_obs_kind kind, struct nr_str raw,
			    const char *role, struct nr_evidence ev)
{
	struct nr_str canon;

	if (nr_obs_canon(kind, raw, d->a, &canon, NULL) != NR_OK)
		return UINT32_MAX;
	return nr_dossier_obs(d, kind, canon, role, ev);
}

void nr_dossier_rel(struct nr_dossier *d, uint32_t from, uint32_t to, const char *type)
{
	struct nr_rel *p;

	if (from == UINT32_MAX || to == UINT32_MAX)
		return;
	p = grow(d, d->rels, d->n_rels, &d->cap_rels, NR_DOSSIER_RELS, sizeof(*p));
	if (!p)
		return;
	d->rels = p;
	d->rels[d->n_rels++] = (struct nr_rel){ .from = from, .to = to, .type = type };
}

struct nr_finding *nr_dossier_finding(struct nr_dossier *d, const char *detector,
				      enum nr_severity sev, unsigned confidence, const char *attack)
{
	static _Thread_local struct nr_finding scratch;
	struct nr_finding *p = grow(d, d->findings, d->n_findings, &d->cap_findings,
				    NR_DOSSIER_FINDINGS, sizeof(*p));

	if (p) {
		d->findings = p;
		p = &d->findings[d->n_findings++];
	} else {
		p = &scratch;
	}
	*p = (struct nr_finding){
		.detector = detector, .severity = sev, .confidence = confidence, .attack = attack
	};
	return p;
}

void nr_finding_obs(struct nr_finding *f, uint32_t obs)
{
	if (obs != UINT32_MAX && f->n_obs < NR_FINDING_OBS)
		f->obs[f->n_obs++] = obs;
}

void nr_finding_ev(struct nr_finding *f, struct nr_evidence ev)
{
	if (ev.kind != NR_EV_NONE && f->n_ev < NR_FINDING_EV)
		f->ev[f->n_ev++] = ev;
}

void nr_finding_param(struct nr_finding *f, const char *name, struct nr_str value)
{
	if (f->n_params < NR_FINDING_PARAMS)
		f->params[f->n_params++] = (struct nr_param){ .name = name, .value = value };
}

void nr_dossier_counter(struct nr_dossier *d, const char *series, struct nr_str key,
			uint64_t packets, uint64_t sources)
{
	struct nr_counter *p = grow(d, d->counters, d->n_counters, &d->cap_counters,
				    NR_DOSSIER_COUNTERS, sizeof(*p));

	if (!p)
		return;
	d->counters = p;
	d->counters[d->n_counters++] = (struct nr_counter){ .series = series,
							    .key = nr_arena_str(d->a, key),
							    .packets = packets,
							    .sources = sources };
}

void nr_dossier_part(struct nr_dossier *d, const struct nr_part *part)
{
	struct nr_part *p =
		grow(d, d->parts, d->n_parts, &d->cap_parts, NR_DOSSIER_PARTS, sizeof(*p));

	if (!p)
		return;
	d->parts = p;
	p = &d->parts[d->n_parts++];
	*p = *part;
	p->id = nr_arena_str(d->a, part->id);
	p->name = nr_arena_str(d->a, part->name);
	p->media_type = nr_arena_str(d->a, part->media_type);
}

void nr_dossier_fact(struct nr_dossier *d, const char *name, struct nr_str value, int64_t at_us,
		     struct nr_evidence ev)
{
	struct nr_fact *p =
		grow(d, d->facts, d->n_facts, &d->cap_facts, NR_DOSSIER_FACTS, sizeof(*p));

	if (!p)
		return;
	d->facts = p;
	d->facts[d->n_facts++] = (struct nr_fact){ .name = name,
						   .value = nr_arena_str(d->a, value),
						   .at_us = at_us,
						   .ev = ev_dup(d, ev) };
}

void nr_dossier_reason(struct nr_dossier *d, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	if (d->verdict.n_reasons == NR_COUNT(d->verdict.reasons))
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= sizeof(text))
		n = sizeof(text) - 1;
	/* A cut in the middle of a character must not leave half of it. */
	while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80 &&
	       (size_t)n == sizeof(text) - 1)
		n--;
	d->verdict.reasons[d->verdict.n_reasons++] =
		nr_arena_str(d->a, (struct nr_str){ text, (size_t)n });
}

struct nr_uuid nr_dossier_id(struct nr_str unit, struct nr_str sensor, struct nr_str eye,
			     const struct nr_sha256 *sha256)
{
	char hex[65], text[4 * NR_SLUG_MAX + 80];
	int n;

	nr_hex(sha256->b, 32, hex);
	n = snprintf(text, sizeof(text), "dossier|%.*s|%.*s|%.*s|%s", NR_FMT(unit), NR_FMT(sensor),
		     NR_FMT(eye), hex);
	if (n < 0 || (size_t)n >= sizeof(text))
		n = (int)sizeof(text) - 1;
	return nr_uuid5(&nr_ns_noroshi, (struct nr_bytes){ (uint8_t *)text, (size_t)n });
}

void nr_dossier_id_format(const struct nr_uuid *id, char out[NR_DOSSIER_ID_TEXT])
{
	char uuid[NR_UUID_TEXT];

	nr_uuid_format(id, uuid);
	(void)snprintf(out, NR_DOSSIER_ID_TEXT, "dossier--%s", uuid);
}

enum nr_rc nr_dossier_id_parse(struct nr_str s, struct nr_uuid *ret, struct nr_err *reterr)
{
	if (s.n > 9 && memcmp(s.p, "dossier--", 9) == 0)
		s = (struct nr_str){ s.p + 9, s.n - 9 };
	return nr_uuid_parse(s, ret, reterr);
}

const char *nr_severity_name(enum nr_severity s)
{
	return (unsigned)s < NR_COUNT(severities) ? severities[s] : "info";
}

const char *nr_class_name(enum nr_class c)
{
	return (unsigned)c < NR_COUNT(classes) ? classes[c] : "informational";
}

enum nr_rc nr_severity_parse(struct nr_str s, enum nr_severity *ret, struct nr_err *reterr)
{
	for (unsigned i = 0; i < NR_COUNT(severities); i++)
		if (nr_str_eq(nr_str_c(severities[i]), s)) {
			*ret = (enum nr_severity)i;
			return NR_OK;
		}
	return nr_fail(reterr, NR_E_MALFORMED, "severity", 0, "unknown severity");
}

enum nr_rc nr_class_parse(struct nr_str s, enum nr_class *ret, struct nr_err *reterr)
{
	for (unsigned i = 0; i < NR_COUNT(classes); i++)
		if (nr_str_eq(nr_str_c(classes[i]), s)) {
			*ret = (enum nr_class)i;
			return NR_OK;
		}
	return nr_fail(reterr, NR_E_MALFORMED, "class", 0, "unknown verdict class");
}
