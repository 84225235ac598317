/* db.h -- the engine interface: one table of operations, chosen by URL.
 *
 * Only files in src/store/ include this.  SQL is written once, in the subset that SQLite and
 * PostgreSQL share: parameters $1 to $24, times as BIGINT µs, JSON opaque,
 * booleans as integers, case folding in C, no MERGE.
 * Threading: a connection belongs to one thread at a time. */
#pragma once

#include "base/arena.h"

struct nr_db_engine;
struct nr_db { /* first member of an engine's own connection */
	const struct nr_db_engine *engine;
};
struct nr_stmt { /* first member of an engine's own statement; cached by the connection */
	struct nr_db *db;
};

struct nr_db_engine {
	const char *scheme; /* "sqlite" */
	enum nr_rc (*open)(const char *path, bool create, bool read_only,
			   NR_OWNED struct nr_db **ret, struct nr_err *reterr);
	void (*close)(struct nr_db **p);
	enum nr_rc (*exec)(struct nr_db *db, const char *sql, struct nr_err *reterr);
	enum nr_rc (*query)(struct nr_db *db, const char *sql, NR_BORROWED struct nr_stmt **ret,
			    struct nr_err *reterr);
	void (*bind_int)(struct nr_stmt *q, int n, int64_t v);
	void (*bind_str)(struct nr_stmt *q, int n, struct nr_str v);
	void (*bind_copy)(struct nr_stmt *q, int n, struct nr_str v); /* text, copied */
	void (*bind_blob)(struct nr_stmt *q, int n, struct nr_bytes v);
	void (*bind_null)(struct nr_stmt *q, int n);
	enum nr_rc (*step)(struct nr_stmt *q, bool *ret_row, struct nr_err *reterr);
	int64_t (*col_int)(struct nr_stmt *q, int n);
	struct nr_str (*col_str)(struct nr_stmt *q, int n);
	struct nr_bytes (*col_blob)(struct nr_stmt *q, int n);
	bool (*col_null)(struct nr_stmt *q, int n);
	void (*reset)(struct nr_stmt *q);
	int64_t (*data_version)(struct nr_db *db); /* changes when another connection commits */
	int64_t (*last_row)(struct nr_db *db);     /* row id of the last insert               */
	bool (*in_transaction)(struct nr_db *db);  /* false after the engine gave one up      */
};

extern const struct nr_db_engine nr_engine_sqlite;

/* Chooses the engine of a URL ("sqlite:PATH" or a bare path) and the path in it, in the arena.
 * NR_E_UNSUPPORTED for another scheme, NR_E_INVAL for an empty path. */
NR_MUSTUSE enum nr_rc nr_db_url(struct nr_str url, struct nr_arena *a,
				NR_STATIC const struct nr_db_engine **ret_engine,
				const char **ret_path, struct nr_err *reterr);

/* Short names.  sql is a string literal: statements are cached by its address.  Views given to
 * nr_q_str() and nr_q_blob() must live until the statement is reset.  Every statement must be
 * stepped to its end (nr_q_step() then resets it) or given to nr_q_done(). */
NR_MUSTUSE enum nr_rc nr_db_exec(struct nr_db *db, const char *sql, struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_db_query(struct nr_db *db, const char *sql,
				  NR_BORROWED struct nr_stmt **ret, struct nr_err *reterr);
void nr_q_int(struct nr_stmt *q, int n, int64_t v);
void nr_q_str(struct nr_stmt *q, int n, struct nr_str v);
void nr_q_copy(struct nr_stmt *q, int n, struct nr_str v); /* text, copied */
void nr_q_blob(struct nr_stmt *q, int n, struct nr_bytes v);
void nr_q_null(struct nr_stmt *q, int n);
NR_MUSTUSE enum nr_rc nr_q_step(struct nr_stmt *q, bool *ret_row, struct nr_err *reterr);
/* Steps a statement to its end, dropping rows, and resets it. */
NR_MUSTUSE enum nr_rc nr_q_run(struct nr_stmt *q, struct nr_err *reterr);
/* One row with one integer: the value, or dflt when there is no row. */
NR_MUSTUSE enum nr_rc nr_q_one(struct nr_stmt *q, int64_t dflt, int64_t *ret,
			       struct nr_err *reterr);
int64_t nr_q_col_int(struct nr_stmt *q, int n);
NR_BORROWED struct nr_str nr_q_col_str(struct nr_stmt *q, int n);
NR_BORROWED struct nr_bytes nr_q_col_blob(struct nr_stmt *q, int n);
bool nr_q_col_null(struct nr_stmt *q, int n);
void nr_q_done(struct nr_stmt *q); /* resets; NULL ok */
