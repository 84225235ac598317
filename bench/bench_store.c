/* bench_store [DOSSIERS [OBSERVABLES-A-DOSSIER]] -- builds a store through the store interface
 * (batches of 500, durable), then measures: opening it, a point look-up of an observable, and, as
 * the limit in the same run, SQLite's bare look-up by row id in the same file.
 * Prints one JSON line; progress on stderr.  Default: 1,000,000 dossiers of 10 observables each,
 * all of them different (10 million). */
#include "base/time.h"
#include "model/dossier_json.h"
#include "store/store.h"

#include <ftw.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH = 500, SAMPLES = 20000, OPENS = 7 };

struct bench {
	char dir[64], path[96];
	int64_t dossiers, each;
	struct nr_store *s;
	uint64_t rng;
};

struct spread {
	double p50, p99;
};

static int die(const char *what, const struct nr_err *e)
{
	fprintf(stderr, "bench_store: %s: %s\n", what, e ? e->msg : "failed");
	return 1;
}

static uint64_t rnd(struct bench *b)
{
	b->rng ^= b->rng << 13;
	b->rng ^= b->rng >> 7;
	b->rng ^= b->rng << 17;
	return b->rng;
}

static struct nr_str value_of(int64_t i, char out[40])
{
	int n = snprintf(out, 40, "host-%lld.example.jp", (long long)i);

	return (struct nr_str){ out, (size_t)n };
}

static enum nr_rc put_one(struct bench *b, int64_t i, struct nr_arena *a, struct nr_wr *w,
			  struct nr_err *e)
{
	struct nr_ledger_entry l = { .kind = "dossier",
				     .actor = NR_STR("bench"),
				     .unit = NR_STR("npa") };
	char value[40], uuid[NR_UUID_TEXT];
	struct nr_dossier d;
	struct nr_put put;

	nr_dossier_init(&d, a);
	d.eye = d.material.kind = NR_STR("mail");
	d.material.name = nr_arena_fmt(a, "%lld.eml", (long long)i);
	d.material.size = 1000;
	d.material.sha256 = nr_sha256(nr_str_bytes(d.material.name));
	d.submission.unit = NR_STR("npa");
	d.submission.received_us = INT64_C(1700000000000000) + i;
	d.marking = (struct nr_marking){ .tlp = NR_TLP_GREEN, .origin = NR_STR("npa") };
	d.text = NR_STR(
		"資料事前送付について。印刷版を用意しますが、添付ファイルはご確認ください。");
	for (int64_t k = 0; k < b->each; k++)
		nr_dossier_obs(&d, NR_OBS_DOMAIN, value_of(i * b->each + k, value), "link",
			       nr_ev_bytes(0, 1));
	nr_finding_obs(nr_dossier_finding(&d, "mail.lure", NR_SEV_HIGH, 80, "T1566"), 0);
	d.id = nr_dossier_id(d.submission.unit, d.submission.sensor, d.eye, &d.material.sha256);
	nr_wr_reset(w);
	nr_dossier_write(&d, w);
	NR_TRY(nr_store_dossier_put(b->s, &d, nr_wr_view(w), a, &put, e));
	nr_uuid_format(&d.id, uuid);
	l.object = nr_str_c(uuid);
	l.digest = nr_sha256(nr_wr_view(w));
	return nr_ledger_append(b->s, &l, NULL, e);
}

static enum nr_rc build(struct bench *b, struct nr_err *e)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(NR_DOSSIER_JSON);
	struct nr_unit npa = { .id = NR_STR("npa"), .prefecture = 13 };

	NR_TRY(nr_store_open(nr_str_c(b->path), NR_STORE_CREATE, &b->s, e));
	NR_TRY(nr_store_unit_put(b->s, &npa, e));
	for (int64_t i = 0; i < b->dossiers;) {
		NR_TRY(nr_store_begin(b->s, e));
		for (int k = 0; k < BATCH && i < b->dossiers; k++, i++) {
			NR_TRY(put_one(b, i, &a, &w, e));
			nr_arena_done(&a);
		}
		NR_TRY(nr_store_commit(b->s, e));
		if (i % 50000 == 0)
			fprintf(stderr, "bench_store: %lld of %lld dossiers\n", (long long)i,
				(long long)b->dossiers);
	}
	nr_store_close(&b->s);
	return NR_OK;
}

static int by_value(const void *x, const void *y)
{
	double a = *(const double *)x, c = *(const double *)y;

	return (a > c) - (a < c);
}

static struct spread spread_of(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	return (struct spread){ v[n / 2], v[n * 99 / 100] };
}

static double now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Wall time is what a person waits; processor time is what is left of it on a busy machine. */
static double work_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static enum nr_rc lookups(struct bench *b, struct spread *ret, struct spread *ret_cpu,
			  struct nr_err *e)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	struct nr_scope all = { .all = true };
	static double v[SAMPLES], w[SAMPLES];
	struct nr_obs_row o;
	char value[40];

	for (size_t i = 0; i < SAMPLES; i++) {
		uint64_t n = rnd(b) % (uint64_t)(b->dossiers * b->each);
		struct nr_str t = value_of((int64_t)n, value);
		double c0 = work_s(), t0 = now_s();

		NR_TRY(nr_store_observable(b->s, &all, NR_OBS_DOMAIN, t, &a, &o, e));
		v[i] = (now_s() - t0) * 1e6;
		w[i] = (work_s() - c0) * 1e6;
		nr_arena_done(&a);
	}
	*ret = spread_of(v, SAMPLES);
	*ret_cpu = spread_of(w, SAMPLES);
	return NR_OK;
}

/* The same file, asked by SQLite alone for a row it can find without an index. */
static bool bare(struct bench *b, struct spread *ret)
{
	static double v[SAMPLES];
	sqlite3_stmt *q = NULL;
	sqlite3 *db = NULL;
	bool ok = sqlite3_open_v2(b->path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
		  sqlite3_exec(db, "PRAGMA cache_size=-65536", NULL, NULL, NULL) == SQLITE_OK &&
		  sqlite3_prepare_v2(db, "SELECT value FROM observable WHERE id=?1", -1, &q,
				     NULL) == SQLITE_OK;

	for (size_t i = 0; ok && i < SAMPLES; i++) {
		double t0 = now_s();

		(void)sqlite3_bind_int64(q, 1,
					 1 + (int64_t)(rnd(b) % (uint64_t)(b->dossiers * b->each)));
		ok = sqlite3_step(q) == SQLITE_ROW && sqlite3_column_text(q, 0);
		(void)sqlite3_reset(q);
		v[i] = (now_s() - t0) * 1e6;
	}
	(void)sqlite3_finalize(q);
	(void)sqlite3_close(db);
	if (ok)
		*ret = spread_of(v, SAMPLES);
	return ok;
}

static enum nr_rc opens(struct bench *b, double *ret_ms, struct nr_err *e)
{
	double v[OPENS];

	for (int i = 0; i < OPENS; i++) {
		double t0 = now_s();

		NR_TRY(nr_store_open(nr_str_c(b->path), 0, &b->s, e));
		v[i] = (now_s() - t0) * 1e3;
		if (i + 1 < OPENS)
			nr_store_close(&b->s);
	}
	*ret_ms = spread_of(v, OPENS).p50;
	return NR_OK;
}

static int rm_one(const char *path, const struct stat *sb, int flag, struct FTW *f)
{
	(void)sb;
	(void)flag;
	(void)f;
	return remove(path);
}

static double cpu_s(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e-6;
}

static int measure(struct bench *b)
{
	struct nr_err e = { .msg = "" };
	struct spread ours, work, limit;
	double t0 = now_s(), c0 = cpu_s(), wall, cpu, open_ms;
	struct stat sb;

	if (build(b, &e) != NR_OK)
		return die("build", &e);
	wall = now_s() - t0;
	cpu = cpu_s() - c0;
	if (opens(b, &open_ms, &e) != NR_OK || lookups(b, &ours, &work, &e) != NR_OK)
		return die("measure", &e);
	if (!bare(b, &limit) || stat(b->path, &sb) != 0)
		return die("bare sqlite", NULL);
	printf("{\"bench\":\"store\",\"dossiers\":%lld,\"observables\":%lld,"
	       "\"put_per_s\":%.0f,\"put_cpu_us\":%.1f,\"open_ms\":%.2f,"
	       "\"lookup_us_p50\":%.2f,\"lookup_us_p99\":%.2f,\"lookup_cpu_us_p50\":%.2f,"
	       "\"lookup_cpu_us_p99\":%.2f,\"rowid_us_p50\":%.2f,"
	       "\"rowid_us_p99\":%.2f,\"ratio_p50\":%.2f,\"bytes\":%lld}\n",
	       (long long)b->dossiers, (long long)(b->dossiers * b->each),
	       (double)b->dossiers / wall, cpu / (double)b->dossiers * 1e6, open_ms, ours.p50,
	       ours.p99, work.p50, work.p99, limit.p50, limit.p99, ours.p50 / limit.p50,
	       (long long)sb.st_size);
	return 0;
}

int main(int argc, char **argv)
{
	struct bench b = { .dir = "/tmp/nr-bench-XXXXXX",
			   .dossiers = 1000000,
			   .each = 10,
			   .rng = UINT64_C(0x9e3779b97f4a7c15) };
	int rc;

	if (argc > 1)
		b.dossiers = strtoll(argv[1], NULL, 10);
	if (argc > 2)
		b.each = strtoll(argv[2], NULL, 10);
	if (b.dossiers < 1 || b.each < 1 || b.each > 10000 || !mkdtemp(b.dir)) {
		fprintf(stderr, "usage: bench_store [DOSSIERS [OBSERVABLES-A-DOSSIER]]\n");
		return 2;
	}
	(void)snprintf(b.path, sizeof(b.path), "%s/n.db", b.dir);
	rc = measure(&b);
	nr_store_close(&b.s);
	(void)nftw(b.dir, rm_one, 16, FTW_DEPTH | FTW_PHYS);
	return rc;
}
