/* What the situation page adds up, in scope, at the resolution of an hour. */
#include "store/store_int.h"

#define HOUR_US INT64_C(3600000000)

static int64_t floor_hour(int64_t us)
{
	return us / HOUR_US - (us % HOUR_US < 0);
}

/* Binds $3 and $4 to the first and last hour that [from_us, to_us) touches. */
static void bind_hours(struct nr_stmt *q, int64_t from_us, int64_t to_us)
{
	nr_q_int(q, 3, floor_hour(from_us));
	nr_q_int(q, 4, to_us > from_us ? floor_hour(to_us - 1) : floor_hour(from_us) - 1);
}

static enum nr_rc tallies(struct nr_stmt *q, struct nr_arena *a, struct nr_tally **ret,
			  size_t *ret_n, struct nr_err *reterr)
{
	struct nr_rows rows = { .size = sizeof(struct nr_tally) };
	struct nr_tally *t;
	bool row;

	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		t = nr_rows_add(&rows, a);
		if (t)
			*t = (struct nr_tally){ nr_q_text(q, 0, a), nr_q_col_int(q, 1),
						nr_q_col_int(q, 2) };
		if (a->exhausted) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
	}
	*ret = rows.p;
	*ret_n = rows.n;
	return NR_OK;
}

enum nr_rc nr_store_tally(struct nr_store *s, const struct nr_scope *sc, const char *series,
			  int64_t from_us, int64_t to_us, unsigned limit, struct nr_arena *a,
			  struct nr_tally **ret, size_t *ret_n, struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_query_scoped(
		s, sc,
		"SELECT key,sum(packets),sum(sources) FROM counter WHERE " NR_IN_SCOPE(
			"marking") " AND hour>=$3 AND hour<=$4 AND series=$5"
				   " GROUP BY key ORDER BY 2 DESC,1 LIMIT $6",
		&q, reterr));
	bind_hours(q, from_us, to_us);
	nr_q_str(q, 5, nr_str_c(series));
	nr_q_int(q, 6, limit);
	return tallies(q, a, ret, ret_n, reterr);
}

enum nr_rc nr_store_hours(struct nr_store *s, const struct nr_scope *sc, int64_t from_us,
			  int64_t to_us, struct nr_arena *a, struct nr_tally **ret, size_t *ret_n,
			  struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_query_scoped(
		s, sc,
		"SELECT CAST(hour AS TEXT),sum(packets),0 FROM counter"
		" WHERE " NR_IN_SCOPE("marking") " AND hour>=$3 AND hour<=$4"
						 " AND series='hour' GROUP BY hour ORDER BY hour",
		&q, reterr));
	bind_hours(q, from_us, to_us);
	return tallies(q, a, ret, ret_n, reterr);
}

enum nr_rc nr_store_prefectures(struct nr_store *s, const struct nr_scope *sc, int64_t from_us,
				int64_t to_us, struct nr_arena *a, struct nr_tally **ret,
				size_t *ret_n, struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_query_scoped(
		s, sc,
		"SELECT key,sum(packets),sum(sources) FROM counter WHERE " NR_IN_SCOPE(
			"marking") " AND hour>=$3 AND hour<=$4"
				   " AND series='prefecture' GROUP BY key ORDER BY key",
		&q, reterr));
	bind_hours(q, from_us, to_us);
	return tallies(q, a, ret, ret_n, reterr);
}

static enum nr_rc count_dossiers(struct nr_store *s, const struct nr_scope *sc, int64_t from_us,
				 int64_t to_us, struct nr_totals *t, struct nr_err *reterr)
{
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT count(*),sum(n_findings) FROM dossier WHERE " NR_BY_SCOPE(
				       "marking") " AND at_us>=$3 AND at_us<$4",
			       &q, reterr));
	nr_q_int(q, 3, from_us);
	nr_q_int(q, 4, to_us);
	NR_TRY(nr_q_step(q, &row, reterr));
	t->dossiers = row ? nr_q_col_int(q, 0) : 0;
	t->findings = row ? nr_q_col_int(q, 1) : 0;
	nr_q_done(q);
	return NR_OK;
}

static enum nr_rc mark_all(struct nr_stmt *q, uint8_t *seen, int64_t most, int64_t *ret,
			   struct nr_err *reterr)
{
	int64_t n = 0;
	bool row;

	for (;;) {
		int64_t id;

		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		id = nr_q_col_int(q, 0);
		if (id < 0 || id > most || seen[id / 8] >> (id % 8) & 1)
			continue;
		seen[id / 8] |= (uint8_t)(1u << (id % 8));
		n++;
	}
	*ret = n;
	return NR_OK;
}

/* Distinct observables, with a bit for each in the store: several times as quick as DISTINCT, which
 * sorts them. */
static enum nr_rc count_observables(struct nr_store *s, const struct nr_scope *sc, int64_t from_us,
				    int64_t to_us, int64_t *ret, struct nr_err *reterr)
{
	struct nr_stmt *q;
	uint8_t *seen;
	int64_t most;
	enum nr_rc rc;

	NR_TRY(nr_db_query(s->db, "SELECT max(id) FROM observable", &q, reterr));
	NR_TRY(nr_q_one(q, 0, &most, reterr));
	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT s.observable FROM dossier d"
			       " CROSS JOIN sighting s ON s.dossier=d.id"
			       " WHERE " NR_BY_SCOPE("d.marking") " AND d.at_us>=$3 AND d.at_us<$4",
			       &q, reterr));
	nr_q_int(q, 3, from_us);
	nr_q_int(q, 4, to_us);
	seen = most < INT64_C(1) << 32 ? calloc((size_t)most / 8 + 1, 1) : NULL;
	rc = seen ? mark_all(q, seen, most, ret, reterr) : nr_no_room(reterr);
	if (rc != NR_OK)
		nr_q_done(q);
	free(seen);
	return rc;
}

static enum nr_rc latest(struct nr_store *s, const struct nr_scope *sc, int64_t *ret,
			 struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_query_scoped(
		s, sc,
		"SELECT max((SELECT max(at_us) FROM dossier d WHERE d.marking=m.id))+1"
		" FROM marking m WHERE " NR_IN_SCOPE("m.id"),
		&q, reterr));
	return nr_q_one(q, 0, ret, reterr);
}

enum nr_rc nr_store_totals(struct nr_store *s, const struct nr_scope *sc, int64_t from_us,
			   int64_t to_us, struct nr_totals *ret, struct nr_err *reterr)
{
	struct nr_totals t = { .dossiers = 0 };
	struct nr_stmt *q;

	NR_TRY(count_dossiers(s, sc, from_us, to_us, &t, reterr));
	NR_TRY(count_observables(s, sc, from_us, to_us, &t.observables, reterr));
	NR_TRY(latest(s, sc, &t.latest_us, reterr));
	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT sum(packets) FROM counter WHERE " NR_IN_SCOPE(
				       "marking") " AND hour>=$3 AND hour<=$4 AND series='hour'",
			       &q, reterr));
	bind_hours(q, from_us, to_us);
	NR_TRY(nr_q_one(q, 0, &t.packets, reterr));
	*ret = t;
	return NR_OK;
}
