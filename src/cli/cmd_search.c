/* search: words, phrases and observables in the store, newest first. */
#include "base/time.h"
#include "cli/cmd.h"
#include "policy/policy.h"

struct answer {
	struct nr_search_hit *hits;
	size_t n;
	bool bounded;
	bool found; /* the query is an observable that was seen */
	struct nr_obs_row obs;
	struct nr_dossier_row *sightings;
	size_t n_sightings;
};

/* Whoever can read the file could read all of it; --unit shows what a unit would see. */
static enum nr_rc scope_of(struct nr_store *s, const char *unit, struct nr_arena *a,
			   struct nr_scope *ret, struct nr_err *reterr)
{
	struct nr_viewer v = { .unit = nr_str_c(unit) };
	struct nr_tree *t = NULL;
	enum nr_rc rc;

	if (!unit) {
		*ret = (struct nr_scope){ .all = true };
		return NR_OK;
	}
	NR_TRY(nr_tree_load(s, &t, reterr));
	rc = nr_tree_has(t, v.unit)
		     ? nr_policy_scope(s, t, &v, NR_PURPOSE_READ, a, ret, reterr)
		     : nr_fail(reterr, NR_E_INVAL, "unit", UINT64_MAX, "no unit '%.64s'", unit);
	nr_tree_free(&t);
	return rc;
}

static enum nr_rc find_observable(struct nr_store *s, const struct nr_scope *sc, struct nr_str text,
				  unsigned limit, struct nr_arena *a, struct answer *ans,
				  struct nr_err *reterr)
{
	enum nr_obs_kind kind;
	struct nr_str value;
	enum nr_rc rc;

	if (nr_obs_guess(text, a, &kind, &value, NULL) != NR_OK)
		return NR_OK;
	rc = nr_store_observable(s, sc, kind, value, a, &ans->obs, reterr);
	if (rc == NR_E_NOTFOUND)
		return NR_OK;
	NR_TRY(rc);
	ans->found = true;
	return nr_store_sightings(s, sc, ans->obs.row, limit, a, &ans->sightings, &ans->n_sightings,
				  reterr);
}

static enum nr_rc ask(const struct nr_cmd_ctx *c, struct nr_arena *a, struct answer *ans,
		      struct nr_err *reterr)
{
	struct nr_search q = { .limit = (unsigned)nr_cmd_int(c, "limit") };
	struct nr_store *s = NULL;
	struct nr_bytes raw = nr_str_bytes(nr_str_c(nr_cmd_arg(c, 0)));
	struct nr_scope sc;
	enum nr_rc rc;

	if (nr_str_check(raw, &q.query, NULL) != NR_OK)
		return nr_fail(reterr, NR_E_INVAL, "query", UINT64_MAX, "the query is not UTF-8");
	NR_TRY(nr_store_open(nr_str_c(nr_cmd_opt(c, "store")), NR_STORE_READ_ONLY, &s, reterr));
	rc = scope_of(s, nr_cmd_opt(c, "unit"), a, &sc, reterr);
	if (rc == NR_OK)
		rc = nr_store_search(s, &sc, &q, a, &ans->hits, &ans->n, &ans->bounded, reterr);
	if (rc == NR_OK)
		rc = find_observable(s, &sc, q.query, q.limit, a, ans, reterr);
	nr_store_close(&s);
	return rc;
}

static void json_line(struct nr_wr *w, const struct nr_dossier_row *d)
{
	char id[NR_DOSSIER_ID_TEXT], at[NR_TIME_TEXT], sha[65];

	nr_dossier_id_format(&d->id, id);
	nr_time_format(d->received_us, at);
	nr_hex(d->sha256.b, 32, sha);
	nr_wr_fmt(w, "{\"id\":\"%s\",\"kind\":", id);
	nr_wr_json(w, d->kind);
	nr_wr_cstr(w, ",\"name\":");
	nr_wr_json(w, d->name);
	nr_wr_cstr(w, ",\"unit\":");
	nr_wr_json(w, d->unit);
	nr_wr_fmt(w, ",\"sha256\":\"%s\",\"received\":\"%s\",\"class\":\"%s\",\"severity\":\"%s\"}",
		  sha, at, nr_class_name(d->cls), nr_severity_name(d->severity));
}

static void print_json(const struct answer *ans)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(64 << 20);

	nr_wr_cstr(&w, "{\"schema\":\"noroshi.search/1\",\"items\":[");
	for (size_t i = 0; i < ans->n; i++) {
		nr_wr_cstr(&w, i ? ",{\"dossier\":" : "{\"dossier\":");
		json_line(&w, &ans->hits[i].dossier);
		nr_wr_cstr(&w, ",\"snippet\":");
		nr_wr_json(&w, ans->hits[i].snippet);
		nr_wr_u8(&w, '}');
	}
	nr_wr_fmt(&w, "],\"bounded\":%s,\"observable\":", ans->bounded ? "true" : "false");
	if (ans->found) {
		nr_wr_fmt(&w, "{\"kind\":\"%s\",\"value\":", nr_obs_kind_name(ans->obs.kind));
		nr_wr_json(&w, ans->obs.value);
		nr_wr_fmt(&w, ",\"seen\":%lld,\"severity\":\"%s\",\"dossiers\":[",
			  (long long)ans->obs.seen, nr_severity_name(ans->obs.severity));
		for (size_t i = 0; i < ans->n_sightings; i++) {
			if (i)
				nr_wr_u8(&w, ',');
			json_line(&w, &ans->sightings[i]);
		}
		nr_wr_cstr(&w, "]}");
	} else {
		nr_wr_cstr(&w, "null");
	}
	nr_wr_cstr(&w, "}\n");
	(void)fwrite(w.p, 1, w.n, stdout);
}

static void print_line(const struct nr_dossier_row *d, struct nr_str snippet)
{
	char id[NR_DOSSIER_ID_TEXT], at[NR_TIME_TEXT];

	nr_dossier_id_format(&d->id, id);
	nr_time_format(d->received_us, at);
	printf("%s  %.19sZ  %-8s ", id, at, nr_severity_name(d->severity));
	nr_cmd_put(d->name);
	printf("\n");
	if (snippet.n) {
		printf("    ");
		nr_cmd_put(snippet);
		printf("\n");
	}
}

static void print_text(const struct answer *ans)
{
	if (ans->found) {
		printf("%s ", nr_obs_kind_name(ans->obs.kind));
		nr_cmd_put(ans->obs.value);
		printf(": seen in %lld dossier%s, highest severity %s\n", (long long)ans->obs.seen,
		       ans->obs.seen == 1 ? "" : "s", nr_severity_name(ans->obs.severity));
		for (size_t i = 0; i < ans->n_sightings; i++)
			print_line(&ans->sightings[i], NR_STR(""));
	}
	for (size_t i = 0; i < ans->n; i++)
		print_line(&ans->hits[i].dossier, ans->hits[i].snippet);
	if (ans->bounded)
		fprintf(stderr, "noroshi: one character was looked for in the newest texts only; "
				"add a second character to search all\n");
}

static int run(struct nr_cmd_ctx *c)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(256 << 20);
	struct answer ans = { .n = 0 };
	struct nr_err e = { .rc = NR_OK };

	if (ask(c, &a, &ans, &e) != NR_OK)
		return nr_cmd_error(c, "search", &e);
	if (nr_cmd_json(c))
		print_json(&ans);
	else
		print_text(&ans);
	return ans.n || ans.found ? 0 : 1;
}

static const struct nr_opt opts[] = {
	{ "store", NR_OPT_TEXT, "URL", "the store", "noroshi.db", 0, 0 },
	{ "unit", NR_OPT_TEXT, "ID", "see only what this unit may see", NULL, 0, 0 },
	{ "limit", NR_OPT_INT, "N", "at most this many dossiers", "20", 1, 200 },
	{ NULL, NR_OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};

extern const struct nr_cmd nr_cmd_search;
const struct nr_cmd nr_cmd_search = {
	.area = "search",
	.summary = "find dossiers by words, \"phrases\", one Japanese character, or an observable",
	.args = "QUERY",
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.run = run,
};
