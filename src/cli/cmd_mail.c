/* mail look: path, parts, findings and verdict of mails, for reading or as dossiers. */
#include "base/time.h"
#include "cli/cmd.h"
#include "cli/look.h"
#include "model/dossier_json.h"

enum { ROWS = 40 /* of each table; --json has all */ };

static void put_evidence(const struct nr_evidence *ev)
{
	if (ev->kind == NR_EV_NONE)
		return;
	printf("  [");
	if (ev->kind == NR_EV_PART) {
		printf("part ");
		nr_cmd_put(ev->part);
		printf(", ");
	}
	printf("byte %llu, %llu long]", (unsigned long long)ev->offset,
	       (unsigned long long)ev->length);
}

static void print_facts(const struct nr_dossier *d)
{
	size_t shown = 0;

	for (size_t i = 0; i < d->n_facts && shown < ROWS; i++) {
		const struct nr_fact *f = &d->facts[i];
		char when[NR_TIME_TEXT] = "";

		if (f->at_us)
			nr_time_format(f->at_us, when);
		printf("  %-18s ", f->name);
		nr_cmd_put(f->value);
		printf("%s%s", *when ? "  = " : "", when);
		put_evidence(&f->ev);
		printf("\n");
		shown++;
	}
	if (d->n_facts > shown)
		printf("  and %zu more facts (--json has all)\n", d->n_facts - shown);
}

static void print_parts(const struct nr_dossier *d)
{
	char hex[65];

	printf("parts\n");
	for (size_t i = 0; i < d->n_parts && i < ROWS; i++) {
		const struct nr_part *p = &d->parts[i];

		nr_hex(p->sha256.b, 32, hex);
		printf("  %-8.*s ", NR_FMT(p->id));
		nr_cmd_put(p->media_type);
		printf("  %10llu bytes  %s  ", (unsigned long long)p->size,
		       p->attachment ? hex : "-");
		nr_cmd_put(p->name);
		printf("  [byte %llu, %llu long]\n", (unsigned long long)p->offset,
		       (unsigned long long)p->length);
	}
	if (d->n_parts > ROWS)
		printf("  and %zu more parts (--json has all)\n", d->n_parts - ROWS);
}

static void print_findings(const struct nr_dossier *d)
{
	printf("%s\n", d->n_findings ? "findings" : "no findings");
	for (size_t i = 0; i < d->n_findings && i < ROWS; i++) {
		const struct nr_finding *f = &d->findings[i];

		printf("  %-8s %-30s ", nr_severity_name(f->severity), f->detector);
		nr_cmd_put(f->summary);
		if (f->n_ev)
			put_evidence(&f->ev[0]);
		printf("\n");
	}
	if (d->n_findings > ROWS)
		printf("  and %zu more findings (--json has all)\n", d->n_findings - ROWS);
}

static enum nr_rc print_all(struct nr_bytes json, struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(UINT64_C(512) << 20);
	char hex[65];
	struct nr_dossier d;

	NR_TRY(nr_dossier_read(json, &a, &d, reterr));
	nr_hex(d.material.sha256.b, 32, hex);
	nr_cmd_put(d.material.name);
	printf(": %llu bytes, sha256 %s\n", (unsigned long long)d.material.size, hex);
	print_facts(&d);
	print_parts(&d);
	print_findings(&d);
	printf("verdict: %s, %u of 100\n", nr_class_name(d.verdict.cls), d.verdict.score);
	for (unsigned i = 0; i < d.verdict.n_reasons; i++) {
		printf("  - ");
		nr_cmd_put(d.verdict.reasons[i]);
		printf("\n");
	}
	return NR_OK;
}

static int look_one(struct nr_cmd_ctx *c, struct nr_pool *pool, const char *path)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr out = NR_WR_INIT(NR_DOSSIER_JSON);
	struct nr_err e = { .rc = NR_OK };
	enum nr_rc rc =
		nr_look_file(pool, NR_STR("mail"), path, (struct nr_str){ "", 0 }, &out, NULL, &e);

	if (rc == NR_OK && nr_cmd_json(c)) {
		fwrite(out.p, 1, out.n, stdout);
		putchar('\n');
	} else if (rc == NR_OK) {
		rc = print_all(nr_wr_view(&out), &e);
	}
	return rc == NR_OK ? 0 : nr_cmd_error(c, path, &e);
}

static int run(struct nr_cmd_ctx *c)
{
	struct nr_pool *pool = NULL;
	struct nr_err e = { .rc = NR_OK };
	int code = 0;

	if (!nr_cmd_flag(c, "no-jail") && nr_pool_open(1, &nr_pool_self, &pool, &e) != NR_OK)
		return nr_cmd_error(c, "mail look", &e);
	for (size_t i = 0; i < nr_cmd_n_args(c); i++) {
		int k = look_one(c, pool, nr_cmd_arg(c, i));

		code = k > code ? k : code;
		if (!nr_cmd_json(c) && i + 1 < nr_cmd_n_args(c))
			putchar('\n');
	}
	nr_pool_close(&pool);
	return code;
}

extern const struct nr_cmd nr_cmd_mail_look;
const struct nr_cmd nr_cmd_mail_look = {
	.area = "mail",
	.verb = "look",
	.summary = "see who sent a mail, which way it came, what it carries and what contradicts "
		   "itself",
	.args = "FILE…",
	.min_args = 1,
	.max_args = -1,
	.opts =
		(const struct nr_opt[]){
			{ "no-jail", NR_OPT_FLAG, "", "look in this process, without the jail",
			  .def = NULL },
			{ .name = NULL },
		},
	.run = run,
};
