/* The reading half of dossier_json.h.  The text comes from a worker that has just parsed hostile
 * bytes, so nothing in it is believed: unknown members are refused, names must be identifiers. */
#include "model/dossier_json.h"

#include "base/time.h"

#include <jansson.h>

/* Sticky state of one reading: after the first fault every getter returns nothing. */
struct in {
	struct nr_arena *a;
	struct nr_dossier *d;
	enum nr_rc rc;
	const char *what;
	const char *msg;
};

static void fault(struct in *in, const char *what, const char *msg)
{
	if (in->rc == NR_OK) {
		in->rc = NR_E_MALFORMED;
		in->what = what;
		in->msg = msg;
	}
}

static const json_t *member(struct in *in, const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	if (!v)
		fault(in, name, "member is missing");
	return v;
}

static struct nr_str get_text(struct in *in, const json_t *o, const char *name)
{
	const json_t *v = member(in, o, name);

	if (!json_is_string(v)) {
		fault(in, name, "is not a string");
		return (struct nr_str){ "", 0 };
	}
	return nr_arena_str(in->a, (struct nr_str){ json_string_value(v), json_string_length(v) });
}

static uint64_t get_uint(struct in *in, const json_t *o, const char *name, uint64_t max)
{
	const json_t *v = member(in, o, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > max) {
		fault(in, name, "is not a number in range");
		return 0;
	}
	return (uint64_t)json_integer_value(v);
}

static int64_t get_instant(struct in *in, const json_t *o, const char *name)
{
	int64_t us = 0;

	if (!json_object_get(o, name))
		return 0;
	if (nr_time_parse(get_text(in, o, name), &us, NULL) != NR_OK)
		fault(in, name, "is not an RFC 3339 instant");
	return us;
}

/* A word that may become a name elsewhere: detector, role, series.  Kept as a C string. */
static const char *get_word(struct in *in, const json_t *o, const char *name)
{
	struct nr_str s = get_text(in, o, name);
	const char *c;

	for (size_t i = 0; i < s.n; i++) {
		char k = s.p[i];

		if (!((k >= 'a' && k <= 'z') || (k >= 'A' && k <= 'Z') || (k >= '0' && k <= '9') ||
		      k == '.' || k == '-' || k == '_')) {
			fault(in, name, "is not an identifier");
			return "";
		}
	}
	if (s.n > 64)
		fault(in, name, "is too long");
	c = nr_arena_cstr(in->a, s);
	return c ? c : "";
}

static void get_sha256(struct in *in, const json_t *o, struct nr_sha256 *ret)
{
	if (!nr_unhex(get_text(in, o, "sha256"), ret->b, sizeof(ret->b)))
		fault(in, "sha256", "is not a SHA-256 in hexadecimal");
}

/* The array at name with at most max elements; an absent one is a fault. */
static size_t get_list(struct in *in, const json_t *o, const char *name, size_t max,
		       const json_t **ret)
{
	const json_t *v = member(in, o, name);

	*ret = v;
	if (!json_is_array(v) || json_array_size(v) > max) {
		fault(in, name, "is not an array within its limit");
		return 0;
	}
	return in->rc == NR_OK ? json_array_size(v) : 0;
}

static struct nr_evidence read_evidence(struct in *in, const json_t *v)
{
	static const char *const kinds[] = { "none", "packet", "bytes", "part" };
	struct nr_evidence e = { 0 };
	struct nr_str kind;

	if (!v)
		return e;
	kind = get_text(in, v, "kind");
	for (unsigned i = 0; i < NR_COUNT(kinds); i++)
		if (nr_str_eq(nr_str_c(kinds[i]), kind))
			e.kind = (enum nr_ev_kind)i;
	e.offset = get_uint(in, v, "offset", INT64_MAX);
	e.length = get_uint(in, v, "length", INT64_MAX);
	if (e.kind == NR_EV_PACKET)
		e.packet = get_uint(in, v, "packet", INT64_MAX);
	if (e.kind == NR_EV_PART)
		e.part = get_text(in, v, "part");
	if (e.offset > in->d->material.size || e.length > in->d->material.size - e.offset)
		fault(in, "evidence", "points outside the material");
	return e;
}

static void read_head(struct in *in, const json_t *o)
{
	const json_t *eye = member(in, o, "eye"), *m = member(in, o, "material");
	struct nr_dossier *d = in->d;
	struct nr_str id = get_text(in, o, "id");

	if (!nr_str_eq(get_text(in, o, "schema"), NR_STR("noroshi.dossier/1")))
		fault(in, "schema", "is not noroshi.dossier/1");
	if (id.n != 45 || memcmp(id.p, "dossier--", 9) != 0 ||
	    nr_uuid_parse((struct nr_str){ id.p + 9, id.n - 9 }, &d->id, NULL) != NR_OK)
		fault(in, "id", "is not dossier-- and a UUID");
	d->eye = nr_str_c(get_word(in, eye, "name"));
	d->eye_version = (unsigned)get_uint(in, eye, "version", 1000000);
	d->material.kind = nr_str_c(get_word(in, m, "kind"));
	d->material.name = get_text(in, m, "name");
	d->material.media_type = get_text(in, m, "media_type");
	d->material.size = get_uint(in, m, "size", INT64_MAX);
	get_sha256(in, m, &d->material.sha256);
	d->material.first_us = get_instant(in, m, "first");
	d->material.last_us = get_instant(in, m, "last");
}

static void read_marking(struct in *in, const json_t *m)
{
	struct nr_marking *k = &in->d->marking;
	struct nr_str *release;
	const json_t *list;

	if (nr_tlp_parse(get_text(in, m, "tlp"), &k->tlp, NULL) != NR_OK)
		fault(in, "tlp", "is not a TLP 2.0 level");
	k->origin = get_text(in, m, "origin");
	k->n_release = get_list(in, m, "releasable_to", NR_RELEASE_MAX, &list);
	release = NR_NEW_N(in->a, struct nr_str, k->n_release + 1);
	for (size_t i = 0; release && i < k->n_release; i++) {
		const json_t *v = json_array_get(list, i);

		if (!json_is_string(v))
			fault(in, "releasable_to", "holds something that is not a unit");
		else
			release[i] = nr_arena_str(in->a, nr_str_c(json_string_value(v)));
	}
	k->release = release;
}

static void read_handling(struct in *in, const json_t *o)
{
	const json_t *s = json_object_get(o, "submission"), *m = json_object_get(o, "marking");
	struct nr_submission *sub = &in->d->submission;

	if (s) {
		sub->unit = get_text(in, s, "unit");
		sub->sensor = get_text(in, s, "sensor");
		sub->basis = get_text(in, s, "basis");
		sub->received_us = get_instant(in, s, "received");
	}
	if (m)
		read_marking(in, m);
}

static void read_verdict(struct in *in, const json_t *o)
{
	const json_t *v = member(in, o, "verdict"), *list;
	size_t n;

	if (nr_class_parse(get_text(in, v, "class"), &in->d->verdict.cls, NULL) != NR_OK)
		fault(in, "class", "is not a verdict class");
	in->d->verdict.score = (unsigned)get_uint(in, v, "score", 100);
	n = get_list(in, v, "reasons", NR_COUNT(in->d->verdict.reasons), &list);
	for (size_t i = 0; i < n; i++) {
		const json_t *r = json_array_get(list, i);

		if (!json_is_string(r))
			fault(in, "reasons", "holds something that is not text");
		else
			in->d->verdict.reasons[in->d->verdict.n_reasons++] =
				nr_arena_str(in->a, (struct nr_str){ json_string_value(r),
								     json_string_length(r) });
	}
}

static void read_observables(struct in *in, const json_t *o)
{
	const json_t *list;
	size_t n = get_list(in, o, "observables", NR_DOSSIER_OBS, &list);

	for (size_t i = 0; i < n && in->rc == NR_OK; i++) {
		const json_t *v = json_array_get(list, i);
		struct nr_arena_mark mark;
		struct nr_str value, canon = { 0 };
		enum nr_obs_kind kind = NR_OBS_IPV4;
		const char *role;
		uint32_t at;

		if (nr_obs_kind_parse(get_text(in, v, "kind"), &kind, NULL) != NR_OK) {
			fault(in, "observables", "unknown kind");
			return;
		}
		value = get_text(in, v, "value");
		role = get_word(in, v, "role");
		mark = nr_arena_mark(in->a);
		if (nr_obs_canon(kind, value, in->a, &canon, NULL) != NR_OK ||
		    !nr_str_eq(canon, value))
			fault(in, "observables", "a value is not canonical");
		nr_arena_rewind(in->a, mark);
		at = nr_dossier_obs(in->d, kind, value, role,
				    read_evidence(in, json_object_get(v, "evidence")));
		if (at != i)
			fault(in, "observables", "a value stands twice");
		else
			in->d->obs[at].count = get_uint(in, v, "count", INT64_MAX);
	}
}

static void read_relations(struct in *in, const json_t *o)
{
	const json_t *list;
	size_t n = get_list(in, o, "relations", NR_DOSSIER_RELS, &list);

	for (size_t i = 0; i < n && in->rc == NR_OK; i++) {
		const json_t *v = json_array_get(list, i);
		uint64_t from = get_uint(in, v, "from", UINT32_MAX);
		uint64_t to = get_uint(in, v, "to", UINT32_MAX);

		if (from >= in->d->n_obs || to >= in->d->n_obs)
			fault(in, "relations", "index out of range");
		else
			nr_dossier_rel(in->d, (uint32_t)from, (uint32_t)to,
				       get_word(in, v, "type"));
	}
}

static void read_params(struct in *in, const json_t *v, struct nr_finding *f)
{
	json_t *params = json_object_get(v, "params");
	const char *name;
	json_t *p;

	json_object_foreach(params, name, p)
	{
		const char *copy = nr_arena_cstr(in->a, nr_str_c(name));

		if (!json_is_string(p) || strlen(name) > 64)
			fault(in, "params", "holds something that is not a short name with text");
		else if (copy)
			nr_finding_param(f, copy,
					 nr_arena_str(in->a, nr_str_c(json_string_value(p))));
	}
}

static void read_finding(struct in *in, const json_t *v)
{
	enum nr_severity sev = NR_SEV_INFO;
	struct nr_finding *f;
	const json_t *list;
	size_t n;

	if (nr_severity_parse(get_text(in, v, "severity"), &sev, NULL) != NR_OK)
		fault(in, "severity", "is not a severity");
	f = nr_dossier_finding(in->d, get_word(in, v, "detector"), sev,
			       (unsigned)get_uint(in, v, "confidence", 100),
			       get_word(in, v, "attack"));
	f->summary = get_text(in, v, "summary");
	f->at_us = get_instant(in, v, "at");
	n = get_list(in, v, "observables", NR_FINDING_OBS, &list);
	for (size_t i = 0; i < n; i++) {
		json_int_t k = json_integer_value(json_array_get(list, i));

		if (k < 0 || (size_t)k >= in->d->n_obs)
			fault(in, "findings", "index of an observable out of range");
		else
			nr_finding_obs(f, (uint32_t)k);
	}
	n = get_list(in, v, "evidence", NR_FINDING_EV, &list);
	for (size_t i = 0; i < n; i++)
		nr_finding_ev(f, read_evidence(in, json_array_get(list, i)));
	read_params(in, v, f);
}

static void read_findings(struct in *in, const json_t *o)
{
	const json_t *list;
	size_t n = get_list(in, o, "findings", NR_DOSSIER_FINDINGS, &list);

	for (size_t i = 0; i < n && in->rc == NR_OK; i++)
		read_finding(in, json_array_get(list, i));
}

static void read_counters(struct in *in, const json_t *o)
{
	const json_t *list;
	size_t n = get_list(in, o, "counters", NR_DOSSIER_COUNTERS, &list);

	for (size_t i = 0; i < n && in->rc == NR_OK; i++) {
		const json_t *v = json_array_get(list, i);

		nr_dossier_counter(in->d, get_word(in, v, "series"), get_text(in, v, "key"),
				   get_uint(in, v, "packets", INT64_MAX),
				   get_uint(in, v, "sources", INT64_MAX));
	}
}

static void read_parts(struct in *in, const json_t *o)
{
	const json_t *list;
	size_t n = get_list(in, o, "parts", NR_DOSSIER_PARTS, &list);

	for (size_t i = 0; i < n && in->rc == NR_OK; i++) {
		const json_t *v = json_array_get(list, i);
		struct nr_part p = { .id = get_text(in, v, "id"),
				     .name = get_text(in, v, "name"),
				     .media_type = get_text(in, v, "media_type"),
				     .offset = get_uint(in, v, "offset", INT64_MAX),
				     .length = get_uint(in, v, "length", INT64_MAX),
				     .size = get_uint(in, v, "size", INT64_MAX),
				     .attachment = json_is_true(json_object_get(v, "attachment")) };

		get_sha256(in, v, &p.sha256);
		nr_dossier_part(in->d, &p);
	}
}

static void read_facts(struct in *in, const json_t *o)
{
	const json_t *list;
	size_t n = get_list(in, o, "facts", NR_DOSSIER_FACTS, &list);

	for (size_t i = 0; i < n && in->rc == NR_OK; i++) {
		const json_t *v = json_array_get(list, i);

		nr_dossier_fact(in->d, get_word(in, v, "name"), get_text(in, v, "value"),
				get_instant(in, v, "at"),
				read_evidence(in, json_object_get(v, "evidence")));
	}
}

static const char *const members[] = { "schema",      "id",        "eye",      "material",
				       "submission",  "marking",   "verdict",  "findings",
				       "observables", "relations", "counters", "parts",
				       "facts",       "text" };

static void refuse_unknown(struct in *in, json_t *o)
{
	const char *name;
	json_t *v;

	json_object_foreach(o, name, v)
	{
		bool known = false;

		for (size_t i = 0; i < NR_COUNT(members); i++)
			known |= strcmp(name, members[i]) == 0;
		if (!known)
			fault(in, "members", "unknown member");
	}
}

static void read_all(struct in *in, json_t *o)
{
	refuse_unknown(in, o);
	read_head(in, o);
	read_handling(in, o);
	if (in->rc != NR_OK)
		return;
	read_verdict(in, o);
	read_observables(in, o);
	read_relations(in, o);
	read_findings(in, o);
	read_counters(in, o);
	read_parts(in, o);
	read_facts(in, o);
	in->d->text = get_text(in, o, "text");
	if (in->d->text.n > NR_DOSSIER_TEXT)
		fault(in, "text", "is too long");
}

enum nr_rc nr_dossier_read(struct nr_bytes json, struct nr_arena *a, struct nr_dossier *ret,
			   struct nr_err *reterr)
{
	struct in in = { .a = a, .d = ret };
	json_error_t why;
	json_t *o;

	if (json.n > NR_DOSSIER_JSON)
		return nr_fail(reterr, NR_E_LIMIT, "dossier", json.n, "over %d bytes of JSON",
			       NR_DOSSIER_JSON);
	nr_dossier_init(ret, a);
	o = json_loadb((const char *)json.p, json.n, JSON_REJECT_DUPLICATES, &why);
	if (!o)
		return nr_fail(reterr, NR_E_MALFORMED, "dossier",
			       why.position > 0 ? (uint64_t)why.position : 0, "not JSON: %.100s",
			       why.text);
	if (json_is_object(o))
		read_all(&in, o);
	else
		fault(&in, "dossier", "is not an object");
	json_decref(o);
	if (in.rc == NR_OK && (ret->rc != NR_OK || a->exhausted))
		return nr_fail(reterr, NR_E_LIMIT, "dossier", 0, "more than one dossier may hold");
	if (in.rc != NR_OK)
		return nr_fail(reterr, in.rc, in.what, 0, "dossier: %s %s", in.what, in.msg);
	return NR_OK;
}
