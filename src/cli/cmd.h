/* cli/ -- one file an area, one table row a command; the only room that may touch every other.
 *
 * How to add a command (3 things): 1. a `const struct nr_cmd` row in src/cli/cmd_<area>.c; 2. one line
 * in cmds.def; 3. a test in test/cli/.  Options are data: usage, --help, errors and docs/commands.md
 * come from the same rows.  Every command has --help and --json for free. */
#pragma once

#include "base/wr.h"

enum nr_cmd_flags {
	NR_CMD_HIDDEN = 1 << 0, /* internal worker, not in --help */
};

enum nr_opt_type {
	NR_OPT_TEXT, /* one value             */
	NR_OPT_MANY, /* repeats               */
	NR_OPT_FLAG, /* no value              */
	NR_OPT_INT,  /* number within min..max */
};

struct nr_opt {
	const char *name; /* "store"; NULL ends the list */
	enum nr_opt_type type;
	const char *metavar;
	const char *help;
	const char *def; /* default text or NULL */
	int64_t min, max;
};

struct nr_cmd_ctx; /* parsed command line */

struct nr_cmd {
	const char *area; /* "sense"                 */
	const char *verb; /* "read"; NULL: area alone */
	unsigned flags;
	const char *summary;
	const char *args;       /* "FILE…", "" */
	int min_args, max_args; /* max -1: any */
	const struct nr_opt *opts;
	/* Returns an exit code of the house: 0 ok, 1 negative finding, 2 usage, 3 refused, 4 environment,
	 * 70 bug.  Errors are printed by nr_cmd_error(). */
	int (*run)(struct nr_cmd_ctx *c);
};

/* Option values: the default or NULL when absent. */
NR_BORROWED const char *nr_cmd_opt(const struct nr_cmd_ctx *c, const char *name);
bool nr_cmd_flag(const struct nr_cmd_ctx *c, const char *name);
int64_t nr_cmd_int(const struct nr_cmd_ctx *c, const char *name);
/* The i-th value of a repeating option, NULL past the end. */
NR_BORROWED const char *nr_cmd_many(const struct nr_cmd_ctx *c, const char *name, size_t i);
size_t nr_cmd_n_args(const struct nr_cmd_ctx *c);
NR_BORROWED const char *nr_cmd_arg(const struct nr_cmd_ctx *c, size_t i);
bool nr_cmd_json(const struct nr_cmd_ctx *c); /* --json was given */

/* Prints one line "noroshi: <subject>: <what>: <message> (at byte N)" to stderr, or one JSON object to
 * stdout under --json, and returns the exit code of e->rc. */
int nr_cmd_error(const struct nr_cmd_ctx *c, const char *subject, const struct nr_err *e);
/* Prints text that came from outside to stdout, harmless on a terminal: control, direction and
 * zero-width characters are named (<U+202E>), not obeyed; a line break is a space. */
void nr_cmd_put(struct nr_str s);
/* A progress line on stderr when it is a terminal or every 5 s otherwise; done == total ends it. */
void nr_cmd_progress(const struct nr_cmd_ctx *c, const char *what, int64_t done, int64_t total);

extern const struct nr_cmd *const nr_cmds[];
extern const size_t nr_cmds_count;
