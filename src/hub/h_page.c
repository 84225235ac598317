/* h_page.c -- the console's files and pages, and the description of the API. */
#include "hub/assets.h"
#include "hub/handlers.h"

/* One file of the console, as it lies gzipped in the binary. */
static void serve(struct nr_req *q, const struct nr_asset *a)
{
	struct nr_sha256 digest =
		nr_sha256((struct nr_bytes){ a->gz, (size_t)(a->gz_end - a->gz) });

	q->reply.status = 200;
	q->reply.media = a->media;
	q->reply.asset = a;
	q->reply.cache =
		nr_asset_immutable(a) ? "private, max-age=31536000, immutable" : "no-store";
	nr_reply_etag(q, &digest);
}

enum nr_rc nr_h_asset(struct nr_req *q, struct nr_err *reterr)
{
	const struct nr_asset *a = nr_asset_find(q->path);

	if (!a)
		return nr_fail(reterr, NR_E_NOTFOUND, "path", UINT64_MAX, "there is nothing here");
	serve(q, a);
	return NR_OK;
}

enum nr_rc nr_h_page(struct nr_req *q, struct nr_err *reterr)
{
	const struct nr_asset *a = nr_asset_find(NR_STR("/"));

	if (!a)
		return nr_fail(reterr, NR_E_NOTFOUND, "page", UINT64_MAX,
			       "this build carries no console");
	serve(q, a);
	return NR_OK;
}

enum nr_rc nr_h_openapi(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_wr *w = nr_reply_json(q, 200);
	struct nr_sha256 digest;

	(void)reterr;
	nr_api_openapi(w);
	digest = nr_sha256(nr_wr_view(w));
	nr_reply_etag(q, &digest);
	return NR_OK;
}
