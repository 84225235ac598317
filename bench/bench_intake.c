/* bench_intake [DOSSIERS] -- the door: dossiers of 20 observables each (two of them shared with
 * others), checked, stored, linked and in the ledger; in durable batches of 500, then one at a time.
 * The limit in the same run: bare SQLite inserting the same JSON in as many synchronous commits.
 * Raw material is not part of it (its cost is the disk's).  Prints one JSON line. */
#include "base/time.h"
#include "desks/link/view.h"
#include "model/dossier_json.h"

#include <ftw.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 500, OBS = 20, SINGLES = 300, DEFAULT = 10000, ARENA = 64 << 20 };

struct bench {
	char dir[64], path[96];
	struct nr_store *s;
	struct nr_intake in;
	int64_t made;
	uint64_t rng;
	uint64_t json_bytes;
};

struct result {
	double wall, cpu, link_us, bare_wall, p50, p99, bare_p50, bare_p99, view_ms;
	size_t campaigns;
};

static double seconds(clockid_t c)
{
	struct timespec t;

	(void)clock_gettime(c, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t rnd(struct bench *b, uint64_t n)
{
	b->rng ^= b->rng << 13;
	b->rng ^= b->rng >> 7;
	b->rng ^= b->rng << 17;
	return (b->rng >> 11) % n;
}

/* Two of the twenty are seen elsewhere: a domain of one of many small campaigns, and an address that
 * many share. */
static void make(struct bench *b, struct nr_arena *a, struct nr_dossier *d, struct nr_submit *sub)
{
	int64_t i = b->made++;
	struct nr_finding *f;

	nr_dossier_init(d, a);
	d->eye = NR_STR("mail");
	d->eye_version = 1;
	d->material.kind = NR_STR("mail");
	d->material.media_type = NR_STR("message/rfc822");
	d->material.name = nr_arena_fmt(a, "%lld.eml", (long long)i);
	d->material.size = 1000;
	d->material.sha256 = nr_sha256(nr_str_bytes(d->material.name));
	d->text = NR_STR(
		"資料事前送付について。印刷版を用意しますが、添付ファイルはご確認ください。");
	f = nr_dossier_finding(d, "mail.lure", NR_SEV_HIGH, 80, "T1566");
	f->summary = NR_STR("a lure with a link to a host seen for the first time");
	for (int64_t k = 0; k < OBS; k++) {
		struct nr_str v =
			k == 0 ? nr_arena_fmt(a, "c2-%llu.example",
					      (unsigned long long)rnd(b, 1 + (uint64_t)i / 4))
			: k == 1
				? nr_arena_fmt(a, "cdn-%llu.example",
					       (unsigned long long)rnd(b, 50))
				: nr_arena_fmt(a, "h%lld-%lld.example", (long long)i, (long long)k);

		nr_finding_obs(f, nr_dossier_obs(d, NR_OBS_DOMAIN, v, "link",
						 nr_ev_bytes((uint64_t)k * 40, 30)));
	}
	nr_finding_ev(f, nr_ev_bytes(0, 30));
	*sub = (struct nr_submit){ .unit = NR_STR("npa"),
				   .actor = NR_STR("bench"),
				   .marking = { .tlp = NR_TLP_AMBER },
				   .now_us = INT64_C(1785000000000000) + i };
}

static enum nr_rc give(struct bench *b, size_t n, struct nr_err *e)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(ARENA);
	static struct nr_dossier d[BATCH];
	struct nr_dossier *ds[BATCH];
	struct nr_submit subs[BATCH];
	struct nr_receipt r[BATCH];

	for (size_t i = 0; i < n; i++) {
		make(b, &a, &d[i], &subs[i]);
		ds[i] = &d[i];
	}
	return nr_intake_batch(&b->in, subs, ds, NULL, n, r, e);
}

static int by_value(const void *x, const void *y)
{
	double a = *(const double *)x, c = *(const double *)y;

	return (a > c) - (a < c);
}

static enum nr_rc batches(struct bench *b, int64_t n, struct result *r, struct nr_err *e)
{
	double w = seconds(CLOCK_MONOTONIC), c = seconds(CLOCK_PROCESS_CPUTIME_ID);

	for (int64_t i = 0; i < n; i += BATCH)
		NR_TRY(give(b, BATCH, e));
	r->wall = seconds(CLOCK_MONOTONIC) - w;
	r->cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - c;
	return NR_OK;
}

static enum nr_rc singles(struct bench *b, struct result *r, struct nr_err *e)
{
	static double v[SINGLES];

	for (size_t i = 0; i < SINGLES; i++) {
		double t = seconds(CLOCK_MONOTONIC);

		NR_TRY(give(b, 1, e));
		v[i] = (seconds(CLOCK_MONOTONIC) - t) * 1e3;
	}
	qsort(v, SINGLES, sizeof(*v), by_value);
	r->p50 = v[SINGLES / 2];
	r->p99 = v[SINGLES * 99 / 100];
	return NR_OK;
}

/* The linker's own share: a counting wrapper around it. */
static double link_cpu;

static enum nr_rc timed_link(void *ctx, struct nr_store *s, const struct nr_dossier *d,
			     const struct nr_put *put, struct nr_arena *a, struct nr_err *e)
{
	double t = seconds(CLOCK_THREAD_CPUTIME_ID);
	enum nr_rc rc = nr_link_dossier(ctx, s, d, put, a, e);

	link_cpu += seconds(CLOCK_THREAD_CPUTIME_ID) - t;
	return rc;
}

/* Bare SQLite: the same JSON, one insert a dossier, one commit a batch, synchronous=FULL. */
static bool bare_run(struct bench *b, sqlite3 *db, sqlite3_stmt *q, int64_t n, size_t per)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(NR_DOSSIER_JSON);
	bool ok = true;

	for (int64_t i = 0; ok && i < n; i += (int64_t)per) {
		NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(ARENA);

		ok = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
		for (size_t k = 0; ok && k < per; k++) {
			struct nr_dossier d;
			struct nr_submit sub;

			make(b, &a, &d, &sub);
			nr_wr_reset(&w);
			nr_dossier_write(&d, &w);
			b->json_bytes = w.n;
			ok = sqlite3_bind_blob(q, 1, w.p, (int)w.n, SQLITE_STATIC) == SQLITE_OK &&
			     sqlite3_step(q) == SQLITE_DONE && sqlite3_reset(q) == SQLITE_OK;
		}
		ok = ok && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
	}
	return ok;
}

static bool bare(struct bench *b, int64_t n, struct result *r)
{
	static double v[SINGLES];
	char path[128];
	sqlite3_stmt *q = NULL;
	sqlite3 *db = NULL;
	double t;
	bool ok;

	(void)snprintf(path, sizeof(path), "%s/bare.db", b->dir);
	ok = sqlite3_open(path, &db) == SQLITE_OK &&
	     sqlite3_exec(db,
			  "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
			  "CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB)",
			  NULL, NULL, NULL) == SQLITE_OK &&
	     sqlite3_prepare_v2(db, "INSERT INTO t(body) VALUES(?1)", -1, &q, NULL) == SQLITE_OK;
	t = seconds(CLOCK_MONOTONIC);
	ok = ok && bare_run(b, db, q, n, BATCH);
	r->bare_wall = seconds(CLOCK_MONOTONIC) - t;
	for (size_t i = 0; ok && i < SINGLES; i++) {
		t = seconds(CLOCK_MONOTONIC);
		ok = bare_run(b, db, q, 1, 1);
		v[i] = (seconds(CLOCK_MONOTONIC) - t) * 1e3;
	}
	qsort(v, SINGLES, sizeof(*v), by_value);
	r->bare_p50 = v[SINGLES / 2];
	r->bare_p99 = v[SINGLES * 99 / 100];
	(void)sqlite3_finalize(q);
	(void)sqlite3_close(db);
	return ok;
}

/* What the campaigns page costs: the visible links weighed, gathered, the newest 50 described. */
static enum nr_rc view(struct bench *b, struct result *r, struct nr_err *e)
{
	double best = 1e9;

	for (int i = 0; i < 5; i++) {
		NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(512 << 20);
		struct nr_scope all = { .all = true };
		struct nr_campaign *c;
		double t = seconds(CLOCK_THREAD_CPUTIME_ID);

		NR_TRY(nr_campaigns(b->s, &all, 50, &a, &c, &r->campaigns, e));
		t = (seconds(CLOCK_THREAD_CPUTIME_ID) - t) * 1e3;
		best = t < best ? t : best;
	}
	r->view_ms = best;
	return NR_OK;
}

static int rm_one(const char *path, const struct stat *sb, int flag, struct FTW *f)
{
	(void)sb;
	(void)flag;
	(void)f;
	return remove(path);
}

static enum nr_rc run(struct bench *b, int64_t n, struct result *r, struct nr_err *e)
{
	struct nr_unit npa = { .id = NR_STR("npa"),
			       .name_ja = NR_STR("警察庁"),
			       .name_en = NR_STR("NPA"),
			       .basis = NR_STR("bench") };

	NR_TRY(nr_store_open(nr_str_c(b->path), NR_STORE_CREATE, &b->s, e));
	NR_TRY(nr_store_unit_put(b->s, &npa, e));
	b->in = (struct nr_intake){ .store = b->s, .link = timed_link };
	NR_TRY(batches(b, n, r, e));
	r->link_us = link_cpu * 1e6 / (double)n;
	NR_TRY(singles(b, r, e));
	NR_TRY(view(b, r, e));
	if (!bare(b, n, r))
		return nr_fail(e, NR_E_IO, "bare", UINT64_MAX, "bare SQLite failed");
	return NR_OK;
}

int main(int argc, char **argv)
{
	struct bench b = { .dir = "/var/tmp/nr-bench-XXXXXX", .rng = 88172645463325252u };
	int64_t n = argc > 1 ? strtoll(argv[1], NULL, 10) : DEFAULT;
	struct result r = { 0 };
	struct nr_err e = { .msg = "" };
	enum nr_rc rc;

	n = n < BATCH ? BATCH : n / BATCH * BATCH;
	if (!mkdtemp(b.dir))
		return 4;
	(void)snprintf(b.path, sizeof(b.path), "%s/n.db", b.dir);
	rc = run(&b, n, &r, &e);
	nr_store_close(&b.s);
	(void)nftw(b.dir, rm_one, 16, FTW_DEPTH | FTW_PHYS);
	if (rc != NR_OK) {
		fprintf(stderr, "bench_intake: %s\n", e.msg);
		return 1;
	}
	printf("{\"bench\":\"intake\",\"dossiers\":%lld,\"observables_each\":%d,\"batch\":%d,"
	       "\"json_bytes\":%llu,\"synchronous\":\"full\",\"dossiers_s\":%.0f,\"cpu_s\":%.2f,"
	       "\"link_cpu_us\":%.0f,\"single_ms_p50\":%.2f,\"single_ms_p99\":%.2f,"
	       "\"bare_dossiers_s\":%.0f,\"bare_single_ms_p50\":%.2f,\"bare_single_ms_p99\":%.2f,"
	       "\"times_bare\":%.2f,"
	       "\"campaigns_page_cpu_ms\":%.1f}\n",
	       (long long)n, OBS, BATCH, (unsigned long long)b.json_bytes, (double)n / r.wall,
	       r.cpu, r.link_us, r.p50, r.p99, (double)n / r.bare_wall, r.bare_p50, r.bare_p99,
	       r.wall / r.bare_wall, r.view_ms);
	return 0;
}
