/* err.h -- result codes and the error record.
 *
 * Convention: a function that can fail returns enum nr_rc and is NR_MUSTUSE.  Results leave
 * through ret_ parameters, written only on success.  Detail leaves through a last parameter
 * struct nr_err *reterr, which may be NULL and is written only on failure. */
#pragma once

#include "base/base.h"

enum nr_rc {
	NR_OK = 0,
	/* the input is at fault */
	NR_E_TRUNCATED = -1, /* ended before the format says it should */
	NR_E_MALFORMED = -2, /* violates the format                    */
	NR_E_LIMIT = -3,     /* legal, but larger than our stated cap   */
	NR_E_UNSUPPORTED = -4,
	/* the caller or the world is at fault */
	NR_E_INVAL = -16,
	NR_E_NOTFOUND = -17,
	NR_E_DENIED = -18,
	NR_E_BUSY = -19,
	NR_E_IO = -20,
	NR_E_NOMEM = -21,
	/* we are at fault */
	NR_E_BUG = -32,
};

struct nr_err {
	enum nr_rc rc;
	int sys_errno;    /* 0 unless rc is NR_E_IO                   */
	uint64_t offset;  /* byte offset in the input, or UINT64_MAX  */
	const char *what; /* NR_STATIC: field or operation that failed */
	char msg[256];
};

/* The input is to blame, not the machine: exit code 3, HTTP 422. */
static inline bool nr_rc_is_input_fault(enum nr_rc rc)
{
	return rc <= NR_E_TRUNCATED && rc >= NR_E_UNSUPPORTED;
}

/* The stable wire name of a result code. */
NR_STATIC const char *nr_rc_name(enum nr_rc rc);

/* Fills *reterr when it is not NULL, and returns rc: `return nr_fail(e, NR_E_LIMIT, ...)`. */
enum nr_rc nr_fail(struct nr_err *reterr, enum nr_rc rc, const char *what, uint64_t offset,
		   const char *fmt, ...) NR_PRINTF(5, 6);

/* The same for a failed system call: NR_E_IO with errno and its text appended. */
enum nr_rc nr_fail_errno(struct nr_err *reterr, const char *what, int sys_errno, const char *msg);

/* The exit code of the house for a result: 0 ok, 3 input refused, 4 environment, 2 usage, 70 bug. */
int nr_rc_exit(enum nr_rc rc);

#define NR_TRY(expr)                                                                               \
	do {                                                                                       \
		enum nr_rc nr_try_ = (expr);                                                       \
		if (nr_try_ != NR_OK)                                                              \
			return nr_try_;                                                            \
	} while (0)
