#include "desks/share/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

const struct nr_feed_format *const nr_feed_formats[] = {
	&nr_feed_stix, &nr_feed_csv, &nr_feed_rpz, &nr_feed_suricata, &nr_feed_hosts,
};
const size_t nr_feed_formats_count = NR_COUNT(nr_feed_formats);

/* One export: the writer's state, the buffer between it and the sink, what went wrong. */
struct run {
	struct nr_feed f;
	struct nr_wr w;
	const struct nr_share_sink *sink;
	struct nr_share_result res;
	bool checked; /* ask nr_share_check(): only self-tests and fuzzing do not */
	enum nr_rc rc;
	struct nr_err err;
};

enum nr_rc nr_feed_format_find(struct nr_str name, const struct nr_feed_format **ret,
			       struct nr_err *reterr)
{
	char known[128];
	size_t n = 0;

	for (size_t i = 0; i < nr_feed_formats_count; i++) {
		if (nr_str_eq(nr_str_c(nr_feed_formats[i]->name), name)) {
			*ret = nr_feed_formats[i];
			return NR_OK;
		}
		if (n < sizeof(known))
			n += (size_t)snprintf(known + n, sizeof(known) - n, "%s%s", i ? ", " : "",
					      nr_feed_formats[i]->name);
	}
	return nr_fail(reterr, NR_E_NOTFOUND, "format", UINT64_MAX,
		       "no feed format '%.*s': choose one of %s", name.n > 40 ? 40 : (int)name.n,
		       name.p ? name.p : "", known);
}

void nr_feed_uint(struct nr_wr *w, uint64_t v)
{
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	nr_wr_bytes(w, text + at, sizeof(text) - at);
}

void nr_feed_note(struct nr_wr *w, const struct nr_indicator *i)
{
	char first[NR_TIME_TEXT], last[NR_TIME_TEXT];

	if (!nr_stix_time(i->first_us, first) || !nr_stix_time(i->last_us, last))
		first[0] = last[0] = 0;
	nr_wr_cstr(w, nr_tlp_name(i->tlp));
	nr_wr_cstr(w, " severity=");
	nr_wr_cstr(w, nr_severity_name(i->severity));
	nr_wr_cstr(w, " confidence=");
	nr_feed_uint(w, i->confidence);
	nr_wr_cstr(w, " first=");
	nr_wr_cstr(w, first);
	nr_wr_cstr(w, " last=");
	nr_wr_cstr(w, last);
}

static void flush(struct run *r)
{
	struct nr_bytes b = nr_wr_view(&r->w);

	if (r->rc != NR_OK || b.n == 0)
		return;
	nr_hash_add(r->f.hash, b);
	r->res.bytes += b.n;
	errno = 0;
	if (!r->sink->write(r->sink->ctx, b))
		r->rc = errno ? nr_fail_errno(&r->err, r->f.req->format->name, errno,
					      "the feed could not be written")
			      : nr_fail(&r->err, NR_E_LIMIT, r->f.req->format->name, r->res.bytes,
					"the receiver takes no feed of this size");
	nr_wr_reset(&r->w);
}

/* The reason this indicator does not go into this feed. */
static enum nr_share_gate gate(const struct run *r, const struct nr_indicator *i)
{
	enum nr_share_gate g = r->checked ? nr_share_check(i) : NR_SHARE_OK;

	if (g == NR_SHARE_OK &&
	    ((unsigned)i->kind >= 32 || !(r->f.req->format->kinds & 1u << (unsigned)i->kind)))
		g = NR_SHARE_KIND;
	return g;
}

static bool each_newest(void *ctx, const struct nr_indicator *i)
{
	struct run *r = ctx;

	if (gate(r, i) == NR_SHARE_OK && i->last_us > r->f.newest_us)
		r->f.newest_us = i->last_us;
	return true;
}

static bool each_item(void *ctx, const struct nr_indicator *i)
{
	struct run *r = ctx;
	const struct nr_feed_format *fmt = r->f.req->format;
	enum nr_share_gate g = gate(r, i);

	if (g == NR_SHARE_OK && r->f.items >= fmt->max_items) {
		r->rc = nr_fail(&r->err, NR_E_LIMIT, fmt->name, UINT64_MAX,
				"more than %llu indicators: raise the least severity",
				(unsigned long long)fmt->max_items);
		return false;
	}
	if (g == NR_SHARE_OK && !fmt->item(&r->f, i, &r->w))
		g = NR_SHARE_KIND;
	if (r->w.rc != NR_OK || r->f.scratch.rc != NR_OK || r->f.nomem) {
		r->rc = nr_fail(&r->err, r->w.rc != NR_OK ? r->w.rc : NR_E_NOMEM, fmt->name,
				UINT64_MAX, "no room for one more indicator");
		return false;
	}
	if (g == NR_SHARE_OK)
		r->f.items++;
	else
		r->res.withheld[g]++;
	if (r->w.n >= NR_FEED_FLUSH)
		flush(r);
	return r->rc == NR_OK;
}

static enum nr_rc run_open(struct run *r, const struct nr_share_req *req)
{
	r->f.req = req;
	r->f.scratch = NR_WR_INIT(NR_FEED_ITEM);
	r->w = NR_WR_INIT(NR_FEED_FLUSH + NR_FEED_ITEM);
	r->f.hash = nr_hash_open();
	if (!r->f.hash)
		return nr_fail(&r->err, NR_E_NOMEM, "feed", UINT64_MAX, "out of memory");
	return NR_OK;
}

static void run_done(struct run *r)
{
	nr_hash_free(&r->f.hash);
	nr_wr_done(&r->f.scratch);
	nr_wr_done(&r->w);
	free(r->f.sids);
}

static void run_begin(struct run *r)
{
	r->f.req->format->begin(&r->f, &r->w);
	flush(r);
}

static void run_end(struct run *r)
{
	flush(r); /* before end(): stix names the hash of all that went before */
	if (r->rc != NR_OK)
		return;
	r->f.req->format->end(&r->f, &r->w);
	if (r->w.rc != NR_OK)
		r->rc = nr_fail(&r->err, r->w.rc, "feed", UINT64_MAX, "no room for the end");
	flush(r);
	r->res.items = r->f.items;
	r->res.sha256 = nr_hash_value(r->f.hash);
}

static enum nr_rc run_finish(struct run *r, enum nr_rc rc, struct nr_share_result *ret,
			     struct nr_err *reterr)
{
	if (rc == NR_OK && r->rc != NR_OK) {
		rc = r->rc;
		if (reterr)
			*reterr = r->err;
	}
	if (rc == NR_OK && ret)
		*ret = r->res;
	run_done(r);
	return rc;
}

enum nr_rc nr_share_export(struct nr_store *s, const struct nr_share_req *req,
			   const struct nr_share_sink *sink, struct nr_share_result *ret,
			   struct nr_err *reterr)
{
	struct run r = { .sink = sink, .checked = true };
	enum nr_rc rc = NR_OK;

	r.rc = run_open(&r, req);
	if (r.rc == NR_OK && req->format->wants_newest)
		rc = nr_store_indicators(s, req->scope, req->min, each_newest, &r, reterr);
	if (rc == NR_OK && r.rc == NR_OK) {
		run_begin(&r);
		rc = nr_store_indicators(s, req->scope, req->min, each_item, &r, reterr);
	}
	if (rc == NR_OK && r.rc == NR_OK)
		run_end(&r);
	return run_finish(&r, rc, ret, reterr);
}

static bool write_wr(void *ctx, struct nr_bytes b)
{
	struct nr_wr *w = ctx;

	nr_wr_bytes(w, b.p, b.n);
	return w->rc == NR_OK;
}

static enum nr_rc run_items(struct run *r, const struct nr_share_req *req,
			    const struct nr_indicator *items, size_t n, struct nr_share_result *ret,
			    struct nr_err *reterr)
{
	r->rc = run_open(r, req);
	for (size_t i = 0; r->rc == NR_OK && req->format->wants_newest && i < n; i++)
		(void)each_newest(r, &items[i]);
	if (r->rc == NR_OK)
		run_begin(r);
	for (size_t i = 0; r->rc == NR_OK && i < n; i++)
		(void)each_item(r, &items[i]);
	if (r->rc == NR_OK)
		run_end(r);
	return run_finish(r, NR_OK, ret, reterr);
}

enum nr_rc nr_feed_run(const struct nr_share_req *req, const struct nr_indicator *items, size_t n,
		       bool checked, struct nr_wr *w, struct nr_err *reterr)
{
	struct nr_share_sink sink = { write_wr, w };
	struct run r = { .sink = &sink, .checked = checked };

	return run_items(&r, req, items, n, NULL, reterr);
}

enum nr_rc nr_feed_export(const struct nr_share_req *req, const struct nr_indicator *items,
			  size_t n, const struct nr_share_sink *sink, struct nr_share_result *ret,
			  struct nr_err *reterr)
{
	struct run r = { .sink = sink, .checked = true };

	return run_items(&r, req, items, n, ret, reterr);
}

static bool write_fd(void *ctx, struct nr_bytes b)
{
	int fd = *(const int *)ctx;

	while (b.n) {
		ssize_t n = write(fd, b.p, b.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		b.p += n;
		b.n -= (size_t)n;
	}
	return true;
}

enum nr_rc nr_share_to_fd(struct nr_store *s, const struct nr_share_req *req, int fd,
			  struct nr_share_result *ret, struct nr_err *reterr)
{
	struct nr_share_sink sink = { write_fd, &fd };

	return nr_share_export(s, req, &sink, ret, reterr);
}

/* A file without a name: a name left behind would be an unmarked copy. */
static int unnamed_file(void)
{
	const char *tmp = getenv("TMPDIR"), *dir = tmp && *tmp ? tmp : "/tmp";
	char path[256];
	int fd;

	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	(void)snprintf(path, sizeof(path), "%.200s/noroshi-feed-XXXXXX", dir);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	return fd;
}

enum nr_rc nr_share_spool(struct nr_store *s, const struct nr_share_req *req, int *ret_fd,
			  struct nr_share_result *ret, struct nr_err *reterr)
{
	int fd = unnamed_file();
	enum nr_rc rc;

	if (fd < 0)
		return nr_fail_errno(reterr, "feed", errno, "no temporary file; set TMPDIR");
	rc = nr_share_to_fd(s, req, fd, ret, reterr);
	if (rc == NR_OK && lseek(fd, 0, SEEK_SET) != 0)
		rc = nr_fail_errno(reterr, "feed", errno, "the temporary file does not rewind");
	if (rc != NR_OK) {
		(void)close(fd);
		return rc;
	}
	*ret_fd = fd;
	return NR_OK;
}

enum nr_rc nr_share_record(struct nr_store *s, const struct nr_share_req *req,
			   const struct nr_share_result *result, struct nr_str actor,
			   struct nr_err *reterr)
{
	struct nr_ledger_entry e = { .at_us = nr_now_us(),
				     .kind = "export",
				     .actor = actor,
				     .unit = req->viewer.n ? req->viewer : NR_STR(""),
				     .object = nr_str_c(req->format->name),
				     .digest = result->sha256 };
	char detail[160];
	enum nr_rc rc;

	(void)snprintf(detail, sizeof(detail), "items=%llu bytes=%llu min=%s for=%.64s",
		       (unsigned long long)result->items, (unsigned long long)result->bytes,
		       nr_severity_name(req->min), req->viewer.n ? "unit" : "anyone");
	e.detail = nr_str_c(detail);
	NR_TRY(nr_store_begin(s, reterr));
	rc = nr_ledger_append(s, &e, NULL, reterr);
	if (rc == NR_OK)
		rc = nr_store_commit(s, reterr);
	if (rc != NR_OK)
		nr_store_rollback(s);
	return rc;
}

enum nr_rc nr_share_producer(struct nr_store *s, struct nr_arena *a, struct nr_unit *ret,
			     struct nr_err *reterr)
{
	struct nr_unit *units;
	size_t n;

	NR_TRY(nr_store_units(s, a, &units, &n, reterr));
	for (size_t i = 0; i < n; i++) {
		if (units[i].kind != NR_UNIT_NPA)
			continue;
		*ret = units[i];
		return NR_OK;
	}
	*ret = (struct nr_unit){ .id = NR_STR("noroshi"), .name_en = NR_STR("Noroshi") };
	return NR_OK;
}
