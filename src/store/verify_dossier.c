/* verify_dossier.c -- a dossier against its ledger entry: the body by its digest; then the line,
 * marking, sightings and findings, which are only the body in columns, by the body. */
#include "store/verify.h"

#include "model/dossier_json.h"

#include <unistd.h>

struct line { /* a dossier as the store has it */
	int64_t row, marking, blob;
	struct nr_bytes body;
	const char *differs; /* first column that is not what the body says */
};

static bool mark_seen(struct nr_verify *v, int64_t row)
{
	uint64_t byte = (uint64_t)row / 8;

	while (v->seen.n <= byte && v->seen.rc == NR_OK)
		nr_wr_u8(&v->seen, 0);
	if (v->seen.rc != NR_OK)
		return false;
	v->seen.p[byte] |= (uint8_t)(1u << (row % 8));
	return true;
}

static void want_int(struct line *l, struct nr_stmt *q, int n, int64_t v, const char *column)
{
	if (!l->differs && nr_q_col_int(q, n) != v)
		l->differs = column;
}

static void want_str(struct line *l, struct nr_stmt *q, int n, struct nr_str v, const char *column)
{
	if (!l->differs && !nr_str_eq(nr_q_col_str(q, n), v))
		l->differs = column;
}

static void compare_line(struct line *l, struct nr_stmt *q, const struct nr_dossier *d)
{
	const struct nr_material *m = &d->material;
	struct nr_bytes sha = { m->sha256.b, 32 };

	want_str(l, q, 4, d->eye, "eye");
	want_str(l, q, 5, m->kind, "kind");
	want_str(l, q, 6, m->name, "name");
	want_int(l, q, 7, (int64_t)m->size, "size");
	if (!l->differs && !nr_bytes_eq(nr_q_col_blob(q, 8), sha))
		l->differs = "sha256";
	want_str(l, q, 9, d->submission.unit, "unit");
	want_str(l, q, 10, d->submission.sensor, "sensor");
	want_str(l, q, 11, d->submission.basis, "basis");
	want_int(l, q, 12, d->submission.received_us, "received_us");
	want_int(l, q, 13, m->first_us, "first_us");
	want_int(l, q, 14, m->last_us, "last_us");
	want_int(l, q, 15, d->verdict.cls, "class");
	want_int(l, q, 16, d->verdict.score, "score");
	want_int(l, q, 17, (int64_t)d->n_findings, "n_findings");
	want_int(l, q, 18, (int64_t)d->n_obs, "n_observables");
	want_int(l, q, 19, d->marking.tlp, "marking (TLP)");
	want_str(l, q, 20, d->marking.origin, "marking (origin)");
	want_int(l, q, 22, nr_dossier_severity(d), "severity");
	want_int(l, q, 23, nr_dossier_at(d), "at_us");
}

static enum nr_rc compare_releases(struct nr_verify *v, struct line *l, struct nr_stmt *q,
				   const struct nr_dossier *d)
{
	nr_wr_reset(&v->bytes);
	NR_TRY(nr_releases_text(&d->marking, &v->bytes, v->e));
	if (!l->differs && !nr_bytes_eq(nr_wr_view(&v->bytes), nr_str_bytes(nr_q_col_str(q, 21))))
		l->differs = "marking (releases)";
	return NR_OK;
}

static enum nr_rc count(struct nr_stmt *q, int64_t want, const char *column, struct line *l,
			struct nr_err *e)
{
	int64_t n;

	NR_TRY(nr_q_one(q, 0, &n, e));
	if (!l->differs && n != want)
		l->differs = column;
	return NR_OK;
}

static enum nr_rc compare_sightings(struct nr_verify *v, struct line *l, const struct nr_dossier *d)
{
	struct nr_claim *c = nr_claims(d, v->a);
	struct nr_stmt *q;

	if (!c)
		return nr_no_room(v->e);
	NR_TRY(nr_db_query(v->s->db, "SELECT count(*) FROM sighting WHERE dossier=$1", &q, v->e));
	nr_q_int(q, 1, l->row);
	NR_TRY(count(q, (int64_t)d->n_obs, "sightings", l, v->e));
	for (size_t i = 0; i < d->n_obs && !l->differs; i++) {
		NR_TRY(nr_db_query(v->s->db,
				   "SELECT count(*) FROM observable o CROSS JOIN sighting s"
				   " ON s.observable=o.id AND s.dossier=$1 WHERE o.hash=$2 AND"
				   " o.kind=$3 AND o.value=$4 AND s.marking=$5 AND s.severity=$6"
				   " AND s.asserted=$7 AND s.confidence=$8",
				   &q, v->e));
		nr_q_int(q, 1, l->row);
		nr_q_int(q, 2, nr_obs_hash(d->obs[i].kind, d->obs[i].value));
		nr_q_int(q, 3, d->obs[i].kind);
		nr_q_str(q, 4, d->obs[i].value);
		nr_q_int(q, 5, l->marking);
		nr_q_int(q, 6, c[i].severity);
		nr_q_int(q, 7, c[i].asserted);
		nr_q_int(q, 8, c[i].confidence);
		NR_TRY(count(q, 1, "sightings", l, v->e));
	}
	return NR_OK;
}

static enum nr_rc compare_findings(struct nr_verify *v, struct line *l, const struct nr_dossier *d)
{
	struct nr_stmt *q;

	NR_TRY(nr_db_query(v->s->db, "SELECT count(*) FROM finding WHERE dossier=$1", &q, v->e));
	nr_q_int(q, 1, l->row);
	NR_TRY(count(q, (int64_t)d->n_findings, "findings", l, v->e));
	for (size_t i = 0; i < d->n_findings && !l->differs; i++) {
		const struct nr_finding *f = &d->findings[i];

		NR_TRY(nr_db_query(v->s->db,
				   "SELECT count(*) FROM finding WHERE dossier=$1 AND seq=$2 AND"
				   " marking=$3 AND detector=$4 AND severity=$5 AND confidence=$6"
				   " AND at_us=$7",
				   &q, v->e));
		nr_q_int(q, 1, l->row);
		nr_q_int(q, 2, (int64_t)i);
		nr_q_int(q, 3, l->marking);
		nr_q_str(q, 4, nr_str_c(f->detector));
		nr_q_int(q, 5, f->severity);
		nr_q_int(q, 6, f->confidence);
		nr_q_int(q, 7, f->at_us);
		NR_TRY(count(q, 1, "findings", l, v->e));
	}
	return NR_OK;
}

static enum nr_rc hash_source(const struct nr_src *src, struct nr_sha256 *ret, struct nr_err *e)
{
	enum { CHUNK = 256 << 10 };
	struct nr_hash *h = nr_hash_open();
	uint8_t *buf = malloc(CHUNK);
	enum nr_rc rc = NR_OK;
	size_t n = 1;

	if (!h || !buf)
		rc = nr_fail(e, NR_E_NOMEM, "ledger", UINT64_MAX, "out of memory");
	for (uint64_t off = 0; rc == NR_OK && off < src->size && n > 0; off += n) {
		rc = nr_src_read(src, off, buf, CHUNK, &n, e);
		if (rc == NR_OK)
			nr_hash_add(h, (struct nr_bytes){ buf, n });
	}
	if (rc == NR_OK)
		*ret = nr_hash_value(h);
	nr_hash_free(&h);
	free(buf);
	return rc;
}

/* The raw material, once for the first dossier that has it. */
static enum nr_rc check_blob(struct nr_verify *v, const struct nr_ledger_entry *e,
			     const struct nr_sha256 *sha256, int64_t dossier)
{
	struct nr_sha256 got;
	struct nr_src src;
	struct nr_stmt *q;
	int64_t first;
	enum nr_rc rc;

	NR_TRY(nr_db_query(v->s->db, "SELECT min(id) FROM dossier WHERE sha256=$1 AND blob=1", &q,
			   v->e));
	nr_q_blob(q, 1, (struct nr_bytes){ sha256->b, 32 });
	NR_TRY(nr_q_one(q, 0, &first, v->e));
	if (first != dossier)
		return NR_OK;
	rc = nr_blob_src(v->s, sha256, &src, v->e);
	if (rc == NR_E_NOTFOUND) {
		nr_verify_fault(v, e->idx,
				"entry %lld: the raw material of dossier %.*s is missing",
				(long long)e->idx, NR_FMT(e->object));
		return NR_OK;
	}
	NR_TRY(rc);
	rc = hash_source(&src, &got, v->e);
	(void)close(src.fd);
	NR_TRY(rc);
	v->r.blobs++;
	if (memcmp(got.b, sha256->b, 32) != 0)
		nr_verify_fault(v, e->idx,
				"entry %lld: the raw material of dossier %.*s was changed",
				(long long)e->idx, NR_FMT(e->object));
	return NR_OK;
}

/* Finds the dossier, checks its body and reads it; *ret_ok false after a fault. */
static enum nr_rc read_body(struct nr_verify *v, const struct nr_ledger_entry *e, struct nr_stmt *q,
			    struct line *l, struct nr_dossier *d, bool *ret_ok)
{
	struct nr_bytes body = nr_arena_dup(v->a, nr_q_col_blob(q, 3));
	struct nr_sha256 digest = nr_sha256(body);
	struct nr_err why;

	if (v->a->exhausted)
		return nr_no_room(v->e);
	l->row = nr_q_col_int(q, 0);
	l->marking = nr_q_col_int(q, 1);
	l->blob = nr_q_col_int(q, 2);
	if (!mark_seen(v, l->row))
		return nr_fail(v->e, NR_E_NOMEM, "ledger", UINT64_MAX, "out of memory");
	*ret_ok = false;
	if (memcmp(digest.b, e->digest.b, 32) != 0)
		nr_verify_fault(v, e->idx, "entry %lld: the body of dossier %.*s was changed",
				(long long)e->idx, NR_FMT(e->object));
	else if (nr_dossier_read(body, v->a, d, &why) != NR_OK)
		nr_verify_fault(v, e->idx, "entry %lld: the body of dossier %.*s: %.100s",
				(long long)e->idx, NR_FMT(e->object), why.msg);
	else
		*ret_ok = true;
	return NR_OK;
}

static enum nr_rc compare(struct nr_verify *v, const struct nr_ledger_entry *e, struct nr_stmt *q)
{
	struct line l = { .row = 0 };
	struct nr_dossier d;
	enum nr_rc rc;
	bool ok = false;

	rc = read_body(v, e, q, &l, &d, &ok);
	if (rc == NR_OK && ok) {
		compare_line(&l, q, &d);
		rc = compare_releases(v, &l, q, &d);
	}
	nr_q_done(q);
	NR_TRY(rc);
	if (!ok)
		return NR_OK;
	NR_TRY(compare_sightings(v, &l, &d));
	NR_TRY(compare_findings(v, &l, &d));
	if (l.differs)
		nr_verify_fault(v, e->idx, "entry %lld: %s of dossier %.*s differs from its body",
				(long long)e->idx, l.differs, NR_FMT(e->object));
	v->r.dossiers++;
	v->r.bare += l.blob == 0;
	if (v->blobs && l.blob)
		return check_blob(v, e, &d.material.sha256, l.row);
	return NR_OK;
}

enum nr_rc nr_verify_dossier(struct nr_verify *v, const struct nr_ledger_entry *e)
{
	struct nr_uuid id;
	struct nr_stmt *q;
	bool row;

	if (nr_uuid_parse(e->object, &id, NULL) != NR_OK) {
		nr_verify_fault(v, e->idx, "entry %lld names no dossier", (long long)e->idx);
		return NR_OK;
	}
	NR_TRY(nr_db_query(
		v->s->db,
		"SELECT d.id,d.marking,d.blob,b.body,d.eye,d.kind,d.name,d.size,d.sha256,"
		"d.unit,d.sensor,d.basis,d.received_us,d.first_us,d.last_us,d.class,"
		"d.score,d.n_findings,d.n_observables,m.tlp,m.origin,m.releases,d.severity,"
		"d.at_us"
		" FROM dossier d LEFT JOIN dossier_body b ON b.dossier=d.id"
		" LEFT JOIN marking m ON m.id=d.marking WHERE d.uuid=$1",
		&q, v->e));
	nr_q_blob(q, 1, (struct nr_bytes){ id.b, 16 });
	NR_TRY(nr_q_step(q, &row, v->e));
	if (row)
		return compare(v, e, q);
	nr_verify_fault(v, e->idx, "entry %lld: dossier %.*s is missing", (long long)e->idx,
			NR_FMT(e->object));
	return NR_OK;
}

enum nr_rc nr_verify_strays(struct nr_verify *v)
{
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_db_query(v->s->db, "SELECT id,uuid FROM dossier", &q, v->e));
	for (;;) {
		struct nr_uuid id = { { 0 } };
		char text[NR_UUID_TEXT];
		uint64_t n;

		NR_TRY(nr_q_step(q, &row, v->e));
		if (!row)
			return NR_OK;
		n = (uint64_t)nr_q_col_int(q, 0);
		if (n / 8 < v->seen.n && v->seen.p[n / 8] >> (n % 8) & 1)
			continue;
		nr_take(nr_q_col_blob(q, 1), id.b, 16);
		nr_uuid_format(&id, text);
		nr_verify_fault(v, -1, "dossier %s has no entry in the ledger", text);
	}
}
