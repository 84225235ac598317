/* A writer killed with SIGKILL at a random moment, again and again on one store: what it had
 * acknowledged is there and whole, what it had not is there whole or not at all. */
#include "store_util.h"

#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

enum { ROUNDS = 200, PER_ROUND = 64 };

struct ack {
	uint32_t round, seq;
};

static void material(uint32_t round, uint32_t seq, char out[32])
{
	(void)snprintf(out, 32, "mail-%u-%u.eml", round, seq);
}

static void build(struct nr_dossier *d, struct nr_arena *a, const struct ack *k)
{
	struct nr_finding *f;
	char name[32], value[48];

	material(k->round, k->seq, name);
	make_dossier(d, a, nr_str_c(name), NR_STR("資料事前送付について"));
	for (unsigned i = 0; i < 20; i++) {
		(void)snprintf(value, sizeof(value), "h%u.r%u.example", (k->seq + i) % 40,
			       k->round % 7);
		nr_dossier_obs(d, NR_OBS_DOMAIN, nr_str_c(value), "link", nr_ev_bytes(0, 1));
	}
	f = nr_dossier_finding(d, "mail.lure", NR_SEV_HIGH, 80, "T1566");
	nr_finding_obs(f, 0);
}

/* The child: blob, dossier and ledger line in a transaction, then one message to the parent. */
static void write_until_killed(const char *path, uint32_t round, int fd)
{
	struct nr_store *s = NULL;
	struct nr_err e;

	if (nr_store_open(nr_str_c(path), 0, &s, &e) != NR_OK)
		_exit(1);
	for (uint32_t seq = 0;; seq++) {
		NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
		struct ack k = { round, seq };
		struct nr_dossier d;
		struct nr_src src;
		struct nr_put put;

		build(&d, &a, &k);
		src = nr_src_mem(nr_str_bytes(d.material.name));
		if (nr_store_blob_put(s, &src, &d.material.sha256, &e) != NR_OK ||
		    nr_store_begin(s, &e) != NR_OK || put_in_txn(s, &d, &a, &put, &e) != NR_OK ||
		    nr_store_commit(s, &e) != NR_OK || write(fd, &k, sizeof(k)) != sizeof(k))
			_exit(1);
	}
}

static bool there_and_whole(struct nr_store *s, const struct ack *k)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	struct nr_dossier want, got;
	struct nr_dossier_row row;
	struct nr_bytes json;
	struct nr_err e;
	int fd;

	build(&want, &a, k);
	if (nr_store_dossier_get(s, ALL, &want.id, &a, &row, &e) != NR_OK ||
	    nr_store_dossier_json(s, ALL, &want.id, &a, &json, &e) != NR_OK ||
	    nr_dossier_read(json, &a, &got, &e) != NR_OK || got.n_obs != 20 ||
	    nr_store_blob_open(s, &want.material.sha256, &fd, &e) != NR_OK)
		return false;
	(void)close(fd);
	return true;
}

static int64_t one_number(const char *path, const char *sql)
{
	sqlite3_stmt *q = NULL;
	sqlite3 *db = NULL;
	int64_t v = -1;

	if (sqlite3_open(path, &db) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
		v = sqlite3_column_int64(q, 0);
	(void)sqlite3_finalize(q);
	(void)sqlite3_close(db);
	return v;
}

/* One round: returns how many acknowledgements came, -1 when the child failed by itself. */
static int round_of(const char *path, uint32_t round, struct ack *acks, int max)
{
	int64_t now = nr_now_us();
	uint64_t at = nr_hash64((struct nr_bytes){ (uint8_t *)&now, sizeof(now) }, round);
	int p[2], n = 0, status = 0;
	pid_t pid;

	if (pipe(p) != 0)
		return -1;
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		write_until_killed(path, round, p[1]);
	(void)close(p[1]);
	/* Every other time from the first acknowledgement on; else anywhere from the opening of the
	 * store. */
	if (round % 2)
		(void)poll(&(struct pollfd){ .fd = p[0], .events = POLLIN }, 1, 60000);
	(void)usleep((unsigned)(at % 30000));
	(void)kill(pid, SIGKILL);
	while (n < max && read(p[0], &acks[n], sizeof(*acks)) == sizeof(*acks))
		n++;
	(void)close(p[0]);
	(void)waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? n : -1;
}

int main(void)
{
	static struct ack acks[ROUNDS * PER_ROUND];
	struct nr_ledger_report r = { .bad = -1 };
	struct tmp_store t;
	struct nr_err e = { .msg = "" };
	int n = 0, bad_rounds = 0, unreadable = 0, whole = 0;

	OK(tmp_open(&t));
	nr_store_close(&t.s);
	for (uint32_t round = 0; round < ROUNDS; round++) {
		int k = round_of(t.path, round, acks + n, PER_ROUND);

		bad_rounds += k < 0;
		n += k > 0 ? k : 0;
		/* Each time, the next one to come finds a store that opens. */
		unreadable += nr_store_open(nr_str_c(t.path), 0, &t.s, &e) != NR_OK;
		nr_store_close(&t.s);
	}
	OK(bad_rounds == 0);
	OK(unreadable == 0);
	OK(nr_store_open(nr_str_c(t.path), 0, &t.s, &e) == NR_OK);
	for (int i = 0; i < n; i++)
		whole += there_and_whole(t.s, &acks[i]);
	printf("# %d dossiers acknowledged over %d kills\n", n, ROUNDS);
	OK(n >= ROUNDS / 2);
	OK(whole == n);
	OK(nr_store_check(t.s, &e) == NR_OK);
	OK(nr_ledger_verify(t.s, true, NULL, NULL, &r, &e) == NR_OK);
	if (!OK(r.bad == 0))
		printf("# %s\n", r.what);
	OK(r.dossiers == r.entries && r.dossiers >= n);
	nr_store_close(&t.s);
	OK(one_number(t.path, "SELECT count(*) FROM dossier") == r.dossiers);
	OK(one_number(t.path, "SELECT count(*) FROM sighting") == 20 * r.dossiers);
	OK(one_number(t.path, "SELECT count(*) FROM finding") == r.dossiers);
	OK(one_number(t.path, "SELECT count(*) FROM doc_text") == r.dossiers);
	OK(one_number(t.path, "SELECT sum(df) FROM observable") == 20 * r.dossiers);
	tmp_close(&t);
	return tap_done();
}
