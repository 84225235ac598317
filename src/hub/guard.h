/* guard.h -- connections that take too long are cut.
 *
 * libmicrohttpd ends idle connections, but one byte every few seconds is not idle.  Each connection
 * has a deadline for the step it is in (headers, body at a minimum rate, answer at a minimum rate); a
 * sweep shuts down the socket of those past theirs.  Threading: one lock inside. */
#pragma once

#include "base/base.h"

struct nr_conn; /* one connection, owned by the guard */
struct nr_guard;

NR_OWNED struct nr_guard *nr_guard_new(void); /* NULL: no memory */
void nr_guard_free(struct nr_guard **p);      /* NULL ok */

/* A connection came: it has until the deadline (monotonic instant) for its first headers.  NULL: no
 * memory. */
NR_BORROWED struct nr_conn *nr_guard_add(struct nr_guard *g, int fd, int64_t deadline_us);
/* It enters another step; 0: no deadline. */
void nr_guard_set(struct nr_guard *g, struct nr_conn *c, int64_t deadline_us);
/* It is gone; called before its descriptor is closed. */
void nr_guard_drop(struct nr_guard *g, struct nr_conn *c);
/* Cuts those past their deadline; returns how many. */
size_t nr_guard_sweep(struct nr_guard *g, int64_t now_us);
/* Connections now. */
size_t nr_guard_count(struct nr_guard *g);
