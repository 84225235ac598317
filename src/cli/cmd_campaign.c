/* campaign list, campaign show: dossiers held together by links, as a unit sees them. */
#include "base/time.h"
#include "cli/cmd.h"
#include "desks/link/view.h"

enum { MEMORY = 512 << 20, OUT_MAX = 64 << 20 };

struct ask {
	struct nr_store *s;
	struct nr_arena a;
	struct nr_scope scope;
};

/* Whoever can read the file could read all of it; --unit shows what a unit would see. */
static enum nr_rc open_ask(const struct nr_cmd_ctx *c, struct ask *k, struct nr_err *e)
{
	const char *unit = nr_cmd_opt(c, "unit");
	struct nr_viewer v = { .unit = nr_str_c(unit) };
	struct nr_tree *t = NULL;
	enum nr_rc rc;

	NR_TRY(nr_store_open(nr_str_c(nr_cmd_opt(c, "store")), NR_STORE_READ_ONLY, &k->s, e));
	if (!unit) {
		k->scope = (struct nr_scope){ .all = true };
		return NR_OK;
	}
	NR_TRY(nr_tree_load(k->s, &t, e));
	rc = nr_tree_has(t, v.unit)
		     ? nr_policy_scope(k->s, t, &v, NR_PURPOSE_READ, &k->a, &k->scope, e)
		     : nr_fail(e, NR_E_INVAL, "unit", UINT64_MAX,
			       "no unit '%.64s' is enrolled: see 'noroshi unit list'", unit);
	nr_tree_free(&t);
	return rc;
}

static int done(const struct nr_cmd_ctx *c, struct ask *k, enum nr_rc rc, const struct nr_err *e)
{
	nr_store_close(&k->s);
	nr_arena_done(&k->a);
	return rc == NR_OK ? 0 : nr_cmd_error(c, "campaign", e);
}

static void print_head(const struct nr_campaign *c)
{
	char t[NR_TIME_TEXT];

	nr_time_format(c->updated_us, t);
	printf("%s  %.19sZ  %-8s %4zu dossiers %3zu units  ", c->id, t,
	       nr_severity_name(c->severity), c->n_dossiers, c->n_units);
	nr_cmd_put(c->title);
	printf("\n");
}

static int run_list(struct nr_cmd_ctx *c)
{
	struct ask k = { .a = NR_ARENA_INIT(MEMORY) };
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(OUT_MAX);
	struct nr_err e = { .rc = NR_OK, .offset = UINT64_MAX };
	struct nr_campaign *list = NULL;
	size_t n = 0;
	enum nr_rc rc = open_ask(c, &k, &e);

	if (rc == NR_OK)
		rc = nr_campaigns(k.s, &k.scope, (unsigned)nr_cmd_int(c, "limit"), &k.a, &list, &n,
				  &e);
	nr_wr_cstr(&w, "{\"schema\":\"noroshi.campaigns/1\",\"items\":[");
	for (size_t i = 0; i < n; i++) {
		if (!nr_cmd_json(c)) {
			print_head(&list[i]);
			continue;
		}
		if (i)
			nr_wr_u8(&w, ',');
		nr_campaign_write_line(&list[i], &w);
	}
	nr_wr_cstr(&w, "]}\n");
	if (rc == NR_OK && nr_cmd_json(c))
		(void)fwrite(w.p, 1, w.n, stdout);
	return done(c, &k, rc, &e);
}

static void print_full(const struct nr_campaign *c)
{
	char a[NR_DOSSIER_ID_TEXT], b[NR_DOSSIER_ID_TEXT], t[NR_TIME_TEXT];

	print_head(c);
	for (size_t i = 0; i < c->n_obs; i++) {
		printf("  shared by %lld: %s ", (long long)c->obs[i].dossiers,
		       nr_obs_kind_name(c->obs[i].kind));
		nr_cmd_put(c->obs[i].value);
		printf("\n");
	}
	for (size_t i = 0; i < c->n_members; i++) {
		const struct nr_dossier_row *d = &c->members[i];

		nr_dossier_id_format(&d->id, a);
		nr_time_format(d->received_us, t);
		printf("  %s  %.19sZ  %-8s %.*s  ", a, t, nr_severity_name(d->severity),
		       NR_FMT(d->unit));
		nr_cmd_put(d->name);
		printf("\n");
	}
	for (size_t i = 0; i < c->n_links; i++) {
		nr_dossier_id_format(&c->links[i].a, a);
		nr_dossier_id_format(&c->links[i].b, b);
		printf("  %s - %s  %.3f  %s ", a, b, c->links[i].weight / 1000.0,
		       nr_obs_kind_name(c->links[i].kind));
		nr_cmd_put(c->links[i].value);
		printf("\n");
	}
}

static int run_show(struct nr_cmd_ctx *c)
{
	struct ask k = { .a = NR_ARENA_INIT(MEMORY) };
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(OUT_MAX);
	struct nr_err e = { .rc = NR_OK, .offset = UINT64_MAX };
	struct nr_marking_row *m = NULL;
	struct nr_campaign full;
	size_t n = 0;
	enum nr_rc rc = open_ask(c, &k, &e);

	if (rc == NR_OK)
		rc = nr_store_markings(k.s, &k.a, &m, &n, &e);
	if (rc == NR_OK)
		rc = nr_campaign_get(k.s, &k.scope, nr_str_c(nr_cmd_arg(c, 0)), &k.a, &full, &e);
	if (rc == NR_OK && nr_cmd_json(c)) {
		nr_campaign_write(&full, m, n, &w);
		nr_wr_u8(&w, '\n');
		(void)fwrite(w.p, 1, w.n, stdout);
	} else if (rc == NR_OK) {
		print_full(&full);
	}
	return done(c, &k, rc, &e);
}

#define COMMON                                                                                     \
	{ "store", NR_OPT_TEXT, "URL", "the store", "noroshi.db", 0, 0 },                          \
	{                                                                                          \
		"unit", NR_OPT_TEXT, "ID", "see only what this unit may see", NULL, 0, 0           \
	}

static const struct nr_opt list_opts[] = {
	COMMON,
	{ "limit", NR_OPT_INT, "N", "at most this many", "50", 1, NR_VIEW_CAMPAIGNS },
	{ NULL, NR_OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};
static const struct nr_opt show_opts[] = {
	COMMON,
	{ NULL, NR_OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};

extern const struct nr_cmd nr_cmd_campaign_list;
const struct nr_cmd nr_cmd_campaign_list = {
	.area = "campaign",
	.verb = "list",
	.summary = "campaigns, the one with the newest dossier first",
	.args = "",
	.opts = list_opts,
	.run = run_list,
};

extern const struct nr_cmd nr_cmd_campaign_show;
const struct nr_cmd nr_cmd_campaign_show = {
	.area = "campaign",
	.verb = "show",
	.summary = "one campaign: what it shares, its dossiers and why they are linked",
	.args = "ID",
	.min_args = 1,
	.max_args = 1,
	.opts = show_opts,
	.run = run_show,
};
