/* pool.h -- long-lived jailed workers, one job at a time each.
 *
 * A worker is this same binary re-executed as `noroshi worker--look` with a SOCK_SEQPACKET channel on
 * fd 3.  A job goes in as two descriptors (material, read only; result, an empty memfd) and a line of
 * parameters; the answer is a result code, an error record and the length of the JSON in the result
 * memfd.  The worker has seccomp, Landlock and rlimits before its first job; one that dies or overruns
 * its deadline costs one refused job (NR_E_LIMIT or NR_E_MALFORMED, "worker") and is replaced.
 * Threading: nr_pool_look() may be called from many threads; it waits for a free worker. */
#pragma once

#include "base/wr.h"

struct nr_pool;

struct nr_job {
	struct nr_str eye;    /* empty: by probe             */
	struct nr_str name;   /* file name as submitted      */
	struct nr_str params; /* "darknet=192.0.2.0/24\nindicator=domain:x\n" */
	int fd;               /* material, seekable; borrowed */
	unsigned timeout_s;   /* wall clock; 0: 120           */
};

/* spawn returns one end of a worker's channel (CLI: fork and re-exec; hub: asks the supervisor). */
struct nr_pool_spawner {
	enum nr_rc (*spawn)(void *ctx, int *ret_fd, int *ret_pid, struct nr_err *reterr);
	void *ctx;
};

/* The spawner that re-executes /proc/self/exe. */
extern const struct nr_pool_spawner nr_pool_self;

/* Starts that many workers; NR_E_IO when none comes up. */
NR_MUSTUSE enum nr_rc nr_pool_open(unsigned workers, const struct nr_pool_spawner *sp,
				   NR_OWNED struct nr_pool **ret, struct nr_err *reterr);
void nr_pool_close(struct nr_pool **p); /* NULL ok; sets *p = NULL */
/* Looks at one piece of material in a worker; appends the dossier's JSON to out. */
NR_MUSTUSE enum nr_rc nr_pool_look(struct nr_pool *p, const struct nr_job *job, struct nr_wr *out,
				   struct nr_err *reterr);
