/* proc/ -- processes: re-execution, the jail, the worker pool, the supervisor.
 *
 * What it may touch: base only; it knows no eye and no store (the worker's job handler is a function
 * given by the caller).  Every child is this same binary re-executed, so that it starts with a small,
 * fresh address space, with its channel on descriptor 3 and no other descriptor of the parent. */
#pragma once

#include "base/view.h"

enum { NR_CHANNEL_FD = 3 };

/* Re-executes this binary with argv (argv[0] is a label; NULL-terminated), a SOCK_SEQPACKET channel on
 * fd 3 whose other end is *ret_fd (close-on-exec).  The child dies with its parent. */
NR_MUSTUSE enum nr_rc nr_spawn(const char *const argv[], int *ret_fd, int *ret_pid,
			       struct nr_err *reterr);

/* The supervisor: spawns the role argv and serves its requests for new workers (worker_argv) until the
 * role exits.  SIGTERM and SIGINT are passed to the role.  A role that dies by a signal is started
 * again, at most 5 times a minute.  *ret_exit: the role's exit code. */
NR_MUSTUSE enum nr_rc nr_supervise(const char *const role_argv[], const char *const worker_argv[],
				   int *ret_exit, struct nr_err *reterr);

/* From inside a role: asks the supervisor on fd 3 for a new worker.  Thread-safe. */
NR_MUSTUSE enum nr_rc nr_supervisor_worker(int *ret_fd, int *ret_pid, struct nr_err *reterr);
/* Was this process started by nr_supervise()? (fd 3 is a channel) */
bool nr_supervised(void);

/* One message with at most three descriptors; blocking, EINTR-safe.  recv returns 0 bytes at the end. */
NR_MUSTUSE enum nr_rc nr_channel_send(int fd, struct nr_bytes msg, const int *fds, unsigned n_fds,
				      struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_channel_recv(int fd, void *buf, size_t cap, size_t *ret_n, int fds[3],
				      unsigned *ret_fds, struct nr_err *reterr);
