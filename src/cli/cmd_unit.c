/* unit, sensor: the register of organisations and of what they observe with. */
#include "base/time.h"
#include "base/wr.h"
#include "cli/cmd.h"
#include "cli/params.h"
#include "policy/policy.h"

enum { MEMORY = 64 << 20, OUT_MAX = 64 << 20 };

struct reg {
	struct nr_cmd_ctx *c;
	struct nr_store *s;
	struct nr_arena a;
	struct nr_wr w;
};

static struct nr_str opt(const struct reg *r, const char *name)
{
	const char *v = nr_cmd_opt(r->c, name);

	return nr_str_c(v ? v : "");
}

static enum nr_rc text_opt(const struct reg *r, const char *name, struct nr_str *ret,
			   struct nr_err *e)
{
	if (nr_str_check(nr_str_bytes(opt(r, name)), ret, NULL) != NR_OK)
		return nr_fail(e, NR_E_INVAL, name, UINT64_MAX, "--%s is not UTF-8", name);
	return NR_OK;
}

static void open_reg(struct reg *r, struct nr_cmd_ctx *c)
{
	*r = (struct reg){ .c = c, .a = NR_ARENA_INIT(MEMORY), .w = NR_WR_INIT(OUT_MAX) };
}

static int close_reg(struct reg *r, const char *what, enum nr_rc rc, const struct nr_err *e)
{
	if (rc == NR_OK && r->w.n)
		(void)fwrite(r->w.p, 1, r->w.n, stdout);
	nr_store_close(&r->s);
	nr_arena_done(&r->a);
	nr_wr_done(&r->w);
	return rc == NR_OK ? 0 : nr_cmd_error(r->c, what, e);
}

static void member(struct reg *r, const char *name, struct nr_str v)
{
	nr_wr_fmt(&r->w, "%s\"%s\":", r->w.n && r->w.p[r->w.n - 1] != '{' ? "," : "", name);
	nr_wr_json(&r->w, v);
}

static void unit_json(struct reg *r, const struct nr_unit *u)
{
	nr_wr_u8(&r->w, '{');
	member(r, "id", u->id);
	member(r, "kind", nr_str_c(nr_unit_kind_name(u->kind)));
	member(r, "name_ja", u->name_ja);
	member(r, "name_en", u->name_en);
	member(r, "command_parent", u->command_parent);
	member(r, "technical_parent", u->technical_parent);
	nr_wr_fmt(&r->w, ",\"prefecture\":%u", u->prefecture);
	member(r, "sector", u->sector);
	member(r, "basis", u->basis);
	nr_wr_u8(&r->w, '}');
}

static void sensor_json(struct reg *r, const struct nr_sensor *v)
{
	nr_wr_u8(&r->w, '{');
	member(r, "id", v->id);
	member(r, "unit", v->unit);
	member(r, "kind", v->kind);
	member(r, "name", v->name);
	member(r, "basis", v->basis);
	member(r, "purpose", v->purpose);
	member(r, "darknet", v->darknet);
	nr_wr_fmt(&r->w, ",\"addresses\":%llu}", (unsigned long long)v->addresses);
}

/* Puts a row with its ledger line; the digest is of the JSON the command prints. */
static enum nr_rc record(struct reg *r, const struct nr_unit *u, const struct nr_sensor *v,
			 struct nr_err *e)
{
	struct nr_ledger_entry l = { .at_us = nr_now_us(),
				     .kind = u ? "unit" : "sensor",
				     .actor = nr_str_c(nr_params_actor()),
				     .unit = u ? u->id : v->unit,
				     .object = u ? u->id : v->id,
				     .digest = nr_sha256(nr_wr_view(&r->w)) };
	enum nr_rc rc;

	NR_TRY(nr_store_begin(r->s, e));
	rc = u ? nr_store_unit_put(r->s, u, e) : nr_store_sensor_put(r->s, v, e);
	if (rc == NR_OK)
		rc = nr_ledger_append(r->s, &l, NULL, e);
	if (rc == NR_OK)
		rc = nr_store_commit(r->s, e);
	if (rc != NR_OK)
		nr_store_rollback(r->s);
	return rc;
}

/* The register with u in it must still be a tree. */
static enum nr_rc check_tree(struct reg *r, const struct nr_unit *u, struct nr_err *e)
{
	struct nr_unit *old, *all;
	struct nr_tree *t = NULL;
	size_t n, k = 0;
	enum nr_rc rc;

	NR_TRY(nr_store_units(r->s, &r->a, &old, &n, e));
	all = NR_NEW_N(&r->a, struct nr_unit, n + 1);
	if (!all)
		return nr_fail(e, NR_E_NOMEM, "unit", UINT64_MAX, "out of memory");
	for (size_t i = 0; i < n; i++)
		if (!nr_str_eq(old[i].id, u->id))
			all[k++] = old[i];
	all[k++] = *u;
	rc = nr_tree_build(all, k, &t, e);
	nr_tree_free(&t);
	return rc;
}

static enum nr_rc unit_add(struct reg *r, struct nr_err *e)
{
	struct nr_unit u = { .id = nr_str_c(nr_cmd_arg(r->c, 0)),
			     .prefecture = (unsigned)nr_cmd_int(r->c, "prefecture") };

	NR_TRY(nr_unit_kind_parse(opt(r, "kind"), &u.kind, e));
	NR_TRY(text_opt(r, "name-ja", &u.name_ja, e));
	NR_TRY(text_opt(r, "name-en", &u.name_en, e));
	NR_TRY(text_opt(r, "sector", &u.sector, e));
	NR_TRY(text_opt(r, "basis", &u.basis, e));
	u.command_parent = opt(r, "command-parent");
	u.technical_parent = opt(r, "technical-parent");
	if (u.name_en.n == 0)
		u.name_en = u.name_ja.n ? u.name_ja : u.id;
	if (u.name_ja.n == 0)
		u.name_ja = u.name_en;
	NR_TRY(nr_store_open(opt(r, "store"), NR_STORE_CREATE, &r->s, e));
	NR_TRY(check_tree(r, &u, e));
	unit_json(r, &u);
	NR_TRY(record(r, &u, NULL, e));
	nr_wr_u8(&r->w, '\n');
	if (!nr_cmd_json(r->c)) {
		nr_wr_reset(&r->w);
		nr_wr_fmt(&r->w, "unit %.*s enrolled\n", NR_FMT(u.id));
	}
	return NR_OK;
}

static int run_unit_add(struct nr_cmd_ctx *c)
{
	struct nr_err e = { .rc = NR_OK, .offset = UINT64_MAX };
	struct reg r;

	open_reg(&r, c);
	return close_reg(&r, "unit add", unit_add(&r, &e), &e);
}

static enum nr_rc unit_list(struct reg *r, struct nr_err *e)
{
	struct nr_unit *u;
	size_t n;

	NR_TRY(nr_store_open(opt(r, "store"), NR_STORE_READ_ONLY, &r->s, e));
	NR_TRY(nr_store_units(r->s, &r->a, &u, &n, e));
	if (nr_cmd_json(r->c))
		nr_wr_cstr(&r->w, "{\"schema\":\"noroshi.units/1\",\"items\":[");
	for (size_t i = 0; i < n; i++) {
		if (nr_cmd_json(r->c)) {
			if (i)
				nr_wr_u8(&r->w, ',');
			unit_json(r, &u[i]);
			continue;
		}
		nr_wr_fmt(&r->w, "%-28.*s %-10s %.*s (%.*s)%s\n", NR_FMT(u[i].id),
			  nr_unit_kind_name(u[i].kind), NR_FMT(u[i].name_ja), NR_FMT(u[i].name_en),
			  u[i].basis.n ? "" : "  no standing basis");
	}
	if (nr_cmd_json(r->c))
		nr_wr_cstr(&r->w, "]}\n");
	return NR_OK;
}

static int run_unit_list(struct nr_cmd_ctx *c)
{
	struct nr_err e = { .rc = NR_OK, .offset = UINT64_MAX };
	struct reg r;

	open_reg(&r, c);
	return close_reg(&r, "unit list", unit_list(&r, &e), &e);
}

static enum nr_rc darknets(struct reg *r, struct nr_str *ret, struct nr_err *e)
{
	struct nr_str s = NR_STR("");
	const char *v;

	for (size_t i = 0; (v = nr_cmd_many(r->c, "darknet", i)); i++) {
		if (strchr(v, ',') || strchr(v, '\n'))
			return nr_fail(e, NR_E_INVAL, "darknet", UINT64_MAX,
				       "one prefix each: --darknet A --darknet B");
		s = nr_arena_fmt(&r->a, "%.*s%s%s", NR_FMT(s), s.n ? "," : "", v);
	}
	*ret = s;
	return NR_OK;
}

static enum nr_rc sensor_add(struct reg *r, struct nr_err *e)
{
	struct nr_sensor v = { .id = nr_str_c(nr_cmd_arg(r->c, 0)),
			       .unit = opt(r, "unit"),
			       .kind = opt(r, "kind"),
			       .addresses = (uint64_t)nr_cmd_int(r->c, "addresses") };
	struct nr_unit u;
	enum nr_rc rc;

	if (!nr_slug_ok(v.id))
		return nr_fail(e, NR_E_INVAL, "sensor", UINT64_MAX, "'%.64s' is no sensor id",
			       v.id.p);
	if (!nr_str_eq(v.kind, NR_STR("silent")) && !nr_str_eq(v.kind, NR_STR("responding")) &&
	    !nr_str_eq(v.kind, NR_STR("edge")))
		return nr_fail(e, NR_E_INVAL, "kind", UINT64_MAX,
			       "a sensor is silent, responding or edge, not '%.40s'", v.kind.p);
	NR_TRY(text_opt(r, "name", &v.name, e));
	NR_TRY(text_opt(r, "basis", &v.basis, e));
	NR_TRY(text_opt(r, "purpose", &v.purpose, e));
	NR_TRY(darknets(r, &v.darknet, e));
	NR_TRY(nr_store_open(opt(r, "store"), 0, &r->s, e));
	rc = nr_store_unit_get(r->s, v.unit, &r->a, &u, e);
	if (rc == NR_E_NOTFOUND)
		return nr_fail(e, NR_E_INVAL, "unit", UINT64_MAX,
			       "say --unit ID of an enrolled unit: see 'noroshi unit list'");
	NR_TRY(rc);
	sensor_json(r, &v);
	NR_TRY(record(r, NULL, &v, e));
	nr_wr_u8(&r->w, '\n');
	if (!nr_cmd_json(r->c)) {
		nr_wr_reset(&r->w);
		nr_wr_fmt(&r->w, "sensor %.*s of %.*s enrolled\n", NR_FMT(v.id), NR_FMT(v.unit));
	}
	return NR_OK;
}

static int run_sensor_add(struct nr_cmd_ctx *c)
{
	struct nr_err e = { .rc = NR_OK, .offset = UINT64_MAX };
	struct reg r;

	open_reg(&r, c);
	return close_reg(&r, "sensor add", sensor_add(&r, &e), &e);
}

static enum nr_rc sensor_list(struct reg *r, struct nr_err *e)
{
	struct nr_sensor *v;
	size_t n;

	NR_TRY(nr_store_open(opt(r, "store"), NR_STORE_READ_ONLY, &r->s, e));
	NR_TRY(nr_store_sensors(r->s, &r->a, &v, &n, e));
	if (nr_cmd_json(r->c))
		nr_wr_cstr(&r->w, "{\"schema\":\"noroshi.sensors/1\",\"items\":[");
	for (size_t i = 0; i < n; i++) {
		if (nr_cmd_json(r->c)) {
			if (i)
				nr_wr_u8(&r->w, ',');
			sensor_json(r, &v[i]);
			continue;
		}
		nr_wr_fmt(&r->w, "%-20.*s %-20.*s %-10.*s %6llu addresses  %.*s\n", NR_FMT(v[i].id),
			  NR_FMT(v[i].unit), NR_FMT(v[i].kind), (unsigned long long)v[i].addresses,
			  NR_FMT(v[i].name));
	}
	if (nr_cmd_json(r->c))
		nr_wr_cstr(&r->w, "]}\n");
	return NR_OK;
}

static int run_sensor_list(struct nr_cmd_ctx *c)
{
	struct nr_err e = { .rc = NR_OK, .offset = UINT64_MAX };
	struct reg r;

	open_reg(&r, c);
	return close_reg(&r, "sensor list", sensor_list(&r, &e), &e);
}

static const struct nr_opt unit_opts[] = {
	{ "store", NR_OPT_TEXT, "URL", "the store; made when it is not there", "noroshi.db", 0, 0 },
	{ "kind", NR_OPT_TEXT, "KIND", "npa, bureau, prefecture, centre, member, vendor, partner",
	  "member", 0, 0 },
	{ "name-ja", NR_OPT_TEXT, "NAME", "name in Japanese", NULL, 0, 0 },
	{ "name-en", NR_OPT_TEXT, "NAME", "name in English", NULL, 0, 0 },
	{ "command-parent", NR_OPT_TEXT, "ID", "unit above on the command line", NULL, 0, 0 },
	{ "technical-parent", NR_OPT_TEXT, "ID", "unit above on the technical line", NULL, 0, 0 },
	{ "prefecture", NR_OPT_INT, "CODE", "JIS X 0401, 1 to 47; 0: none", "0", 0, 47 },
	{ "sector", NR_OPT_TEXT, "SECTOR", "of a member: energy, finance, …", NULL, 0, 0 },
	{ "basis", NR_OPT_TEXT, "TEXT", "standing legal basis for what it submits", NULL, 0, 0 },
	{ NULL, NR_OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};
static const struct nr_opt sensor_opts[] = {
	{ "store", NR_OPT_TEXT, "URL", "the store", "noroshi.db", 0, 0 },
	{ "unit", NR_OPT_TEXT, "ID", "unit it belongs to", NULL, 0, 0 },
	{ "kind", NR_OPT_TEXT, "KIND", "silent, responding or edge", "silent", 0, 0 },
	{ "name", NR_OPT_TEXT, "NAME", "name of the observation point", NULL, 0, 0 },
	{ "basis", NR_OPT_TEXT, "TEXT", "legal basis of what it observes", NULL, 0, 0 },
	{ "purpose", NR_OPT_TEXT, "TEXT", "what it observes for", NULL, 0, 0 },
	{ "darknet", NR_OPT_MANY, "PREFIX", "unused range it watches", NULL, 0, 0 },
	{ "addresses", NR_OPT_INT, "N", "live sensor addresses", "1", 0, 1 << 24 },
	{ NULL, NR_OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};
static const struct nr_opt list_opts[] = {
	{ "store", NR_OPT_TEXT, "URL", "the store", "noroshi.db", 0, 0 },
	{ NULL, NR_OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};

extern const struct nr_cmd nr_cmd_unit_add;
const struct nr_cmd nr_cmd_unit_add = {
	.area = "unit",
	.verb = "add",
	.summary = "enrol an organisation, or change the one of that id",
	.args = "ID",
	.min_args = 1,
	.max_args = 1,
	.opts = unit_opts,
	.run = run_unit_add,
};

extern const struct nr_cmd nr_cmd_unit_list;
const struct nr_cmd nr_cmd_unit_list = {
	.area = "unit",
	.verb = "list",
	.summary = "the enrolled organisations",
	.args = "",
	.opts = list_opts,
	.run = run_unit_list,
};

extern const struct nr_cmd nr_cmd_sensor_add;
const struct nr_cmd nr_cmd_sensor_add = {
	.area = "sensor",
	.verb = "add",
	.summary = "enrol a sensor, or change the one of that id",
	.args = "ID",
	.min_args = 1,
	.max_args = 1,
	.opts = sensor_opts,
	.run = run_sensor_add,
};

extern const struct nr_cmd nr_cmd_sensor_list;
const struct nr_cmd nr_cmd_sensor_list = {
	.area = "sensor",
	.verb = "list",
	.summary = "the enrolled sensors",
	.args = "",
	.opts = list_opts,
	.run = run_sensor_list,
};
