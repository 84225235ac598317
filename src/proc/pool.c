#include "proc/pool.h"

#include "base/time.h"
#include "proc/spawn.h"
#include "proc/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS_MAX = 64, JOBS_PER_WORKER = 1000, TIMEOUT_S = 120, INTERN_MAX = 256 };

struct slot {
	int fd; /* -1: not started */
	int pid;
	unsigned jobs;
	bool busy;
};

struct nr_pool {
	struct nr_pool_spawner sp;
	bool own_children; /* reap with waitpid() */
	unsigned n;
	pthread_mutex_t lock;
	pthread_cond_t freed;
	struct slot slots[WORKERS_MAX];
};

static enum nr_rc spawn_self(void *ctx, int *ret_fd, int *ret_pid, struct nr_err *reterr)
{
	static const char *const argv[] = { "noroshi", "worker--look", NULL };

	(void)ctx;
	return nr_spawn(argv, ret_fd, ret_pid, reterr);
}

const struct nr_pool_spawner nr_pool_self = { .spawn = spawn_self };

enum nr_rc nr_pool_open(unsigned workers, const struct nr_pool_spawner *sp, struct nr_pool **ret,
			struct nr_err *reterr)
{
	struct nr_pool *p;

	if (workers < 1 || workers > WORKERS_MAX)
		return nr_fail(reterr, NR_E_INVAL, "workers", UINT64_MAX, "between 1 and %d",
			       WORKERS_MAX);
	p = calloc(1, sizeof(*p));
	if (!p)
		return nr_fail(reterr, NR_E_NOMEM, "pool", UINT64_MAX, "no memory");
	p->sp = *sp;
	p->own_children = sp->spawn == spawn_self;
	p->n = workers;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->freed, NULL);
	for (unsigned i = 0; i < workers; i++)
		p->slots[i].fd = -1;
	*ret = p;
	return NR_OK;
}

static void retire(struct nr_pool *p, struct slot *s, bool force)
{
	if (s->fd < 0)
		return;
	close(s->fd);
	s->fd = -1;
	if (force)
		kill(s->pid, SIGKILL);
	if (p->own_children)
		(void)waitpid(s->pid, NULL, 0);
}

void nr_pool_close(struct nr_pool **pp)
{
	struct nr_pool *p = *pp;

	*pp = NULL;
	if (!p)
		return;
	for (unsigned i = 0; i < p->n; i++)
		retire(p, &p->slots[i], false);
	pthread_cond_destroy(&p->freed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static struct slot *acquire(struct nr_pool *p)
{
	struct slot *s = NULL;

	pthread_mutex_lock(&p->lock);
	while (!s) {
		for (unsigned i = 0; i < p->n && !s; i++)
			if (!p->slots[i].busy)
				s = &p->slots[i];
		if (!s)
			pthread_cond_wait(&p->freed, &p->lock);
	}
	s->busy = true;
	pthread_mutex_unlock(&p->lock);
	return s;
}

static void release(struct nr_pool *p, struct slot *s)
{
	pthread_mutex_lock(&p->lock);
	s->busy = false;
	pthread_cond_signal(&p->freed);
	pthread_mutex_unlock(&p->lock);
}

/* nr_err.what is static text; one that crosses a process boundary is kept once, for ever, bounded. */
static const char *intern(const char *what)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static char *kept[INTERN_MAX];
	const char *found = NULL;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < INTERN_MAX && !found; i++) {
		if (!kept[i])
			kept[i] = strdup(what);
		if (!kept[i])
			break;
		if (strcmp(kept[i], what) == 0)
			found = kept[i];
	}
	pthread_mutex_unlock(&lock);
	return found ? found : "material";
}

static int memfd_of(struct nr_bytes b)
{
	int fd = memfd_create("noroshi", MFD_CLOEXEC);
	size_t done = 0;

	while (fd >= 0 && done < b.n) {
		ssize_t k = write(fd, b.p + done, b.n - done);

		if (k < 0 && errno != EINTR) {
			close(fd);
			return -1;
		}
		done += k > 0 ? (size_t)k : 0;
	}
	return fd;
}

static void fill_job(struct nr_job_msg *m, const struct nr_job *job)
{
	struct nr_str name = job->name;

	*m = (struct nr_job_msg){ 0 };
	m->eye_n = job->eye.n > 64 ? 0 : (uint32_t)job->eye.n;
	if (name.n > NR_JOB_TEXT - 64) {
		name.n = NR_JOB_TEXT - 64;
		while (name.n && ((unsigned char)name.p[name.n] & 0xc0) == 0x80)
			name.n--; /* do not cut a character in half */
	}
	if (m->eye_n)
		memcpy(m->text, job->eye.p, m->eye_n);
	m->name_n = (uint32_t)name.n;
	if (name.n)
		memcpy(m->text + m->eye_n, name.p, name.n);
}

static enum nr_rc await(int fd, unsigned timeout_s, struct nr_job_answer *a, struct nr_err *reterr)
{
	int64_t end = nr_mono_us() + (int64_t)timeout_s * NR_US_PER_S;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int fds[3];
	unsigned n_fds;
	size_t n;

	for (;;) {
		int64_t left = (end - nr_mono_us()) / 1000;
		int k = poll(&p, 1, left < 0 ? 0 : (int)left);

		if (k < 0 && errno == EINTR)
			continue;
		if (k == 0)
			return nr_fail(reterr, NR_E_LIMIT, "worker", UINT64_MAX,
				       "took longer than %u s to look at, and was stopped",
				       timeout_s);
		break;
	}
	NR_TRY(nr_channel_recv(fd, a, sizeof(*a), &n, fds, &n_fds, reterr));
	while (n_fds)
		close(fds[--n_fds]);
	if (n == sizeof(*a))
		return NR_OK;
	return nr_fail(reterr, NR_E_MALFORMED, "worker", UINT64_MAX,
		       "the jailed worker died over this material (out of memory, time or rights)");
}

static enum nr_rc take_result(int fd, uint64_t n, struct nr_wr *out, struct nr_err *reterr)
{
	uint8_t *buf;
	enum nr_rc rc = NR_OK;
	size_t got = 0;
	struct nr_src src;

	if (n > NR_JOB_RESULT_MAX)
		return nr_fail(reterr, NR_E_MALFORMED, "worker", 0, "a result of impossible size");
	NR_TRY(nr_src_fd(fd, &src, reterr));
	buf = malloc(n ? (size_t)n : 1);
	if (!buf)
		return nr_fail(reterr, NR_E_NOMEM, "result", 0, "no memory");
	rc = nr_src_read(&src, 0, buf, (size_t)n, &got, reterr);
	if (rc == NR_OK && got != n)
		rc = nr_fail(reterr, NR_E_MALFORMED, "worker", got, "a result cut short");
	if (rc == NR_OK)
		nr_wr_bytes(out, buf, got);
	free(buf);
	return rc == NR_OK ? out->rc : rc;
}

/* One attempt in one worker.  *ret_dead: the worker must be replaced. */
static enum nr_rc attempt(struct slot *s, const struct nr_job *job, const int fds[3],
			  struct nr_wr *out, bool *ret_dead, struct nr_err *reterr)
{
	struct nr_job_msg m;
	struct nr_job_answer a;
	enum nr_rc rc;

	fill_job(&m, job);
	*ret_dead = true;
	NR_TRY(nr_channel_send(s->fd, (struct nr_bytes){ (uint8_t *)&m, sizeof(m) }, fds, 3,
			       reterr));
	NR_TRY(await(s->fd, job->timeout_s ? job->timeout_s : TIMEOUT_S, &a, reterr));
	*ret_dead = false;
	rc = (enum nr_rc)a.rc;
	if (rc == NR_OK)
		return take_result(fds[1], a.json_n, out, reterr);
	a.what[sizeof(a.what) - 1] = 0;
	a.msg[sizeof(a.msg) - 1] = 0;
	nr_fail(reterr, rc, intern(a.what), a.offset, "%s", a.msg);
	if (reterr)
		reterr->sys_errno = a.sys_errno;
	return rc;
}

static enum nr_rc run_in(struct nr_pool *p, struct slot *s, const struct nr_job *job,
			 const int fds[3], struct nr_wr *out, struct nr_err *reterr)
{
	enum nr_rc rc = NR_E_IO;

	/* A worker that has served others may die of their leavings: the job gets a fresh one once. */
	for (int tries = 0; tries < 2; tries++) {
		bool dead = false, fresh = s->fd < 0;

		if (fresh) {
			NR_TRY(p->sp.spawn(p->sp.ctx, &s->fd, &s->pid, reterr));
			s->jobs = 0;
		}
		rc = attempt(s, job, fds, out, &dead, reterr);
		if (dead || ++s->jobs >= JOBS_PER_WORKER)
			retire(p, s, dead);
		if (!dead || fresh)
			break;
	}
	return rc;
}

/* The material once more, for reading only: a worker that has been taken over must not be able to
 * rewrite the evidence before it is stored.  -1 with errno. */
static int read_only(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	char path[32];

	if (flags < 0)
		return -1;
	if ((flags & O_ACCMODE) == O_RDONLY)
		return fcntl(fd, F_DUPFD_CLOEXEC, 0);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

enum nr_rc nr_pool_look(struct nr_pool *p, const struct nr_job *job, struct nr_wr *out,
			struct nr_err *reterr)
{
	int fds[3] = { read_only(job->fd), memfd_of((struct nr_bytes){ NULL, 0 }),
		       memfd_of(nr_str_bytes(job->params)) };
	enum nr_rc rc;
	struct slot *s;

	if (fds[0] < 0 || fds[1] < 0 || fds[2] < 0) {
		rc = nr_fail_errno(reterr, "pool", errno,
				   fds[0] < 0 ? "the material cannot be opened for reading"
					      : "no memory file");
	} else {
		s = acquire(p);
		rc = run_in(p, s, job, fds, out, reterr);
		release(p, s);
	}
	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return rc;
}
