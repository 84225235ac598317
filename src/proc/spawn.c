#include "proc/spawn.h"

#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Between fork and exec: async-signal-safe calls only. */
static void child(const char *const argv[], int channel, pid_t parent)
{
	char *args[64]; /* serve --name may stand often */
	sigset_t none;
	size_t i = 0;
	int null;

	for (; argv[i] && i + 1 < NR_COUNT(args); i++)
		memcpy(&args[i], &argv[i], sizeof(args[i])); /* execv() takes char *const[] */
	args[i] = NULL;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	null = open("/dev/null", O_RDWR);
	if (null >= 0)
		dup2(null, 0);
	if (channel == NR_CHANNEL_FD)
		(void)fcntl(channel, F_SETFD, 0);
	else
		dup2(channel, NR_CHANNEL_FD);
	(void)close_range(NR_CHANNEL_FD + 1, ~0u, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(4);
	execv("/proc/self/exe", args);
	_exit(4);
}

enum nr_rc nr_spawn(const char *const argv[], int *ret_fd, int *ret_pid, struct nr_err *reterr)
{
	pid_t pid, self = getpid();
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) < 0)
		return nr_fail_errno(reterr, "spawn", errno, "no channel");
	pid = fork();
	if (pid == 0)
		child(argv, sv[1], self);
	close(sv[1]);
	if (pid < 0) {
		close(sv[0]);
		return nr_fail_errno(reterr, "spawn", errno, "cannot start a process");
	}
	*ret_fd = sv[0];
	*ret_pid = pid;
	return NR_OK;
}

/* What travels on the role's channel: 'W' asks for a worker; the answer is its pid and one end. */
struct worker_answer {
	int32_t rc;
	int32_t pid;
};

static void answer_request(int channel, const char *const worker_argv[])
{
	struct worker_answer a = { .rc = NR_OK };
	struct nr_err e;
	int fd = -1, pid = 0;

	a.rc = nr_spawn(worker_argv, &fd, &pid, &e);
	a.pid = pid;
	if (nr_channel_send(channel, (struct nr_bytes){ (const uint8_t *)&a, sizeof(a) }, &fd,
			    fd >= 0, &e) != NR_OK)
		fprintf(stderr, "noroshi: supervisor: %s\n", e.msg);
	if (fd >= 0)
		close(fd);
}

struct role {
	const char *const *argv;
	int pid;
	int fd;
	int64_t started[5]; /* last starts, for the restart limit */
	unsigned n_started;
	bool ending; /* it was told to end: however it ends, it is not started again */
};

static enum nr_rc role_start(struct role *r, struct nr_err *reterr)
{
	r->started[r->n_started++ % NR_COUNT(r->started)] = nr_mono_us();
	return nr_spawn(r->argv, &r->fd, &r->pid, reterr);
}

static bool restarts_exhausted(const struct role *r)
{
	int64_t oldest = r->started[r->n_started % NR_COUNT(r->started)];

	return r->n_started >= NR_COUNT(r->started) && nr_mono_us() - oldest < 60 * NR_US_PER_S;
}

/* Reaps every dead child; true when the role itself is gone, with its wait status. */
static bool reap(const struct role *r, int *ret_status)
{
	bool gone = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == r->pid) {
			gone = true;
			*ret_status = status;
		}
	return gone;
}

static void on_signal(int sfd, struct role *r)
{
	struct signalfd_siginfo si;

	if (read(sfd, &si, sizeof(si)) != (ssize_t)sizeof(si) || si.ssi_signo == SIGCHLD)
		return;
	r->ending = true;
	kill(r->pid, SIGTERM);
}

/* Serves the role until it is gone; *ret_status is its wait status. */
static void serve_role(struct role *r, int sfd, const char *const worker_argv[], int *ret_status)
{
	for (;;) {
		struct pollfd p[2] = { { .fd = sfd, .events = POLLIN },
				       { .fd = r->fd, .events = POLLIN } };
		char buf[16];
		int fds[3];
		unsigned n_fds;
		size_t n;

		if (poll(p, 2, 1000) < 0 && errno != EINTR)
			return;
		if (p[0].revents)
			on_signal(sfd, r);
		if (reap(r, ret_status))
			return;
		if (!(p[1].revents & POLLIN))
			continue;
		if (nr_channel_recv(r->fd, buf, sizeof(buf), &n, fds, &n_fds, NULL) != NR_OK)
			continue;
		while (n_fds)
			close(fds[--n_fds]);
		if (n == 1 && buf[0] == 'W')
			answer_request(r->fd, worker_argv);
	}
}

enum nr_rc nr_supervise(const char *const role_argv[], const char *const worker_argv[],
			int *ret_exit, struct nr_err *reterr)
{
	struct role r = { .argv = role_argv };
	sigset_t set;
	int sfd, status = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sfd = signalfd(-1, &set, SFD_CLOEXEC);
	if (sfd < 0)
		return nr_fail_errno(reterr, "supervisor", errno, "signalfd");
	for (;;) {
		NR_TRY(role_start(&r, reterr));
		serve_role(&r, sfd, worker_argv, &status);
		close(r.fd);
		if (WIFEXITED(status)) {
			*ret_exit = WEXITSTATUS(status);
			break;
		}
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) {
			*ret_exit = 0;
			break;
		}
		fprintf(stderr, "noroshi: the hub died by signal %d\n", WTERMSIG(status));
		if (r.ending || restarts_exhausted(&r)) {
			*ret_exit = 70;
			break;
		}
	}
	close(sfd);
	return NR_OK;
}

enum nr_rc nr_supervisor_worker(int *ret_fd, int *ret_pid, struct nr_err *reterr)
{
	static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
	static const uint8_t ask[1] = { 'W' };
	struct worker_answer a = { .rc = NR_E_IO };
	int fds[3] = { -1, -1, -1 };
	unsigned n_fds = 0;
	size_t n = 0;
	enum nr_rc rc;

	pthread_mutex_lock(&one);
	rc = nr_channel_send(NR_CHANNEL_FD, (struct nr_bytes){ ask, 1 }, NULL, 0, reterr);
	if (rc == NR_OK)
		rc = nr_channel_recv(NR_CHANNEL_FD, &a, sizeof(a), &n, fds, &n_fds, reterr);
	pthread_mutex_unlock(&one);
	NR_TRY(rc);
	if (n != sizeof(a) || a.rc != NR_OK || n_fds != 1)
		return nr_fail(reterr, NR_E_IO, "supervisor", UINT64_MAX,
			       "the supervisor gave no worker");
	*ret_fd = fds[0];
	*ret_pid = a.pid;
	return NR_OK;
}

bool nr_supervised(void)
{
	int type = 0;
	socklen_t n = sizeof(type);

	return getsockopt(NR_CHANNEL_FD, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
	       type == SOCK_SEQPACKET;
}
