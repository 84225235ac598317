/* look.h -- one look at one file, for every command that needs it (sense read, mail look, intake add). */
#pragma once

#include "eyes/eye.h"
#include "proc/pool.h"
#include "proc/worker.h"

enum { NR_LOOK_MEMORY = 1 << 30 /* arena cap of one look, bytes; an eye's own limit is lower */ };

/* The look itself, in this process (the worker's handler, and --no-jail). */
NR_MUSTUSE enum nr_rc nr_look_here(const struct nr_work *w, struct nr_wr *out,
				   struct nr_err *reterr);

/* Opens path ("-": standard input, copied to memory up to 1 GiB) and looks at it: in a worker of the
 * pool, or here when pool is NULL.  Appends the dossier's JSON to out.  *ret_fd (may be NULL) receives
 * the open material on success, to be closed by the caller. */
NR_MUSTUSE enum nr_rc nr_look_file(struct nr_pool *pool, struct nr_str eye, const char *path,
				   struct nr_str params, struct nr_wr *out, int *ret_fd,
				   struct nr_err *reterr);
