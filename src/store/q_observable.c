/* Observables, sightings and indicators, in scope. */
#include "store/store_int.h"

int64_t nr_obs_hash(enum nr_obs_kind kind, struct nr_str value)
{
	return (int64_t)nr_hash64(nr_str_bytes(value), (uint64_t)kind);
}

static enum nr_rc no_such(struct nr_err *reterr)
{
	return nr_fail(reterr, NR_E_NOTFOUND, "observable", UINT64_MAX, "not seen");
}

/* The row alone, whoever may see it; NR_E_NOTFOUND. */
static enum nr_rc find(struct nr_store *s, enum nr_obs_kind kind, struct nr_str value,
		       struct nr_obs_row *ret, struct nr_err *reterr)
{
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_db_query(
		s->db, "SELECT id,warn,df FROM observable WHERE hash=$1 AND kind=$2 AND value=$3",
		&q, reterr));
	nr_q_int(q, 1, nr_obs_hash(kind, value));
	nr_q_int(q, 2, kind);
	nr_q_str(q, 3, value);
	NR_TRY(nr_q_step(q, &row, reterr));
	if (!row)
		return no_such(reterr);
	*ret = (struct nr_obs_row){
		.row = nr_q_col_int(q, 0),
		.kind = kind,
		.warn = (unsigned)nr_q_col_int(q, 1),
		.df = nr_q_col_int(q, 2),
	};
	nr_q_done(q);
	return NR_OK;
}

enum nr_rc nr_store_observable(struct nr_store *s, const struct nr_scope *sc, enum nr_obs_kind kind,
			       struct nr_str value, struct nr_arena *a, struct nr_obs_row *ret,
			       struct nr_err *reterr)
{
	struct nr_obs_row r;
	struct nr_stmt *q;
	bool row;

	NR_TRY(find(s, kind, value, &r, reterr));
	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT count(*),max(severity) FROM sighting WHERE " NR_IN_SCOPE(
				       "marking") " AND observable=$3",
			       &q, reterr));
	nr_q_int(q, 3, r.row);
	NR_TRY(nr_q_step(q, &row, reterr));
	r.seen = row ? nr_q_col_int(q, 0) : 0;
	r.severity = row ? (enum nr_severity)nr_q_col_int(q, 1) : NR_SEV_INFO;
	nr_q_done(q);
	if (r.seen == 0)
		return no_such(reterr);
	r.value = nr_arena_str(a, value);
	if (a->exhausted)
		return nr_no_room(reterr);
	*ret = r;
	return NR_OK;
}

enum nr_rc nr_store_sightings(struct nr_store *s, const struct nr_scope *sc, int64_t obs,
			      unsigned limit, struct nr_arena *a, struct nr_dossier_row **ret,
			      size_t *ret_n, struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_query_scoped(
		s, sc,
		"SELECT " NR_DOSSIER_LINE " FROM sighting s CROSS JOIN dossier d ON d.id=s.dossier"
		" WHERE " NR_IN_SCOPE("s.marking") " AND s.observable=$3"
						   " ORDER BY s.dossier DESC LIMIT $4",
		&q, reterr));
	nr_q_int(q, 3, obs);
	nr_q_int(q, 4, limit);
	return nr_dossier_lines(q, a, ret, ret_n, reterr);
}

/* One row an observable and TLP level, mildest level first: the first row of each observable is
 * the one that leaves, so nothing in it comes from a stricter dossier (docs/decisions/0012). */
#define INDICATORS                                                                                 \
	"SELECT o.kind,o.value,max(s.severity),max(s.confidence),m.tlp,min(d.received_us),"        \
	"max(d.received_us),count(*) FROM sighting s INDEXED BY sighting_asserted"                 \
	" CROSS JOIN marking m ON m.id=s.marking CROSS JOIN observable o ON o.id=s.observable"     \
	" CROSS JOIN dossier d ON d.id=s.dossier"                                                  \
	" WHERE " NR_IN_SCOPE(                                                                     \
		"s.marking") " AND s.asserted=1 AND s.severity>=$3 AND o.warn=0"                   \
			     " GROUP BY o.kind,o.value,m.tlp ORDER BY o.kind,o.value,m.tlp"

enum nr_rc nr_store_indicators(struct nr_store *s, const struct nr_scope *sc, enum nr_severity min,
			       bool (*each)(void *ctx, const struct nr_indicator *i), void *ctx,
			       struct nr_err *reterr)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr last = NR_WR_INIT(16 << 10);
	enum nr_obs_kind last_kind = 0;
	struct nr_indicator i;
	struct nr_stmt *q;
	bool row, go = true;

	NR_TRY(nr_query_scoped(s, sc, INDICATORS, &q, reterr));
	nr_q_int(q, 3, min);
	while (go) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			return NR_OK;
		i = (struct nr_indicator){
			.kind = (enum nr_obs_kind)nr_q_col_int(q, 0),
			.value = nr_q_col_str(q, 1),
			.severity = (enum nr_severity)nr_q_col_int(q, 2),
			.confidence = (unsigned)nr_q_col_int(q, 3),
			.tlp = (enum nr_tlp)nr_q_col_int(q, 4),
			.first_us = nr_q_col_int(q, 5),
			.last_us = nr_q_col_int(q, 6),
			.sightings = nr_q_col_int(q, 7),
		};
		if (i.kind == last_kind && nr_bytes_eq(nr_wr_view(&last), nr_str_bytes(i.value)))
			continue;
		last_kind = i.kind;
		nr_wr_reset(&last);
		nr_wr_str(&last, i.value);
		go = each(ctx, &i);
	}
	nr_q_done(q);
	return NR_OK;
}
