/* sense read: what the capture eye sees in captures, as a table or as dossiers. */
#include "base/time.h"
#include "cli/cmd.h"
#include "cli/look.h"
#include "cli/params.h"
#include "model/dossier_json.h"

enum {
	ROWS = 40, /* findings shown; --json has all */
	TOP = 10,
};

static const char *fact(const struct nr_dossier *d, const char *name, char out[64])
{
	out[0] = 0;
	for (size_t i = 0; i < d->n_facts; i++)
		if (strcmp(d->facts[i].name, name) == 0)
			snprintf(out, 64, "%.*s", NR_FMT(d->facts[i].value));
	return out;
}

static void print_head(const struct nr_dossier *d)
{
	char a[64], b[64], first[NR_TIME_TEXT], last[NR_TIME_TEXT];

	nr_cmd_put(d->material.name);
	printf(": %s packets, %s", fact(d, "packets", a), fact(d, "link-type", b));
	if (d->material.first_us) {
		nr_time_format(d->material.first_us, first);
		nr_time_format(d->material.last_us, last);
		printf(", %s to %s", first, last);
	}
	printf("\nverdict: %s, %u of 100\n", nr_class_name(d->verdict.cls), d->verdict.score);
	if (fact(d, "salvaged", a)[0])
		printf("damaged: only the packets before the damage were read (%s)\n", a);
}

static void print_findings(const struct nr_dossier *d)
{
	size_t n = d->n_findings;

	if (n == 0)
		printf("no findings\n");
	for (size_t i = 0; i < n && i < ROWS; i++) {
		const struct nr_finding *f = &d->findings[i];

		printf("  %-8s %-18s ", nr_severity_name(f->severity), f->detector);
		nr_cmd_put(f->summary);
		if (f->n_ev)
			printf(" [packet %llu, byte %llu]", (unsigned long long)f->ev[0].packet,
			       (unsigned long long)f->ev[0].offset);
		printf("\n");
	}
	if (n > ROWS)
		printf("  and %zu more (--json has all)\n", n - ROWS);
}

static void print_series(const struct nr_dossier *d, const char *series, const char *title)
{
	unsigned n = 0;

	for (size_t i = 0; i < d->n_counters && n < TOP; i++) {
		const struct nr_counter *c = &d->counters[i];

		if (strcmp(c->series, series) != 0 || nr_str_eq(c->key, NR_STR("other")))
			continue;
		if (n++ == 0)
			printf("%s\n", title);
		printf("  %-40.*s %12llu", NR_FMT(c->key), (unsigned long long)c->packets);
		if (strcmp(series, "port") == 0)
			printf(" from %llu", (unsigned long long)c->sources);
		printf("\n");
	}
}

static enum nr_rc print_table(struct nr_bytes json, struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(UINT64_C(512) << 20);
	struct nr_dossier d;

	NR_TRY(nr_dossier_read(json, &a, &d, reterr));
	print_head(&d);
	print_findings(&d);
	print_series(&d, "port", "attempts by port");
	print_series(&d, "source", "packets by source");
	return NR_OK;
}

/* ---- parameters ---- */

static enum nr_rc params_of(const struct nr_cmd_ctx *c, struct nr_wr *w, struct nr_err *reterr)
{
	const char *v, *indicators = nr_cmd_opt(c, "indicators");

	for (size_t i = 0; (v = nr_cmd_many(c, "darknet", i)); i++)
		nr_wr_fmt(w, "darknet=%s\n", v);
	if (nr_cmd_flag(c, "salvage"))
		nr_wr_cstr(w, "salvage=1\n");
	nr_wr_fmt(w, "memory=%lld\n", (long long)nr_cmd_int(c, "memory"));
	return indicators ? nr_params_indicators(indicators, w, reterr) : NR_OK;
}

static int read_one(struct nr_cmd_ctx *c, struct nr_pool *pool, struct nr_str params,
		    const char *path)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr out = NR_WR_INIT(NR_DOSSIER_JSON);
	struct nr_err e = { .rc = NR_OK };
	enum nr_rc rc = nr_look_file(pool, NR_STR("sense"), path, params, &out, NULL, &e);

	if (rc == NR_OK && nr_cmd_json(c)) {
		fwrite(out.p, 1, out.n, stdout);
		putchar('\n');
	} else if (rc == NR_OK) {
		rc = print_table(nr_wr_view(&out), &e);
	}
	return rc == NR_OK ? 0 : nr_cmd_error(c, path, &e);
}

static int run(struct nr_cmd_ctx *c)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr params = NR_WR_INIT(32 << 20);
	struct nr_pool *pool = NULL;
	struct nr_err e = { .rc = NR_OK };
	struct nr_str text;
	int code = 0;

	if (params_of(c, &params, &e) != NR_OK)
		return nr_cmd_error(c, "sense read", &e);
	if (!nr_cmd_flag(c, "no-jail") && nr_pool_open(1, &nr_pool_self, &pool, &e) != NR_OK)
		return nr_cmd_error(c, "sense read", &e);
	text = (struct nr_str){ (const char *)params.p, params.n };
	for (size_t i = 0; i < nr_cmd_n_args(c); i++) {
		int k = read_one(c, pool, text, nr_cmd_arg(c, i));

		code = k > code ? k : code;
		if (!nr_cmd_json(c) && i + 1 < nr_cmd_n_args(c))
			putchar('\n');
	}
	nr_pool_close(&pool);
	return code;
}

extern const struct nr_cmd nr_cmd_sense_read;
const struct nr_cmd nr_cmd_sense_read = {
	.area = "sense",
	.verb = "read",
	.summary = "see scans, Mirai-like sources, attacked hosts and indicators in captures",
	.args = "FILE…",
	.min_args = 1,
	.max_args = -1,
	.opts =
		(const struct nr_opt[]){
			{ "darknet", NR_OPT_MANY, "PREFIX",
			  "an unused range the sensor watches; confines backscatter and counters",
			  .def = NULL },
			{ "indicators", NR_OPT_TEXT, "FILE",
			  "addresses, domains and URLs to look for, one a line", .def = NULL },
			{ "salvage", NR_OPT_FLAG, "",
			  "of a damaged capture, read the packets before the damage", .def = NULL },
			{ "memory", NR_OPT_INT, "MIB", "memory of the tables", .def = "128",
			  .min = 8, .max = 2048 },
			{ "no-jail", NR_OPT_FLAG, "", "look in this process, without the jail",
			  .def = NULL },
			{ .name = NULL },
		},
	.run = run,
};
