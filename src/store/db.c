#include "store/db.h"

enum nr_rc nr_db_url(struct nr_str url, struct nr_arena *a, const struct nr_db_engine **ret_engine,
		     const char **ret_path, struct nr_err *reterr)
{
	static const char scheme[] = "sqlite:";
	size_t skip = sizeof(scheme) - 1;
	const char *path;

	if (url.n >= skip && memcmp(url.p, scheme, skip) == 0)
		url = (struct nr_str){ url.p + skip, url.n - skip };
	else if (url.n && memmem(url.p, url.n, "://", 3))
		return nr_fail(reterr, NR_E_UNSUPPORTED, "store", UINT64_MAX,
			       "'%.*s' is not a store this program can open: use sqlite:PATH",
			       url.n > 80 ? 80 : (int)url.n, url.p);
	if (url.n == 0)
		return nr_fail(reterr, NR_E_INVAL, "store", UINT64_MAX,
			       "no path in the store's URL: use sqlite:PATH");
	path = nr_arena_cstr(a, url);
	if (!path)
		return nr_fail(reterr, NR_E_NOMEM, "store", UINT64_MAX, "out of memory");
	*ret_engine = &nr_engine_sqlite;
	*ret_path = path;
	return NR_OK;
}

enum nr_rc nr_db_exec(struct nr_db *db, const char *sql, struct nr_err *reterr)
{
	return db->engine->exec(db, sql, reterr);
}

enum nr_rc nr_db_query(struct nr_db *db, const char *sql, struct nr_stmt **ret,
		       struct nr_err *reterr)
{
	return db->engine->query(db, sql, ret, reterr);
}

void nr_q_int(struct nr_stmt *q, int n, int64_t v)
{
	q->db->engine->bind_int(q, n, v);
}

void nr_q_str(struct nr_stmt *q, int n, struct nr_str v)
{
	q->db->engine->bind_str(q, n, v);
}

void nr_q_copy(struct nr_stmt *q, int n, struct nr_str v)
{
	q->db->engine->bind_copy(q, n, v);
}

void nr_q_blob(struct nr_stmt *q, int n, struct nr_bytes v)
{
	q->db->engine->bind_blob(q, n, v);
}

void nr_q_null(struct nr_stmt *q, int n)
{
	q->db->engine->bind_null(q, n);
}

enum nr_rc nr_q_step(struct nr_stmt *q, bool *ret_row, struct nr_err *reterr)
{
	return q->db->engine->step(q, ret_row, reterr);
}

enum nr_rc nr_q_run(struct nr_stmt *q, struct nr_err *reterr)
{
	bool row = true;

	while (row)
		NR_TRY(nr_q_step(q, &row, reterr));
	return NR_OK;
}

enum nr_rc nr_q_one(struct nr_stmt *q, int64_t dflt, int64_t *ret, struct nr_err *reterr)
{
	bool row;

	NR_TRY(nr_q_step(q, &row, reterr));
	*ret = row && !nr_q_col_null(q, 0) ? nr_q_col_int(q, 0) : dflt;
	if (row)
		nr_q_done(q);
	return NR_OK;
}

int64_t nr_q_col_int(struct nr_stmt *q, int n)
{
	return q->db->engine->col_int(q, n);
}

struct nr_str nr_q_col_str(struct nr_stmt *q, int n)
{
	return q->db->engine->col_str(q, n);
}

struct nr_bytes nr_q_col_blob(struct nr_stmt *q, int n)
{
	return q->db->engine->col_blob(q, n);
}

bool nr_q_col_null(struct nr_stmt *q, int n)
{
	return q->db->engine->col_null(q, n);
}

void nr_q_done(struct nr_stmt *q)
{
	if (q)
		q->db->engine->reset(q);
}
