/* The jail from the outside: workers that misbehave in every way a taken-over parser could. */
#include "proc/jail.h"
#include "proc/pool.h"
#include "proc/worker.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is(const struct nr_work *w, const char *name)
{
	return nr_str_eq(w->name, nr_str_c(name));
}

static void try_calls(const struct nr_work *w, struct nr_wr *out)
{
	if (is(w, "open"))
		nr_wr_fmt(out, "%d", open("/etc/passwd", O_RDONLY) < 0 ? errno : 0);
	if (is(w, "socket"))
		nr_wr_fmt(out, "%d", socket(AF_INET, SOCK_STREAM, 0));
	if (is(w, "exec"))
		nr_wr_fmt(out, "%d", execl("/bin/true", "true", (char *)NULL));
	if (is(w, "signal")) /* 0 is only the question whether it may */
		nr_wr_fmt(out, "%ld", syscall(SYS_tgkill, 1, 1, 0));
	if (is(w, "rewrite"))
		nr_wr_fmt(out, "%zd", pwrite(w->src.fd, "false", 5, 0));
	if (is(w, "fork"))
		nr_wr_fmt(out, "%d", (int)fork());
	if (is(w, "wx"))
		nr_wr_fmt(out, "%d",
			  mprotect((void *)((uintptr_t)&try_calls & ~UINT64_C(4095)), 4096,
				   PROT_READ | PROT_WRITE | PROT_EXEC));
}

static enum nr_rc handler(const struct nr_work *w, struct nr_wr *out, struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 20);
	struct nr_bytes all;

	if (is(w, "abort"))
		abort();
	if (is(w, "spin"))
		for (volatile int i = 0; i >= 0; i++)
			i = 1;
	if (is(w, "refuse"))
		return nr_fail(reterr, NR_E_MALFORMED, "header", 42, "bad header");
	if (is(w, "flood"))
		for (int i = 0; i < 100; i++)
			nr_wr_bytes(out, (uint8_t[1 << 20]){ 0 }, 1 << 20);
	try_calls(w, out);
	if (out->n || out->rc != NR_OK)
		return NR_OK;
	NR_TRY(nr_src_all(&w->src, 1 << 20, &a, &all, reterr));
	nr_wr_bytes(out, all.p, all.n);
	nr_wr_bytes(out, w->params.p, w->params.n);
	nr_wr_str(out, w->eye);
	return NR_OK;
}

static void nothing(void) {}

static enum nr_rc look(struct nr_pool *p, const char *name, unsigned timeout, struct nr_wr *out,
		       struct nr_err *e)
{
	int fd = memfd_create("t", 0);
	struct nr_job j = { .eye = NR_STR("eye"),
			    .name = nr_str_c(name),
			    .params = NR_STR("k=v\n"),
			    .fd = fd,
			    .timeout_s = timeout };
	enum nr_rc rc;

	if (write(fd, "bytes", 5) != 5)
		return NR_E_IO;
	nr_wr_reset(out);
	rc = nr_pool_look(p, &j, out, e);
	close(fd);
	return rc;
}

static bool said(const struct nr_wr *w, const char *text)
{
	return w->n == strlen(text) && memcmp(w->p, text, w->n) == 0;
}

static void test_pool__carries_material_params_and_answer(struct nr_pool *p)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr out = NR_WR_INIT(1 << 20);
	struct nr_err e;

	OK(look(p, "plain", 0, &out, &e) == NR_OK);
	OK(said(&out, "bytesk=v\neye"));
}

static void test_pool__refusal_keeps_what_and_where(struct nr_pool *p)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr out = NR_WR_INIT(1 << 20);
	struct nr_err e = { .rc = NR_OK };

	OK(look(p, "refuse", 0, &out, &e) == NR_E_MALFORMED);
	OK(e.offset == 42 && strcmp(e.what, "header") == 0 && strcmp(e.msg, "bad header") == 0);
	OK(out.n == 0);
}

static void test_pool__files_are_out_of_reach(struct nr_pool *p)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr out = NR_WR_INIT(1 << 20);
	struct nr_err e;

	OK(look(p, "open", 0, &out, &e) == NR_OK);
	OK(said(&out, "1") /* EPERM */);
}

/* In a child, for there is no way back: 0 when every wish came out as it should. */
static int in_role(const char *rw, const char *ro)
{
	const char *const write[] = { rw, NULL }, *const read[] = { "/nowhere/at/all", ro, NULL };
	struct nr_jail_report rep;
	char a[128], b[128];
	struct nr_err e;
	int bad;

	(void)snprintf(a, sizeof(a), "%s/new", rw);
	(void)snprintf(b, sizeof(b), "%s/data", ro);
	if (nr_jail_role(write, read, &rep, &e) != NR_OK)
		return 1;
	if (!rep.landlock) /* a folder of data that is not there is no reason to go without */
		return rep.landlock_abi > 0 ? 2 : 0;
	bad = open(a, O_RDWR | O_CREAT, 0600) < 0 ? 4 : 0;
	bad |= open(b, O_RDONLY) < 0 ? 8 : 0;
	bad |= open(b, O_RDWR) >= 0 ? 16 : 0;
	bad |= open("/etc/passwd", O_RDONLY) >= 0 ? 32 : 0;
	return bad;
}

static void test_jail__a_role_writes_only_where_it_must(void)
{
	char rw[] = "/tmp/nr-rw-XXXXXX", ro[] = "/tmp/nr-ro-XXXXXX", path[128];
	int status = -1;
	pid_t pid;

	OK(mkdtemp(rw) && mkdtemp(ro));
	(void)snprintf(path, sizeof(path), "%s/data", ro);
	close(open(path, O_RDWR | O_CREAT, 0600));
	pid = fork();
	if (pid == 0)
		_exit(in_role(rw, ro));
	OK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	if (!OK(WEXITSTATUS(status) == 0))
		printf("# %d\n", WEXITSTATUS(status));
	(void)unlink(path);
	(void)rmdir(ro);
	(void)snprintf(path, sizeof(path), "%s/new", rw);
	(void)unlink(path);
	(void)rmdir(rw);
}

/* What the worker was given to look at is evidence, whoever opened it for writing. */
static void test_pool__material_cannot_be_rewritten(struct nr_pool *p)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr out = NR_WR_INIT(1 << 20);
	struct nr_err e;

	OK(look(p, "rewrite", 0, &out, &e) == NR_OK);
	OK(said(&out, "-1"));
}

/* A forbidden call kills the worker; the job is refused and the next one is served. */
static void test_pool__taken_over_worker_costs_one_job(struct nr_pool *p)
{
	/* "wx" (memory made executable) is last: sanitized builds must allow it. */
	static const char *const evil[] = { "socket", "exec", "fork", "signal", "abort", "wx" };
#ifdef __SANITIZE_ADDRESS__
	const size_t n = NR_COUNT(evil) - 1;
#else
	const size_t n = NR_COUNT(evil);
#endif
	NR_CLEANUP(nr_wr_done) struct nr_wr out = NR_WR_INIT(1 << 20);
	struct nr_err e;

	for (size_t i = 0; i < n; i++) {
		OK(look(p, evil[i], 0, &out, &e) == NR_E_MALFORMED);
		OK(strcmp(e.what, "worker") == 0);
		OK(look(p, "plain", 0, &out, &e) == NR_OK);
	}
}

static void test_pool__endless_job_is_stopped(struct nr_pool *p)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr out = NR_WR_INIT(1 << 20);
	struct nr_err e;

	OK(look(p, "spin", 1, &out, &e) == NR_E_LIMIT);
	OK(strstr(e.msg, "longer than 1 s") != NULL);
	OK(look(p, "plain", 0, &out, &e) == NR_OK);
}

static void test_pool__oversized_result_is_refused(struct nr_pool *p)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr out = NR_WR_INIT(256 << 20);
	struct nr_err e;

	OK(look(p, "flood", 0, &out, &e) == NR_E_LIMIT);
}

int main(int argc, char **argv)
{
	struct nr_pool *p = NULL;
	struct nr_err e = { .rc = NR_OK };

	if (argc > 1 && strcmp(argv[1], "worker--look") == 0)
		return nr_rc_exit(nr_worker_run(handler, nothing, &e));
	test_jail__a_role_writes_only_where_it_must();
	OK(nr_pool_open(1, &nr_pool_self, &p, &e) == NR_OK);
	test_pool__carries_material_params_and_answer(p);
	test_pool__refusal_keeps_what_and_where(p);
	test_pool__files_are_out_of_reach(p);
	test_pool__material_cannot_be_rewritten(p);
	test_pool__taken_over_worker_costs_one_job(p);
	test_pool__endless_job_is_stopped(p);
	test_pool__oversized_result_is_refused(p);
	nr_pool_close(&p);
	OK(p == NULL);
	return tap_done();
}
