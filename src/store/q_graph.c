/* What desks/link asks for the graph of dossiers: whom an observable was seen with (every marking,
 * inside the intake transaction), and the links a viewer may see. */
#include "store/store_int.h"

enum nr_rc nr_store_obs_seen(struct nr_store *s, int64_t obs, int64_t not_row, unsigned limit,
			     struct nr_arena *a, struct nr_obs_seen_list *ret,
			     struct nr_err *reterr)
{
	struct nr_rows rows = { .size = sizeof(struct nr_obs_seen) };
	struct nr_obs_seen *v;
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_db_query(s->db,
			   "SELECT dossier,marking,asserted FROM sighting WHERE observable=$1"
			   " AND dossier<>$2 ORDER BY dossier DESC LIMIT $3",
			   &q, reterr));
	nr_q_int(q, 1, obs);
	nr_q_int(q, 2, not_row);
	nr_q_int(q, 3, limit);
	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		v = nr_rows_add(&rows, a);
		if (!v) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
		*v = (struct nr_obs_seen){ nr_q_col_int(q, 0), nr_q_col_int(q, 1),
					   nr_q_col_int(q, 2) != 0 };
	}
	ret->v = rows.p;
	ret->n = rows.n;
	return NR_OK;
}

enum nr_rc nr_store_campaign_size(struct nr_store *s, int64_t campaign, int64_t *ret,
				  struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_db_query(s->db, "SELECT count(*) FROM campaign_member WHERE campaign=$1", &q,
			   reterr));
	nr_q_int(q, 1, campaign);
	return nr_q_one(q, 0, ret, reterr);
}

enum nr_rc nr_store_visible_count(struct nr_store *s, const struct nr_scope *sc, int64_t *ret,
				  struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT count(*) FROM dossier d WHERE " NR_BY_SCOPE("d.marking"), &q,
			       reterr));
	return nr_q_one(q, 0, ret, reterr);
}

static void edge(struct nr_stmt *q, struct nr_arena *a, struct nr_edge *e)
{
	*e = (struct nr_edge){
		.a = nr_q_col_int(q, 0),
		.b = nr_q_col_int(q, 1),
		.obs = nr_q_col_int(q, 2),
		.kind = (enum nr_obs_kind)nr_q_col_int(q, 3),
		.value = nr_q_text(q, 4, a),
		.strength = nr_q_col_int(q, 5),
	};
}

/* The newest first, so that a bound cuts off what is oldest; by value and not by observable row
 * among equals, because rows are numbered by dossiers that may be hidden. */
#define EDGES                                                                                      \
	"SELECT l.a,l.b,l.observable,o.kind,o.value,l.weight FROM link l"                          \
	" CROSS JOIN dossier x ON x.id=l.a CROSS JOIN dossier y ON y.id=l.b"                       \
	" CROSS JOIN observable o ON o.id=l.observable"                                            \
	" WHERE " NR_IN_SCOPE("x.marking") " AND " NR_IN_SCOPE("y.marking")
#define EDGE_ORDER " ORDER BY l.b DESC,l.a DESC,o.kind,o.value"

enum nr_rc nr_store_edges(struct nr_store *s, const struct nr_scope *sc, int64_t campaign,
			  unsigned limit, struct nr_arena *a, struct nr_edge_list *ret,
			  struct nr_err *reterr)
{
	struct nr_rows rows = { .size = sizeof(struct nr_edge) };
	struct nr_edge *e;
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_query_scoped(s, sc,
			       campaign ? EDGES " AND l.b IN (SELECT dossier FROM campaign_member"
						" WHERE campaign=$3)" EDGE_ORDER " LIMIT $4"
					: EDGES EDGE_ORDER " LIMIT $3",
			       &q, reterr));
	if (campaign)
		nr_q_int(q, 3, campaign);
	nr_q_int(q, campaign ? 4 : 3, limit);
	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		e = nr_rows_add(&rows, a);
		if (e)
			edge(q, a, e);
		if (a->exhausted) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
	}
	ret->v = rows.p;
	ret->n = rows.n;
	return NR_OK;
}
