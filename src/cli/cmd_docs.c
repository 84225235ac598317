/* docs: the papers that are printed from tables, so that they cannot say anything else than the code. */
#include "cli/cmd.h"

enum { DOC_MAX = 4 << 20 };

static void options(struct nr_wr *w, const struct nr_opt *o)
{
	if (!o || !o->name)
		return;
	nr_wr_cstr(w, "\n| option | what it does |\n|---|---|\n");
	for (; o->name; o++) {
		nr_wr_fmt(w, "| `--%s%s%s` | %s%s", o->name, o->type == NR_OPT_FLAG ? "" : " ",
			  o->type == NR_OPT_FLAG ? "" : o->metavar, o->help,
			  o->type == NR_OPT_MANY ? " (repeats)" : "");
		if (o->def)
			nr_wr_fmt(w, " (default: `%s`)", o->def);
		if (o->type == NR_OPT_INT)
			nr_wr_fmt(w, ", %lld to %lld", (long long)o->min, (long long)o->max);
		nr_wr_cstr(w, " |\n");
	}
}

static void usage(struct nr_wr *w, const struct nr_cmd *c)
{
	nr_wr_fmt(w, "noroshi %s%s%s%s%s%s", c->area, c->verb ? " " : "", c->verb ? c->verb : "",
		  c->opts && c->opts->name ? " [options]" : "", c->args[0] ? " " : "", c->args);
}

static void commands_markdown(struct nr_wr *w)
{
	nr_wr_cstr(w,
		   "# Commands\n\n"
		   "Printed by `make docs` from the command table; do not edit.  Every command "
		   "also has "
		   "`--json` (print JSON\ninstead of text) and `--help`.\n\n"
		   "Exit codes: 0 ok, 1 negative finding, 2 usage, 3 input refused, 4 environment, "
		   "70 a bug of ours.\nThe result goes to stdout, everything else to stderr.\n");
	for (size_t i = 0; i < nr_cmds_count; i++) {
		const struct nr_cmd *c = nr_cmds[i];

		if (c->flags & NR_CMD_HIDDEN)
			continue;
		nr_wr_fmt(w, "\n## %s%s%s\n\n%s\n\n```\n", c->area, c->verb ? " " : "",
			  c->verb ? c->verb : "", c->summary);
		usage(w, c);
		nr_wr_cstr(w, "\n```\n");
		options(w, c->opts);
	}
}

static void commands_json(struct nr_wr *w)
{
	const char *comma = "";

	nr_wr_cstr(w, "{\"schema\":\"noroshi.commands/1\",\"items\":[");
	for (size_t i = 0; i < nr_cmds_count; i++) {
		const struct nr_cmd *c = nr_cmds[i];

		if (c->flags & NR_CMD_HIDDEN)
			continue;
		nr_wr_fmt(w, "%s{\"area\":", comma);
		nr_wr_json(w, nr_str_c(c->area));
		nr_wr_cstr(w, ",\"verb\":");
		nr_wr_json(w, nr_str_c(c->verb ? c->verb : ""));
		nr_wr_cstr(w, ",\"summary\":");
		nr_wr_json(w, nr_str_c(c->summary));
		nr_wr_cstr(w, ",\"options\":[");
		for (const struct nr_opt *o = c->opts; o && o->name; o++) {
			nr_wr_cstr(w, o == c->opts ? "" : ",");
			nr_wr_json(w, nr_str_c(o->name));
		}
		nr_wr_cstr(w, "]}");
		comma = ",";
	}
	nr_wr_cstr(w, "]}\n");
}

static int finish(const struct nr_cmd_ctx *c, const struct nr_wr *w)
{
	struct nr_err e = { .rc = w->rc, .offset = UINT64_MAX, .msg = "the paper is too long" };

	if (w->rc != NR_OK)
		return nr_cmd_error(c, "docs", &e);
	(void)fwrite(w->p, 1, w->n, stdout);
	return 0;
}

static int run_commands(struct nr_cmd_ctx *c)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(DOC_MAX);

	if (nr_cmd_json(c))
		commands_json(&w);
	else
		commands_markdown(&w);
	return finish(c, &w);
}

extern const struct nr_cmd nr_cmd_docs_commands;
const struct nr_cmd nr_cmd_docs_commands = {
	.area = "docs",
	.verb = "commands",
	.summary = "print the command reference (docs/commands.md)",
	.args = "",
	.run = run_commands,
};
