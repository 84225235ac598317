/* worker.h -- the inside of a jailed worker: the loop of `noroshi worker--look`. */
#pragma once

#include "base/src.h"
#include "base/wr.h"

struct nr_work { /* one job as the worker sees it */
	struct nr_str eye;
	struct nr_str name;
	struct nr_bytes params;
	struct nr_src src;
};

/* Does the job: appends the dossier's JSON to out, or fails with what and where. */
typedef enum nr_rc nr_work_fn(const struct nr_work *w, struct nr_wr *out, struct nr_err *reterr);

/* Enters the jail and serves jobs from fd 3 until the channel closes.  Refuses (NR_E_INVAL) when fd 3
 * is not a channel: the command is not for people.  warm_up runs before the jail closes. */
NR_MUSTUSE enum nr_rc nr_worker_run(nr_work_fn *fn, void (*warm_up)(void), struct nr_err *reterr);

/* The wire form of a job and its answer, shared with pool.c. */
enum { NR_JOB_TEXT = 1024, NR_JOB_RESULT_MAX = 64 << 20, NR_JOB_PARAMS_MAX = 64 << 20 };
struct nr_job_msg {
	uint32_t eye_n, name_n; /* bytes used in text: eye, then name */
	char text[NR_JOB_TEXT];
};
struct nr_job_answer {
	int32_t rc, sys_errno;
	uint64_t offset, json_n;
	char what[48];
	char msg[256];
};
