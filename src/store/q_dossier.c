/* Reading dossiers and findings, in scope. */
#include "store/store_int.h"

void nr_dossier_line(struct nr_stmt *q, struct nr_arena *a, struct nr_dossier_row *r)
{
	struct nr_bytes uuid = nr_q_col_blob(q, 1), sha = nr_q_col_blob(q, 6);

	*r = (struct nr_dossier_row){
		.row = nr_q_col_int(q, 0),
		.kind = nr_q_text(q, 2, a),
		.name = nr_q_text(q, 3, a),
		.unit = nr_q_text(q, 4, a),
		.sensor = nr_q_text(q, 5, a),
		.size = (uint64_t)nr_q_col_int(q, 7),
		.received_us = nr_q_col_int(q, 8),
		.first_us = nr_q_col_int(q, 9),
		.last_us = nr_q_col_int(q, 10),
		.marking = nr_q_col_int(q, 11),
		.cls = (enum nr_class)nr_q_col_int(q, 12),
		.score = (unsigned)nr_q_col_int(q, 13),
		.severity = (enum nr_severity)nr_q_col_int(q, 14),
		.n_findings = nr_q_col_int(q, 15),
		.n_observables = nr_q_col_int(q, 16),
	};
	if (uuid.n == 16)
		memcpy(r->id.b, uuid.p, 16);
	if (sha.n == 32)
		memcpy(r->sha256.b, sha.p, 32);
}

enum nr_rc nr_dossier_lines(struct nr_stmt *q, struct nr_arena *a, struct nr_dossier_row **ret,
			    size_t *ret_n, struct nr_err *reterr)
{
	struct nr_rows rows = { .size = sizeof(struct nr_dossier_row) };
	struct nr_dossier_row *r;
	bool row;

	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		r = nr_rows_add(&rows, a);
		if (r)
			nr_dossier_line(q, a, r);
		if (a->exhausted) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
	}
	*ret = rows.p;
	*ret_n = rows.n;
	return NR_OK;
}

static enum nr_rc one_line(struct nr_stmt *q, struct nr_arena *a, struct nr_dossier_row *ret,
			   struct nr_err *reterr)
{
	bool row;

	NR_TRY(nr_q_step(q, &row, reterr));
	if (!row)
		return nr_fail(reterr, NR_E_NOTFOUND, "dossier", UINT64_MAX, "no such dossier");
	nr_dossier_line(q, a, ret);
	nr_q_done(q);
	return a->exhausted ? nr_no_room(reterr) : NR_OK;
}

enum nr_rc nr_store_dossier_get(struct nr_store *s, const struct nr_scope *sc,
				const struct nr_uuid *id, struct nr_arena *a,
				struct nr_dossier_row *ret, struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT " NR_DOSSIER_LINE
			       " FROM dossier d WHERE " NR_IN_SCOPE("d.marking") " AND d.uuid=$3",
			       &q, reterr));
	nr_q_blob(q, 3, (struct nr_bytes){ id->b, 16 });
	return one_line(q, a, ret, reterr);
}

enum nr_rc nr_store_dossier_by_row(struct nr_store *s, const struct nr_scope *sc, int64_t row,
				   struct nr_arena *a, struct nr_dossier_row *ret,
				   struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT " NR_DOSSIER_LINE
			       " FROM dossier d WHERE " NR_IN_SCOPE("d.marking") " AND d.id=$3",
			       &q, reterr));
	nr_q_int(q, 3, row);
	return one_line(q, a, ret, reterr);
}

enum nr_rc nr_store_dossier_json(struct nr_store *s, const struct nr_scope *sc,
				 const struct nr_uuid *id, struct nr_arena *a, struct nr_bytes *ret,
				 struct nr_err *reterr)
{
	struct nr_stmt *q;
	struct nr_bytes b;
	bool row;

	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT b.body FROM dossier d JOIN dossier_body b ON b.dossier=d.id"
			       " WHERE " NR_IN_SCOPE("d.marking") " AND d.uuid=$3",
			       &q, reterr));
	nr_q_blob(q, 3, (struct nr_bytes){ id->b, 16 });
	NR_TRY(nr_q_step(q, &row, reterr));
	if (!row)
		return nr_fail(reterr, NR_E_NOTFOUND, "dossier", UINT64_MAX, "no such dossier");
	b = nr_arena_dup(a, nr_q_col_blob(q, 0));
	nr_q_done(q);
	if (a->exhausted)
		return nr_no_room(reterr);
	*ret = b;
	return NR_OK;
}

static unsigned clamp(unsigned v, unsigned most)
{
	return v < 1 ? 1 : v > most ? most : v;
}

enum nr_rc nr_store_dossiers(struct nr_store *s, const struct nr_scope *sc,
			     const struct nr_dossier_filter *f, struct nr_arena *a,
			     struct nr_dossier_row **ret, size_t *ret_n, struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT " NR_DOSSIER_LINE " FROM dossier d WHERE " NR_IN_SCOPE(
				       "d.marking") " AND d.id<$3 AND d.severity>=$4 AND ($5='' OR "
						    "d.kind=$5) AND ($6='' OR d.unit=$6)"
						    " ORDER BY d.id DESC LIMIT $7",
			       &q, reterr));
	nr_q_int(q, 3, f->before_row > 0 ? f->before_row : INT64_MAX);
	nr_q_int(q, 4, f->min_severity);
	nr_q_str(q, 5, f->kind);
	nr_q_str(q, 6, f->unit);
	nr_q_int(q, 7, clamp(f->limit, 500));
	return nr_dossier_lines(q, a, ret, ret_n, reterr);
}

static void finding_row(struct nr_stmt *q, struct nr_arena *a, struct nr_finding_row *r)
{
	struct nr_bytes uuid = nr_q_col_blob(q, 1);

	*r = (struct nr_finding_row){
		.id = nr_q_col_int(q, 0),
		.dossier_row = nr_q_col_int(q, 2),
		.seq = (unsigned)nr_q_col_int(q, 3),
		.detector = nr_q_text(q, 4, a),
		.name = nr_q_text(q, 5, a),
		.unit = nr_q_text(q, 6, a),
		.severity = (enum nr_severity)nr_q_col_int(q, 7),
		.confidence = (unsigned)nr_q_col_int(q, 8),
		.at_us = nr_q_col_int(q, 9),
	};
	if (uuid.n == 16)
		memcpy(r->dossier.b, uuid.p, 16);
}

#define FINDINGS                                                                                   \
	"SELECT f.id,d.uuid,d.id,f.seq,f.detector,d.name,d.unit,f.severity,f.confidence,f.at_us"   \
	" FROM finding f JOIN dossier d ON d.id=f.dossier WHERE " NR_IN_SCOPE("f.marking")

enum nr_rc nr_store_findings(struct nr_store *s, const struct nr_scope *sc, int64_t after_id,
			     enum nr_severity min, unsigned limit, struct nr_arena *a,
			     struct nr_finding_row **ret, size_t *ret_n, struct nr_err *reterr)
{
	struct nr_rows rows = { .size = sizeof(struct nr_finding_row) };
	struct nr_finding_row *r;
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_query_scoped(
		s, sc,
		after_id > 0 ? FINDINGS " AND f.id>$3 AND f.severity>=$4 ORDER BY f.id LIMIT $5"
			     : FINDINGS
			" AND f.id>$3 AND f.severity>=$4 ORDER BY f.id DESC LIMIT $5",
		&q, reterr));
	nr_q_int(q, 3, after_id > 0 ? after_id : 0);
	nr_q_int(q, 4, min);
	nr_q_int(q, 5, clamp(limit, 500));
	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		r = nr_rows_add(&rows, a);
		if (r)
			finding_row(q, a, r);
		if (a->exhausted) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
	}
	*ret = rows.p;
	*ret_n = rows.n;
	return NR_OK;
}
