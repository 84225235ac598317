#include "proc/worker.h"

#include "proc/jail.h"
#include "proc/spawn.h"

#include <errno.h>
#include <unistd.h>

/* Memory for one job: the largest eye's arena, its tables and the JSON, with room to spare. */
static const struct nr_jail_limits limits = {
	.memory = UINT64_C(3) << 30,
	.cpu_s = 3600,
	.file = NR_JOB_RESULT_MAX,
};

static enum nr_rc write_all(int fd, struct nr_bytes b, struct nr_err *reterr)
{
	size_t done = 0;

	while (done < b.n) {
		ssize_t k = pwrite(fd, b.p + done, b.n - done, (off_t)done);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return nr_fail_errno(reterr, "result", errno, "cannot hand over");
		done += (size_t)k;
	}
	return NR_OK;
}

static enum nr_rc do_job(const struct nr_job_msg *m, size_t n, const int fds[3], nr_work_fn *fn,
			 struct nr_wr *out, struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(NR_JOB_PARAMS_MAX + 4096);
	struct nr_work w = { 0 };
	struct nr_src params;

	if (n != sizeof(*m) || m->eye_n > NR_JOB_TEXT || m->name_n > NR_JOB_TEXT - m->eye_n)
		return nr_fail(reterr, NR_E_BUG, "job", 0, "a job of the wrong shape");
	w.eye = (struct nr_str){ m->text, m->eye_n };
	w.name = (struct nr_str){ m->text + m->eye_n, m->name_n };
	NR_TRY(nr_src_fd(fds[0], &w.src, reterr));
	NR_TRY(nr_src_fd(fds[2], &params, reterr));
	NR_TRY(nr_src_all(&params, NR_JOB_PARAMS_MAX, &a, &w.params, reterr));
	NR_TRY(fn(&w, out, reterr));
	if (out->rc != NR_OK)
		return nr_fail(reterr, NR_E_LIMIT, "result", 0,
			       "the dossier is larger than a worker may hand over");
	return write_all(fds[1], nr_wr_view(out), reterr);
}

static void fill_answer(struct nr_job_answer *a, enum nr_rc rc, const struct nr_err *e, size_t n)
{
	*a = (struct nr_job_answer){ .rc = rc, .json_n = rc == NR_OK ? n : 0 };
	if (rc == NR_OK)
		return;
	a->sys_errno = e->sys_errno;
	a->offset = e->offset;
	(void)snprintf(a->what, sizeof(a->what), "%s", e->what ? e->what : "");
	memcpy(a->msg, e->msg, sizeof(a->msg));
	a->msg[sizeof(a->msg) - 1] = 0;
}

static enum nr_rc one_job(nr_work_fn *fn, struct nr_wr *out, bool *ret_end, struct nr_err *reterr)
{
	struct nr_job_msg m;
	struct nr_job_answer a;
	struct nr_err e = { .rc = NR_OK };
	int fds[3];
	unsigned n_fds;
	size_t n = 0;
	enum nr_rc rc;

	NR_TRY(nr_channel_recv(NR_CHANNEL_FD, &m, sizeof(m), &n, fds, &n_fds, reterr));
	*ret_end = n == 0;
	if (n == 0)
		return NR_OK;
	nr_wr_reset(out);
	rc = n_fds == 3 ? do_job(&m, n, fds, fn, out, &e)
			: nr_fail(&e, NR_E_BUG, "job", 0, "a job without its descriptors");
	while (n_fds)
		close(fds[--n_fds]);
	fill_answer(&a, rc, &e, out->n);
	return nr_channel_send(NR_CHANNEL_FD, (struct nr_bytes){ (uint8_t *)&a, sizeof(a) }, NULL,
			       0, reterr);
}

enum nr_rc nr_worker_run(nr_work_fn *fn, void (*warm_up)(void), struct nr_err *reterr)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr out = NR_WR_INIT(NR_JOB_RESULT_MAX);
	struct nr_jail_report rep;
	bool end = false;

	if (!nr_supervised())
		return nr_fail(reterr, NR_E_INVAL, "worker", UINT64_MAX,
			       "a worker is started by noroshi itself, not by hand");
	warm_up();
	NR_TRY(nr_jail_enter(&limits, &rep, reterr));
	while (!end)
		NR_TRY(one_job(fn, &out, &end, reterr));
	return NR_OK;
}
