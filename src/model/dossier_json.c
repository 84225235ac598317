#include "model/dossier_json.h"

#include "base/time.h"

static void key(struct nr_wr *w, const char *name)
{
	nr_wr_fmt(w, "\"%s\":", name);
}

static void text(struct nr_wr *w, const char *name, struct nr_str v)
{
	key(w, name);
	nr_wr_json(w, v);
}

static void number(struct nr_wr *w, const char *name, uint64_t v)
{
	nr_wr_fmt(w, "\"%s\":%llu", name, (unsigned long long)v);
}

static void instant(struct nr_wr *w, const char *name, int64_t us)
{
	char t[NR_TIME_TEXT];

	nr_time_format(us, t);
	nr_wr_fmt(w, "\"%s\":\"%s\"", name, t);
}

static void sha256(struct nr_wr *w, const struct nr_sha256 *h)
{
	nr_wr_cstr(w, "\"sha256\":\"");
	nr_wr_hex(w, h->b, sizeof(h->b));
	nr_wr_u8(w, '"');
}

/* Writes "," before every element of an array but the first, and the array's own brackets. */
static void open_list(struct nr_wr *w, const char *name)
{
	nr_wr_fmt(w, ",\"%s\":[", name);
}

static void comma(struct nr_wr *w, size_t i)
{
	if (i)
		nr_wr_u8(w, ',');
}

static void evidence(struct nr_wr *w, const struct nr_evidence *e)
{
	static const char *const kinds[] = { "none", "packet", "bytes", "part" };

	nr_wr_fmt(w, "{\"kind\":\"%s\",\"offset\":%llu,\"length\":%llu", kinds[e->kind],
		  (unsigned long long)e->offset, (unsigned long long)e->length);
	if (e->kind == NR_EV_PACKET)
		nr_wr_fmt(w, ",\"packet\":%llu", (unsigned long long)e->packet);
	if (e->kind == NR_EV_PART) {
		nr_wr_u8(w, ',');
		text(w, "part", e->part);
	}
	nr_wr_u8(w, '}');
}

static void maybe_evidence(struct nr_wr *w, const struct nr_evidence *e)
{
	if (e->kind == NR_EV_NONE)
		return;
	nr_wr_cstr(w, ",\"evidence\":");
	evidence(w, e);
}

static void write_head(const struct nr_dossier *d, struct nr_wr *w)
{
	const struct nr_material *m = &d->material;
	char id[NR_UUID_TEXT];

	nr_uuid_format(&d->id, id);
	nr_wr_fmt(w, "{\"schema\":\"noroshi.dossier/1\",\"id\":\"dossier--%s\",\"eye\":{", id);
	text(w, "name", d->eye);
	nr_wr_fmt(w, ",\"version\":%u},\"material\":{", d->eye_version);
	text(w, "kind", m->kind);
	nr_wr_u8(w, ',');
	text(w, "name", m->name);
	nr_wr_u8(w, ',');
	text(w, "media_type", m->media_type);
	nr_wr_u8(w, ',');
	number(w, "size", m->size);
	nr_wr_u8(w, ',');
	sha256(w, &m->sha256);
	if (m->first_us || m->last_us) {
		nr_wr_u8(w, ',');
		instant(w, "first", m->first_us);
		nr_wr_u8(w, ',');
		instant(w, "last", m->last_us);
	}
	nr_wr_u8(w, '}');
}

static void write_handling(const struct nr_dossier *d, struct nr_wr *w)
{
	const struct nr_submission *s = &d->submission;

	if (s->unit.n) {
		nr_wr_cstr(w, ",\"submission\":{");
		text(w, "unit", s->unit);
		nr_wr_u8(w, ',');
		text(w, "sensor", s->sensor);
		nr_wr_u8(w, ',');
		text(w, "basis", s->basis);
		nr_wr_u8(w, ',');
		instant(w, "received", s->received_us);
		nr_wr_u8(w, '}');
	}
	if (!d->marking.origin.n)
		return;
	nr_wr_fmt(w, ",\"marking\":{\"tlp\":\"%s\",", nr_tlp_name(d->marking.tlp));
	text(w, "origin", d->marking.origin);
	open_list(w, "releasable_to");
	for (size_t i = 0; i < d->marking.n_release; i++) {
		comma(w, i);
		nr_wr_json(w, d->marking.release[i]);
	}
	nr_wr_cstr(w, "]}");
}

static void write_observables(const struct nr_dossier *d, struct nr_wr *w)
{
	open_list(w, "observables");
	for (size_t i = 0; i < d->n_obs; i++) {
		const struct nr_obs *o = &d->obs[i];

		comma(w, i);
		nr_wr_fmt(w, "{\"kind\":\"%s\",", nr_obs_kind_name(o->kind));
		text(w, "value", o->value);
		nr_wr_u8(w, ',');
		text(w, "role", nr_str_c(o->role ? o->role : ""));
		nr_wr_u8(w, ',');
		number(w, "count", o->count);
		maybe_evidence(w, &o->ev);
		nr_wr_u8(w, '}');
	}
	nr_wr_u8(w, ']');
	open_list(w, "relations");
	for (size_t i = 0; i < d->n_rels; i++) {
		comma(w, i);
		nr_wr_fmt(w, "{\"from\":%u,\"to\":%u,\"type\":\"%s\"}", d->rels[i].from,
			  d->rels[i].to, d->rels[i].type);
	}
	nr_wr_u8(w, ']');
}

static void write_finding(const struct nr_finding *f, struct nr_wr *w)
{
	nr_wr_fmt(w,
		  "{\"detector\":\"%s\",\"severity\":\"%s\",\"confidence\":%u,\"attack\":\"%s\",",
		  f->detector, nr_severity_name(f->severity), f->confidence, f->attack);
	text(w, "summary", f->summary);
	if (f->at_us) {
		nr_wr_u8(w, ',');
		instant(w, "at", f->at_us);
	}
	open_list(w, "observables");
	for (unsigned i = 0; i < f->n_obs; i++) {
		comma(w, i);
		nr_wr_fmt(w, "%u", f->obs[i]);
	}
	nr_wr_u8(w, ']');
	open_list(w, "evidence");
	for (unsigned i = 0; i < f->n_ev; i++) {
		comma(w, i);
		evidence(w, &f->ev[i]);
	}
	nr_wr_cstr(w, "],\"params\":{");
	for (unsigned i = 0; i < f->n_params; i++) {
		comma(w, i);
		text(w, f->params[i].name, f->params[i].value);
	}
	nr_wr_cstr(w, "}}");
}

static void write_counters(const struct nr_dossier *d, struct nr_wr *w)
{
	open_list(w, "counters");
	for (size_t i = 0; i < d->n_counters; i++) {
		const struct nr_counter *c = &d->counters[i];

		comma(w, i);
		nr_wr_fmt(w, "{\"series\":\"%s\",", c->series);
		text(w, "key", c->key);
		nr_wr_fmt(w, ",\"packets\":%llu,\"sources\":%llu}", (unsigned long long)c->packets,
			  (unsigned long long)c->sources);
	}
	nr_wr_u8(w, ']');
}

static void write_part(const struct nr_part *p, struct nr_wr *w)
{
	nr_wr_u8(w, '{');
	text(w, "id", p->id);
	nr_wr_u8(w, ',');
	text(w, "name", p->name);
	nr_wr_u8(w, ',');
	text(w, "media_type", p->media_type);
	nr_wr_fmt(w, ",\"offset\":%llu,\"length\":%llu,\"size\":%llu,\"attachment\":%s,",
		  (unsigned long long)p->offset, (unsigned long long)p->length,
		  (unsigned long long)p->size, p->attachment ? "true" : "false");
	sha256(w, &p->sha256);
	nr_wr_u8(w, '}');
}

static void write_facts(const struct nr_dossier *d, struct nr_wr *w)
{
	open_list(w, "parts");
	for (size_t i = 0; i < d->n_parts; i++) {
		comma(w, i);
		write_part(&d->parts[i], w);
	}
	nr_wr_u8(w, ']');
	open_list(w, "facts");
	for (size_t i = 0; i < d->n_facts; i++) {
		const struct nr_fact *f = &d->facts[i];

		comma(w, i);
		nr_wr_fmt(w, "{\"name\":\"%s\",", f->name);
		text(w, "value", f->value);
		if (f->at_us) {
			nr_wr_u8(w, ',');
			instant(w, "at", f->at_us);
		}
		maybe_evidence(w, &f->ev);
		nr_wr_u8(w, '}');
	}
	nr_wr_u8(w, ']');
}

void nr_dossier_write(const struct nr_dossier *d, struct nr_wr *w)
{
	const struct nr_verdict *v = &d->verdict;

	write_head(d, w);
	write_handling(d, w);
	nr_wr_fmt(w, ",\"verdict\":{\"class\":\"%s\",\"score\":%u", nr_class_name(v->cls),
		  v->score);
	open_list(w, "reasons");
	for (unsigned i = 0; i < v->n_reasons; i++) {
		comma(w, i);
		nr_wr_json(w, v->reasons[i]);
	}
	nr_wr_cstr(w, "]}");
	open_list(w, "findings");
	for (size_t i = 0; i < d->n_findings; i++) {
		comma(w, i);
		write_finding(&d->findings[i], w);
	}
	nr_wr_u8(w, ']');
	write_observables(d, w);
	write_counters(d, w);
	write_facts(d, w);
	nr_wr_u8(w, ',');
	text(w, "text", d->text);
	nr_wr_u8(w, '}');
}
