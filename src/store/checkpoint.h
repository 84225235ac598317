/* checkpoint.h -- moves the write-ahead log into the database beside the writer, not in its way.
 *
 * SQLite's own checkpoint runs inside a commit: one commit in a hundred then waits for megabytes to reach
 * the disk, and the watch officer's receipt with it.  Here a thread with a connection of its own does it
 * when the log is long; only when the thread cannot keep up does the writer do it itself.
 * Nothing is lost when it does not run: the log is the database until it does. */
#pragma once

#include "base/base.h"

#include <sqlite3.h>

struct nr_checkpoint;

/* Watches the writer's log; path is the database file.  NULL when out of memory: SQLite's own way then
 * stays in force. */
NR_OWNED struct nr_checkpoint *nr_checkpoint_start(sqlite3 *writer, const char *path);
/* Ends the thread, waiting for a running checkpoint; before the writer is closed. */
void nr_checkpoint_stop(struct nr_checkpoint **p); /* NULL ok; sets *p = NULL */
