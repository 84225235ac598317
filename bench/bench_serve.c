/* bench_serve [DOSSIERS] -- how long `noroshi serve` takes on an existing store until it answers,
 * against the same on an empty store in the same run (what the process itself costs). */
#include "base/hash.h"
#include "base/time.h"
#include "base/wr.h"
#include "store/store.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BATCH = 5000, RUNS = 5 };

static void die(const char *what, const struct nr_err *e)
{
	fprintf(stderr, "bench_serve: %s: %s\n", what, e->msg);
	exit(4);
}

static struct nr_dossier *make(struct nr_arena *a, int64_t i)
{
	struct nr_dossier *d = NR_NEW(a, struct nr_dossier);
	char value[32];

	if (!d)
		exit(4);
	nr_dossier_init(d, a);
	(void)snprintf(value, sizeof(value), "h%lld.bench.example", (long long)i);
	d->eye = NR_STR("mail");
	d->material.kind = NR_STR("mail");
	d->material.name = NR_STR("m.eml");
	d->material.sha256 = nr_sha256((struct nr_bytes){ (const uint8_t *)&i, sizeof(i) });
	d->submission.unit = NR_STR("npa");
	d->submission.basis = NR_STR("bench");
	d->submission.received_us = 1795391520000000 + i;
	d->marking = (struct nr_marking){ .tlp = NR_TLP_AMBER, .origin = NR_STR("npa") };
	d->id = nr_dossier_id(NR_STR("npa"), NR_STR(""), NR_STR("mail"), &d->material.sha256);
	(void)nr_dossier_obs(d, NR_OBS_DOMAIN, nr_arena_str(a, nr_str_c(value)), "link",
			     nr_ev_bytes(0, 0));
	d->text = NR_STR("資料");
	return d;
}

static void put_batch(struct nr_store *s, int64_t from, int64_t n)
{
	struct nr_arena a = NR_ARENA_INIT(UINT64_C(1) << 30);
	struct nr_err e = { .rc = NR_OK };
	struct nr_put put;

	if (nr_store_begin(s, &e) != NR_OK)
		die("begin", &e);
	for (int64_t i = from; i < from + n; i++) {
		struct nr_arena_mark m = nr_arena_mark(&a);

		if (nr_store_dossier_put(s, make(&a, i),
					 (struct nr_bytes){ (const uint8_t *)"{}", 2 }, &a, &put,
					 &e) != NR_OK)
			die("put", &e);
		nr_arena_rewind(&a, m);
	}
	if (nr_store_commit(s, &e) != NR_OK)
		die("commit", &e);
	nr_arena_done(&a);
}

static void build(const char *path, int64_t n)
{
	struct nr_unit npa = { .id = NR_STR("npa"),
			       .name_ja = NR_STR("警察庁"),
			       .name_en = NR_STR("NPA") };
	struct nr_err e = { .rc = NR_OK };
	struct nr_store *s = NULL;

	if (nr_store_open(nr_str_c(path), NR_STORE_CREATE, &s, &e) != NR_OK)
		die(path, &e);
	if (nr_store_begin(s, &e) != NR_OK || nr_store_unit_put(s, &npa, &e) != NR_OK ||
	    nr_store_commit(s, &e) != NR_OK)
		die("unit", &e);
	for (int64_t i = 0; i < n; i += BATCH) {
		put_batch(s, i, n - i < BATCH ? n - i : BATCH);
		if (i % 100000 == 0)
			fprintf(stderr, "bench_serve: building the store, %lld of %lld dossiers\n",
				(long long)i, (long long)n);
	}
	nr_store_close(&s);
}

static bool answers(unsigned port)
{
	static const char ask[] =
		"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char got[16] = "";
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool ok = connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
		  write(fd, ask, sizeof(ask) - 1) > 0 && read(fd, got, 12) == 12 &&
		  memcmp(got, "HTTP/1.1 200", 12) == 0;

	close(fd);
	return ok;
}

/* Seconds from the start of the process to its first 200. */
static double start_once(const char *program, const char *path, unsigned port)
{
	char listen[32];
	int64_t t0 = nr_mono_us(), end = t0 + 60 * NR_US_PER_S;
	pid_t pid;

	(void)snprintf(listen, sizeof(listen), "127.0.0.1:%u", port);
	pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(4);
		execl(program, "noroshi", "serve", "--store", path, "--listen", listen,
		      (char *)NULL);
		_exit(4);
	}
	while (!answers(port) && nr_mono_us() < end)
		usleep(500);
	end = nr_mono_us();
	kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
	return (double)(end - t0) / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median_start(const char *program, const char *path, unsigned port)
{
	double t[RUNS];

	for (unsigned i = 0; i < RUNS; i++)
		t[i] = start_once(program, path, port + i);
	qsort(t, RUNS, sizeof(t[0]), by_value);
	return t[RUNS / 2];
}

static int rm_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st;
	(void)flag;
	(void)f;
	return remove(path);
}

int main(int argc, char **argv)
{
	int64_t n = argc > 1 ? strtoll(argv[1], NULL, 10) : 1000000;
	char dir[] = "/tmp/noroshi-bench-XXXXXX", full[64], empty[64], program[4096];
	ssize_t k = readlink("/proc/self/exe", program, sizeof(program) - 32);
	double with, without;

	if (k < 0 || !mkdtemp(dir))
		return 4;
	program[k] = 0;
	*strrchr(program, '/') = 0; /* …/build/bench/bench_serve -> …/build/noroshi */
	*strrchr(program, '/') = 0;
	(void)snprintf(full, sizeof(full), "%s/full.db", dir);
	(void)snprintf(empty, sizeof(empty), "%s/empty.db", dir);
	build(full, n);
	build(empty, 0);
	(void)snprintf(program + strlen(program), 16, "/noroshi");
	with = median_start(program, full, 18600);
	without = median_start(program, empty, 18620);
	printf("{\"bench\":\"serve\",\"dossiers\":%lld,\"start_s\":%.3f,\"empty_start_s\":%.3f,"
	       "\"ratio\":%.2f}\n",
	       (long long)n, with, without, with / without);
	return nftw(dir, rm_one, 16, FTW_DEPTH | FTW_PHYS) ? 4 : 0;
}
