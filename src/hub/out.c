#include "hub/out.h"

#include "base/time.h"

void nr_out_comma(struct nr_wr *w)
{
	uint8_t last = w->n ? w->p[w->n - 1] : '{';

	if (last != '{' && last != '[' && last != ':')
		nr_wr_u8(w, ',');
}

void nr_out_key(struct nr_wr *w, const char *name)
{
	nr_out_comma(w);
	nr_wr_json(w, nr_str_c(name));
	nr_wr_u8(w, ':');
}

void nr_out_str(struct nr_wr *w, const char *name, struct nr_str v)
{
	nr_out_key(w, name);
	nr_wr_json(w, v);
}

void nr_out_int(struct nr_wr *w, const char *name, int64_t v)
{
	nr_out_key(w, name);
	nr_wr_fmt(w, "%lld", (long long)v);
}

void nr_out_bool(struct nr_wr *w, const char *name, bool v)
{
	nr_out_key(w, name);
	nr_wr_cstr(w, v ? "true" : "false");
}

void nr_out_time(struct nr_wr *w, const char *name, int64_t us)
{
	char text[NR_TIME_TEXT];

	if (us == 0) {
		nr_out_key(w, name);
		nr_wr_cstr(w, "null");
		return;
	}
	nr_time_format(us, text);
	nr_out_str(w, name, nr_str_c(text));
}

void nr_out_sha256(struct nr_wr *w, const char *name, const struct nr_sha256 *v)
{
	char hex[65];

	nr_hex(v->b, sizeof(v->b), hex);
	nr_out_str(w, name, nr_str_c(hex));
}

void nr_out_uuid(struct nr_wr *w, const char *name, const struct nr_uuid *v)
{
	char text[NR_DOSSIER_ID_TEXT];

	nr_dossier_id_format(v, text);
	nr_out_str(w, name, nr_str_c(text));
}

enum nr_rc nr_out_tlps(struct nr_store *s, struct nr_arena *a, struct nr_tlps *ret,
		       struct nr_err *reterr)
{
	struct nr_marking_row *rows = NULL;
	size_t n = 0;

	NR_TRY(nr_store_markings(s, a, &rows, &n, reterr));
	*ret = (struct nr_tlps){ rows, n };
	return NR_OK;
}

static const char *tlp_of(const struct nr_tlps *t, int64_t marking)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].id == marking)
			return nr_tlp_name(t->rows[i].m.tlp);
	return "TLP:RED"; /* a marking we do not know is the strictest */
}

void nr_out_dossier(struct nr_wr *w, const struct nr_dossier_row *d, const struct nr_tlps *t)
{
	nr_out_comma(w);
	nr_wr_u8(w, '{');
	nr_out_uuid(w, "id", &d->id);
	nr_out_str(w, "kind", d->kind);
	nr_out_str(w, "name", d->name);
	nr_out_str(w, "unit", d->unit);
	nr_out_str(w, "sensor", d->sensor);
	nr_out_int(w, "size", (int64_t)d->size);
	nr_out_sha256(w, "sha256", &d->sha256);
	nr_out_time(w, "received", d->received_us);
	nr_out_time(w, "first", d->first_us);
	nr_out_time(w, "last", d->last_us);
	nr_out_str(w, "tlp", nr_str_c(tlp_of(t, d->marking)));
	nr_out_str(w, "class", nr_str_c(nr_class_name(d->cls)));
	nr_out_int(w, "score", d->score);
	nr_out_str(w, "severity", nr_str_c(nr_severity_name(d->severity)));
	nr_out_int(w, "n_findings", d->n_findings);
	nr_out_int(w, "n_observables", d->n_observables);
	nr_wr_u8(w, '}');
}

void nr_out_finding(struct nr_wr *w, const struct nr_finding_row *f)
{
	char id[NR_DOSSIER_ID_TEXT + 16], uuid[NR_DOSSIER_ID_TEXT];

	/* Row numbers count what the viewer may not see; the name of a finding is its place. */
	nr_dossier_id_format(&f->dossier, uuid);
	(void)snprintf(id, sizeof(id), "%s.%u", uuid, f->seq);
	nr_out_comma(w);
	nr_wr_u8(w, '{');
	nr_out_str(w, "id", nr_str_c(id));
	nr_out_str(w, "dossier", nr_str_c(uuid));
	nr_out_int(w, "seq", f->seq);
	nr_out_str(w, "detector", f->detector);
	nr_out_str(w, "severity", nr_str_c(nr_severity_name(f->severity)));
	nr_out_int(w, "confidence", f->confidence);
	nr_out_time(w, "at", f->at_us);
	nr_out_str(w, "name", f->name);
	nr_out_str(w, "unit", f->unit);
	nr_wr_u8(w, '}');
}

void nr_out_roles(struct nr_wr *w, const char *name, unsigned roles)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(4096);
	struct nr_str text = nr_roles_format(roles, &a);
	size_t from = 0;

	nr_out_key(w, name);
	nr_wr_u8(w, '[');
	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && text.p[i] != ',')
			continue;
		if (i > from) {
			nr_out_comma(w);
			nr_wr_json(w, (struct nr_str){ text.p + from, i - from });
		}
		from = i + 1;
	}
	nr_wr_u8(w, ']');
}

void nr_out_person(struct nr_wr *w, const struct nr_person *p)
{
	nr_wr_u8(w, '{');
	nr_out_str(w, "login", p->login);
	nr_out_str(w, "name", p->name);
	nr_out_str(w, "unit", p->unit);
	nr_out_roles(w, "roles", p->roles);
	nr_wr_u8(w, '}');
}

void nr_out_unit(struct nr_wr *w, const struct nr_unit *u)
{
	nr_wr_u8(w, '{');
	nr_out_str(w, "id", u->id);
	nr_out_str(w, "kind", nr_str_c(nr_unit_kind_name(u->kind)));
	nr_out_str(w, "name_ja", u->name_ja);
	nr_out_str(w, "name_en", u->name_en);
	nr_out_str(w, "command_parent", u->command_parent);
	nr_out_str(w, "technical_parent", u->technical_parent);
	nr_out_int(w, "prefecture", u->prefecture);
	nr_out_str(w, "sector", u->sector);
	nr_wr_u8(w, '}');
}
