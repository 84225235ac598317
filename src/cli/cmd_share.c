/* share: indicators leave as a feed.  Nothing leaves before its line is in the ledger. */
#include "cli/cmd.h"
#include "desks/share/share.h"
#include "policy/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

enum { ARENA = 64 << 20, PIECE = 64 << 10, OUT_PATH = 4096 };

/* All that one export needs, from the command line and the store. */
struct job {
	struct nr_store *store;
	struct nr_tree *tree;
	struct nr_arena arena;
	struct nr_scope scope;
	struct nr_unit producer;
	struct nr_share_req req;
	struct nr_share_result res;
	const char *out;
};

/* The words of the command line; an unknown one is a usage error. */
static enum nr_rc words(struct job *j, const struct nr_cmd_ctx *c, struct nr_err *e)
{
	enum nr_rc rc = nr_feed_format_find(nr_str_c(nr_cmd_opt(c, "format")), &j->req.format, e);

	if (rc == NR_OK)
		rc = nr_severity_parse(nr_str_c(nr_cmd_opt(c, "min")), &j->req.min, e);
	if (rc != NR_OK) {
		e->rc = NR_E_INVAL;
		return NR_E_INVAL;
	}
	if (nr_cmd_json(c) && !j->out)
		return nr_fail(e, NR_E_INVAL, "out", UINT64_MAX,
			       "--json prints a summary on stdout: say --out FILE for the feed");
	return NR_OK;
}

static enum nr_rc open_store(struct job *j, const struct nr_cmd_ctx *c, struct nr_err *e)
{
	struct nr_str viewer = nr_str_c(nr_cmd_opt(c, "for"));

	NR_TRY(nr_store_open(nr_str_c(nr_cmd_opt(c, "store")), 0, &j->store, e));
	NR_TRY(nr_tree_load(j->store, &j->tree, e));
	if (viewer.n && !nr_tree_has(j->tree, viewer))
		return nr_fail(e, NR_E_INVAL, "for", UINT64_MAX,
			       "no unit '%.*s' is enrolled in this store", NR_FMT(viewer));
	NR_TRY(nr_policy_scope(j->store, j->tree, &(struct nr_viewer){ .unit = viewer },
			       NR_PURPOSE_EXPORT, &j->arena, &j->scope, e));
	NR_TRY(nr_share_producer(j->store, &j->arena, &j->producer, e));
	j->req.viewer = viewer;
	j->req.scope = &j->scope;
	j->req.producer = &j->producer;
	return NR_OK;
}

static enum nr_rc write_all(int fd, const uint8_t *p, size_t n, struct nr_err *e)
{
	while (n) {
		ssize_t k = write(fd, p, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return nr_fail_errno(e, "out", errno, "the feed could not be written");
		p += k;
		n -= (size_t)k;
	}
	return NR_OK;
}

static enum nr_rc copy_fd(int from, int to, struct nr_err *e)
{
	static uint8_t buf[PIECE];

	for (;;) {
		ssize_t k = read(from, buf, sizeof(buf));

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return nr_fail_errno(e, "feed", errno,
					     "the spooled feed could not be read");
		if (k == 0)
			return NR_OK;
		NR_TRY(write_all(to, buf, (size_t)k, e));
	}
}

/* Who typed it: the account of this machine. */
static struct nr_str actor(void)
{
	static char name[64];
	const struct passwd *p = getpwuid(getuid());

	(void)snprintf(name, sizeof(name), "local:%.50s", p ? p->pw_name : "unknown");
	return nr_str_c(name);
}

/* Beside its place under another name, then the ledger line, then into its place. */
static enum nr_rc to_file(struct job *j, struct nr_err *e)
{
	char tmp[OUT_PATH + 16];
	enum nr_rc rc;
	int fd;

	if (strlen(j->out) >= OUT_PATH)
		return nr_fail(e, NR_E_INVAL, "out", UINT64_MAX, "the path is too long");
	(void)snprintf(tmp, sizeof(tmp), "%s.XXXXXX", j->out);
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return nr_fail_errno(e, "out", errno, j->out);
	rc = nr_share_to_fd(j->store, &j->req, fd, &j->res, e);
	if (rc == NR_OK && fsync(fd) != 0)
		rc = nr_fail_errno(e, "out", errno, j->out);
	(void)close(fd);
	if (rc == NR_OK)
		rc = nr_share_record(j->store, &j->req, &j->res, actor(), e);
	if (rc == NR_OK && rename(tmp, j->out) != 0)
		rc = nr_fail_errno(e, "out", errno, j->out);
	if (rc != NR_OK)
		(void)unlink(tmp);
	return rc;
}

static enum nr_rc to_stdout(struct job *j, struct nr_err *e)
{
	enum nr_rc rc;
	int fd;

	NR_TRY(nr_share_spool(j->store, &j->req, &fd, &j->res, e));
	rc = nr_share_record(j->store, &j->req, &j->res, actor(), e);
	if (rc == NR_OK)
		rc = copy_fd(fd, STDOUT_FILENO, e);
	(void)close(fd);
	return rc;
}

static void summary_json(const struct job *j)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(1 << 16);
	char hex[65];

	nr_hex(j->res.sha256.b, sizeof(j->res.sha256.b), hex);
	nr_wr_fmt(&w, "{\"schema\":\"noroshi.export/1\",\"format\":\"%s\",\"for\":",
		  j->req.format->name);
	if (j->req.viewer.n)
		nr_wr_json(&w, j->req.viewer);
	else
		nr_wr_cstr(&w, "null");
	nr_wr_fmt(&w, ",\"items\":%llu,\"bytes\":%llu,\"sha256\":\"%s\",\"withheld\":{",
		  (unsigned long long)j->res.items, (unsigned long long)j->res.bytes, hex);
	for (unsigned g = 1; g < NR_SHARE_GATES; g++)
		nr_wr_fmt(&w, "%s\"%s\":%llu", g > 1 ? "," : "",
			  nr_share_gate_name((enum nr_share_gate)g),
			  (unsigned long long)j->res.withheld[g]);
	nr_wr_cstr(&w, "},\"out\":");
	if (j->out)
		nr_wr_json(&w, nr_str_c(j->out));
	else
		nr_wr_cstr(&w, "null");
	nr_wr_cstr(&w, "}\n");
	(void)fwrite(w.p, 1, w.n, stdout);
}

static void summary_text(const struct job *j)
{
	fprintf(stderr, "%s for %s: %llu indicators, %llu bytes", j->req.format->name,
		j->req.viewer.n ? j->req.viewer.p : "anyone", (unsigned long long)j->res.items,
		(unsigned long long)j->res.bytes);
	for (unsigned g = 1; g < NR_SHARE_GATES; g++)
		if (j->res.withheld[g])
			fprintf(stderr, "; withheld %llu %s",
				(unsigned long long)j->res.withheld[g],
				nr_share_gate_name((enum nr_share_gate)g));
	fprintf(stderr, "\n");
}

static int run_export(struct nr_cmd_ctx *c)
{
	struct job j = { .arena = NR_ARENA_INIT(ARENA), .out = nr_cmd_opt(c, "out") };
	struct nr_err e = { .rc = NR_OK, .offset = UINT64_MAX };
	enum nr_rc rc = words(&j, c, &e);

	if (rc == NR_OK)
		rc = open_store(&j, c, &e);
	if (rc == NR_OK)
		rc = j.out ? to_file(&j, &e) : to_stdout(&j, &e);
	if (rc == NR_OK && nr_cmd_json(c))
		summary_json(&j);
	else if (rc == NR_OK)
		summary_text(&j);
	nr_tree_free(&j.tree);
	nr_store_close(&j.store);
	nr_arena_done(&j.arena);
	return rc == NR_OK ? 0 : nr_cmd_error(c, "share export", &e);
}

static int run_formats(struct nr_cmd_ctx *c)
{
	bool json = nr_cmd_json(c);

	if (json)
		printf("{\"schema\":\"noroshi.formats/1\",\"items\":[");
	for (size_t i = 0; i < nr_feed_formats_count; i++) {
		const struct nr_feed_format *f = nr_feed_formats[i];
		NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(1 << 14);

		if (!json) {
			printf("%-10s %-42s %s\n", f->name, f->media_type, f->title_en);
			continue;
		}
		nr_wr_fmt(&w, "%s{\"format\":\"%s\",\"media_type\":\"%s\",\"suffix\":\"%s\"",
			  i ? "," : "", f->name, f->media_type, f->file_suffix);
		nr_wr_fmt(&w,
			  ",\"max_items\":%llu,\"title_en\":", (unsigned long long)f->max_items);
		nr_wr_json(&w, nr_str_c(f->title_en));
		nr_wr_cstr(&w, ",\"title_ja\":");
		nr_wr_json(&w, nr_str_c(f->title_ja));
		nr_wr_cstr(&w, ",\"description_en\":");
		nr_wr_json(&w, nr_str_c(f->description_en));
		nr_wr_cstr(&w, ",\"description_ja\":");
		nr_wr_json(&w, nr_str_c(f->description_ja));
		nr_wr_cstr(&w, "}");
		(void)fwrite(w.p, 1, w.n, stdout);
	}
	if (json)
		printf("]}\n");
	return 0;
}

static const struct nr_opt export_opts[] = {
	{ "store", NR_OPT_TEXT, "URL", "store to read; the ledger line goes there too",
	  "noroshi.db", 0, 0 },
	{ "format", NR_OPT_TEXT, "NAME", "stix, csv, rpz, suricata or hosts", "stix", 0, 0 },
	{ "for", NR_OPT_TEXT, "UNIT", "unit the feed is for; absent: TLP:CLEAR only", NULL, 0, 0 },
	{ "min", NR_OPT_TEXT, "SEVERITY", "least severity: info, low, medium, high, critical",
	  "low", 0, 0 },
	{ "out", NR_OPT_TEXT, "FILE", "write here, whole or not at all, instead of stdout", NULL, 0,
	  0 },
	{ NULL, NR_OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};

extern const struct nr_cmd nr_cmd_share_export;
const struct nr_cmd nr_cmd_share_export = {
	.area = "share",
	.verb = "export",
	.summary = "write the indicators a unit may have as a feed",
	.args = "",
	.opts = export_opts,
	.run = run_export,
};

extern const struct nr_cmd nr_cmd_share_formats;
const struct nr_cmd nr_cmd_share_formats = {
	.area = "share",
	.verb = "formats",
	.summary = "list the feed formats",
	.args = "",
	.run = run_formats,
};
