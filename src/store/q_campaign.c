/* Campaigns as a viewer sees them: nothing here may depend on a dossier outside the scope, so the
 * order and the time of a campaign are those of its newest visible member, and a campaign counts
 * when visible links hold visible dossiers together. */
#include "store/store_int.h"

/* A set of row ids; grows in its arena. */
struct idset {
	struct nr_arena *a;
	int64_t *slot; /* 0: free */
	size_t n, cap;
};

static size_t slot_of(const struct idset *t, int64_t id)
{
	size_t i = (size_t)((uint64_t)id * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (t->cap - 1);

	while (t->slot[i] && t->slot[i] != id)
		i = (i + 1) & (t->cap - 1);
	return i;
}

static bool grow(struct idset *t)
{
	struct idset big = { .a = t->a, .cap = t->cap ? t->cap * 2 : 256, .n = t->n };

	big.slot = NR_NEW_N(t->a, int64_t, big.cap);
	if (!big.slot)
		return false;
	for (size_t i = 0; i < t->cap; i++)
		if (t->slot[i])
			big.slot[slot_of(&big, t->slot[i])] = t->slot[i];
	*t = big;
	return true;
}

/* True when id was not there yet; at the arena's cap also false (a->exhausted is then set). */
static bool add(struct idset *t, int64_t id)
{
	size_t i;

	if (t->n * 2 >= t->cap && !grow(t))
		return false;
	i = slot_of(t, id);
	if (t->slot[i])
		return false;
	t->slot[i] = id;
	t->n++;
	return true;
}

enum nr_rc nr_store_campaigns(struct nr_store *s, const struct nr_scope *sc, unsigned limit,
			      struct nr_arena *a, struct nr_campaign_row **ret, size_t *ret_n,
			      struct nr_err *reterr)
{
	struct nr_rows rows = { .size = sizeof(struct nr_campaign_row) };
	struct idset seen = { .a = a };
	struct nr_campaign_row *c;
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT m.campaign,d.received_us FROM dossier d"
			       " CROSS JOIN campaign_member m ON m.dossier=d.id"
			       " WHERE " NR_IN_SCOPE("d.marking") " ORDER BY d.id DESC",
			       &q, reterr));
	while (rows.n < limit) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		if (add(&seen, nr_q_col_int(q, 0))) {
			c = nr_rows_add(&rows, a);
			if (c)
				*c = (struct nr_campaign_row){ nr_q_col_int(q, 0),
							       nr_q_col_int(q, 1) };
		}
		if (a->exhausted) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
	}
	nr_q_done(q);
	*ret = rows.p;
	*ret_n = rows.n;
	return NR_OK;
}

enum nr_rc nr_store_campaign_members(struct nr_store *s, const struct nr_scope *sc,
				     int64_t campaign, unsigned limit, struct nr_arena *a,
				     struct nr_dossier_row **ret, size_t *ret_n,
				     struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT " NR_DOSSIER_LINE
			       " FROM campaign_member m CROSS JOIN dossier d ON d.id=m.dossier"
			       " WHERE " NR_IN_SCOPE("d.marking") " AND m.campaign=$3"
			       " ORDER BY d.id DESC LIMIT $4",
			       &q, reterr));
	nr_q_int(q, 3, campaign);
	nr_q_int(q, 4, limit);
	return nr_dossier_lines(q, a, ret, ret_n, reterr);
}

static void link_row(struct nr_stmt *q, struct nr_arena *a, struct nr_link_row *r)
{
	struct nr_bytes x = nr_q_col_blob(q, 2), y = nr_q_col_blob(q, 3);

	*r = (struct nr_link_row){
		.a = nr_q_col_int(q, 0),
		.b = nr_q_col_int(q, 1),
		.obs = nr_q_col_int(q, 4),
		.kind = (enum nr_obs_kind)nr_q_col_int(q, 5),
		.value = nr_q_text(q, 6, a),
		.weight = nr_q_col_int(q, 7),
	};
	if (x.n == 16)
		memcpy(r->a_id.b, x.p, 16);
	if (y.n == 16)
		memcpy(r->b_id.b, y.p, 16);
}

static enum nr_rc link_rows(struct nr_stmt *q, struct nr_arena *a, struct nr_link_row **ret,
			    size_t *ret_n, struct nr_err *reterr)
{
	struct nr_rows rows = { .size = sizeof(struct nr_link_row) };
	struct nr_link_row *r;
	bool row;

	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		r = nr_rows_add(&rows, a);
		if (r)
			link_row(q, a, r);
		if (a->exhausted) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
	}
	*ret = rows.p;
	*ret_n = rows.n;
	return NR_OK;
}

#define LINK_COLUMNS "l.a,l.b,x.uuid,y.uuid,l.observable,o.kind,o.value,l.weight"
#define LINK_JOINS                                                                                 \
	" CROSS JOIN dossier x ON x.id=l.a CROSS JOIN dossier y ON y.id=l.b"                      \
	" CROSS JOIN observable o ON o.id=l.observable"                                           \
	" WHERE " NR_IN_SCOPE("x.marking") " AND " NR_IN_SCOPE("y.marking")

enum nr_rc nr_store_campaign_links(struct nr_store *s, const struct nr_scope *sc, int64_t campaign,
				   unsigned limit, struct nr_arena *a, struct nr_link_row **ret,
				   size_t *ret_n, struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT " LINK_COLUMNS
			       " FROM campaign_member m CROSS JOIN link l ON l.a=m.dossier" LINK_JOINS
			       " AND m.campaign=$3 ORDER BY l.a DESC,l.b DESC,l.observable LIMIT $4",
			       &q, reterr));
	nr_q_int(q, 3, campaign);
	nr_q_int(q, 4, limit);
	return link_rows(q, a, ret, ret_n, reterr);
}

enum nr_rc nr_store_dossier_links(struct nr_store *s, const struct nr_scope *sc, int64_t dossier,
				  unsigned limit, struct nr_arena *a, struct nr_link_row **ret,
				  size_t *ret_n, struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT " LINK_COLUMNS
			       " FROM (SELECT * FROM link WHERE a=$3 UNION ALL"
			       " SELECT * FROM link WHERE b=$3) l" LINK_JOINS
			       " ORDER BY l.weight DESC,l.a DESC,l.b DESC,l.observable LIMIT $4",
			       &q, reterr));
	nr_q_int(q, 3, dossier);
	nr_q_int(q, 4, limit);
	return link_rows(q, a, ret, ret_n, reterr);
}

/* Adds the visible neighbours of a dossier that are new to the set, and to the stack. */
static enum nr_rc neighbours(struct nr_store *s, const struct nr_scope *sc, int64_t id,
			     struct idset *seen, struct nr_rows *stack, struct nr_err *reterr)
{
	struct nr_stmt *q;
	int64_t *top;
	bool row;

	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT d.id FROM (SELECT b AS id FROM link WHERE a=$3 UNION ALL"
			       " SELECT a FROM link WHERE b=$3) l CROSS JOIN dossier d ON d.id=l.id"
			       " WHERE " NR_IN_SCOPE("d.marking"),
			       &q, reterr));
	nr_q_int(q, 3, id);
	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			return NR_OK;
		top = add(seen, nr_q_col_int(q, 0)) ? nr_rows_add(stack, seen->a) : NULL;
		if (top)
			*top = nr_q_col_int(q, 0);
		if (seen->a->exhausted) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
	}
}

/* Walks the component of a seed; *ret_size is its number of dossiers. */
static enum nr_rc walk(struct nr_store *s, const struct nr_scope *sc, int64_t seed,
		       struct idset *seen, struct nr_rows *stack, size_t *ret_size,
		       struct nr_err *reterr)
{
	size_t before = seen->n - 1;

	NR_TRY(neighbours(s, sc, seed, seen, stack, reterr));
	while (stack->n > 0) {
		int64_t id = ((int64_t *)stack->p)[--stack->n];

		NR_TRY(neighbours(s, sc, id, seen, stack, reterr));
	}
	*ret_size = seen->n - before;
	return NR_OK;
}

enum nr_rc nr_campaign_count(struct nr_store *s, const struct nr_scope *sc, int64_t from_us,
			     int64_t to_us, int64_t *ret, struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(256 << 20);
	struct idset seen = { .a = &a };
	struct nr_rows stack = { .size = sizeof(int64_t) };
	struct nr_stmt *q;
	int64_t n = 0;
	size_t size;
	bool row;
	enum nr_rc rc = NR_OK;

	NR_TRY(nr_query_scoped(s, sc,
			       "SELECT d.id FROM dossier d WHERE " NR_BY_SCOPE("d.marking")
			       " AND d.at_us>=$3 AND d.at_us<$4"
			       " AND EXISTS(SELECT 1 FROM campaign_member m WHERE m.dossier=d.id)",
			       &q, reterr));
	nr_q_int(q, 3, from_us);
	nr_q_int(q, 4, to_us);
	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		if (!add(&seen, nr_q_col_int(q, 0)))
			continue;
		rc = walk(s, sc, nr_q_col_int(q, 0), &seen, &stack, &size, reterr);
		if (rc != NR_OK) {
			nr_q_done(q);
			return rc;
		}
		n += size > 1;
	}
	*ret = n;
	return NR_OK;
}
