#include "store/store_int.h"

#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

/* "NRSH": tells our file from another program's SQLite file. */
#define APP_ID "0x4e525348"
enum { APP_ID_NUMBER = 0x4e525348 };

enum nr_rc nr_no_room(struct nr_err *reterr)
{
	return nr_fail(reterr, NR_E_LIMIT, "memory", UINT64_MAX,
		       "the answer is larger than its memory budget: ask for fewer rows");
}

struct nr_str nr_q_text(struct nr_stmt *q, int n, struct nr_arena *a)
{
	return nr_arena_str(a, nr_q_col_str(q, n));
}

void *nr_rows_add(struct nr_rows *r, struct nr_arena *a)
{
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 16;
		void *p = nr_arena_zalloc(a, cap, r->size);

		if (!p)
			return NULL;
		if (r->n)
			memcpy(p, r->p, r->n * r->size);
		r->p = p;
		r->cap = cap;
	}
	return (uint8_t *)r->p + r->n++ * r->size;
}

enum nr_rc nr_query_scoped(struct nr_store *s, const struct nr_scope *sc, const char *sql,
			   struct nr_stmt **ret, struct nr_err *reterr)
{
	nr_wr_reset(&s->scope);
	nr_wr_u8(&s->scope, '[');
	for (size_t i = 0; !sc->all && i < sc->n; i++)
		nr_wr_fmt(&s->scope, "%s%lld", i ? "," : "", (long long)sc->markings[i]);
	nr_wr_u8(&s->scope, ']');
	if (s->scope.rc != NR_OK)
		return nr_fail(reterr, s->scope.rc, "scope", UINT64_MAX, "too many markings");
	NR_TRY(nr_db_query(s->db, sql, ret, reterr));
	nr_q_int(*ret, 1, sc->all);
	nr_q_copy(*ret, 2, (struct nr_str){ (const char *)s->scope.p, s->scope.n });
	return NR_OK;
}

enum nr_rc nr_need_txn(const struct nr_store *s, const char *what, struct nr_err *reterr)
{
	if (s->in_txn)
		return NR_OK;
	return nr_fail(reterr, NR_E_BUG, what, UINT64_MAX, "called outside a transaction");
}

static enum nr_rc pragma_int(struct nr_store *s, const char *sql, int64_t *ret,
			     struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_db_query(s->db, sql, &q, reterr));
	return nr_q_one(q, 0, ret, reterr);
}

static enum nr_rc check_schema(struct nr_store *s, struct nr_err *reterr)
{
	int64_t app, tables;

	NR_TRY(pragma_int(s, "PRAGMA user_version", &s->schema, reterr));
	NR_TRY(pragma_int(s, "PRAGMA application_id", &app, reterr));
	NR_TRY(pragma_int(s, "SELECT count(*) FROM sqlite_master", &tables, reterr));
	if (app != APP_ID_NUMBER && tables > 0)
		return nr_fail(reterr, NR_E_MALFORMED, "store", UINT64_MAX,
			       "%.120s is a database of another program, not a Noroshi store",
			       s->path);
	if (s->schema > nr_migrations_count)
		return nr_fail(
			reterr, NR_E_UNSUPPORTED, "store", UINT64_MAX,
			"%.120s has schema %lld, made by a newer Noroshi; this program knows "
			"up to %lld: use the newer program",
			s->path, (long long)s->schema, (long long)nr_migrations_count);
	return NR_OK;
}

static void undo(struct nr_store *s)
{
	/* A full disk may have made the engine roll back by itself; nothing else can fail here. */
	if (s->db->engine->in_transaction(s->db) && nr_db_exec(s->db, "ROLLBACK", NULL) != NR_OK)
		s->tree.size = -1;
}

/* Everything of a new store, or of an upgrade, in one transaction: a crash leaves the old shape. */
static enum nr_rc migrate_locked(struct nr_store *s, struct nr_err *reterr)
{
	bool fresh;

	NR_TRY(check_schema(s, reterr)); /* again, now that nobody else can write */
	fresh = s->schema == 0;
	for (; s->schema < nr_migrations_count; s->schema++)
		NR_TRY(nr_db_exec(s->db, nr_migrations[s->schema], reterr));
	if (fresh)
		NR_TRY(nr_key_load(s, true, reterr));
	NR_TRY(nr_db_exec(s->db, "PRAGMA application_id=" APP_ID, reterr));
	return nr_db_exec(s->db, "COMMIT", reterr);
}

static enum nr_rc migrate(struct nr_store *s, struct nr_err *reterr)
{
	enum nr_rc rc;

	if (s->schema == nr_migrations_count)
		return NR_OK;
	if (s->read_only)
		return nr_fail(reterr, NR_E_UNSUPPORTED, "store", UINT64_MAX,
			       "%.120s has schema %lld, this program needs %lld: open it once for "
			       "writing to upgrade it",
			       s->path, (long long)s->schema, (long long)nr_migrations_count);
	NR_TRY(nr_db_exec(s->db, "BEGIN IMMEDIATE", reterr));
	rc = migrate_locked(s, reterr);
	if (rc != NR_OK)
		undo(s);
	return rc;
}

/* The engine would make a file that everybody on the machine may read.  A failure shows at once
 * when the engine opens it, with its own clear line. */
static void make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0)
		(void)close(fd);
}

static enum nr_rc open_at(struct nr_store *s, const struct nr_db_engine *e, unsigned flags,
			  struct nr_err *reterr)
{
	bool create = flags & NR_STORE_CREATE;
	struct stat sb;

	s->read_only = flags & NR_STORE_READ_ONLY;
	if (stat(s->path, &sb) == 0 && !S_ISREG(sb.st_mode))
		return nr_fail(reterr, NR_E_INVAL, "store", UINT64_MAX,
			       "%.160s is not a regular file", s->path);
	if (!create && stat(s->path, &sb) != 0)
		return errno == ENOENT ? nr_fail(reterr, NR_E_IO, "store", UINT64_MAX,
						 "there is no store at %.160s", s->path)
				       : nr_fail_errno(reterr, "store", errno, s->path);
	if (create)
		make_private(s->path);
	NR_TRY(e->open(s->path, create, s->read_only, &s->db, reterr));
	NR_TRY(check_schema(s, reterr));
	NR_TRY(migrate(s, reterr));
	return nr_key_load(s, false, reterr);
}

enum nr_rc nr_store_open(struct nr_str url, unsigned flags, struct nr_store **ret,
			 struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 10);
	struct nr_store *s = calloc(1, sizeof(*s));
	const struct nr_db_engine *e;
	const char *path;
	enum nr_rc rc;

	if (!s || sodium_init() < 0) {
		free(s);
		return nr_fail(reterr, NR_E_NOMEM, "store", UINT64_MAX, "out of memory");
	}
	s->scope = NR_WR_INIT(8 << 20);
	s->tree.size = -1;
	rc = nr_db_url(url, &a, &e, &path, reterr);
	if (rc == NR_OK && strlen(path) > 3900)
		rc = nr_fail(reterr, NR_E_INVAL, "store", UINT64_MAX, "the path is too long");
	if (rc == NR_OK) {
		s->path = strdup(path);
		if (asprintf(&s->blobs, "%s.blobs", path) < 0)
			s->blobs = NULL;
		rc = s->path && s->blobs
			     ? open_at(s, e, flags, reterr)
			     : nr_fail(reterr, NR_E_NOMEM, "store", UINT64_MAX, "out of memory");
	}
	if (rc != NR_OK)
		nr_store_close(&s);
	else
		*ret = s;
	return rc;
}

void nr_store_close(struct nr_store **p)
{
	struct nr_store *s = *p;

	if (s) {
		if (s->in_txn)
			nr_store_rollback(s);
		if (s->db)
			s->db->engine->close(&s->db);
		nr_wr_done(&s->scope);
		sodium_memzero(s->secret_key, sizeof(s->secret_key));
		free(s->path);
		free(s->blobs);
		free(s);
	}
	*p = NULL;
}

int64_t nr_store_schema(struct nr_store *s)
{
	return s->schema;
}

int64_t nr_store_schema_program(void)
{
	return nr_migrations_count;
}

int64_t nr_store_data_version(struct nr_store *s)
{
	return s->db->engine->data_version(s->db);
}

enum nr_rc nr_store_check(struct nr_store *s, struct nr_err *reterr)
{
	struct nr_stmt *q;
	struct nr_str t;
	bool row;
	enum nr_rc rc = NR_OK;

	NR_TRY(nr_db_query(s->db, "PRAGMA quick_check(1)", &q, reterr));
	NR_TRY(nr_q_step(q, &row, reterr));
	t = row ? nr_q_col_str(q, 0) : NR_STR("no answer");
	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] == '\n') /* the fault follows a heading line */
			t = (struct nr_str){ t.p + i + 1, t.n - i - 1 }, i = 0;
	if (!nr_str_eq(t, NR_STR("ok")))
		rc = nr_fail(reterr, NR_E_MALFORMED, "store", UINT64_MAX,
			     "%.100s is damaged: %.*s; restore it from a backup", s->path,
			     t.n > 100 ? 100 : (int)t.n, t.p);
	nr_q_done(q);
	return rc;
}

enum nr_rc nr_store_begin(struct nr_store *s, struct nr_err *reterr)
{
	enum nr_rc rc;

	if (s->in_txn)
		return nr_fail(reterr, NR_E_BUG, "begin", UINT64_MAX,
			       "a transaction is already open");
	if (s->read_only)
		return nr_fail(reterr, NR_E_DENIED, "store", UINT64_MAX,
			       "%.160s is open for reading only: nothing was written", s->path);
	NR_TRY(nr_db_exec(s->db, "BEGIN IMMEDIATE", reterr));
	s->in_txn = true;
	s->added = s->broken = false;
	rc = nr_ledger_load(s, reterr);
	if (rc != NR_OK)
		nr_store_rollback(s);
	return rc;
}

enum nr_rc nr_store_commit(struct nr_store *s, struct nr_err *reterr)
{
	enum nr_rc rc;

	NR_TRY(nr_need_txn(s, "commit", reterr));
	if (s->broken) {
		nr_store_rollback(s);
		return nr_fail(reterr, NR_E_BUG, "commit", UINT64_MAX,
			       "commit after a failed write: nothing was written");
	}
	rc = s->added ? nr_ledger_sign(s, reterr) : NR_OK;
	if (rc == NR_OK)
		rc = nr_db_exec(s->db, "COMMIT", reterr);
	if (rc != NR_OK) {
		nr_store_rollback(s);
		return rc;
	}
	s->in_txn = false;
	s->added = false;
	return NR_OK;
}

void nr_store_rollback(struct nr_store *s)
{
	if (s->in_txn)
		undo(s);
	s->in_txn = false;
	s->added = false;
	s->tree.size = -1;
}
