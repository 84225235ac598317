/* JSON of campaigns, as the hub and the command line print it. */
#include "base/time.h"
#include "base/wr.h"
#include "desks/link/view.h"

static void text(struct nr_wr *w, const char *name, struct nr_str v)
{
	nr_wr_fmt(w, ",\"%s\":", name);
	nr_wr_json(w, v);
}

static void instant(struct nr_wr *w, const char *name, int64_t us)
{
	char t[NR_TIME_TEXT];

	if (us == 0) {
		nr_wr_fmt(w, ",\"%s\":null", name);
		return;
	}
	nr_time_format(us, t);
	nr_wr_fmt(w, ",\"%s\":\"%s\"", name, t);
}

static void uuid(struct nr_wr *w, const char *name, const struct nr_uuid *u)
{
	char t[NR_DOSSIER_ID_TEXT];

	nr_dossier_id_format(u, t);
	nr_wr_fmt(w, "\"%s\":\"%s\"", name, t);
}

static void line(const struct nr_campaign *c, struct nr_wr *w)
{
	nr_wr_fmt(w, "{\"id\":\"%s\"", c->id);
	instant(w, "updated", c->updated_us);
	instant(w, "first", c->first_us);
	instant(w, "last", c->last_us);
	nr_wr_fmt(w, ",\"dossiers\":%zu,\"units\":%zu,\"severity\":\"%s\"", c->n_dossiers,
		  c->n_units, nr_severity_name(c->severity));
	text(w, "title", c->title);
	nr_wr_cstr(w, ",\"kinds\":[");
	for (size_t i = 0; i < c->n_kinds; i++) {
		if (i)
			nr_wr_u8(w, ',');
		nr_wr_json(w, c->kinds[i]);
	}
	nr_wr_u8(w, ']');
}

void nr_campaign_write_line(const struct nr_campaign *c, struct nr_wr *w)
{
	line(c, w);
	nr_wr_u8(w, '}');
}

static const char *tlp_of(const struct nr_marking_row *m, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (m[i].id == id)
			return nr_tlp_name(m[i].m.tlp);
	return nr_tlp_name(NR_TLP_RED); /* a marking we do not know is the strictest */
}

static void member(const struct nr_dossier_row *d, const char *tlp, struct nr_wr *w)
{
	nr_wr_u8(w, '{');
	uuid(w, "id", &d->id);
	text(w, "kind", d->kind);
	text(w, "name", d->name);
	text(w, "unit", d->unit);
	text(w, "sensor", d->sensor);
	nr_wr_fmt(w, ",\"size\":%llu,\"sha256\":\"", (unsigned long long)d->size);
	nr_wr_hex(w, d->sha256.b, 32);
	nr_wr_u8(w, '"');
	instant(w, "received", d->received_us);
	instant(w, "first", d->first_us);
	instant(w, "last", d->last_us);
	nr_wr_fmt(w, ",\"tlp\":\"%s\",\"class\":\"%s\",\"score\":%u,\"severity\":\"%s\"", tlp,
		  nr_class_name(d->cls), d->score, nr_severity_name(d->severity));
	nr_wr_fmt(w, ",\"n_findings\":%lld,\"n_observables\":%lld}", (long long)d->n_findings,
		  (long long)d->n_observables);
}

void nr_campaign_write(const struct nr_campaign *c, const struct nr_marking_row *markings, size_t n,
		       struct nr_wr *w)
{
	line(c, w);
	nr_wr_cstr(w, ",\"members\":[");
	for (size_t i = 0; i < c->n_members; i++) {
		if (i)
			nr_wr_u8(w, ',');
		member(&c->members[i], tlp_of(markings, n, c->members[i].marking), w);
	}
	nr_wr_cstr(w, "],\"links\":[");
	for (size_t i = 0; i < c->n_links; i++) {
		const struct nr_view_link *l = &c->links[i];

		nr_wr_cstr(w, i ? ",{" : "{");
		uuid(w, "a", &l->a);
		nr_wr_u8(w, ',');
		uuid(w, "b", &l->b);
		nr_wr_fmt(w, ",\"kind\":\"%s\"", nr_obs_kind_name(l->kind));
		text(w, "value", l->value);
		nr_wr_fmt(w, ",\"weight\":%u}", l->weight);
	}
	nr_wr_cstr(w, "],\"observables\":[");
	for (size_t i = 0; i < c->n_obs; i++) {
		const struct nr_view_obs *o = &c->obs[i];

		nr_wr_fmt(w, "%s{\"kind\":\"%s\"", i ? "," : "", nr_obs_kind_name(o->kind));
		text(w, "value", o->value);
		nr_wr_fmt(w, ",\"dossiers\":%lld}", (long long)o->dossiers);
	}
	nr_wr_cstr(w, "]}");
}
