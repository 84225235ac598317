/* The command line: finds the table row, parses its options, runs it. */
#include "cli/cmd_ctx.h"

#define NR_CMD(name) extern const struct nr_cmd nr_cmd_##name;
#include "cli/cmds.def"
#undef NR_CMD

const struct nr_cmd *const nr_cmds[] = {
#define NR_CMD(name) &nr_cmd_##name,
#include "cli/cmds.def"
#undef NR_CMD
	NULL,
};
const size_t nr_cmds_count = NR_COUNT(nr_cmds) - 1;

enum { EXIT_USAGE = 2 };

static const struct nr_opt common[] = {
	{ "json", NR_OPT_FLAG, NULL, "print JSON instead of text", NULL, 0, 0 },
	{ "help", NR_OPT_FLAG, NULL, "show this help", NULL, 0, 0 },
	{ NULL, NR_OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};

static void print_commands(FILE *f)
{
	fprintf(f,
		"noroshi %s - the signal fires: sense, understand, share, keep the evidence\n\n"
		"usage: noroshi <command> [options] [arguments]\n\n",
		NR_VERSION);
	for (size_t i = 0; i < nr_cmds_count; i++) {
		const struct nr_cmd *c = nr_cmds[i];
		char name[64];

		if (c->flags & NR_CMD_HIDDEN)
			continue;
		(void)snprintf(name, sizeof(name), "%s%s%s", c->area, c->verb ? " " : "",
			       c->verb ? c->verb : "");
		fprintf(f, "  %-18s %s\n", name, c->summary);
	}
	fprintf(f, "\nEvery command has --help and --json.  Exit codes: 0 ok, 1 negative finding,\n"
		   "2 usage, 3 input refused, 4 environment, 70 a bug of ours.\n");
}

static void print_opts(FILE *f, const struct nr_opt *opts)
{
	for (; opts && opts->name; opts++) {
		char left[64];

		(void)snprintf(left, sizeof(left), "--%s%s%s", opts->name,
			       opts->type == NR_OPT_FLAG ? "" : " ",
			       opts->type == NR_OPT_FLAG ? "" : opts->metavar);
		fprintf(f, "  %-26s %s%s", left, opts->help,
			opts->type == NR_OPT_MANY ? " (repeats)" : "");
		if (opts->def)
			fprintf(f, " (default: %s)", opts->def);
		fprintf(f, "\n");
	}
}

void nr_cmd_help(const struct nr_cmd *c, FILE *f)
{
	fprintf(f, "usage: noroshi %s%s%s [options]%s%s\n\n%s\n\noptions:\n", c->area,
		c->verb ? " " : "", c->verb ? c->verb : "", c->args[0] ? " " : "", c->args,
		c->summary);
	print_opts(f, c->opts);
	print_opts(f, common);
}

static const struct nr_opt *find_in(const struct nr_opt *o, const char *name, size_t n)
{
	for (; o && o->name; o++)
		if (strlen(o->name) == n && memcmp(o->name, name, n) == 0)
			return o;
	return NULL;
}

static const struct nr_opt *find_opt(const struct nr_cmd *c, const char *name, size_t n)
{
	const struct nr_opt *o = find_in(c->opts, name, n);

	return o ? o : find_in(common, name, n);
}

/* Edit distance, for the hint only: words of at most 31 bytes. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[32];
	size_t na = strlen(a), nb = strlen(b);

	if (na > 31 || nb > 31)
		return 99;
	for (size_t j = 0; j <= nb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned diag = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned best = diag + (a[i - 1] != b[j - 1]);

			diag = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[nb];
}

static int usage_error(const struct nr_cmd *c, const char *what, const char *word, const char *hint)
{
	fprintf(stderr, "noroshi: %s '%s'", what, word);
	if (hint && hint[0])
		fprintf(stderr, "; did you mean '%s'?", hint);
	if (c)
		fprintf(stderr, "  Try 'noroshi %s%s%s --help'.\n", c->area, c->verb ? " " : "",
			c->verb ? c->verb : "");
	else
		fprintf(stderr, "  Try 'noroshi --help'.\n");
	return EXIT_USAGE;
}

static const char *nearest(const struct nr_opt *const lists[2], const char *word)
{
	const char *best = "";
	unsigned top = 3;

	for (int l = 0; l < 2; l++)
		for (const struct nr_opt *o = lists[l]; o && o->name; o++)
			if (distance(o->name, word) < top) {
				top = distance(o->name, word);
				best = o->name;
			}
	return best;
}

static int unknown_option(const struct nr_cmd *c, const char *arg)
{
	const struct nr_opt *lists[2] = { c->opts, common };
	const char *near = nearest(lists, arg + 2);
	char hint[64] = "";

	if (near[0])
		(void)snprintf(hint, sizeof(hint), "--%s", near);
	return usage_error(c, "unknown option", arg, hint);
}

static bool number_ok(const struct nr_opt *o, const char *v, int64_t *ret)
{
	char *end;

	*ret = strtoll(v, &end, 10);
	return v[0] && !*end && *ret >= o->min && *ret <= o->max;
}

/* Takes one "--name[=value]" at *i; 0 or an exit code. */
static int take_option(struct nr_cmd_ctx *x, int argc, char **argv, int *i)
{
	const char *arg = argv[*i], *eq = strchr(arg, '='), *value = "1";
	size_t n = eq ? (size_t)(eq - arg) - 2 : strlen(arg) - 2;
	const struct nr_opt *o = find_opt(x->cmd, arg + 2, n);
	int64_t number;

	if (!o)
		return unknown_option(x->cmd, arg);
	if (o->type == NR_OPT_FLAG && eq)
		return usage_error(x->cmd, "this option takes no value:", arg, NULL);
	if (o->type != NR_OPT_FLAG) {
		value = eq ? eq + 1 : *i + 1 < argc ? argv[++*i] : NULL;
		if (!value)
			return usage_error(x->cmd, "a value is missing after", arg, NULL);
	}
	if (o->type == NR_OPT_INT && !number_ok(o, value, &number)) {
		fprintf(stderr, "noroshi: --%s takes a number from %lld to %lld, not '%s'\n",
			o->name, (long long)o->min, (long long)o->max, value);
		return EXIT_USAGE;
	}
	if (x->n_values == NR_CMD_VALUES)
		return usage_error(x->cmd, "too many options near", arg, NULL);
	x->values[x->n_values++] = (struct nr_cmd_value){ o, value };
	return 0;
}

static int parse(struct nr_cmd_ctx *x, int argc, char **argv)
{
	bool only_args = false;
	int rc;

	for (int i = 0; i < argc; i++) {
		if (!only_args && strcmp(argv[i], "--") == 0) {
			only_args = true;
		} else if (!only_args && strncmp(argv[i], "--", 2) == 0) {
			rc = take_option(x, argc, argv, &i);
			if (rc)
				return rc;
		} else if (!only_args && argv[i][0] == '-' && argv[i][1]) {
			return usage_error(x->cmd, "unknown option", argv[i], NULL);
		} else {
			argv[x->n_args++] = argv[i];
		}
	}
	x->args = argv;
	return 0;
}

static int run(const struct nr_cmd *c, int argc, char **argv)
{
	struct nr_cmd_ctx x = { .cmd = c };
	int rc = parse(&x, argc, argv);

	if (rc)
		return rc;
	if (nr_cmd_flag(&x, "help")) {
		nr_cmd_help(c, stdout);
		return 0;
	}
	if ((int)x.n_args < c->min_args)
		return usage_error(c, "what is missing:", c->args, NULL);
	if (c->max_args >= 0 && (int)x.n_args > c->max_args)
		return usage_error(c, "one argument too many:", x.args[c->max_args], NULL);
	rc = c->run(&x);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "noroshi: the output could not be written\n");
		return rc ? rc : 4;
	}
	return rc;
}

static const struct nr_cmd *find(const char *area, const char *verb, bool *ret_area)
{
	*ret_area = false;
	for (size_t i = 0; i < nr_cmds_count; i++) {
		const struct nr_cmd *c = nr_cmds[i];

		if (strcmp(c->area, area) != 0)
			continue;
		*ret_area = true;
		if (!c->verb || (verb && strcmp(c->verb, verb) == 0))
			return c;
	}
	return NULL;
}

/* The command word nearest to what was typed, "" when none is near. */
NR_STATIC static const char *nearest_word(const char *area, const char *verb, bool area_known)
{
	const char *best = "";
	unsigned top = 3;

	for (size_t i = 0; i < nr_cmds_count; i++) {
		const char *w = area_known ? nr_cmds[i]->verb : nr_cmds[i]->area;

		if (nr_cmds[i]->flags & NR_CMD_HIDDEN || !w)
			continue;
		if (area_known && (strcmp(nr_cmds[i]->area, area) != 0 || !verb))
			continue;
		if (distance(w, area_known ? verb : area) < top) {
			top = distance(w, area_known ? verb : area);
			best = w;
		}
	}
	return best;
}

static int no_such(const char *area, const char *verb, bool area_known)
{
	const char *best = nearest_word(area, verb, area_known);

	if (!area_known)
		return usage_error(NULL, "unknown command", area, best);
	fprintf(stderr, "noroshi: '%s' needs one of:", area);
	for (size_t i = 0; i < nr_cmds_count; i++)
		if (strcmp(nr_cmds[i]->area, area) == 0)
			fprintf(stderr, " %s", nr_cmds[i]->verb);
	fprintf(stderr, "%s%s%s\n", best[0] ? "; did you mean '" : "", best, best[0] ? "'?" : "");
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const struct nr_cmd *c;
	bool area;

	if (argc < 2) {
		print_commands(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_commands(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("noroshi %s\n", NR_VERSION);
		return 0;
	}
	c = find(argv[1], argc > 2 ? argv[2] : NULL, &area);
	if (!c)
		return no_such(argv[1], argc > 2 ? argv[2] : NULL, area);
	return run(c, argc - (c->verb ? 3 : 2), argv + (c->verb ? 3 : 2));
}
