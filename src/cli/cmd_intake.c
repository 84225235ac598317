/* intake add: files and folders through a jailed look and the door; a receipt a file. */
#include "base/data.h"
#include "base/time.h"
#include "cli/cmd.h"
#include "cli/look.h"
#include "cli/params.h"
#include "desks/link/view.h"
#include "intake/intake.h"
#include "model/dossier_json.h"

#include <errno.h>
#include <fts.h>
#include <unistd.h>

enum {
	BATCH = 32,             /* dossiers that share one transaction            */
	BATCH_BYTES = 64 << 20, /* … unless their JSON is larger than this        */
	PATHS_MAX = 1000000,
	CAMPAIGN_FILES = 16, /* so few files: the receipt names the campaign   */
	RECEIPTS = 256 << 20,
};

struct item { /* looked at, not yet stored */
	const char *path;
	struct nr_arena a;
	struct nr_dossier d;
	struct nr_src src;
	int fd;
};

struct add {
	struct nr_cmd_ctx *c;
	struct nr_intake in;
	struct nr_pool *pool;
	struct nr_submit sub;
	struct nr_str release[NR_RELEASE_MAX];
	struct nr_wr params;
	struct nr_wr json; /* receipts of --json */
	struct nr_arena a; /* paths, names */
	char **paths;
	size_t n_paths, cap_paths;
	struct item items[BATCH];
	size_t n_items, bytes;
	struct nr_scope scope; /* of the submitting unit: names the campaign */
	bool campaigns;
	size_t stored, duplicates, refused, failed;
};

/* ---- which files ---- */

static enum nr_rc add_path(struct add *x, const char *path, struct nr_err *e)
{
	if (x->n_paths == PATHS_MAX)
		return nr_fail(e, NR_E_LIMIT, "files", UINT64_MAX, "over %d files", PATHS_MAX);
	if (x->n_paths == x->cap_paths) {
		size_t cap = x->cap_paths ? x->cap_paths * 2 : 64;
		char **p = reallocarray(x->paths, cap, sizeof(*p));

		if (!p)
			return nr_fail(e, NR_E_NOMEM, "files", UINT64_MAX, "out of memory");
		x->paths = p;
		x->cap_paths = cap;
	}
	x->paths[x->n_paths] = strdup(path);
	if (!x->paths[x->n_paths])
		return nr_fail(e, NR_E_NOMEM, "files", UINT64_MAX, "out of memory");
	x->n_paths++;
	return NR_OK;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Files given by name are taken as they are (an error about one is its own receipt); a folder gives
 * its regular files, in order of name, and no hidden ones. */
static enum nr_rc gather(struct add *x, const char *arg, struct nr_err *e)
{
	char *roots[] = { (char *)(uintptr_t)arg, NULL };
	enum nr_rc rc = NR_OK;
	FTS *f;
	FTSENT *t;

	if (strcmp(arg, "-") == 0)
		return add_path(x, arg, e);
	f = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	if (!f)
		return nr_fail_errno(e, "files", errno, arg);
	while (rc == NR_OK && (t = fts_read(f))) {
		if (t->fts_level > 0 && t->fts_name[0] == '.')
			(void)fts_set(f, t, FTS_SKIP);
		else if (t->fts_info == FTS_F ||
			 (t->fts_level == 0 && t->fts_info != FTS_D && t->fts_info != FTS_DP))
			rc = add_path(x, t->fts_path, e);
	}
	(void)fts_close(f);
	return rc;
}

/* ---- receipts ---- */

/* A file name is bytes; what is not UTF-8 in it becomes '?'. */
static void json_path(struct nr_wr *w, const char *path)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr t = NR_WR_INIT(64 << 10);
	struct nr_bytes left = nr_str_bytes(nr_str_c(path));
	struct nr_str ok;
	struct nr_err e;

	while (nr_str_check(left, &ok, &e) != NR_OK) {
		size_t good = e.offset < left.n ? (size_t)e.offset : 0;

		nr_wr_bytes(&t, left.p, good);
		nr_wr_u8(&t, '?');
		left.p += good + 1;
		left.n -= good + 1;
	}
	nr_wr_bytes(&t, left.p, left.n);
	nr_wr_json(w, (struct nr_str){ (const char *)t.p, t.n });
}

static void json_open(struct add *x, const char *path)
{
	if (x->json.n && x->json.p[x->json.n - 1] != '[')
		nr_wr_u8(&x->json, ',');
	nr_wr_cstr(&x->json, "{\"path\":");
	json_path(&x->json, path);
}

static void refused(struct add *x, const char *path, const struct nr_err *e)
{
	bool environment = nr_rc_exit(e->rc) == 4;

	if (environment)
		x->failed++;
	else
		x->refused++;
	fprintf(stderr, "noroshi: %s: %s%s%s", path, e->what ? e->what : "", e->what ? ": " : "",
		e->msg);
	if (nr_rc_is_input_fault(e->rc) && e->offset != UINT64_MAX)
		fprintf(stderr, " (at byte %llu)", (unsigned long long)e->offset);
	fprintf(stderr, "\n");
	if (!nr_cmd_json(x->c))
		return;
	json_open(x, path);
	nr_wr_fmt(&x->json, ",\"error\":{\"code\":\"%s\",\"what\":", nr_rc_name(e->rc));
	nr_wr_json(&x->json, nr_str_c(e->what ? e->what : ""));
	nr_wr_cstr(&x->json, ",\"message\":");
	nr_wr_json(&x->json, nr_str_c(e->msg));
	if (e->offset != UINT64_MAX)
		nr_wr_fmt(&x->json, ",\"offset\":%llu}}", (unsigned long long)e->offset);
	else
		nr_wr_cstr(&x->json, ",\"offset\":null}}");
}

static void campaign_of(struct add *x, const struct nr_receipt *r, char out[NR_CAMPAIGN_ID])
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	struct nr_dossier_links l;

	out[0] = '\0';
	if (x->campaigns && nr_dossier_links(x->in.store, &x->scope, &r->id, &a, &l, NULL) == NR_OK)
		memcpy(out, l.campaign, NR_CAMPAIGN_ID);
}

static void receipt_json(struct add *x, const struct item *it, const struct nr_receipt *r,
			 const char *campaign)
{
	char id[NR_DOSSIER_ID_TEXT];
	struct nr_wr *w = &x->json;

	nr_dossier_id_format(&r->id, id);
	json_open(x, it->path);
	nr_wr_fmt(w, ",\"dossier\":\"%s\",\"sha256\":\"", id);
	nr_wr_hex(w, r->sha256.b, 32);
	nr_wr_fmt(w, "\",\"duplicate\":%s,\"kind\":", r->duplicate ? "true" : "false");
	nr_wr_json(w, it->d.material.kind);
	nr_wr_fmt(w, ",\"class\":\"%s\",\"score\":%u,\"findings\":%zu,\"reasons\":[",
		  nr_class_name(it->d.verdict.cls), it->d.verdict.score, it->d.n_findings);
	for (unsigned i = 0; i < it->d.verdict.n_reasons; i++) {
		if (i)
			nr_wr_u8(w, ',');
		nr_wr_json(w, it->d.verdict.reasons[i]);
	}
	nr_wr_cstr(w, "],\"ledger_leaf\":");
	if (r->duplicate) {
		nr_wr_cstr(w, "null");
	} else {
		nr_wr_u8(w, '"');
		nr_wr_hex(w, r->leaf.b, 32);
		nr_wr_u8(w, '"');
	}
	if (campaign[0])
		nr_wr_fmt(w, ",\"campaign\":\"%s\"}", campaign);
	else
		nr_wr_cstr(w, ",\"campaign\":null}");
}

static void receipt(struct add *x, const struct item *it, const struct nr_receipt *r)
{
	char id[NR_DOSSIER_ID_TEXT], campaign[NR_CAMPAIGN_ID];

	if (r->duplicate)
		x->duplicates++;
	else
		x->stored++;
	campaign_of(x, r, campaign);
	if (nr_cmd_json(x->c)) {
		receipt_json(x, it, r, campaign);
		return;
	}
	nr_dossier_id_format(&r->id, id);
	printf("%s: %s dossier %s: %s, score %u, %zu finding%s%s%s%s\n", it->path,
	       it->d.material.kind.p ? it->d.eye.p : "", id, nr_class_name(it->d.verdict.cls),
	       it->d.verdict.score, it->d.n_findings, it->d.n_findings == 1 ? "" : "s",
	       campaign[0] ? ", in " : "", campaign, r->duplicate ? " (was there already)" : "");
}

/* ---- storing ---- */

static void drop_items(struct add *x)
{
	for (size_t i = 0; i < x->n_items; i++) {
		if (x->items[i].fd >= 0)
			close(x->items[i].fd);
		nr_arena_done(&x->items[i].a);
	}
	x->n_items = 0;
	x->bytes = 0;
}

static enum nr_rc flush(struct add *x, struct nr_err *e)
{
	struct nr_submit subs[BATCH];
	struct nr_dossier *ds[BATCH];
	const struct nr_src *srcs[BATCH];
	struct nr_receipt r[BATCH];
	enum nr_rc rc;

	for (size_t i = 0; i < x->n_items; i++) {
		subs[i] = x->sub;
		subs[i].now_us = nr_now_us();
		ds[i] = &x->items[i].d;
		srcs[i] = &x->items[i].src;
	}
	rc = nr_intake_batch(&x->in, subs, ds, srcs, x->n_items, r, e);
	for (size_t i = 0; i < x->n_items && rc == NR_OK; i++)
		receipt(x, &x->items[i], &r[i]);
	drop_items(x);
	return rc;
}

static enum nr_rc look(struct add *x, const char *path, struct item *it, struct nr_err *e)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr out = NR_WR_INIT(NR_DOSSIER_JSON);
	struct nr_str params = { (const char *)x->params.p, x->params.n };

	NR_TRY(nr_look_file(x->pool, NR_STR(""), path, params, &out, &it->fd, e));
	NR_TRY(nr_src_fd(it->fd, &it->src, e));
	NR_TRY(nr_dossier_read(nr_wr_view(&out), &it->a, &it->d, e));
	NR_TRY(nr_intake_check(&x->in, &x->sub, &it->d, e));
	x->bytes += out.n;
	return NR_OK;
}

/* One file: its refusal is its own, an error of the machine ends the run. */
static enum nr_rc take(struct add *x, const char *path, struct nr_err *e)
{
	struct item *it = &x->items[x->n_items];
	const char *slash = strrchr(path, '/');
	struct nr_str name;
	struct nr_err why = { .rc = NR_OK, .offset = UINT64_MAX };

	*it = (struct item){ .path = path, .fd = -1, .a = NR_ARENA_INIT(NR_LOOK_MEMORY) };
	x->sub.now_us = nr_now_us();
	if (look(x, path, it, &why) == NR_OK) {
		x->n_items++;
		return x->n_items == BATCH || x->bytes > BATCH_BYTES ? flush(x, e) : NR_OK;
	}
	if (it->fd >= 0)
		close(it->fd);
	nr_arena_done(&it->a);
	refused(x, path, &why);
	if (nr_rc_exit(why.rc) == 4)
		return NR_OK; /* it could not be read: nothing was refused */
	if (nr_str_check(nr_str_bytes(nr_str_c(slash ? slash + 1 : path)), &name, NULL) != NR_OK)
		name = NR_STR("");
	return nr_intake_refused(&x->in, &x->sub, name, &why, e);
}

/* ---- the command line ---- */

/* A new store has no units: the one named (or "local") is enrolled, so that the first file can come
 * in; who brings it still has to give a basis. */
static enum nr_rc first_unit(struct add *x, const char *id, struct nr_err *e)
{
	struct nr_unit u = { .id = nr_str_c(id ? id : "local"),
			     .kind = NR_UNIT_CENTRE,
			     .name_ja = nr_str_c(id ? id : "この組織"),
			     .name_en = nr_str_c(id ? id : "this organisation") };

	struct nr_ledger_entry l = { .at_us = nr_now_us(),
				     .kind = "unit",
				     .actor = x->sub.actor,
				     .unit = u.id,
				     .object = u.id,
				     .detail = NR_STR("enrolled with the first material") };
	enum nr_rc rc;

	if (!nr_slug_ok(u.id))
		return nr_fail(e, NR_E_INVAL, "unit", UINT64_MAX,
			       "'%.64s' is no unit id: a-z, 0-9, '-' and '.', at most %d", id,
			       NR_SLUG_MAX);
	NR_TRY(nr_store_begin(x->in.store, e));
	rc = nr_store_unit_put(x->in.store, &u, e);
	if (rc == NR_OK)
		rc = nr_ledger_append(x->in.store, &l, NULL, e);
	if (rc == NR_OK)
		rc = nr_store_commit(x->in.store, e);
	if (rc != NR_OK) {
		nr_store_rollback(x->in.store);
		return rc;
	}
	fprintf(stderr, "noroshi: the store was empty: unit '%s' enrolled (see 'noroshi unit')\n",
		u.id.p);
	x->sub.unit = u.id;
	return NR_OK;
}

static enum nr_rc choose_unit(struct add *x, struct nr_sensor *v, struct nr_err *e)
{
	const char *unit = nr_cmd_opt(x->c, "unit"), *sensor = nr_cmd_opt(x->c, "sensor");
	struct nr_unit *units;
	size_t n;

	NR_TRY(nr_store_units(x->in.store, &x->a, &units, &n, e));
	if (n == 0)
		return first_unit(x, unit, e);
	x->sub.unit = unit ? nr_str_c(unit) : units[0].id;
	if (!sensor)
		return NR_OK;
	x->sub.sensor = nr_str_c(sensor);
	NR_TRY(nr_store_sensor_get(x->in.store, x->sub.sensor, &x->a, v, e));
	if (!unit)
		x->sub.unit = v->unit;
	return NR_OK;
}

/* The sensor's own prefixes, unless others are given. */
static void darknets(struct add *x, struct nr_str of_sensor)
{
	const char *v;
	size_t from = 0;

	for (size_t i = 0; (v = nr_cmd_many(x->c, "darknet", i)); i++)
		nr_wr_fmt(&x->params, "darknet=%s\n", v);
	if (x->params.n || of_sensor.n == 0)
		return;
	for (size_t i = 0; i <= of_sensor.n; i++)
		if (i == of_sensor.n || of_sensor.p[i] == ',') {
			nr_wr_fmt(&x->params, "darknet=%.*s\n", (int)(i - from),
				  of_sensor.p + from);
			from = i + 1;
		}
}

static enum nr_rc prepare(struct add *x, struct nr_err *e)
{
	const char *basis = nr_cmd_opt(x->c, "basis"), *v;
	const char *indicators = nr_cmd_opt(x->c, "indicators");
	struct nr_sensor sensor = { .id = NR_STR("") };
	struct nr_tree *tree = NULL;
	enum nr_rc rc;
	size_t n = 0;

	NR_TRY(nr_tlp_parse(nr_str_c(nr_cmd_opt(x->c, "tlp")), &x->sub.marking.tlp, e));
	NR_TRY(nr_str_check(nr_str_bytes(nr_str_c(basis ? basis : "")), &x->sub.basis, e));
	for (; n < NR_RELEASE_MAX && (v = nr_cmd_many(x->c, "release", n)); n++)
		x->release[n] = nr_str_c(v);
	x->sub.marking.release = x->release;
	x->sub.marking.n_release = n;
	x->sub.actor = nr_str_c(nr_params_actor());
	NR_TRY(nr_store_open(nr_str_c(nr_cmd_opt(x->c, "store")), NR_STORE_CREATE, &x->in.store,
			     e));
	NR_TRY(choose_unit(x, &sensor, e));
	darknets(x, sensor.darknet);
	if (indicators)
		NR_TRY(nr_params_indicators(indicators, &x->params, e));
	NR_TRY(nr_tree_load(x->in.store, &tree, e));
	rc = nr_policy_scope(x->in.store, tree, &(struct nr_viewer){ .unit = x->sub.unit },
			     NR_PURPOSE_READ, &x->a, &x->scope, e);
	nr_tree_free(&tree);
	return rc;
}

static enum nr_rc work(struct add *x, struct nr_err *e)
{
	NR_TRY(prepare(x, e));
	for (size_t i = 0; i < nr_cmd_n_args(x->c); i++)
		NR_TRY(gather(x, nr_cmd_arg(x->c, i), e));
	x->campaigns = x->n_paths <= CAMPAIGN_FILES;
	if (!nr_cmd_flag(x->c, "no-jail"))
		NR_TRY(nr_pool_open(1, &nr_pool_self, &x->pool, e));
	for (size_t i = 0; i < x->n_paths; i++) {
		NR_TRY(take(x, x->paths[i], e));
		if (x->n_paths > 1)
			nr_cmd_progress(x->c, "files", (int64_t)i + 1, (int64_t)x->n_paths);
	}
	return flush(x, e);
}

static void finish(struct add *x)
{
	drop_items(x);
	nr_pool_close(&x->pool);
	nr_store_close(&x->in.store);
	for (size_t i = 0; i < x->n_paths; i++)
		free(x->paths[i]);
	free(x->paths);
	nr_wr_done(&x->params);
	nr_wr_done(&x->json);
	nr_arena_done(&x->a);
	free(x);
}

static int conclude(struct add *x, enum nr_rc rc, const struct nr_err *e)
{
	int code = x->failed ? 4 : x->refused ? 3 : 0;

	if (rc != NR_OK)
		return nr_cmd_error(x->c, "intake add", e);
	if (nr_cmd_json(x->c)) {
		nr_wr_fmt(&x->json,
			  "],\"stored\":%zu,\"duplicates\":%zu,\"refused\":%zu,\"failed\":%zu}\n",
			  x->stored, x->duplicates, x->refused, x->failed);
		if (x->json.rc != NR_OK)
			return nr_cmd_error(x->c, "intake add",
					    &(struct nr_err){ .rc = x->json.rc,
							      .what = "receipts",
							      .msg = "too many for one answer" });
		(void)fwrite(x->json.p, 1, x->json.n, stdout);
	} else if (x->n_paths > 1) {
		fprintf(stderr, "%zu stored, %zu there already, %zu refused, %zu unreadable\n",
			x->stored, x->duplicates, x->refused, x->failed);
	}
	return code;
}

static int run(struct nr_cmd_ctx *c)
{
	struct add *x = calloc(1, sizeof(*x));
	struct nr_err e = { .rc = NR_OK, .offset = UINT64_MAX };
	enum nr_rc rc;
	int code;

	if (!x)
		return 4;
	x->c = c;
	x->a = NR_ARENA_INIT(64 << 20);
	x->params = NR_WR_INIT(32 << 20);
	x->json = NR_WR_INIT(RECEIPTS);
	x->in = (struct nr_intake){ .link = nr_link_dossier,
				    .geo = nr_data_path("country.mmdb", &x->a) };
	nr_wr_cstr(&x->json, "{\"schema\":\"noroshi.intake/1\",\"items\":[");
	rc = work(x, &e);
	code = conclude(x, rc, &e);
	finish(x);
	return code;
}

static const struct nr_opt opts[] = {
	{ "store", NR_OPT_TEXT, "URL", "store to add to; made when it is not there", "noroshi.db",
	  0, 0 },
	{ "unit", NR_OPT_TEXT, "ID", "unit that brings it (absent: the sensor's, else the first)",
	  NULL, 0, 0 },
	{ "sensor", NR_OPT_TEXT, "ID", "sensor it comes from", NULL, 0, 0 },
	{ "basis", NR_OPT_TEXT, "TEXT",
	  "legal basis (absent: the sensor's, else the unit's standing one)", NULL, 0, 0 },
	{ "tlp", NR_OPT_TEXT, "LEVEL", "clear, green, amber, amber+strict or red", "amber", 0, 0 },
	{ "release", NR_OPT_MANY, "UNIT", "another unit it may go to", NULL, 0, 0 },
	{ "darknet", NR_OPT_MANY, "PREFIX",
	  "unused range the capture watches (absent: the sensor's)", NULL, 0, 0 },
	{ "indicators", NR_OPT_TEXT, "FILE", "indicators to look for, one a line", NULL, 0, 0 },
	{ "no-jail", NR_OPT_FLAG, NULL, "look in this process, without the jail", NULL, 0, 0 },
	{ NULL, NR_OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};

extern const struct nr_cmd nr_cmd_intake_add;
const struct nr_cmd nr_cmd_intake_add = {
	.area = "intake",
	.verb = "add",
	.summary = "look at files in a jailed worker and store what was seen; a receipt a file",
	.args = "FILE|DIR…",
	.min_args = 1,
	.max_args = -1,
	.opts = opts,
	.run = run,
};
