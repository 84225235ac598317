/* docs api: the HTTP API written out from its routes table. */
#include "cli/cmd.h"
#include "hub/route.h"

enum { DOC_MAX = 4 << 20 };

static int run(struct nr_cmd_ctx *c)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(DOC_MAX);

	if (nr_cmd_json(c))
		nr_api_openapi(&w);
	else
		nr_api_doc(&w);
	return w.rc == NR_OK && fwrite(w.p, 1, w.n, stdout) == w.n && fflush(stdout) == 0 ? 0 : 4;
}

extern const struct nr_cmd nr_cmd_docs_api;
const struct nr_cmd nr_cmd_docs_api = {
	.area = "docs",
	.verb = "api",
	.summary = "print the HTTP API (docs/api); --json: as OpenAPI 3.1",
	.args = "",
	.run = run,
};
