/* jail.h -- what a worker gives up before it reads a hostile byte.
 *
 * no_new_privs, rlimits, Landlock (no file system, no TCP), seccomp (read, write and memory calls only;
 * open, exec, socket, ptrace are refused or fatal).  What the kernel lacks is left out feature by
 * feature and reported: never silently. */
#pragma once

#include "base/err.h"

struct nr_jail_report {
	int landlock_abi; /* 0: none */
	bool landlock, seccomp, rlimits, no_new_privs;
};

struct nr_jail_limits {
	uint64_t memory; /* RLIMIT_AS, bytes; 0: leave */
	uint64_t cpu_s;  /* RLIMIT_CPU; 0: leave */
	uint64_t file;   /* RLIMIT_FSIZE, bytes */
};

/* What this kernel offers, without entering. */
void nr_jail_probe(struct nr_jail_report *ret);
/* Enters the jail; there is no way back.  NR_E_IO when seccomp cannot be installed. */
NR_MUSTUSE enum nr_rc nr_jail_enter(const struct nr_jail_limits *lim, struct nr_jail_report *ret,
				    struct nr_err *reterr);

/* The milder jail of a network role (hub): file system only below the folders (both lists end with
 * NULL; nothing executable; one of the second list that is not there is no folder more), no new program,
 * no tracing.  Before any thread is started. */
NR_MUSTUSE enum nr_rc nr_jail_role(const char *const *folders, const char *const *read_only,
				   struct nr_jail_report *ret, struct nr_err *reterr);
