/* cmd_ctx.h -- the parsed command line; private to main.c and cmd.c. */
#pragma once

#include "cli/cmd.h"

enum { NR_CMD_VALUES = 256 };

struct nr_cmd_value {
	const struct nr_opt *opt;
	const char *value;
};

struct nr_cmd_ctx {
	const struct nr_cmd *cmd;
	struct nr_cmd_value values[NR_CMD_VALUES];
	size_t n_values;
	char **args;
	size_t n_args;
};

/* Prints usage and options of one command. */
void nr_cmd_help(const struct nr_cmd *c, FILE *f);
