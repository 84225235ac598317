/* Writing a dossier: its line, body, observables, sightings, findings, counters and search text. */
#include "store/store_int.h"

#include "base/time.h"

#define HOUR_US INT64_C(3600000000)

struct put {
	struct nr_store *s;
	const struct nr_dossier *d;
	struct nr_arena *a;
	struct nr_err *e;
	int64_t row, marking;
	int64_t at_us;
	enum nr_severity severity; /* highest of the findings */
};

static int64_t floor_hour(int64_t us)
{
	return us / HOUR_US - (us % HOUR_US < 0);
}

static enum nr_rc find_duplicate(struct put *p, int64_t *ret, struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_db_query(p->s->db, "SELECT id FROM dossier WHERE uuid=$1", &q, reterr));
	nr_q_blob(q, 1, (struct nr_bytes){ p->d->id.b, 16 });
	return nr_q_one(q, 0, ret, reterr);
}

static enum nr_rc put_line(struct put *p)
{
	const struct nr_dossier *d = p->d;
	const struct nr_material *m = &d->material;
	struct nr_stmt *q;

	NR_TRY(nr_db_query(p->s->db,
			   "INSERT INTO dossier(uuid,eye,kind,name,size,sha256,unit,sensor,basis,"
			   "received_us,first_us,last_us,at_us,marking,class,score,severity,"
			   "n_findings,n_observables,blob) VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,"
			   "$11,$12,$13,$14,$15,$16,$17,$18,$19,$20)",
			   &q, p->e));
	nr_q_blob(q, 1, (struct nr_bytes){ d->id.b, 16 });
	nr_q_str(q, 2, d->eye);
	nr_q_str(q, 3, m->kind);
	nr_q_str(q, 4, m->name);
	nr_q_int(q, 5, (int64_t)(m->size & INT64_MAX));
	nr_q_blob(q, 6, (struct nr_bytes){ m->sha256.b, 32 });
	nr_q_str(q, 7, d->submission.unit);
	nr_q_str(q, 8, d->submission.sensor);
	nr_q_str(q, 9, d->submission.basis);
	nr_q_int(q, 10, d->submission.received_us);
	nr_q_int(q, 11, m->first_us);
	nr_q_int(q, 12, m->last_us);
	nr_q_int(q, 13, p->at_us);
	nr_q_int(q, 14, p->marking);
	nr_q_int(q, 15, d->verdict.cls);
	nr_q_int(q, 16, d->verdict.score);
	nr_q_int(q, 17, p->severity);
	nr_q_int(q, 18, (int64_t)d->n_findings);
	nr_q_int(q, 19, (int64_t)d->n_obs);
	nr_q_int(q, 20, nr_blob_have(p->s, &m->sha256));
	NR_TRY(nr_q_run(q, p->e));
	p->row = p->s->db->engine->last_row(p->s->db);
	return NR_OK;
}

static enum nr_rc put_body(struct put *p, struct nr_bytes json)
{
	struct nr_stmt *q;

	NR_TRY(nr_db_query(p->s->db, "INSERT INTO dossier_body(dossier,body) VALUES($1,$2)", &q,
			   p->e));
	nr_q_int(q, 1, p->row);
	nr_q_blob(q, 2, json);
	return nr_q_run(q, p->e);
}

/* The row of an observable, one more dossier counted in its df. */
static enum nr_rc put_observable(struct put *p, const struct nr_obs *o, int64_t *ret_row)
{
	int64_t hash = nr_obs_hash(o->kind, o->value), id;
	struct nr_stmt *q;

	NR_TRY(nr_db_query(p->s->db,
			   "SELECT id FROM observable WHERE hash=$1 AND kind=$2 AND value=$3", &q,
			   p->e));
	nr_q_int(q, 1, hash);
	nr_q_int(q, 2, o->kind);
	nr_q_str(q, 3, o->value);
	NR_TRY(nr_q_one(q, 0, &id, p->e));
	if (id) {
		NR_TRY(nr_db_query(p->s->db, "UPDATE observable SET df=df+1 WHERE id=$1", &q,
				   p->e));
		nr_q_int(q, 1, id);
		*ret_row = id;
		return nr_q_run(q, p->e);
	}
	NR_TRY(nr_db_query(p->s->db,
			   "INSERT INTO observable(hash,kind,value,warn,df) VALUES($1,$2,$3,0,1)",
			   &q, p->e));
	nr_q_int(q, 1, hash);
	nr_q_int(q, 2, o->kind);
	nr_q_str(q, 3, o->value);
	NR_TRY(nr_q_run(q, p->e));
	*ret_row = p->s->db->engine->last_row(p->s->db);
	return NR_OK;
}

static enum nr_rc put_sighting(struct put *p, int64_t obs, const struct nr_claim *c)
{
	struct nr_stmt *q;

	NR_TRY(nr_db_query(p->s->db,
			   "INSERT INTO sighting(observable,dossier,marking,severity,asserted,"
			   "confidence) VALUES($1,$2,$3,$4,$5,$6)",
			   &q, p->e));
	nr_q_int(q, 1, obs);
	nr_q_int(q, 2, p->row);
	nr_q_int(q, 3, p->marking);
	nr_q_int(q, 4, c->severity);
	nr_q_int(q, 5, c->asserted);
	nr_q_int(q, 6, c->confidence);
	return nr_q_run(q, p->e);
}

struct nr_claim *nr_claims(const struct nr_dossier *d, struct nr_arena *a)
{
	struct nr_claim *c = NR_NEW_N(a, struct nr_claim, d->n_obs ? d->n_obs : 1);

	for (size_t i = 0; c && i < d->n_findings; i++) {
		const struct nr_finding *f = &d->findings[i];

		for (unsigned k = 0; k < f->n_obs; k++) {
			struct nr_claim *x = f->obs[k] < d->n_obs ? &c[f->obs[k]] : NULL;

			if (!x)
				continue;
			if (!x->asserted || f->severity > x->severity)
				*x = (struct nr_claim){ true, f->severity, f->confidence };
			else if (f->severity == x->severity && f->confidence > x->confidence)
				x->confidence = f->confidence;
		}
	}
	return c;
}

static enum nr_rc put_observables(struct put *p, const int64_t **ret_rows)
{
	size_t n = p->d->n_obs;
	int64_t *rows = NR_NEW_N(p->a, int64_t, n ? n : 1);
	struct nr_claim *c = nr_claims(p->d, p->a);

	if (!rows || !c)
		return nr_no_room(p->e);
	for (size_t i = 0; i < n; i++) {
		NR_TRY(put_observable(p, &p->d->obs[i], &rows[i]));
		NR_TRY(put_sighting(p, rows[i], &c[i]));
	}
	*ret_rows = rows;
	return NR_OK;
}

static enum nr_rc put_findings(struct put *p)
{
	for (size_t i = 0; i < p->d->n_findings; i++) {
		const struct nr_finding *f = &p->d->findings[i];
		struct nr_stmt *q;

		NR_TRY(nr_db_query(p->s->db,
				   "INSERT INTO finding(dossier,marking,seq,detector,severity,"
				   "confidence,at_us) VALUES($1,$2,$3,$4,$5,$6,$7)",
				   &q, p->e));
		nr_q_int(q, 1, p->row);
		nr_q_int(q, 2, p->marking);
		nr_q_int(q, 3, (int64_t)i);
		nr_q_str(q, 4, nr_str_c(f->detector));
		nr_q_int(q, 5, f->severity);
		nr_q_int(q, 6, f->confidence);
		nr_q_int(q, 7, f->at_us);
		NR_TRY(nr_q_run(q, p->e));
	}
	return NR_OK;
}

/* A count that no sum of many can take past 63 bits, whatever a worker sent. */
static int64_t sane(uint64_t v)
{
	const uint64_t most = UINT64_C(1) << 40;

	return (int64_t)(v < most ? v : most);
}

static enum nr_rc add_counter(struct put *p, const char *series, int64_t hour, struct nr_str key,
			      int64_t packets, int64_t sources)
{
	struct nr_stmt *q;

	NR_TRY(nr_db_query(p->s->db,
			   "INSERT INTO counter(series,hour,marking,key,packets,sources)"
			   " VALUES($1,$2,$3,$4,$5,$6) ON CONFLICT(series,hour,marking,key) DO"
			   " UPDATE SET packets=packets+excluded.packets,"
			   "sources=sources+excluded.sources",
			   &q, p->e));
	nr_q_str(q, 1, nr_str_c(series));
	nr_q_int(q, 2, hour);
	nr_q_int(q, 3, p->marking);
	nr_q_str(q, 4, key);
	nr_q_int(q, 5, packets);
	nr_q_int(q, 6, sources);
	return nr_q_run(q, p->e);
}

/* An epoch minute as decimal text; false for anything else. */
static bool minute_of(struct nr_str t, int64_t *ret)
{
	int64_t v = 0;

	if (t.n == 0 || t.n > 12)
		return false;
	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] < '0' || t.p[i] > '9')
			return false;
		v = v * 10 + (t.p[i] - '0');
	}
	*ret = v;
	return true;
}

static enum nr_rc put_counters(struct put *p)
{
	const struct nr_dossier *d = p->d;
	int64_t first = d->material.first_us ? d->material.first_us : d->submission.received_us;
	int64_t hour = floor_hour(first), minute;

	for (size_t i = 0; i < d->n_counters; i++) {
		const struct nr_counter *c = &d->counters[i];

		if (strcmp(c->series, "source") == 0)
			continue; /* the door has turned these into countries */
		if (strcmp(c->series, "minute") != 0)
			NR_TRY(add_counter(p, c->series, hour, c->key, sane(c->packets),
					   sane(c->sources)));
		else if (minute_of(c->key, &minute))
			NR_TRY(add_counter(p, "hour", minute / 60, NR_STR(""), sane(c->packets),
					   0));
	}
	return NR_OK;
}

static enum nr_rc put_prefecture(struct put *p)
{
	struct nr_stmt *q;
	int64_t code;
	char key[4];

	NR_TRY(nr_db_query(p->s->db, "SELECT prefecture FROM unit WHERE id=$1", &q, p->e));
	nr_q_str(q, 1, p->d->submission.unit);
	NR_TRY(nr_q_one(q, 0, &code, p->e));
	if (code < 1 || code > 47)
		return NR_OK;
	(void)snprintf(key, sizeof(key), "%02d", (int)code);
	return add_counter(p, "prefecture", floor_hour(p->at_us), nr_str_c(key), 1,
			   (int64_t)p->d->n_findings);
}

enum nr_severity nr_dossier_severity(const struct nr_dossier *d)
{
	enum nr_severity most = NR_SEV_INFO;

	for (size_t i = 0; i < d->n_findings; i++)
		if (d->findings[i].severity > most)
			most = d->findings[i].severity;
	return most;
}

int64_t nr_dossier_at(const struct nr_dossier *d)
{
	int64_t last = d->material.last_us ? d->material.last_us : d->material.first_us;
	int64_t received = d->submission.received_us;

	return last && last < received ? last : received;
}

static enum nr_rc put_all(struct put *p, struct nr_bytes json, struct nr_put *ret)
{
	const int64_t *rows;

	NR_TRY(nr_store_marking_put(p->s, &p->d->marking, &p->marking, p->e));
	NR_TRY(put_line(p));
	NR_TRY(put_body(p, json));
	NR_TRY(put_observables(p, &rows));
	NR_TRY(put_findings(p));
	NR_TRY(put_counters(p));
	NR_TRY(put_prefecture(p));
	NR_TRY(nr_search_put(p->s, p->row, p->d, p->a, p->e));
	*ret = (struct nr_put){ .row = p->row, .obs_rows = rows };
	return NR_OK;
}

enum nr_rc nr_store_dossier_put(struct nr_store *s, const struct nr_dossier *d,
				struct nr_bytes json, struct nr_arena *a, struct nr_put *ret,
				struct nr_err *reterr)
{
	struct put p = { .s = s,
			 .d = d,
			 .a = a,
			 .e = reterr,
			 .at_us = nr_dossier_at(d),
			 .severity = nr_dossier_severity(d) };
	enum nr_rc rc;
	int64_t dup;

	NR_TRY(nr_need_txn(s, "dossier", reterr));
	NR_TRY(find_duplicate(&p, &dup, reterr));
	if (dup) {
		*ret = (struct nr_put){ .row = dup, .duplicate = true };
		return NR_OK;
	}
	rc = put_all(&p, json, ret);
	if (rc != NR_OK)
		s->broken = true;
	return rc;
}
