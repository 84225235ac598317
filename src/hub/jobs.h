/* jobs.h -- lanes of threads that run requests, so that one kind cannot starve another.
 *
 * READ answers questions, HASH checks passwords (its few threads bound the memory of argon2id), LOOK
 * waits for jailed workers.  Each lane has its own bounded queue: a full one is a "busy" at once. */
#pragma once

#include "hub/route.h"

struct nr_jobs;

/* Starts the lanes: threads[k] threads and room for depth[k] waiting requests.  done(req) is called in
 * the lane's thread when the reply is ready. */
NR_MUSTUSE enum nr_rc nr_jobs_open(const unsigned threads[NR_LANES], const unsigned depth[NR_LANES],
				   void (*done)(struct nr_req *q), NR_OWNED struct nr_jobs **ret,
				   struct nr_err *reterr);
/* Gives a request to a lane; false when its queue is full or the lanes are closing. */
bool nr_jobs_push(struct nr_jobs *j, enum nr_lane_kind lane, struct nr_req *q);
/* Runs what was taken, then ends the threads; from now on nr_jobs_push() answers false.  NULL ok. */
void nr_jobs_stop(struct nr_jobs *j);
/* Stops, then frees: nobody may push any more.  NULL ok; sets *p = NULL. */
void nr_jobs_close(struct nr_jobs **p);
