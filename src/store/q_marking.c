/* Markings: few rows, found by value. */
#include "store/store_int.h"

/* releases as stored: ids joined by commas (an id holds none), sorted as the marking is. */
enum nr_rc nr_releases_text(const struct nr_marking *m, struct nr_wr *w, struct nr_err *reterr)
{
	if (m->n_release > NR_RELEASE_MAX)
		return nr_fail(reterr, NR_E_LIMIT, "release", UINT64_MAX,
			       "more than %d units to release to", NR_RELEASE_MAX);
	for (size_t i = 0; i < m->n_release; i++) {
		if (!nr_slug_ok(m->release[i]))
			return nr_fail(reterr, NR_E_INVAL, "release", UINT64_MAX,
				       "'%.*s' is not a unit id",
				       m->release[i].n > 64 ? 64 : (int)m->release[i].n,
				       m->release[i].p);
		if (i)
			nr_wr_u8(w, ',');
		nr_wr_str(w, m->release[i]);
	}
	return w->rc == NR_OK ? NR_OK
			      : nr_fail(reterr, w->rc, "release", UINT64_MAX, "out of memory");
}

enum nr_rc nr_store_marking_put(struct nr_store *s, const struct nr_marking *m, int64_t *ret_id,
				struct nr_err *reterr)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(8192);
	struct nr_stmt *q;
	int64_t id;

	NR_TRY(nr_need_txn(s, "marking", reterr));
	NR_TRY(nr_releases_text(m, &w, reterr));
	NR_TRY(nr_db_query(s->db,
			   "SELECT id FROM marking WHERE tlp=$1 AND origin=$2 AND releases=$3", &q,
			   reterr));
	nr_q_int(q, 1, m->tlp);
	nr_q_str(q, 2, m->origin);
	nr_q_str(q, 3, (struct nr_str){ (const char *)w.p, w.n });
	NR_TRY(nr_q_one(q, 0, &id, reterr));
	if (id == 0) {
		NR_TRY(nr_db_query(s->db,
				   "INSERT INTO marking(tlp,origin,releases) VALUES($1,$2,$3)", &q,
				   reterr));
		nr_q_int(q, 1, m->tlp);
		nr_q_str(q, 2, m->origin);
		nr_q_str(q, 3, (struct nr_str){ (const char *)w.p, w.n });
		NR_TRY(nr_q_run(q, reterr));
		id = s->db->engine->last_row(s->db);
	}
	*ret_id = id;
	return NR_OK;
}

static struct nr_str *split_releases(struct nr_str t, struct nr_arena *a, size_t *ret_n)
{
	struct nr_str *r;
	size_t n = t.n > 0, from = 0, k = 0;

	for (size_t i = 0; i < t.n; i++)
		n += t.p[i] == ',';
	r = NR_NEW_N(a, struct nr_str, n ? n : 1);
	for (size_t i = 0; r && n && i <= t.n; i++) {
		if (i < t.n && t.p[i] != ',')
			continue;
		r[k++] = (struct nr_str){ t.p + from, i - from };
		from = i + 1;
	}
	*ret_n = k;
	return r;
}

enum nr_rc nr_store_markings(struct nr_store *s, struct nr_arena *a, struct nr_marking_row **ret,
			     size_t *ret_n, struct nr_err *reterr)
{
	struct nr_rows rows = { .size = sizeof(struct nr_marking_row) };
	struct nr_marking_row *m;
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_db_query(s->db, "SELECT id,tlp,origin,releases FROM marking ORDER BY id", &q,
			   reterr));
	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		m = nr_rows_add(&rows, a);
		if (m) {
			m->id = nr_q_col_int(q, 0);
			m->m.tlp = (enum nr_tlp)nr_q_col_int(q, 1);
			m->m.origin = nr_q_text(q, 2, a);
			m->m.release = split_releases(nr_q_text(q, 3, a), a, &m->m.n_release);
		}
		if (a->exhausted) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
	}
	*ret = rows.p;
	*ret_n = rows.n;
	return NR_OK;
}
