/* worker--look: the jailed process that turns hostile bytes into a dossier; and the same look inside
 * the caller's process for --no-jail. */
#include "cli/look.h"

#include "cli/cmd.h"
#include "model/dossier_json.h"
#include "proc/worker.h"

enum { PARAMS_MAX = 2000000 };

/* "name=value" a line.  Values may hold anything but a newline. */
static enum nr_rc parse_params(struct nr_bytes in, struct nr_arena *a, struct nr_eye_in *ret,
			       struct nr_err *reterr)
{
	struct nr_eye_param *p;
	struct nr_str all;
	size_t lines = 1, from = 0;

	NR_TRY(nr_str_check(in, &all, reterr));
	for (size_t i = 0; i < all.n; i++)
		lines += all.p[i] == '\n';
	if (lines > PARAMS_MAX)
		return nr_fail(reterr, NR_E_LIMIT, "parameters", 0, "over %d parameters",
			       PARAMS_MAX);
	p = NR_NEW_N(a, struct nr_eye_param, lines);
	if (!p)
		return nr_fail(reterr, NR_E_NOMEM, "parameters", 0, "no memory");
	ret->params = p;
	for (size_t i = 0; i <= all.n; i++) {
		struct nr_str line = { all.p + from, i - from };
		const char *eq;

		if (i < all.n && all.p[i] != '\n')
			continue;
		from = i + 1;
		eq = line.n ? memchr(line.p, '=', line.n) : NULL;
		if (!eq)
			continue;
		p->name = (struct nr_str){ line.p, (size_t)(eq - line.p) };
		p->value = (struct nr_str){ eq + 1, line.n - p->name.n - 1 };
		p++;
		ret->n_params++;
	}
	return NR_OK;
}

enum nr_rc nr_look_here(const struct nr_work *w, struct nr_wr *out, struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena pa = NR_ARENA_INIT(UINT64_C(256) << 20);
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(NR_LOOK_MEMORY);
	struct nr_eye_in in = { .src = w->src, .name = w->name };
	const struct nr_eye *eye = NULL;
	struct nr_dossier d;

	if (w->eye.n) {
		eye = nr_eye_find(w->eye);
		if (!eye)
			return nr_fail(reterr, NR_E_INVAL, "eye", UINT64_MAX, "no eye named '%.*s'",
				       NR_FMT(w->eye));
	}
	NR_TRY(parse_params(w->params, &pa, &in, reterr));
	nr_dossier_init(&d, &a);
	NR_TRY(nr_eye_look(eye, &in, &d, reterr));
	d.id = nr_dossier_id(d.submission.unit, d.submission.sensor, d.eye, &d.material.sha256);
	nr_dossier_write(&d, out);
	if (out->rc != NR_OK)
		return nr_fail(reterr, NR_E_LIMIT, "dossier", 0,
			       "the dossier is larger than %zu bytes of JSON", out->max);
	return NR_OK;
}

static void warm_up(void)
{
	for (size_t i = 0; i < nr_eyes_count; i++)
		nr_eyes[i]->warm_up();
}

static int run(struct nr_cmd_ctx *c)
{
	struct nr_err e = { .rc = NR_OK };
	enum nr_rc rc = nr_worker_run(nr_look_here, warm_up, &e);

	return rc == NR_OK ? 0 : nr_cmd_error(c, "worker", &e);
}

extern const struct nr_cmd nr_cmd_worker;
const struct nr_cmd nr_cmd_worker = {
	.area = "worker--look",
	.flags = NR_CMD_HIDDEN,
	.summary = "look at material in the jail (started by noroshi itself)",
	.args = "",
	.run = run,
};
