/* What the linker reads and writes inside the intake transaction: every marking, nothing leaves. */
#include "store/store_int.h"

enum nr_rc nr_store_obs_warn_set(struct nr_store *s, int64_t obs, unsigned warn,
				 struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_need_txn(s, "warning list", reterr));
	NR_TRY(nr_db_query(s->db, "UPDATE observable SET warn=$1 WHERE id=$2 AND warn<>$1", &q,
			   reterr));
	nr_q_int(q, 1, warn);
	nr_q_int(q, 2, obs);
	return nr_q_run(q, reterr);
}

enum nr_rc nr_store_obs_df(struct nr_store *s, int64_t obs, int64_t *ret_df, unsigned *ret_warn,
			   struct nr_err *reterr)
{
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_db_query(s->db, "SELECT df,warn FROM observable WHERE id=$1", &q, reterr));
	nr_q_int(q, 1, obs);
	NR_TRY(nr_q_step(q, &row, reterr));
	if (!row)
		return nr_fail(reterr, NR_E_NOTFOUND, "observable", UINT64_MAX, "no such row");
	*ret_df = nr_q_col_int(q, 0);
	*ret_warn = (unsigned)nr_q_col_int(q, 1);
	nr_q_done(q);
	return NR_OK;
}

enum nr_rc nr_store_dossier_count(struct nr_store *s, int64_t *ret, struct nr_err *reterr)
{
	struct nr_stmt *q;

	/* Dossiers are never deleted and rows are numbered without gaps. */
	NR_TRY(nr_db_query(s->db, "SELECT max(id) FROM dossier", &q, reterr));
	return nr_q_one(q, 0, ret, reterr);
}

enum nr_rc nr_store_link_put(struct nr_store *s, int64_t a, int64_t b, int64_t obs, int64_t weight,
			     struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_need_txn(s, "link", reterr));
	if (a == b)
		return nr_fail(reterr, NR_E_INVAL, "link", UINT64_MAX,
			       "a dossier is not linked to itself");
	NR_TRY(nr_db_query(s->db,
			   "INSERT INTO link(a,b,observable,weight) VALUES($1,$2,$3,$4)"
			   " ON CONFLICT(a,b,observable) DO UPDATE SET weight=excluded.weight",
			   &q, reterr));
	nr_q_int(q, 1, a < b ? a : b);
	nr_q_int(q, 2, a < b ? b : a);
	nr_q_int(q, 3, obs);
	nr_q_int(q, 4, weight);
	return nr_q_run(q, reterr);
}

enum nr_rc nr_store_campaign_of(struct nr_store *s, int64_t dossier, int64_t *ret,
				struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_db_query(s->db, "SELECT campaign FROM campaign_member WHERE dossier=$1", &q,
			   reterr));
	nr_q_int(q, 1, dossier);
	return nr_q_one(q, 0, ret, reterr);
}

enum nr_rc nr_store_campaign_new(struct nr_store *s, int64_t now_us, int64_t *ret,
				 struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_need_txn(s, "campaign", reterr));
	NR_TRY(nr_db_query(s->db, "INSERT INTO campaign(created_us,updated_us) VALUES($1,$1)", &q,
			   reterr));
	nr_q_int(q, 1, now_us);
	NR_TRY(nr_q_run(q, reterr));
	*ret = s->db->engine->last_row(s->db);
	return NR_OK;
}

static enum nr_rc touch(struct nr_store *s, int64_t campaign, int64_t now_us, struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_db_query(s->db, "UPDATE campaign SET updated_us=$1 WHERE id=$2 AND updated_us<$1",
			   &q, reterr));
	nr_q_int(q, 1, now_us);
	nr_q_int(q, 2, campaign);
	return nr_q_run(q, reterr);
}

enum nr_rc nr_store_campaign_put(struct nr_store *s, int64_t campaign, int64_t dossier,
				 int64_t now_us, struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_need_txn(s, "campaign", reterr));
	NR_TRY(nr_db_query(s->db,
			   "INSERT INTO campaign_member(dossier,campaign) VALUES($1,$2)"
			   " ON CONFLICT(dossier) DO UPDATE SET campaign=excluded.campaign",
			   &q, reterr));
	nr_q_int(q, 1, dossier);
	nr_q_int(q, 2, campaign);
	NR_TRY(nr_q_run(q, reterr));
	return touch(s, campaign, now_us, reterr);
}

enum nr_rc nr_store_campaign_merge(struct nr_store *s, int64_t into, int64_t from, int64_t now_us,
				   struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_need_txn(s, "campaign", reterr));
	if (into == from)
		return NR_OK;
	NR_TRY(nr_db_query(s->db, "UPDATE campaign_member SET campaign=$1 WHERE campaign=$2", &q,
			   reterr));
	nr_q_int(q, 1, into);
	nr_q_int(q, 2, from);
	NR_TRY(nr_q_run(q, reterr));
	NR_TRY(nr_db_query(s->db, "DELETE FROM campaign WHERE id=$1", &q, reterr));
	nr_q_int(q, 1, from);
	NR_TRY(nr_q_run(q, reterr));
	return touch(s, into, now_us, reterr);
}
