/* api: the HTTP API described from its routes table. */
#include "cli/cmd.h"
#include "hub/route.h"

enum { DOC_MAX = 4 << 20 };

static int print(void (*write)(struct nr_wr *w))
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(DOC_MAX);

	write(&w);
	return w.rc == NR_OK && fwrite(w.p, 1, w.n, stdout) == w.n && fflush(stdout) == 0 ? 0 : 4;
}

static int run_openapi(struct nr_cmd_ctx *c)
{
	(void)c;
	return print(nr_api_openapi);
}

static int run_doc(struct nr_cmd_ctx *c)
{
	(void)c;
	return print(nr_api_doc);
}

extern const struct nr_cmd nr_cmd_api_openapi, nr_cmd_api_doc;
const struct nr_cmd nr_cmd_api_openapi = {
	.area = "api",
	.verb = "openapi",
	.summary = "print the OpenAPI 3.1 description of the HTTP API",
	.args = "",
	.run = run_openapi,
};
const struct nr_cmd nr_cmd_api_doc = {
	.area = "api",
	.verb = "doc",
	.summary = "print the HTTP API as Markdown (docs/api/README.md)",
	.args = "",
	.run = run_doc,
};
