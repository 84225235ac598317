#include "store/q_people.h"

#include "store/store_int.h"

enum { TOKENS_MAX = 500 };

static struct nr_bytes sha_bytes(const struct nr_sha256 *h)
{
	return (struct nr_bytes){ h->b, sizeof(h->b) };
}

#define PERSON_COLS "id,login,name,unit,roles,pwhash,disabled,created_us"

static void person_row(struct nr_stmt *q, struct nr_arena *a, struct nr_person *p)
{
	p->id = nr_q_col_int(q, 0);
	p->login = nr_arena_str(a, nr_q_col_str(q, 1));
	p->name = nr_arena_str(a, nr_q_col_str(q, 2));
	p->unit = nr_arena_str(a, nr_q_col_str(q, 3));
	p->roles = (unsigned)nr_q_col_int(q, 4);
	p->pwhash = nr_arena_str(a, nr_q_col_str(q, 5));
	p->disabled = nr_q_col_int(q, 6) != 0;
	p->created_us = nr_q_col_int(q, 7);
}

static enum nr_rc person_one(struct nr_stmt *q, struct nr_arena *a, struct nr_person *ret,
			     struct nr_err *reterr)
{
	bool row = false;

	NR_TRY(nr_q_step(q, &row, reterr));
	if (row)
		person_row(q, a, ret);
	nr_q_done(q);
	return row ? NR_OK : nr_fail(reterr, NR_E_NOTFOUND, "person", UINT64_MAX, "no such person");
}

/* Runs a statement that answers at most one integer. */
static enum nr_rc one_int(struct nr_stmt *q, bool *ret_row, int64_t *ret, struct nr_err *reterr)
{
	bool row = false;

	NR_TRY(nr_q_step(q, &row, reterr));
	if (row)
		*ret = nr_q_col_int(q, 0);
	*ret_row = row;
	nr_q_done(q);
	return NR_OK;
}

enum nr_rc nr_store_person_add(struct nr_store *s, const struct nr_person *p, int64_t *ret_id,
			       struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;
	bool row = false;

	NR_TRY(nr_db_query(
		s->db,
		"INSERT INTO person(login,name,unit,roles,pwhash,disabled,created_us)"
		" SELECT $1,$2,$3,$4,$5,$6,$7 WHERE EXISTS(SELECT 1 FROM unit WHERE id=$3)"
		" ON CONFLICT(login) DO NOTHING RETURNING id",
		&q, reterr));
	nr_q_str(q, 1, p->login);
	nr_q_str(q, 2, p->name);
	nr_q_str(q, 3, p->unit);
	nr_q_int(q, 4, p->roles);
	nr_q_str(q, 5, p->pwhash);
	nr_q_int(q, 6, p->disabled);
	nr_q_int(q, 7, p->created_us);
	NR_TRY(one_int(q, &row, ret_id, reterr));
	if (!row)
		return nr_fail(reterr, NR_E_INVAL, "person", UINT64_MAX,
			       "the login is taken or the unit does not exist");
	return NR_OK;
}

enum nr_rc nr_store_person_by_login(struct nr_store *s, struct nr_str login, struct nr_arena *a,
				    struct nr_person *ret, struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;

	NR_TRY(nr_db_query(s->db, "SELECT " PERSON_COLS " FROM person WHERE login=$1", &q, reterr));
	nr_q_str(q, 1, login);
	return person_one(q, a, ret, reterr);
}

enum nr_rc nr_store_person_by_id(struct nr_store *s, int64_t id, struct nr_arena *a,
				 struct nr_person *ret, struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;

	NR_TRY(nr_db_query(s->db, "SELECT " PERSON_COLS " FROM person WHERE id=$1", &q, reterr));
	nr_q_int(q, 1, id);
	return person_one(q, a, ret, reterr);
}

enum nr_rc nr_store_persons(struct nr_store *s, int64_t after_id, unsigned limit,
			    struct nr_arena *a, struct nr_person **ret, size_t *ret_n,
			    struct nr_err *reterr)
{
	struct nr_person *rows = NR_NEW_N(a, struct nr_person, limit ? limit : 1);
	struct nr_stmt *q = NULL;
	bool row = false;
	size_t n = 0;

	if (!rows)
		return nr_fail(reterr, NR_E_NOMEM, "people", UINT64_MAX, "no memory");
	NR_TRY(nr_db_query(s->db,
			   "SELECT " PERSON_COLS " FROM person WHERE id>$1 ORDER BY id LIMIT $2",
			   &q, reterr));
	nr_q_int(q, 1, after_id);
	nr_q_int(q, 2, limit);
	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		person_row(q, a, &rows[n++]);
	}
	nr_q_done(q);
	*ret = rows;
	*ret_n = n;
	return NR_OK;
}

enum nr_rc nr_store_person_disable(struct nr_store *s, int64_t id, bool disabled,
				   struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;

	NR_TRY(nr_db_query(s->db, "UPDATE person SET disabled=$1 WHERE id=$2", &q, reterr));
	nr_q_int(q, 1, disabled);
	nr_q_int(q, 2, id);
	return nr_q_run(q, reterr);
}

enum nr_rc nr_store_session_add(struct nr_store *s, const struct nr_sha256 *token,
				const struct nr_session *v, struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;

	NR_TRY(nr_db_query(s->db,
			   "INSERT INTO session(token,person,csrf,created_us,seen_us,expires_us)"
			   " VALUES($1,$2,$3,$4,$5,$6)",
			   &q, reterr));
	nr_q_blob(q, 1, sha_bytes(token));
	nr_q_int(q, 2, v->person);
	nr_q_str(q, 3, v->csrf);
	nr_q_int(q, 4, v->created_us);
	nr_q_int(q, 5, v->seen_us);
	nr_q_int(q, 6, v->expires_us);
	return nr_q_run(q, reterr);
}

enum nr_rc nr_store_session_get(struct nr_store *s, const struct nr_sha256 *token,
				struct nr_arena *a, struct nr_session *ret, struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;
	bool row = false;

	NR_TRY(nr_db_query(s->db,
			   "SELECT person,csrf,created_us,seen_us,expires_us FROM session"
			   " WHERE token=$1",
			   &q, reterr));
	nr_q_blob(q, 1, sha_bytes(token));
	NR_TRY(nr_q_step(q, &row, reterr));
	if (row) {
		ret->person = nr_q_col_int(q, 0);
		ret->csrf = nr_arena_str(a, nr_q_col_str(q, 1));
		ret->created_us = nr_q_col_int(q, 2);
		ret->seen_us = nr_q_col_int(q, 3);
		ret->expires_us = nr_q_col_int(q, 4);
	}
	nr_q_done(q);
	return row ? NR_OK
		   : nr_fail(reterr, NR_E_NOTFOUND, "session", UINT64_MAX, "no such session");
}

enum nr_rc nr_store_session_touch(struct nr_store *s, const struct nr_sha256 *token,
				  int64_t seen_us, int64_t expires_us, struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;

	NR_TRY(nr_db_query(s->db, "UPDATE session SET seen_us=$1,expires_us=$2 WHERE token=$3", &q,
			   reterr));
	nr_q_int(q, 1, seen_us);
	nr_q_int(q, 2, expires_us);
	nr_q_blob(q, 3, sha_bytes(token));
	return nr_q_run(q, reterr);
}

enum nr_rc nr_store_session_drop(struct nr_store *s, const struct nr_sha256 *token,
				 struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;

	NR_TRY(nr_db_query(s->db, "DELETE FROM session WHERE token=$1", &q, reterr));
	nr_q_blob(q, 1, sha_bytes(token));
	return nr_q_run(q, reterr);
}

enum nr_rc nr_store_sessions_purge(struct nr_store *s, int64_t before_us, struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;

	NR_TRY(nr_db_query(s->db, "DELETE FROM session WHERE expires_us<$1", &q, reterr));
	nr_q_int(q, 1, before_us);
	NR_TRY(nr_q_run(q, reterr));
	NR_TRY(nr_db_query(s->db, "DELETE FROM login_link WHERE expires_us<$1", &q, reterr));
	nr_q_int(q, 1, before_us);
	return nr_q_run(q, reterr);
}

enum nr_rc nr_store_login_link_add(struct nr_store *s, const struct nr_sha256 *token,
				   int64_t person, int64_t expires_us, struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;

	NR_TRY(nr_db_query(s->db,
			   "INSERT INTO login_link(token,person,expires_us,used_us)"
			   " VALUES($1,$2,$3,0)",
			   &q, reterr));
	nr_q_blob(q, 1, sha_bytes(token));
	nr_q_int(q, 2, person);
	nr_q_int(q, 3, expires_us);
	return nr_q_run(q, reterr);
}

enum nr_rc nr_store_login_link_use(struct nr_store *s, const struct nr_sha256 *token,
				   int64_t now_us, int64_t *ret_person, struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;
	bool row = false;

	NR_TRY(nr_db_query(s->db,
			   "UPDATE login_link SET used_us=$1 WHERE token=$2 AND used_us=0 AND"
			   " expires_us>$3 RETURNING person",
			   &q, reterr));
	nr_q_int(q, 1, now_us);
	nr_q_blob(q, 2, sha_bytes(token));
	nr_q_int(q, 3, now_us);
	NR_TRY(one_int(q, &row, ret_person, reterr));
	if (!row)
		return nr_fail(reterr, NR_E_NOTFOUND, "link", UINT64_MAX,
			       "the link is not valid, was used, or has expired");
	return NR_OK;
}

enum nr_rc nr_store_token_add(struct nr_store *s, const struct nr_sha256 *token,
			      const struct nr_api_token *v, int64_t *ret_id, struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;
	bool row = false;

	NR_TRY(nr_db_query(s->db,
			   "INSERT INTO api_token(token,person,name,roles,created_us,expires_us,"
			   "revoked_us) VALUES($1,$2,$3,$4,$5,$6,0) RETURNING id",
			   &q, reterr));
	nr_q_blob(q, 1, sha_bytes(token));
	nr_q_int(q, 2, v->person);
	nr_q_str(q, 3, v->name);
	nr_q_int(q, 4, v->roles);
	nr_q_int(q, 5, v->created_us);
	nr_q_int(q, 6, v->expires_us);
	NR_TRY(one_int(q, &row, ret_id, reterr));
	return row ? NR_OK : nr_fail(reterr, NR_E_BUG, "token", UINT64_MAX, "no id came back");
}

#define TOKEN_COLS "id,person,name,roles,created_us,expires_us,revoked_us"

static void token_row(struct nr_stmt *q, struct nr_arena *a, struct nr_api_token *t)
{
	t->id = nr_q_col_int(q, 0);
	t->person = nr_q_col_int(q, 1);
	t->name = nr_arena_str(a, nr_q_col_str(q, 2));
	t->roles = (unsigned)nr_q_col_int(q, 3);
	t->created_us = nr_q_col_int(q, 4);
	t->expires_us = nr_q_col_int(q, 5);
	t->revoked_us = nr_q_col_int(q, 6);
}

enum nr_rc nr_store_token_get(struct nr_store *s, const struct nr_sha256 *token, struct nr_arena *a,
			      struct nr_api_token *ret, struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;
	bool row = false;

	NR_TRY(nr_db_query(s->db, "SELECT " TOKEN_COLS " FROM api_token WHERE token=$1", &q,
			   reterr));
	nr_q_blob(q, 1, sha_bytes(token));
	NR_TRY(nr_q_step(q, &row, reterr));
	if (row)
		token_row(q, a, ret);
	nr_q_done(q);
	return row ? NR_OK : nr_fail(reterr, NR_E_NOTFOUND, "token", UINT64_MAX, "no such token");
}

enum nr_rc nr_store_tokens(struct nr_store *s, int64_t person, struct nr_arena *a,
			   struct nr_api_token **ret, size_t *ret_n, struct nr_err *reterr)
{
	struct nr_api_token *rows = NR_NEW_N(a, struct nr_api_token, TOKENS_MAX);
	struct nr_stmt *q = NULL;
	bool row = false;
	size_t n = 0;

	if (!rows)
		return nr_fail(reterr, NR_E_NOMEM, "tokens", UINT64_MAX, "no memory");
	NR_TRY(nr_db_query(s->db,
			   "SELECT " TOKEN_COLS " FROM api_token WHERE person=$1"
			   " ORDER BY id DESC LIMIT $2",
			   &q, reterr));
	nr_q_int(q, 1, person);
	nr_q_int(q, 2, TOKENS_MAX);
	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		token_row(q, a, &rows[n++]);
	}
	nr_q_done(q);
	*ret = rows;
	*ret_n = n;
	return NR_OK;
}

enum nr_rc nr_store_token_revoke(struct nr_store *s, int64_t id, int64_t person, int64_t now_us,
				 struct nr_err *reterr)
{
	struct nr_stmt *q = NULL;
	bool row = false;
	int64_t got = 0;

	NR_TRY(nr_db_query(s->db,
			   "UPDATE api_token SET revoked_us=$1 WHERE id=$2 AND person=$3 AND"
			   " revoked_us=0 RETURNING id",
			   &q, reterr));
	nr_q_int(q, 1, now_us);
	nr_q_int(q, 2, id);
	nr_q_int(q, 3, person);
	NR_TRY(one_int(q, &row, &got, reterr));
	return row ? NR_OK : nr_fail(reterr, NR_E_NOTFOUND, "token", UINT64_MAX, "no such token");
}
