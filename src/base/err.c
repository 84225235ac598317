#include "base/err.h"

#include <stdarg.h>

const char *nr_rc_name(enum nr_rc rc)
{
	switch (rc) {
	case NR_OK: return "ok";
	case NR_E_TRUNCATED: return "truncated";
	case NR_E_MALFORMED: return "malformed";
	case NR_E_LIMIT: return "limit";
	case NR_E_UNSUPPORTED: return "unsupported";
	case NR_E_INVAL: return "invalid-argument";
	case NR_E_NOTFOUND: return "not-found";
	case NR_E_DENIED: return "denied";
	case NR_E_BUSY: return "busy";
	case NR_E_IO: return "io";
	case NR_E_NOMEM: return "no-memory";
	case NR_E_BUG: return "bug";
	}
	return "unknown";
}

enum nr_rc nr_fail(struct nr_err *reterr, enum nr_rc rc, const char *what, uint64_t offset,
		   const char *fmt, ...)
{
	if (reterr) {
		va_list ap;

		*reterr = (struct nr_err){ .rc = rc, .what = what, .offset = offset };
		va_start(ap, fmt);
		(void)vsnprintf(reterr->msg, sizeof(reterr->msg), fmt, ap);
		va_end(ap);
	}
	return rc;
}

enum nr_rc nr_fail_errno(struct nr_err *reterr, const char *what, int sys_errno, const char *msg)
{
	char text[96] = "";
	const char *t = strerror_r(sys_errno, text, sizeof(text));

	nr_fail(reterr, NR_E_IO, what, UINT64_MAX, "%s: %s", msg, t);
	if (reterr)
		reterr->sys_errno = sys_errno;
	return NR_E_IO;
}

int nr_rc_exit(enum nr_rc rc)
{
	switch (rc) {
	case NR_OK: return 0;
	case NR_E_TRUNCATED:
	case NR_E_MALFORMED:
	case NR_E_LIMIT:
	case NR_E_DENIED:
	case NR_E_UNSUPPORTED: return 3;
	case NR_E_INVAL: return 2;
	case NR_E_NOTFOUND: return 1;
	case NR_E_BUSY:
	case NR_E_IO:
	case NR_E_NOMEM: return 4;
	case NR_E_BUG: return 70;
	}
	return 70;
}
