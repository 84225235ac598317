/* sqlite.c -- the embedded engine: WAL, synchronous=FULL, statements cached by literal. */
#include "store/checkpoint.h"
#include "store/db.h"
#include "store/tok.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CACHE_BITS = 8, CACHE = 1 << CACHE_BITS, PARAMS = 24 };

struct sq_stmt {
	struct nr_stmt base;
	const char *sql; /* NR_STATIC */
	sqlite3_stmt *s;
	int at[PARAMS + 1]; /* SQLite numbers $n by first appearance; at[n] is its number */
};

struct sq_db {
	struct nr_db base;
	sqlite3 *db;
	struct nr_checkpoint *checkpoint; /* NULL for a reader */
	char path[512];                   /* for messages, shortened when longer */
	struct sq_stmt cache[CACHE];      /* open addressing by address of the literal */
	size_t n_cached;
};

static struct sq_db *sq(struct nr_db *db)
{
	return (struct sq_db *)db;
}

static struct sq_stmt *st(struct nr_stmt *q)
{
	return (struct sq_stmt *)q;
}

static bool disk_full(sqlite3 *db, int code)
{
	int e = db ? sqlite3_system_errno(db) : 0;

	return code == SQLITE_FULL || (code == SQLITE_IOERR && (e == ENOSPC || e == EDQUOT));
}

/* One clear line for every way the engine can refuse. */
static enum nr_rc refuse(struct sq_db *d, int code, struct nr_err *e)
{
	const char *p = d->path, *text = d->db ? sqlite3_errmsg(d->db) : sqlite3_errstr(code);

	code &= 0xff;
	if (disk_full(d->db, code))
		return nr_fail(e, NR_E_IO, "store", UINT64_MAX,
			       "the disk is full: nothing was written to %s; free some space and "
			       "try again",
			       p);
	switch (code) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return nr_fail(e, NR_E_BUSY, "store", UINT64_MAX,
			       "%s is busy: another process is writing; try again", p);
	case SQLITE_READONLY:
		return nr_fail(e, NR_E_DENIED, "store", UINT64_MAX,
			       "%s is read-only: nothing was written", p);
	case SQLITE_NOTADB:
		return nr_fail(e, NR_E_MALFORMED, "store", UINT64_MAX, "%s is not a Noroshi store",
			       p);
	case SQLITE_CORRUPT:
		return nr_fail(e, NR_E_MALFORMED, "store", UINT64_MAX,
			       "%s is damaged (%s): restore it from a backup", p, text);
	case SQLITE_CANTOPEN:
		return nr_fail(e, NR_E_IO, "store", UINT64_MAX, "%s cannot be opened: %s", p,
			       d->db && sqlite3_system_errno(d->db)
				       ? strerror(sqlite3_system_errno(d->db))
				       : text);
	case SQLITE_IOERR:
		return nr_fail(e, NR_E_IO, "store", UINT64_MAX, "reading or writing %s failed: %s",
			       p, text);
	case SQLITE_NOMEM: return nr_fail(e, NR_E_NOMEM, "store", UINT64_MAX, "out of memory");
	case SQLITE_TOOBIG:
		return nr_fail(e, NR_E_LIMIT, "store", UINT64_MAX, "a value is too large for %s",
			       p);
	case SQLITE_CONSTRAINT:
		return nr_fail(e, NR_E_INVAL, "store", UINT64_MAX, "%s refuses it: %s", p, text);
	default: return nr_fail(e, NR_E_BUG, "store", UINT64_MAX, "%s: %s", p, text);
	}
}

static enum nr_rc sq_exec(struct nr_db *db, const char *sql, struct nr_err *reterr)
{
	int code = sqlite3_exec(sq(db)->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? NR_OK : refuse(sq(db), code, reterr);
}

static void sq_close(struct nr_db **p)
{
	struct sq_db *d = *p ? sq(*p) : NULL;

	if (d) {
		nr_checkpoint_stop(&d->checkpoint);
		for (size_t i = 0; i < CACHE; i++)
			(void)sqlite3_finalize(d->cache[i].s);
		(void)sqlite3_close(d->db);
		free(d);
	}
	*p = NULL;
}

/* A store on a read-only disk, closed cleanly, has no -wal file; only then may SQLite be told
 * that nobody will write to it. */
static int open_immutable(struct sq_db *d, const char *path)
{
	char uri[4096 + 64] = "file:";
	size_t n = strlen(uri);
	struct stat sb;

	if ((size_t)snprintf(uri, sizeof(uri), "%s-wal", path) >= sizeof(uri) ||
	    (stat(uri, &sb) == 0 && sb.st_size > 0))
		return SQLITE_CANTOPEN;
	(void)snprintf(uri, sizeof(uri), "file:");
	for (const char *p = path; *p && n + 32 < sizeof(uri); p++) {
		bool plain = *p != '%' && *p != '?' && *p != '#';

		n += (size_t)snprintf(uri + n, sizeof(uri) - n, plain ? "%c" : "%%%02x",
				      (unsigned char)*p);
	}
	(void)snprintf(uri + n, sizeof(uri) - n, "?immutable=1");
	(void)sqlite3_close(d->db);
	d->db = NULL;
	return sqlite3_open_v2(uri, &d->db,
			       SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
}

static int configure(struct sq_db *d, bool create)
{
	int code;

	(void)sqlite3_extended_result_codes(d->db, 1);
	(void)sqlite3_busy_timeout(d->db, 10000);
	(void)sqlite3_db_config(d->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(d->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	code = nr_tok_register(d->db);
	if (code == SQLITE_OK)
		code = sqlite3_exec(d->db,
				    "PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON;"
				    "PRAGMA cache_size=-65536; PRAGMA synchronous=FULL;",
				    NULL, NULL, NULL);
	if (code == SQLITE_OK && create)
		code = sqlite3_exec(d->db, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL;", NULL,
				    NULL, NULL);
	/* The first read: finds out whether this is a database at all, and can be read. */
	if (code == SQLITE_OK)
		code = sqlite3_exec(d->db, "SELECT 1 FROM sqlite_master LIMIT 1", NULL, NULL, NULL);
	return code;
}

/* SQLite's memory statistics take a global lock at every allocation, and nobody reads them. */
static void configure_library(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum nr_rc sq_open(const char *path, bool create, bool read_only, struct nr_db **ret,
			  struct nr_err *reterr)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sq_db *d = calloc(1, sizeof(*d));
	int flags = SQLITE_OPEN_NOMUTEX, code;
	enum nr_rc rc;

	(void)pthread_once(&once, configure_library);
	if (!d)
		return nr_fail(reterr, NR_E_NOMEM, "store", UINT64_MAX, "out of memory");
	d->base.engine = &nr_engine_sqlite;
	(void)snprintf(d->path, sizeof(d->path), "%.100s", path);
	flags |= read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	flags |= create && !read_only ? SQLITE_OPEN_CREATE : 0;
	code = sqlite3_open_v2(path, &d->db, flags, NULL);
	if (code == SQLITE_OK)
		code = configure(d, create);
	if (read_only && ((code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY)) {
		code = open_immutable(d, path);
		if (code == SQLITE_OK)
			code = configure(d, false);
	}
	if (code == SQLITE_OK && !read_only && sqlite3_db_readonly(d->db, "main") == 1)
		code = SQLITE_READONLY;
	if (code == SQLITE_OK) {
		if (!read_only)
			d->checkpoint = nr_checkpoint_start(d->db, path);
		*ret = &d->base;
		return NR_OK;
	}
	rc = refuse(d, code, reterr);
	sq_close(&(struct nr_db *){ &d->base });
	return rc;
}

static void number_parameters(struct sq_stmt *c)
{
	char name[8];

	for (int n = 1; n <= PARAMS; n++) {
		(void)snprintf(name, sizeof(name), "$%d", n);
		c->at[n] = sqlite3_bind_parameter_index(c->s, name);
	}
}

static enum nr_rc sq_query(struct nr_db *db, const char *sql, struct nr_stmt **ret,
			   struct nr_err *reterr)
{
	struct sq_db *d = sq(db);
	size_t i = ((uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - CACHE_BITS);
	struct sq_stmt *c;
	int code;

	for (;; i = (i + 1) % CACHE) {
		c = &d->cache[i];
		if (!c->s || c->sql == sql)
			break;
	}
	if (!c->s) {
		if (d->n_cached + 1 >= CACHE)
			return nr_fail(reterr, NR_E_BUG, "store", UINT64_MAX,
				       "more than %d different statements", CACHE);
		code = sqlite3_prepare_v3(d->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &c->s, NULL);
		if (code != SQLITE_OK)
			return refuse(d, code, reterr);
		c->sql = sql;
		c->base.db = db;
		number_parameters(c);
		d->n_cached++;
	} else {
		(void)sqlite3_reset(c->s);
	}
	*ret = &c->base;
	return NR_OK;
}

static void sq_bind_int(struct nr_stmt *q, int n, int64_t v)
{
	(void)sqlite3_bind_int64(st(q)->s, st(q)->at[n], v);
}

static void sq_bind_str(struct nr_stmt *q, int n, struct nr_str v)
{
	(void)sqlite3_bind_text64(st(q)->s, st(q)->at[n], v.n ? v.p : "", v.n, SQLITE_STATIC,
				  SQLITE_UTF8);
}

static void sq_bind_copy(struct nr_stmt *q, int n, struct nr_str v)
{
	(void)sqlite3_bind_text64(st(q)->s, st(q)->at[n], v.n ? v.p : "", v.n, SQLITE_TRANSIENT,
				  SQLITE_UTF8);
}

static void sq_bind_blob(struct nr_stmt *q, int n, struct nr_bytes v)
{
	(void)sqlite3_bind_blob64(st(q)->s, st(q)->at[n], v.n ? (const void *)v.p : "", v.n,
				  SQLITE_STATIC);
}

static void sq_bind_null(struct nr_stmt *q, int n)
{
	(void)sqlite3_bind_null(st(q)->s, st(q)->at[n]);
}

static void sq_reset(struct nr_stmt *q)
{
	(void)sqlite3_reset(st(q)->s);
	(void)sqlite3_clear_bindings(st(q)->s);
}

static enum nr_rc sq_step(struct nr_stmt *q, bool *ret_row, struct nr_err *reterr)
{
	int code = sqlite3_step(st(q)->s);
	enum nr_rc rc = NR_OK;

	if (code == SQLITE_ROW) {
		*ret_row = true;
		return NR_OK;
	}
	if (code != SQLITE_DONE)
		rc = refuse(sq(q->db), code, reterr);
	else
		*ret_row = false;
	sq_reset(q);
	return rc;
}

static int64_t sq_col_int(struct nr_stmt *q, int n)
{
	return sqlite3_column_int64(st(q)->s, n);
}

static struct nr_str sq_col_str(struct nr_stmt *q, int n)
{
	const unsigned char *p = sqlite3_column_text(st(q)->s, n);

	return (struct nr_str){ p ? (const char *)p : "",
				p ? (size_t)sqlite3_column_bytes(st(q)->s, n) : 0 };
}

static struct nr_bytes sq_col_blob(struct nr_stmt *q, int n)
{
	const void *p = sqlite3_column_blob(st(q)->s, n);

	return (struct nr_bytes){ p, p ? (size_t)sqlite3_column_bytes(st(q)->s, n) : 0 };
}

static bool sq_col_null(struct nr_stmt *q, int n)
{
	return sqlite3_column_type(st(q)->s, n) == SQLITE_NULL;
}

static int64_t sq_data_version(struct nr_db *db)
{
	struct nr_stmt *q;
	int64_t v;

	if (sq_query(db, "PRAGMA data_version", &q, NULL) != NR_OK ||
	    nr_q_one(q, 0, &v, NULL) != NR_OK)
		return -1;
	return v;
}

static int64_t sq_last_row(struct nr_db *db)
{
	return sqlite3_last_insert_rowid(sq(db)->db);
}

static bool sq_in_transaction(struct nr_db *db)
{
	return sqlite3_get_autocommit(sq(db)->db) == 0;
}

const struct nr_db_engine nr_engine_sqlite = {
	.scheme = "sqlite",
	.open = sq_open,
	.close = sq_close,
	.exec = sq_exec,
	.query = sq_query,
	.bind_int = sq_bind_int,
	.bind_str = sq_bind_str,
	.bind_copy = sq_bind_copy,
	.bind_blob = sq_bind_blob,
	.bind_null = sq_bind_null,
	.step = sq_step,
	.col_int = sq_col_int,
	.col_str = sq_col_str,
	.col_blob = sq_col_blob,
	.col_null = sq_col_null,
	.reset = sq_reset,
	.data_version = sq_data_version,
	.last_row = sq_last_row,
	.in_transaction = sq_in_transaction,
};
