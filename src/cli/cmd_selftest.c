/* selftest: every eye looks at a piece of material it carries with it. */
#include "cli/cmd.h"
#include "eyes/eye.h"

static int run(struct nr_cmd_ctx *c)
{
	bool json = nr_cmd_json(c);
	int bad = 0;

	if (json)
		printf("{\"schema\":\"noroshi.selftest/1\",\"tests\":[");
	for (size_t i = 0; i < nr_eyes_count; i++) {
		struct nr_err e = { .rc = NR_OK };
		enum nr_rc rc;

		nr_eyes[i]->warm_up();
		rc = nr_eyes[i]->selftest(&e);
		bad += rc != NR_OK;
		if (json)
			printf("%s{\"name\":\"%s\",\"result\":\"%s\"}", i ? "," : "",
			       nr_eyes[i]->name, nr_rc_name(rc));
		else
			printf("%-4s %-8s %s\n", rc == NR_OK ? "ok" : "BAD", nr_eyes[i]->name,
			       rc == NR_OK ? "" : e.msg);
	}
	if (json)
		printf("],\"failed\":%d}\n", bad);
	return bad ? 70 : 0;
}

extern const struct nr_cmd nr_cmd_selftest;
const struct nr_cmd nr_cmd_selftest = {
	.area = "selftest",
	.summary = "run the built-in self tests of every eye",
	.args = "",
	.run = run,
};
