/* selftest: every eye looks at a piece of material it carries with it, every feed format writes hostile
 * values and checks its own shape. */
#include "cli/cmd.h"
#include "desks/share/share.h"
#include "eyes/eye.h"

struct tally {
	bool json;
	int done, bad;
};

static void told(struct tally *t, const char *name, enum nr_rc rc, const struct nr_err *e)
{
	t->bad += rc != NR_OK;
	if (t->json)
		printf("%s{\"name\":\"%s\",\"result\":\"%s\"}", t->done ? "," : "", name,
		       nr_rc_name(rc));
	else
		printf("%-4s %-8s %s\n", rc == NR_OK ? "ok" : "BAD", name,
		       rc == NR_OK ? "" : e->msg);
	t->done++;
}

static int run(struct nr_cmd_ctx *c)
{
	struct tally t = { .json = nr_cmd_json(c) };

	if (t.json)
		printf("{\"schema\":\"noroshi.selftest/1\",\"tests\":[");
	for (size_t i = 0; i < nr_eyes_count; i++) {
		struct nr_err e = { .rc = NR_OK };

		nr_eyes[i]->warm_up();
		told(&t, nr_eyes[i]->name, nr_eyes[i]->selftest(&e), &e);
	}
	for (size_t i = 0; i < nr_feed_formats_count; i++) {
		const struct nr_feed_format *f = nr_feed_formats[i];
		struct nr_err e = { .rc = NR_OK };

		told(&t, f->name, f->selftest(f, &e), &e);
	}
	if (t.json)
		printf("],\"failed\":%d}\n", t.bad);
	return t.bad ? 70 : 0;
}

extern const struct nr_cmd nr_cmd_selftest;
const struct nr_cmd nr_cmd_selftest = {
	.area = "selftest",
	.summary = "run the built-in self tests of every eye and feed format",
	.args = "",
	.run = run,
};
