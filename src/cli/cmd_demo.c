/* demo build: the demonstration world, through the real eyes and the real door. */
#include "cli/cmd.h"
#include "cli/demo_world.h"
#include "cli/look.h"
#include "desks/link/link.h"
#include "desks/people/people.h"
#include "intake/intake.h"
#include "model/dossier_json.h"

#include "base/data.h"
#include "base/time.h"

#include <jansson.h>
#include <unistd.h>

enum { DOSSIER_MEMORY = 256 << 20, PARAMS_TEXT = 1 << 16 };

struct demo {
	struct nr_cmd_ctx *c;
	struct nr_intake in;
	struct nr_pool *pool;
	const char *dir;
};

static struct nr_str text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return nr_str_c(s ? s : "");
}

/* {"darknet":"192.0.2.0/26"} or {"darknet":["…","…"]} to the worker's lines. */
static void params_of(const json_t *o, struct nr_wr *w)
{
	json_t *params = json_object_get(o, "params"), *v, *e;
	const char *name;
	size_t i;

	json_object_foreach(params, name, v)
	{
		if (json_is_string(v))
			nr_wr_fmt(w, "%s=%s\n", name, json_string_value(v));
		json_array_foreach(v, i, e)
		{
			if (json_is_string(e))
				nr_wr_fmt(w, "%s=%s\n", name, json_string_value(e));
		}
	}
}

static enum nr_rc marking_of(const json_t *o, struct nr_arena *a, struct nr_marking *ret,
			     struct nr_err *reterr)
{
	const json_t *list = json_object_get(o, "release");
	size_t n = json_array_size(list);
	struct nr_str *r = NR_NEW_N(a, struct nr_str, n + 1);

	NR_TRY(nr_tlp_parse(text_of(o, "tlp"), &ret->tlp, reterr));
	ret->origin = text_of(o, "unit");
	for (size_t i = 0; r && i < n; i++)
		r[i] = nr_str_c(json_string_value(json_array_get(list, i)));
	ret->release = r;
	ret->n_release = r ? n : 0;
	return NR_OK;
}

static enum nr_rc add_one(struct demo *d, const json_t *o, struct nr_err *reterr)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr params = NR_WR_INIT(PARAMS_TEXT);
	NR_CLEANUP(nr_wr_done) struct nr_wr json = NR_WR_INIT(NR_DOSSIER_JSON);
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(DOSSIER_MEMORY);
	struct nr_submit sub = { .unit = text_of(o, "unit"),
				 .sensor = text_of(o, "sensor"),
				 .basis = text_of(o, "basis"),
				 .actor = NR_STR("demo"),
				 .now_us = nr_now_us() };
	struct nr_receipt receipt;
	struct nr_dossier dossier;
	struct nr_str path, p;
	struct nr_src src;
	enum nr_rc rc;
	int fd = -1;

	NR_TRY(marking_of(o, &a, &sub.marking, reterr));
	params_of(o, &params);
	p = (struct nr_str){ (const char *)params.p, params.n };
	path = nr_arena_fmt(&a, "%s/%.*s", d->dir, NR_FMT(text_of(o, "file")));
	NR_TRY(nr_look_file(d->pool, NR_STR(""), path.p, p, &json, &fd, reterr));
	rc = nr_src_fd(fd, &src, reterr);
	if (rc == NR_OK)
		rc = nr_dossier_read(nr_wr_view(&json), &a, &dossier, reterr);
	if (rc == NR_OK)
		rc = nr_intake_add(&d->in, &sub, &dossier, &src, &receipt, reterr);
	close(fd);
	return rc;
}

static enum nr_rc add_all(struct demo *d, const json_t *manifest, size_t *ret_n,
			  struct nr_err *reterr)
{
	size_t n = json_array_size(manifest);

	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(manifest, i);
		enum nr_rc rc = add_one(d, o, reterr);

		if (rc != NR_OK) {
			fprintf(stderr, "noroshi: demo: %s\n", text_of(o, "file").p);
			return rc;
		}
		nr_cmd_progress(d->c, "demonstration material", (int64_t)i + 1, (int64_t)n);
	}
	*ret_n = n;
	return NR_OK;
}

static const struct {
	const char *login, *name, *unit;
	unsigned roles;
} people[] = {
	{ "demo", "当直 花子", "npa", 31 },
	{ "shidou", "指導 太郎", "pref-13", NR_ROLE_VIEWER | NR_ROLE_SUBMITTER | NR_ROLE_ANALYST },
	{ "akebono", "明野 次郎", "member-akebono-power", NR_ROLE_VIEWER | NR_ROLE_SUBMITTER },
	{ "hayate", "疾風 三郎", "vendor-hayate-security", NR_ROLE_VIEWER },
	{ "nordhavn", "Ingrid Vang", "partner-nordhavn-cert", NR_ROLE_VIEWER },
};

static enum nr_rc put_people(struct nr_store *s, struct nr_err *reterr)
{
	for (size_t i = 0; i < NR_COUNT(people); i++) {
		struct nr_account p = { .login = nr_str_c(people[i].login),
					.name = nr_str_c(people[i].name),
					.unit = nr_str_c(people[i].unit),
					.roles = people[i].roles };
		int64_t id;

		NR_TRY(nr_people_add(s, NR_STR("demo"), &p, nr_now_us(), &id, reterr));
	}
	return NR_OK;
}

static enum nr_rc put_world(struct nr_store *s, struct nr_err *reterr)
{
	enum nr_rc rc;

	NR_TRY(nr_store_begin(s, reterr));
	rc = nr_demo_units(s, reterr);
	if (rc == NR_OK)
		return nr_store_commit(s, reterr);
	nr_store_rollback(s);
	return rc;
}

static enum nr_rc build(struct demo *d, const char *url, const json_t *manifest, size_t *ret_n,
			struct nr_err *reterr)
{
	struct nr_store *s = NULL;
	enum nr_rc rc;

	NR_TRY(nr_store_open(nr_str_c(url), NR_STORE_CREATE, &s, reterr));
	d->in.store = s;
	rc = put_world(s, reterr);
	if (rc == NR_OK)
		rc = put_people(s, reterr);
	if (rc == NR_OK)
		rc = nr_pool_open(1, &nr_pool_self, &d->pool, reterr);
	if (rc == NR_OK)
		rc = add_all(d, manifest, ret_n, reterr);
	nr_pool_close(&d->pool);
	nr_store_close(&s);
	return rc;
}

static int run(struct nr_cmd_ctx *c)
{
	const char *dir = nr_cmd_opt(c, "data"), *url = nr_cmd_opt(c, "store");
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 16);
	struct nr_str path = nr_arena_fmt(&a, "%s/manifest.json", dir);
	struct demo d = { .c = c, .dir = dir, .in = { .link = nr_link_dossier } };
	struct nr_err e = { .rc = NR_OK };
	json_error_t why;
	json_t *manifest = json_load_file(path.p, JSON_REJECT_DUPLICATES, &why);
	size_t n = 0;

	if (!json_is_array(manifest)) {
		nr_fail(&e, NR_E_IO, "manifest", UINT64_MAX, "%s", why.text);
		json_decref(manifest);
		return nr_cmd_error(c, path.p, &e);
	}
	d.in.geo = nr_data_path("country.mmdb", &a);
	if (build(&d, url, manifest, &n, &e) != NR_OK) {
		json_decref(manifest);
		return nr_cmd_error(c, url, &e);
	}
	json_decref(manifest);
	if (nr_cmd_json(c))
		printf("{\"schema\":\"noroshi.demo/1\",\"materials\":%zu}\n", n);
	else
		printf("demonstration world: %zu captures and mails looked at and stored in %s\n",
		       n, url);
	return 0;
}

static const struct nr_opt opts[] = {
	{ "store", NR_OPT_TEXT, "URL", "the store to create", "sqlite:run/noroshi.db", 0, 0 },
	{ "data", NR_OPT_TEXT, "DIR", "folder with manifest.json", "data/demo", 0, 0 },
	{ NULL, NR_OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};

extern const struct nr_cmd nr_cmd_demo_build;
const struct nr_cmd nr_cmd_demo_build = {
	.area = "demo",
	.verb = "build",
	.summary = "build the demonstration world in a new store",
	.args = "",
	.opts = opts,
	.run = run,
};
