/* What commands call: option values, errors, progress. */
#include "cli/cmd_ctx.h"

#include "base/fold.h"
#include "base/time.h"

#include <unistd.h>

const char *nr_cmd_opt(const struct nr_cmd_ctx *c, const char *name)
{
	for (size_t i = c->n_values; i > 0; i--)
		if (strcmp(c->values[i - 1].opt->name, name) == 0)
			return c->values[i - 1].value;
	for (const struct nr_opt *o = c->cmd->opts; o && o->name; o++)
		if (strcmp(o->name, name) == 0)
			return o->def;
	return NULL;
}

bool nr_cmd_flag(const struct nr_cmd_ctx *c, const char *name)
{
	return nr_cmd_opt(c, name) != NULL;
}

int64_t nr_cmd_int(const struct nr_cmd_ctx *c, const char *name)
{
	const char *v = nr_cmd_opt(c, name);

	return v ? strtoll(v, NULL, 10) : 0;
}

const char *nr_cmd_many(const struct nr_cmd_ctx *c, const char *name, size_t i)
{
	for (size_t k = 0; k < c->n_values; k++)
		if (strcmp(c->values[k].opt->name, name) == 0 && i-- == 0)
			return c->values[k].value;
	return NULL;
}

size_t nr_cmd_n_args(const struct nr_cmd_ctx *c)
{
	return c->n_args;
}

const char *nr_cmd_arg(const struct nr_cmd_ctx *c, size_t i)
{
	return i < c->n_args ? c->args[i] : NULL;
}

bool nr_cmd_json(const struct nr_cmd_ctx *c)
{
	return nr_cmd_flag(c, "json");
}

static void error_json(const char *subject, const struct nr_err *e)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(1 << 20);

	nr_wr_fmt(&w, "{\"schema\":\"noroshi.error/1\",\"error\":{\"code\":\"%s\",\"subject\":",
		  nr_rc_name(e->rc));
	nr_wr_json(&w, nr_str_c(subject));
	nr_wr_cstr(&w, ",\"what\":");
	nr_wr_json(&w, nr_str_c(e->what ? e->what : ""));
	nr_wr_cstr(&w, ",\"message\":");
	nr_wr_json(&w, nr_str_c(e->msg));
	if (e->offset != UINT64_MAX)
		nr_wr_fmt(&w, ",\"offset\":%llu}}\n", (unsigned long long)e->offset);
	else
		nr_wr_cstr(&w, ",\"offset\":null}}\n");
	(void)fwrite(w.p, 1, w.n, stdout);
}

int nr_cmd_error(const struct nr_cmd_ctx *c, const char *subject, const struct nr_err *e)
{
	fprintf(stderr, "noroshi: %s: ", subject);
	if (e->what && !strstr(e->msg, e->what))
		fprintf(stderr, "%s: ", e->what);
	fprintf(stderr, "%s", e->msg);
	if (nr_rc_is_input_fault(e->rc) && e->offset != UINT64_MAX)
		fprintf(stderr, " (at byte %llu)", (unsigned long long)e->offset);
	fprintf(stderr, "\n");
	if (nr_cmd_json(c))
		error_json(subject, e);
	return nr_rc_exit(e->rc);
}

void nr_cmd_put(struct nr_str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t at = i;
		uint32_t c = nr_utf8_next(s, &i);

		if (c == '\n' || c == '\r' || c == '\t')
			printf(" ");
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
			 (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
			printf("<U+%04X>", c);
		else
			printf("%.*s", (int)(i - at), s.p + at);
	}
}

void nr_cmd_progress(const struct nr_cmd_ctx *c, const char *what, int64_t done, int64_t total)
{
	static int64_t last;
	bool tty = isatty(STDERR_FILENO), end = done >= total;
	int64_t now = nr_mono_us();

	(void)c;
	if (!end && now - last < (tty ? 200000 : 5 * NR_US_PER_S))
		return;
	if (end && !tty && last == 0)
		return; /* too quick to have been worth a line */
	last = now;
	if (tty)
		fprintf(stderr, "\r%s %lld / %lld%s", what, (long long)done, (long long)total,
			end ? "\n" : "");
	else
		fprintf(stderr, "%s %lld / %lld\n", what, (long long)done, (long long)total);
}
