#include "store/store_int.h"
#include "store/tok.h"
#include "store_util.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void test_store__dossier_round_trip(void)
{
	struct tmp_store t;
	struct nr_dossier d;
	struct nr_dossier_row row;
	struct nr_put put, again;
	struct nr_bytes json;
	struct nr_ledger_head head;
	struct nr_finding *f;
	struct nr_finding_row *fr;
	struct nr_err e;
	size_t n;

	OK(tmp_open(&t));
	make_dossier(&d, &t.a, NR_STR("a.eml"), NR_STR("text"));
	nr_dossier_obs(&d, NR_OBS_DOMAIN, NR_STR("evil.example"), "link", nr_ev_bytes(0, 1));
	f = nr_dossier_finding(&d, "mail.lure", NR_SEV_HIGH, 80, "T1566");
	nr_finding_obs(f, 0);
	OK(put_one(&t, &d, &put));
	OK(!put.duplicate && put.row > 0 && put.obs_rows[0] > 0);
	OK(put_one(&t, &d, &again));
	OK(again.duplicate && again.row == put.row);
	nr_store_close(&t.s);
	OK(nr_store_open(nr_str_c(t.path), 0, &t.s, &e) == NR_OK);
	OK(nr_store_dossier_get(t.s, ALL, &d.id, &t.a, &row, &e) == NR_OK);
	OK(row.row == put.row && row.severity == NR_SEV_HIGH && row.n_observables == 1);
	OK(nr_str_eq(row.name, NR_STR("a.eml")));
	OK(nr_store_dossier_json(t.s, ALL, &d.id, &t.a, &json, &e) == NR_OK);
	OK(memmem(json.p, json.n, "evil.example", 12) != NULL);
	OK(nr_store_findings(t.s, ALL, 0, NR_SEV_INFO, 10, &t.a, &fr, &n, &e) == NR_OK);
	OK(n == 1 && nr_str_eq(fr[0].detector, NR_STR("mail.lure")));
	OK(nr_ledger_head(t.s, &head, &e) == NR_OK);
	OK(head.size == 1);
	tmp_close(&t);
}

static void test_store__scope_hides_existence(void)
{
	struct tmp_store t;
	struct nr_dossier d;
	struct nr_dossier_row row, *rows;
	struct nr_marking_row *m;
	struct nr_bytes json;
	struct nr_err e;
	size_t n;
	struct nr_scope none = { .all = false }, one = { .all = false, .n = 1 };

	OK(tmp_open(&t));
	make_dossier(&d, &t.a, NR_STR("a.eml"), NR_STR("text"));
	OK(put_one(&t, &d, NULL));
	OK(nr_store_dossier_get(t.s, &none, &d.id, &t.a, &row, &e) == NR_E_NOTFOUND);
	OK(nr_store_dossier_json(t.s, &none, &d.id, &t.a, &json, &e) == NR_E_NOTFOUND);
	OK(nr_store_markings(t.s, &t.a, &m, &n, &e) == NR_OK);
	OK(n == 1 && m[0].m.tlp == NR_TLP_GREEN && nr_str_eq(m[0].m.origin, NR_STR("npa")));
	one.markings = &m[0].id;
	OK(nr_store_dossier_get(t.s, &one, &d.id, &t.a, &row, &e) == NR_OK);
	OK(nr_store_dossiers(t.s, &one, &(struct nr_dossier_filter){ .limit = 10 }, &t.a, &rows, &n,
			     &e) == NR_OK);
	OK(n == 1);
	OK(nr_store_dossiers(t.s, &none, &(struct nr_dossier_filter){ .limit = 10 }, &t.a, &rows,
			     &n, &e) == NR_OK);
	OK(n == 0);
	tmp_close(&t);
}

static void test_store__rollback_leaves_nothing(void)
{
	struct tmp_store t;
	struct nr_dossier d;
	struct nr_dossier_row row;
	struct nr_ledger_head head;
	struct nr_put put;
	struct nr_err e;

	OK(tmp_open(&t));
	make_dossier(&d, &t.a, NR_STR("a.eml"), NR_STR("text"));
	OK(nr_store_begin(t.s, &e) == NR_OK);
	OK(put_in_txn(t.s, &d, &t.a, &put, &e) == NR_OK);
	nr_store_rollback(t.s);
	OK(nr_store_dossier_get(t.s, ALL, &d.id, &t.a, &row, &e) == NR_E_NOTFOUND);
	OK(nr_ledger_head(t.s, &head, &e) == NR_E_NOTFOUND);
	OK(put_one(&t, &d, &put));
	OK(nr_ledger_head(t.s, &head, &e) == NR_OK);
	OK(head.size == 1);
	tmp_close(&t);
}

/* An origin nobody enrolled: the put fails after it has begun, and a careless commit is refused. */
static void test_store__half_a_dossier_is_never_committed(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena tiny = NR_ARENA_INIT(32);
	struct nr_dossier_row *rows;
	struct tmp_store t;
	struct nr_dossier d;
	struct nr_put put;
	struct nr_err e;
	size_t n;

	OK(tmp_open(&t));
	make_dossier(&d, &t.a, NR_STR("a.eml"), NR_STR("text"));
	nr_dossier_obs(&d, NR_OBS_DOMAIN, NR_STR("evil.example"), "link", nr_ev_bytes(0, 1));
	d.marking.origin = NR_STR("nobody");
	OK(nr_store_begin(t.s, &e) == NR_OK);
	OK(nr_store_dossier_put(t.s, &d, nr_str_bytes(NR_STR("{}")), &t.a, &put, &e) == NR_E_INVAL);
	OK(nr_store_commit(t.s, &e) == NR_E_BUG);
	d.marking.origin = NR_STR("npa");
	OK(nr_store_begin(t.s, &e) == NR_OK);
	OK(nr_store_dossier_put(t.s, &d, nr_str_bytes(NR_STR("{}")), &tiny, &put, &e) ==
	   NR_E_LIMIT);
	OK(nr_store_commit(t.s, &e) == NR_E_BUG);
	OK(nr_store_dossiers(t.s, ALL, &(struct nr_dossier_filter){ .limit = 9 }, &t.a, &rows, &n,
			     &e) == NR_OK &&
	   n == 0);
	OK(put_one(&t, &d, &put));
	tmp_close(&t);
}

/* --- opening --- */

static enum nr_rc open_rc(const char *path, unsigned flags, struct nr_err *e)
{
	struct nr_store *s = NULL;
	enum nr_rc rc = nr_store_open(nr_str_c(path), flags, &s, e);

	nr_store_close(&s);
	return rc;
}

static bool one_line(const struct nr_err *e)
{
	return e->msg[0] && !strchr(e->msg, '\n');
}

static bool raw_sql(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	bool ok = sqlite3_open(path, &db) == SQLITE_OK &&
		  sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;

	(void)sqlite3_close(db);
	return ok;
}

static bool write_file(const char *path, const void *p, size_t n, long at)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	bool ok = fd >= 0 && pwrite(fd, p, n, at) == (ssize_t)n;

	(void)close(fd);
	return ok;
}

static void test_store__refuses_a_newer_schema(void)
{
	struct tmp_store t;
	struct nr_err e;

	OK(tmp_open(&t));
	OK(nr_store_schema(t.s) == nr_store_schema_program());
	nr_store_close(&t.s);
	OK(raw_sql(t.path, "PRAGMA user_version=999"));
	OK(open_rc(t.path, NR_STORE_CREATE, &e) == NR_E_UNSUPPORTED);
	OK(one_line(&e) && strstr(e.msg, "999") && strstr(e.msg, "newer"));
	OK(open_rc(t.path, NR_STORE_READ_ONLY, &e) == NR_E_UNSUPPORTED);
	tmp_close(&t);
}

/* Takes a store back to schema 1, whose search index knew no markings. */
static bool downgrade(const char *path)
{
	sqlite3 *db = NULL;
	bool ok = sqlite3_open(path, &db) == SQLITE_OK && nr_tok_register(db) == SQLITE_OK &&
		  sqlite3_exec(
			  db,
			  "DROP TABLE doc_fts; CREATE VIRTUAL TABLE doc_fts USING fts5(folded,"
			  "content='',columnsize=0,tokenize='noroshi');"
			  "INSERT INTO doc_fts(rowid,folded) SELECT dossier,folded FROM doc_text;"
			  "PRAGMA user_version=1",
			  NULL, NULL, NULL) == SQLITE_OK;

	(void)sqlite3_close(db);
	return ok;
}

static void test_store__upgrades_an_older_schema(void)
{
	struct nr_search in = { .query = NR_STR("資料"), .limit = 5 };
	struct nr_search_hit *h;
	struct nr_ledger_report r;
	struct nr_dossier d;
	struct tmp_store t;
	struct nr_err e;
	bool bounded;
	size_t n;

	OK(tmp_open(&t));
	make_dossier(&d, &t.a, NR_STR("a.eml"), NR_STR("資料送付"));
	OK(put_one(&t, &d, NULL));
	nr_store_close(&t.s);
	OK(downgrade(t.path));
	OK(open_rc(t.path, NR_STORE_READ_ONLY, &e) == NR_E_UNSUPPORTED);
	OK(one_line(&e) && strstr(e.msg, "open it once for writing"));
	OK(nr_store_open(nr_str_c(t.path), 0, &t.s, &e) == NR_OK);
	OK(nr_store_schema(t.s) == nr_store_schema_program());
	OK(nr_store_search(t.s, ALL, &in, &t.a, &h, &n, &bounded, &e) == NR_OK && n == 1);
	OK(nr_ledger_verify(t.s, true, NULL, NULL, &r, &e) == NR_OK && r.bad == 0);
	OK(r.dossiers == 1);
	tmp_close(&t);
}

static void test_store__refuses_what_is_no_store(void)
{
	static char noise[20000];
	char path[128];
	struct tmp_store t;
	struct nr_err e;

	OK(tmp_open(&t));
	(void)snprintf(path, sizeof(path), "%s/other", t.dir);
	OK(open_rc(path, 0, &e) == NR_E_IO && strstr(e.msg, "no store at"));
	OK(open_rc(path, NR_STORE_READ_ONLY, &e) == NR_E_IO);
	OK(access(path, F_OK) != 0);
	memset(noise, 'x', sizeof(noise));
	OK(write_file(path, noise, sizeof(noise), 0));
	OK(open_rc(path, NR_STORE_CREATE, &e) == NR_E_MALFORMED);
	OK(one_line(&e) && strstr(e.msg, "not a Noroshi store"));
	OK(unlink(path) == 0 && raw_sql(path, "CREATE TABLE t(a)"));
	OK(open_rc(path, NR_STORE_CREATE, &e) == NR_E_MALFORMED);
	OK(one_line(&e) && strstr(e.msg, "another program"));
	OK(open_rc(t.dir, NR_STORE_CREATE, &e) == NR_E_INVAL);
	OK(open_rc("", NR_STORE_CREATE, &e) == NR_E_INVAL);
	OK(open_rc("postgresql://db/noroshi", NR_STORE_CREATE, &e) == NR_E_UNSUPPORTED);
	OK(one_line(&e) && strstr(e.msg, "sqlite:PATH"));
	(void)snprintf(path, sizeof(path), "sqlite:%s", t.path);
	OK(open_rc(path, 0, &e) == NR_OK);
	tmp_close(&t);
}

static void test_store__damage_is_named(void)
{
	static char zero[8192 * 3];
	struct tmp_store t;
	struct nr_dossier d;
	struct nr_err e = { .msg = "" };
	enum nr_rc rc;
	char name[16];

	OK(tmp_open(&t));
	for (int i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "%d.eml", i);
		make_dossier(&d, &t.a, nr_str_c(name), NR_STR("text text text"));
		nr_dossier_obs(&d, NR_OBS_FILE_NAME, nr_str_c(name), "x", nr_ev_bytes(0, 1));
		OK(put_one(&t, &d, NULL));
	}
	OK(nr_store_check(t.s, &e) == NR_OK);
	nr_store_close(&t.s);
	memset(zero, 0xa5, sizeof(zero));
	OK(write_file(t.path, zero, sizeof(zero), 8192 * 5));
	rc = nr_store_open(nr_str_c(t.path), 0, &t.s, &e);
	if (rc == NR_OK)
		rc = nr_store_check(t.s, &e);
	OK(rc == NR_E_MALFORMED);
	if (!OK(one_line(&e) && strstr(e.msg, "damaged")))
		printf("# %s\n", e.msg);
	tmp_close(&t);
}

static void test_store__read_only_writes_nothing(void)
{
	struct tmp_store t;
	struct nr_src src = nr_src_mem(nr_str_bytes(NR_STR("x")));
	struct nr_sha256 h = nr_sha256(nr_str_bytes(NR_STR("x")));
	struct nr_err e;

	OK(tmp_open(&t));
	nr_store_close(&t.s);
	OK(nr_store_open(nr_str_c(t.path), NR_STORE_READ_ONLY, &t.s, &e) == NR_OK);
	OK(nr_store_begin(t.s, &e) == NR_E_DENIED);
	OK(one_line(&e) && strstr(e.msg, "reading only"));
	OK(nr_store_blob_put(t.s, &src, &h, &e) == NR_E_DENIED);
	tmp_close(&t);
}

/* A read-only disk, as another user sees a folder and file without write permission. */
static int as_nobody(const char *path)
{
	struct nr_store *s = NULL;
	struct nr_err e = { .msg = "" };
	struct nr_ledger_head h;

	if (getuid() == 0 && setresuid(65534, 65534, 65534) != 0)
		return 10;
	if (open_rc(path, 0, &e) == NR_OK || !strstr(e.msg, "read-only"))
		return fprintf(stderr, "# %s\n", e.msg), 11;
	if (nr_store_open(nr_str_c(path), NR_STORE_READ_ONLY, &s, &e) != NR_OK)
		return fprintf(stderr, "# %s\n", e.msg), 12;
	if (nr_ledger_head(s, &h, &e) != NR_OK || h.size != 1)
		return 13;
	nr_store_close(&s);
	return 0;
}

static void test_store__read_only_disk_can_be_read(void)
{
	struct tmp_store t;
	struct nr_dossier d;
	int status = -1;
	pid_t pid;

	OK(tmp_open(&t));
	make_dossier(&d, &t.a, NR_STR("a.eml"), NR_STR("text"));
	OK(put_one(&t, &d, NULL));
	nr_store_close(&t.s);
	OK(chmod(t.path, 0444) == 0 && chmod(t.dir, 0555) == 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(as_nobody(t.path));
	OK(waitpid(pid, &status, 0) == pid);
	if (!OK(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		printf("# status %x\n", (unsigned)status);
	OK(chmod(t.dir, 0755) == 0);
	tmp_close(&t);
}

/* --- the disk is full --- */

static void test_store__full_disk_harms_nothing(void)
{
	static char big[300000];
	struct tmp_store t;
	struct nr_dossier d, after;
	struct nr_dossier_row row;
	struct nr_ledger_report r;
	struct nr_put put;
	struct nr_err e = { .msg = "" };
	enum nr_rc rc;

	OK(tmp_open(&t));
	make_dossier(&d, &t.a, NR_STR("a.eml"), NR_STR("text"));
	OK(put_one(&t, &d, NULL));
	OK(nr_db_exec(t.s->db, "PRAGMA max_page_count=60", &e) == NR_OK);
	memset(big, 'a', sizeof(big));
	for (size_t i = 0; i < sizeof(big); i += 7)
		big[i] = (char)('a' + i % 26);
	make_dossier(&d, &t.a, NR_STR("big.eml"), (struct nr_str){ big, sizeof(big) });
	OK(nr_store_begin(t.s, &e) == NR_OK);
	rc = put_in_txn(t.s, &d, &t.a, &put, &e);
	if (rc == NR_OK)
		rc = nr_store_commit(t.s, &e);
	else
		nr_store_rollback(t.s);
	OK(rc == NR_E_IO);
	OK(one_line(&e) && strstr(e.msg, "disk is full") && strstr(e.msg, "nothing was written"));
	OK(nr_store_dossier_get(t.s, ALL, &d.id, &t.a, &row, &e) == NR_E_NOTFOUND);
	OK(nr_db_exec(t.s->db, "PRAGMA max_page_count=1000000", &e) == NR_OK);
	make_dossier(&after, &t.a, NR_STR("after.eml"), NR_STR("text"));
	OK(put_one(&t, &after, NULL));
	OK(nr_store_check(t.s, &e) == NR_OK);
	OK(nr_ledger_verify(t.s, true, NULL, NULL, &r, &e) == NR_OK);
	OK(r.bad == 0 && r.entries == 2 && r.dossiers == 2);
	tmp_close(&t);
}

/* --- blobs --- */

static void test_store__blob_is_whole_or_absent(void)
{
	struct nr_str text = NR_STR("raw material");
	struct nr_src src = nr_src_mem(nr_str_bytes(text));
	struct nr_sha256 h = nr_sha256(nr_str_bytes(text)), wrong = h;
	struct tmp_store t;
	struct nr_err e;
	char buf[32];
	int fd = -1;

	OK(tmp_open(&t));
	wrong.b[0] ^= 1;
	OK(nr_store_blob_open(t.s, &h, &fd, &e) == NR_E_NOTFOUND);
	OK(nr_store_blob_put(t.s, &src, &wrong, &e) == NR_E_MALFORMED);
	OK(nr_store_blob_open(t.s, &wrong, &fd, &e) == NR_E_NOTFOUND);
	OK(nr_store_blob_put(t.s, &src, &h, &e) == NR_OK);
	OK(nr_store_blob_put(t.s, &src, &h, &e) == NR_OK);
	OK(nr_store_blob_open(t.s, &h, &fd, &e) == NR_OK);
	OK(read(fd, buf, sizeof(buf)) == (ssize_t)text.n && memcmp(buf, text.p, text.n) == 0);
	(void)close(fd);
	tmp_close(&t);
}

/* --- observables, links, situation --- */

static bool mail_about(struct tmp_store *t, const char *name, const char *domain, enum nr_tlp tlp,
		       enum nr_severity sev, struct nr_put *put)
{
	struct nr_dossier d;
	struct nr_finding *f;

	make_dossier(&d, &t->a, nr_str_c(name), NR_STR("text"));
	d.marking.tlp = tlp;
	nr_dossier_obs(&d, NR_OBS_DOMAIN, nr_str_c(domain), "link", nr_ev_bytes(0, 1));
	nr_dossier_obs(&d, NR_OBS_DOMAIN, NR_STR("bystander.example"), "link", nr_ev_bytes(0, 1));
	f = nr_dossier_finding(&d, "mail.lure", sev, 50 + (unsigned)sev, "T1566");
	nr_finding_obs(f, 0);
	d.submission.received_us += (int64_t)sev;
	return put_one(t, &d, put);
}

/* The scope that holds exactly the markings of one TLP level. */
static struct nr_scope only(struct tmp_store *t, enum nr_tlp tlp)
{
	struct nr_scope sc = { .all = false };
	struct nr_marking_row *m;
	int64_t *ids;
	size_t n;

	if (nr_store_markings(t->s, &t->a, &m, &n, NULL) != NR_OK)
		return sc;
	ids = NR_NEW_N(&t->a, int64_t, n + 1);
	for (size_t i = 0; i < n; i++)
		if (m[i].m.tlp == tlp)
			ids[sc.n++] = m[i].id;
	sc.markings = ids;
	return sc;
}

static void test_store__observable_is_counted_in_scope(void)
{
	struct nr_str evil = NR_STR("evil.example");
	struct nr_dossier_row *rows;
	struct nr_scope green, red;
	struct nr_totals sum;
	struct nr_obs_row o;
	struct tmp_store t;
	struct nr_put p[3];
	struct nr_err e;
	int64_t df, n;
	unsigned warn;
	size_t k;

	OK(tmp_open(&t));
	OK(mail_about(&t, "a", "evil.example", NR_TLP_GREEN, NR_SEV_LOW, &p[0]));
	OK(mail_about(&t, "b", "evil.example", NR_TLP_RED, NR_SEV_CRITICAL, &p[1]));
	OK(mail_about(&t, "c", "other.example", NR_TLP_RED, NR_SEV_HIGH, &p[2]));
	green = only(&t, NR_TLP_GREEN);
	red = only(&t, NR_TLP_RED);
	OK(nr_store_observable(t.s, ALL, NR_OBS_DOMAIN, evil, &t.a, &o, &e) == NR_OK);
	OK(o.seen == 2 && o.df == 2 && o.severity == NR_SEV_CRITICAL && o.row == p[0].obs_rows[0]);
	OK(p[0].obs_rows[0] == p[1].obs_rows[0] && p[0].obs_rows[1] == p[2].obs_rows[1]);
	OK(nr_store_observable(t.s, &green, NR_OBS_DOMAIN, evil, &t.a, &o, &e) == NR_OK);
	OK(o.seen == 1 && o.severity == NR_SEV_LOW);
	OK(nr_store_observable(t.s, &green, NR_OBS_DOMAIN, NR_STR("other.example"), &t.a, &o, &e) ==
	   NR_E_NOTFOUND);
	OK(nr_store_observable(t.s, ALL, NR_OBS_URL, evil, &t.a, &o, &e) == NR_E_NOTFOUND);
	OK(nr_store_sightings(t.s, &red, p[0].obs_rows[0], 10, &t.a, &rows, &k, &e) == NR_OK);
	OK(k == 1 && rows[0].row == p[1].row);
	OK(nr_store_sightings(t.s, ALL, p[0].obs_rows[1], 2, &t.a, &rows, &k, &e) == NR_OK);
	OK(k == 2 && rows[0].row == p[2].row && rows[1].row == p[1].row);
	OK(nr_store_obs_df(t.s, p[0].obs_rows[1], &df, &warn, &e) == NR_OK && df == 3 && warn == 0);
	OK(nr_store_dossier_count(t.s, &n, &e) == NR_OK && n == 3);
	OK(nr_store_totals(t.s, ALL, 0, INT64_MAX, &sum, &e) == NR_OK && sum.observables == 3);
	OK(nr_store_totals(t.s, &green, 0, INT64_MAX, &sum, &e) == NR_OK && sum.observables == 2);
	tmp_close(&t);
}

struct collected {
	size_t n;
	struct nr_indicator last;
	char value[64];
};

static bool collect(void *ctx, const struct nr_indicator *i)
{
	struct collected *c = ctx;

	c->n++;
	c->last = *i;
	(void)snprintf(c->value, sizeof(c->value), "%.*s", NR_FMT(i->value));
	return true;
}

static struct collected indicators(struct tmp_store *t, const struct nr_scope *sc,
				   enum nr_severity min)
{
	struct collected c = { .n = 0 };

	OK(nr_store_indicators(t->s, sc, min, collect, &c, NULL) == NR_OK);
	return c;
}

static void test_store__indicators_say_nothing_from_a_stricter_level(void)
{
	struct nr_scope green;
	struct collected c;
	struct tmp_store t;
	struct nr_put p;
	struct nr_err e;

	OK(tmp_open(&t));
	OK(mail_about(&t, "a", "evil.example", NR_TLP_GREEN, NR_SEV_MEDIUM, &p));
	OK(mail_about(&t, "b", "evil.example", NR_TLP_RED, NR_SEV_CRITICAL, &p));
	OK(mail_about(&t, "c", "red.example", NR_TLP_RED, NR_SEV_HIGH, &p));
	green = only(&t, NR_TLP_GREEN);
	c = indicators(&t, ALL, NR_SEV_LOW);
	OK(c.n == 2 && strcmp(c.value, "red.example") == 0 && c.last.tlp == NR_TLP_RED);
	c = indicators(&t, &green, NR_SEV_LOW);
	OK(c.n == 1 && strcmp(c.value, "evil.example") == 0 && c.last.tlp == NR_TLP_GREEN);
	OK(c.last.severity == NR_SEV_MEDIUM && c.last.confidence == 52 && c.last.sightings == 1);
	OK(c.last.first_us == c.last.last_us);
	c = indicators(&t, &green, NR_SEV_HIGH);
	OK(c.n == 0);
	c = indicators(&t, ALL, NR_SEV_CRITICAL);
	OK(c.n == 1 && c.last.tlp == NR_TLP_RED);
	OK(nr_store_begin(t.s, &e) == NR_OK);
	OK(nr_store_obs_warn_set(t.s, p.obs_rows[0], 2, &e) == NR_OK);
	OK(nr_store_commit(t.s, &e) == NR_OK);
	c = indicators(&t, ALL, NR_SEV_LOW);
	OK(c.n == 1 && strcmp(c.value, "evil.example") == 0);
	tmp_close(&t);
}

static void test_store__campaign_rows(void)
{
	struct tmp_store t;
	struct nr_put p[3];
	struct nr_err e;
	int64_t c1, c2, got, n;

	OK(tmp_open(&t));
	OK(mail_about(&t, "a", "evil.example", NR_TLP_GREEN, NR_SEV_LOW, &p[0]));
	OK(mail_about(&t, "b", "evil.example", NR_TLP_GREEN, NR_SEV_LOW, &p[1]));
	OK(mail_about(&t, "c", "evil.example", NR_TLP_GREEN, NR_SEV_LOW, &p[2]));
	OK(nr_store_link_put(t.s, p[0].row, p[1].row, 1, 500, &e) == NR_E_BUG);
	OK(nr_store_begin(t.s, &e) == NR_OK);
	OK(nr_store_campaign_of(t.s, p[0].row, &got, &e) == NR_OK && got == 0);
	OK(nr_store_campaign_new(t.s, 1, &c1, &e) == NR_OK);
	OK(nr_store_campaign_new(t.s, 1, &c2, &e) == NR_OK && c1 != c2);
	OK(nr_store_campaign_put(t.s, c1, p[0].row, 2, &e) == NR_OK);
	OK(nr_store_campaign_put(t.s, c2, p[1].row, 2, &e) == NR_OK);
	OK(nr_store_campaign_put(t.s, c2, p[2].row, 2, &e) == NR_OK);
	OK(nr_store_link_put(t.s, p[1].row, p[0].row, 1, 500, &e) == NR_OK);
	OK(nr_store_link_put(t.s, p[0].row, p[1].row, 1, 700, &e) == NR_OK);
	OK(nr_store_link_put(t.s, p[0].row, p[0].row, 1, 700, &e) == NR_E_INVAL);
	OK(nr_store_campaign_merge(t.s, c1, c2, 3, &e) == NR_OK);
	OK(nr_store_campaign_of(t.s, p[2].row, &got, &e) == NR_OK && got == c1);
	OK(nr_store_campaign_size(t.s, c1, &n, &e) == NR_OK && n == 3);
	OK(nr_store_campaign_size(t.s, c2, &n, &e) == NR_OK && n == 0);
	OK(nr_store_commit(t.s, &e) == NR_OK);
	tmp_close(&t);
}

#define HOUR INT64_C(3600000000)

static bool capture_at(struct tmp_store *t, const char *name, int64_t first, int64_t last,
		       enum nr_tlp tlp)
{
	struct nr_dossier d;
	char minute[24];

	make_dossier(&d, &t->a, nr_str_c(name), NR_STR(""));
	d.marking.tlp = tlp;
	d.material.first_us = first;
	d.material.last_us = last;
	nr_dossier_counter(&d, "port", NR_STR("23/tcp"), 100, 10);
	nr_dossier_counter(&d, "port", NR_STR("445/tcp"), 7, 2);
	nr_dossier_counter(&d, "source", NR_STR("192.0.2.1"), 107, 1);
	(void)snprintf(minute, sizeof(minute), "%lld", (long long)(first / 60000000));
	nr_dossier_counter(&d, "minute", nr_str_c(minute), 60, 0);
	(void)snprintf(minute, sizeof(minute), "%lld", (long long)(first / 60000000 + 60));
	nr_dossier_counter(&d, "minute", nr_str_c(minute), 47, 0);
	nr_dossier_counter(&d, "minute", NR_STR("not a minute"), 1, 0);
	nr_dossier_finding(&d, "scan", NR_SEV_LOW, 50, "");
	return put_one(t, &d, NULL);
}

static void test_store__situation_adds_up_in_scope(void)
{
	int64_t day = INT64_C(20000) * 24 * HOUR;
	struct nr_scope green;
	struct nr_totals sum;
	struct nr_tally *v;
	struct tmp_store t;
	struct nr_err e;
	size_t n;

	OK(tmp_open(&t));
	OK(capture_at(&t, "a", day + 1, day + 2 * HOUR, NR_TLP_GREEN));
	OK(capture_at(&t, "b", day + 2, day + HOUR, NR_TLP_RED));
	OK(capture_at(&t, "c", day + 40 * HOUR, day + 41 * HOUR, NR_TLP_GREEN));
	green = only(&t, NR_TLP_GREEN);
	OK(nr_store_tally(t.s, ALL, "port", day, day + 24 * HOUR, 10, &t.a, &v, &n, &e) == NR_OK);
	OK(n == 2 && nr_str_eq(v[0].key, NR_STR("23/tcp")) && v[0].packets == 200);
	OK(v[0].sources == 20 && v[1].packets == 14);
	OK(nr_store_tally(t.s, &green, "port", day, day + 24 * HOUR, 1, &t.a, &v, &n, &e) == NR_OK);
	OK(n == 1 && v[0].packets == 100);
	OK(nr_store_tally(t.s, ALL, "source", day, day + 99 * HOUR, 9, &t.a, &v, &n, &e) == NR_OK);
	OK(n == 0);
	OK(nr_store_hours(t.s, ALL, day, day + 24 * HOUR, &t.a, &v, &n, &e) == NR_OK);
	OK(n == 2 && v[0].packets == 120 && v[1].packets == 94);
	OK(nr_str_eq(v[0].key, NR_STR("480000")));
	OK(nr_store_prefectures(t.s, &green, day, day + 48 * HOUR, &t.a, &v, &n, &e) == NR_OK);
	OK(n == 1 && nr_str_eq(v[0].key, NR_STR("13")) && v[0].packets == 2 && v[0].sources == 2);
	OK(nr_store_totals(t.s, ALL, day, day + 24 * HOUR, &sum, &e) == NR_OK);
	OK(sum.dossiers == 2 && sum.findings == 2 && sum.packets == 214);
	OK(sum.latest_us == day + 41 * HOUR + 1);
	OK(nr_store_totals(t.s, &green, day, day + 24 * HOUR, &sum, &e) == NR_OK);
	OK(sum.dossiers == 1 && sum.packets == 107);
	OK(nr_store_totals(t.s, &(struct nr_scope){ .n = 0 }, 0, INT64_MAX, &sum, &e) == NR_OK);
	OK(sum.dossiers == 0 && sum.packets == 0 && sum.latest_us == 0);
	tmp_close(&t);
}

static void test_store__a_forged_date_does_not_move_the_clock(void)
{
	struct nr_totals sum;
	struct tmp_store t;
	struct nr_dossier d;
	struct nr_err e;

	OK(tmp_open(&t));
	make_dossier(&d, &t.a, NR_STR("a"), NR_STR(""));
	d.material.first_us = d.material.last_us = INT64_C(4000000000000000);
	OK(put_one(&t, &d, NULL));
	OK(nr_store_totals(t.s, ALL, 0, 1, &sum, &e) == NR_OK);
	OK(sum.latest_us == d.submission.received_us + 1);
	tmp_close(&t);
}

static void test_store__units_and_sensors_keep_their_order(void)
{
	struct nr_unit hokkaido = { .id = NR_STR("hokkaido"),
				    .kind = NR_UNIT_PREFECTURE,
				    .name_ja = NR_STR("北海道警察"),
				    .name_en = NR_STR("Hokkaido"),
				    .command_parent = NR_STR("npa"),
				    .prefecture = 1 };
	struct nr_unit aomori = { .id = NR_STR("aomori"),
				  .kind = NR_UNIT_PREFECTURE,
				  .name_ja = NR_STR("青森県警察"),
				  .name_en = NR_STR("Aomori"),
				  .prefecture = 2 };
	struct nr_sensor v = { .id = NR_STR("s1"),
			       .unit = NR_STR("hokkaido"),
			       .kind = NR_STR("silent"),
			       .name = NR_STR("n"),
			       .darknet = NR_STR("198.51.100.0/24"),
			       .addresses = 256 };
	struct nr_sensor got, *sensors;
	struct nr_unit *u, one;
	struct tmp_store t;
	struct nr_err e;
	size_t n;

	OK(tmp_open(&t));
	OK(nr_store_unit_put(t.s, &hokkaido, &e) == NR_OK);
	OK(nr_store_unit_put(t.s, &aomori, &e) == NR_OK);
	hokkaido.basis = NR_STR("Police Act art. 2");
	OK(nr_store_unit_put(t.s, &hokkaido, &e) == NR_OK);
	OK(nr_store_units(t.s, &t.a, &u, &n, &e) == NR_OK);
	OK(n == 3 && nr_str_eq(u[1].id, NR_STR("hokkaido")) &&
	   nr_str_eq(u[2].id, NR_STR("aomori")));
	OK(u[1].basis.n > 0 && nr_str_eq(u[1].command_parent, NR_STR("npa")));
	OK(u[2].command_parent.n == 0 && u[2].prefecture == 2);
	OK(nr_store_unit_get(t.s, NR_STR("nowhere"), &t.a, &one, &e) == NR_E_NOTFOUND);
	OK(nr_store_sensor_put(t.s, &v, &e) == NR_OK);
	OK(nr_store_sensor_get(t.s, NR_STR("s1"), &t.a, &got, &e) == NR_OK && got.addresses == 256);
	OK(nr_store_sensors(t.s, &t.a, &sensors, &n, &e) == NR_OK && n == 1);
	v.unit = NR_STR("nowhere");
	OK(nr_store_sensor_put(t.s, &v, &e) == NR_E_INVAL);
	tmp_close(&t);
}

static void test_store__data_version_sees_other_writers(void)
{
	struct nr_store *other = NULL;
	struct tmp_store t;
	struct nr_dossier d;
	struct nr_err e;
	int64_t before;

	OK(tmp_open(&t));
	OK(nr_store_open(nr_str_c(t.path), NR_STORE_READ_ONLY, &other, &e) == NR_OK);
	before = nr_store_data_version(other);
	OK(before == nr_store_data_version(other));
	make_dossier(&d, &t.a, NR_STR("a"), NR_STR(""));
	OK(put_one(&t, &d, NULL));
	OK(before != nr_store_data_version(other));
	nr_store_close(&other);
	tmp_close(&t);
}

/* Two writers, each with its own idea of the ledger's right edge. */
static void test_store__two_writers_share_one_ledger(void)
{
	struct tmp_store t, u;
	struct nr_ledger_report r;
	struct nr_dossier d;
	struct nr_err e;
	char name[8];

	OK(tmp_open(&t));
	u = t;
	u.a = NR_ARENA_INIT(64 << 20);
	OK(nr_store_open(nr_str_c(t.path), 0, &u.s, &e) == NR_OK);
	for (int i = 0; i < 10; i++) {
		(void)snprintf(name, sizeof(name), "%d", i);
		make_dossier(&d, &t.a, nr_str_c(name), NR_STR(""));
		OK(put_one(i % 3 ? &t : &u, &d, NULL));
	}
	OK(nr_ledger_verify(t.s, true, NULL, NULL, &r, &e) == NR_OK && r.bad == 0);
	OK(r.entries == 10);
	nr_store_close(&u.s);
	nr_arena_done(&u.a);
	tmp_close(&t);
}

int main(void)
{
	test_store__dossier_round_trip();
	test_store__scope_hides_existence();
	test_store__rollback_leaves_nothing();
	test_store__half_a_dossier_is_never_committed();
	test_store__refuses_a_newer_schema();
	test_store__upgrades_an_older_schema();
	test_store__refuses_what_is_no_store();
	test_store__damage_is_named();
	test_store__read_only_writes_nothing();
	test_store__read_only_disk_can_be_read();
	test_store__full_disk_harms_nothing();
	test_store__blob_is_whole_or_absent();
	test_store__observable_is_counted_in_scope();
	test_store__indicators_say_nothing_from_a_stricter_level();
	test_store__campaign_rows();
	test_store__situation_adds_up_in_scope();
	test_store__a_forged_date_does_not_move_the_clock();
	test_store__units_and_sensors_keep_their_order();
	test_store__data_version_sees_other_writers();
	test_store__two_writers_share_one_ledger();
	return tap_done();
}
