/* h_share.c -- feeds: what leaves to machines. */
#include "hub/handlers.h"

#include "desks/share/share.h"
#include "hub/out.h"

#include <errno.h>
#include <fcntl.h>

enum nr_rc nr_h_feeds(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_wr *w = nr_reply_json(q, 200);

	(void)reterr;
	nr_wr_cstr(w, "{\"items\":[");
	for (size_t i = 0; i < nr_feed_formats_count; i++) {
		const struct nr_feed_format *f = nr_feed_formats[i];

		nr_out_comma(w);
		nr_wr_u8(w, '{');
		nr_out_str(w, "format", nr_str_c(f->name));
		nr_out_str(w, "name", nr_str_c(f->title_en));
		nr_out_str(w, "name_ja", nr_str_c(f->title_ja));
		nr_out_str(w, "media_type", nr_str_c(f->media_type));
		nr_wr_fmt(w, ",\"url\":\"/api/v1/feeds/%s\"", f->name);
		nr_out_str(w, "description_en", nr_str_c(f->description_en));
		nr_out_str(w, "description_ja", nr_str_c(f->description_ja));
		nr_wr_u8(w, '}');
	}
	nr_wr_cstr(w, "],\"next\":null}\n");
	return NR_OK;
}

/* What both may have: markings of both lists, which are sorted. */
static enum nr_rc scope_both(struct nr_req *q, const struct nr_scope *x, const struct nr_scope *y,
			     struct nr_scope *ret, struct nr_err *reterr)
{
	int64_t *both = NR_NEW_N(&q->a, int64_t, x->n + 1);
	size_t n = 0;

	if (!both)
		return nr_fail(reterr, NR_E_NOMEM, "feed", UINT64_MAX, "no memory");
	for (size_t i = 0, k = 0; i < x->n && k < y->n;) {
		if (x->markings[i] == y->markings[k])
			both[n++] = x->markings[i];
		if (x->markings[i] <= y->markings[k])
			i++;
		else
			k++;
	}
	*ret = (struct nr_scope){ .markings = both, .n = n };
	return NR_OK;
}

/* Whom the feed is for: the viewer's own unit, or one below it; then it carries only what both may
 * have, for a unit above may not read everything that is below it. */
static enum nr_rc feed_scope(struct nr_req *q, struct nr_str *ret_for, struct nr_scope *ret,
			     struct nr_err *reterr)
{
	struct nr_str want = nr_query_get(&q->query, "for");
	struct nr_viewer v = nr_req_viewer(q);
	struct nr_scope own, theirs;
	enum nr_rc rc = NR_OK;

	if (want.n)
		v.unit = want;
	*ret_for = v.unit;
	NR_TRY(nr_req_scope(q, NR_PURPOSE_EXPORT, &own, reterr));
	pthread_rwlock_rdlock(&q->hub->tree_lock);
	if (!nr_tree_covers(q->hub->tree, q->person.unit, v.unit))
		rc = nr_fail(reterr, NR_E_DENIED, "for", UINT64_MAX,
			     "a feed is for your own unit or one below it");
	else
		rc = nr_policy_scope(q->store, q->hub->tree, &v, NR_PURPOSE_EXPORT, &q->a, &theirs,
				     reterr);
	pthread_rwlock_unlock(&q->hub->tree_lock);
	NR_TRY(rc);
	return scope_both(q, &own, &theirs, ret, reterr);
}

/* Spooled, hashed, recorded, and only then sent (docs/decisions/0072). */
enum nr_rc nr_h_feed(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_share_req req = { .min = NR_SEV_LOW };
	struct nr_share_result result;
	struct nr_unit producer;
	struct nr_scope sc;
	enum nr_rc rc;
	int fd;

	NR_TRY(nr_feed_format_find(q->params[0], &req.format, reterr));
	NR_TRY(feed_scope(q, &req.viewer, &sc, reterr));
	NR_TRY(nr_share_producer(q->store, &q->a, &producer, reterr));
	req.scope = &sc;
	req.producer = &producer;
	fd = open(q->hub->upload_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return nr_fail_errno(reterr, "feed", errno, "no room to spool the feed");
	(void)nr_reply_json(q, 200);
	nr_reply_file(q, fd, 0);
	NR_TRY(nr_share_to_fd(q->store, &req, fd, &result, reterr));
	q->reply.fd_size = result.bytes;
	q->reply.media = req.format->media_type;
	q->reply.cache = "private, no-cache";
	nr_reply_etag(q, &result.sha256);
	if (q->reply.status == 304 || q->head)
		return NR_OK;
	rc = nr_share_record(nr_hub_write_lock(q->hub), &req, &result, q->person.login, reterr);
	nr_hub_write_unlock(q->hub);
	return rc;
}
