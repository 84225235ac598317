/* The leak test of DESIGN section 6: what a viewer gets from a store is what that viewer would get if
 * nothing else had ever been in it.
 *
 * Random worlds; for each viewer two stores: the full one, and its twin with only those pieces that
 * nr_policy_decide() lets the viewer have, both filled through the real door.  Every exit is written
 * out as bytes from both; the bytes must be the same.  One byte, count, order or existence hint that
 * comes from a hidden dossier makes them differ. */
#include "base/wr.h"
#include "desks/link/view.h"
#include "desks/share/share.h"
#include "store_util.h"
#include "world.h"

#include <sys/stat.h>

enum { WORLDS = 36, VIEWERS = 5, PIECES = 44, DUMP_MAX = 64 << 20, PAGE = 7 };

struct side { /* one store and what the viewer may see of it */
	char dir[64];
	struct nr_store *s;
	struct nr_arena a;
	struct nr_scope scope;
	struct nr_wr out;
};

static struct nr_tree *tree;

static void fault(const char *what, const struct nr_err *e)
{
	printf("# %s: %s: %s\n", what, e->what ? e->what : "", e->msg);
	OK(e->rc == NR_OK);
}

/* ---- stores ---- */

static bool side_open(struct side *d, const struct world *w, const struct nr_viewer *only)
{
	/* Memory if there is any to have: this test is about what is said, not about disks. */
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	struct nr_err e = { .msg = "" };
	struct nr_intake in;
	char path[96];

	*d = (struct side){ .a = NR_ARENA_INIT(512 << 20), .out = NR_WR_INIT(DUMP_MAX) };
	(void)snprintf(d->dir, sizeof(d->dir), "%s/nr-leak-XXXXXX", base);
	if (!mkdtemp(d->dir))
		return false;
	(void)snprintf(path, sizeof(path), "%s/n.db", d->dir);
	if (nr_store_open(nr_str_c(path), NR_STORE_CREATE, &d->s, &e) == NR_OK) {
		in = (struct nr_intake){ .store = d->s, .link = nr_link_dossier };
		if (world_fill(w, &in, tree, only, &e) == NR_OK)
			return true;
	}
	fault("store", &e);
	return false;
}

static void side_close(struct side *d)
{
	nr_store_close(&d->s);
	nr_arena_done(&d->a);
	nr_wr_done(&d->out);
	(void)nftw(d->dir, rm_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- exits, as bytes ---- */

static void say_line(struct nr_wr *w, const struct nr_dossier_row *d)
{
	nr_wr_cstr(w, "dossier ");
	nr_wr_hex(w, d->id.b, 16);
	nr_wr_fmt(w, " %.*s|%.*s|%.*s|%.*s|%llu|%lld|%lld|%lld|%d|%u|%d|%lld|%lld ",
		  NR_FMT(d->kind), NR_FMT(d->name), NR_FMT(d->unit), NR_FMT(d->sensor),
		  (unsigned long long)d->size, (long long)d->received_us, (long long)d->first_us,
		  (long long)d->last_us, (int)d->cls, d->score, (int)d->severity,
		  (long long)d->n_findings, (long long)d->n_observables);
	nr_wr_hex(w, d->sha256.b, 32);
	nr_wr_u8(w, '\n');
}

static void say_list(struct side *x, const char *kind, const char *unit, int64_t min)
{
	struct nr_dossier_filter f = {
		.kind = nr_str_c(kind), .unit = nr_str_c(unit), .min_severity = min, .limit = PAGE
	};
	struct nr_dossier_row *rows;
	struct nr_err e;
	size_t n = PAGE;

	nr_wr_fmt(&x->out, "list %s %s %lld\n", kind, unit, (long long)min);
	while (n == PAGE) {
		if (nr_store_dossiers(x->s, &x->scope, &f, &x->a, &rows, &n, &e) != NR_OK) {
			fault("list", &e);
			return;
		}
		for (size_t i = 0; i < n; i++)
			say_line(&x->out, &rows[i]);
		if (n)
			f.before_row = rows[n - 1].row;
	}
}

static void say_blob(struct side *x, const struct nr_sha256 *sha)
{
	struct nr_err e;
	char buf[256];
	ssize_t n;
	int fd;

	if (nr_store_blob_open(x->s, sha, &fd, &e) != NR_OK) {
		nr_wr_cstr(&x->out, "no blob\n");
		return;
	}
	n = read(fd, buf, sizeof(buf));
	nr_wr_cstr(&x->out, "blob ");
	nr_wr_bytes(&x->out, buf, n > 0 ? (size_t)n : 0);
	nr_wr_u8(&x->out, '\n');
	close(fd);
}

/* The id is asked for whether the viewer may have it or not. */
static void say_one(struct side *x, const struct nr_uuid *id)
{
	struct nr_dossier_row d;
	struct nr_dossier_links l;
	struct nr_bytes json;
	struct nr_err e = { .msg = "" };
	enum nr_rc rc = nr_store_dossier_get(x->s, &x->scope, id, &x->a, &d, &e);

	nr_wr_fmt(&x->out, "get %d %s\n", (int)rc, rc == NR_OK ? "" : e.msg);
	if (rc == NR_OK) {
		say_line(&x->out, &d);
		say_blob(x, &d.sha256);
	}
	rc = nr_store_dossier_json(x->s, &x->scope, id, &x->a, &json, &e);
	nr_wr_fmt(&x->out, "json %d %s\n", (int)rc, rc == NR_OK ? "" : e.msg);
	if (rc == NR_OK)
		nr_wr_bytes(&x->out, json.p, json.n);
	rc = nr_dossier_links(x->s, &x->scope, id, &x->a, &l, &e);
	nr_wr_fmt(&x->out, "links %d %s\n", (int)rc, rc == NR_OK ? l.campaign : e.msg);
	for (size_t i = 0; rc == NR_OK && i < l.n; i++) {
		nr_wr_fmt(&x->out, "%s %.*s %u ", nr_obs_kind_name(l.v[i].kind),
			  NR_FMT(l.v[i].value), l.v[i].weight);
		say_line(&x->out, &l.v[i].other);
	}
}

/* Returns the id in the middle: where a live stream could go on from. */
static int64_t say_findings(struct side *x, enum nr_severity min, int64_t after)
{
	struct nr_finding_row *f;
	struct nr_err e;
	size_t n;

	if (nr_store_findings(x->s, &x->scope, after, min, 200, &x->a, &f, &n, &e) != NR_OK) {
		fault("findings", &e);
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		nr_wr_cstr(&x->out, "finding ");
		nr_wr_hex(&x->out, f[i].dossier.b, 16);
		nr_wr_fmt(&x->out, " %u %.*s %.*s %.*s %d %u %lld\n", f[i].seq,
			  NR_FMT(f[i].detector), NR_FMT(f[i].name), NR_FMT(f[i].unit),
			  (int)f[i].severity, f[i].confidence, (long long)f[i].at_us);
	}
	return n ? f[n / 2].id : 0;
}

static void say_search(struct side *x, const char *query)
{
	struct nr_search q = { .query = nr_str_c(query), .limit = PAGE };
	struct nr_search_hit *h;
	struct nr_err e;
	size_t n = PAGE;
	bool bounded;

	nr_wr_fmt(&x->out, "search %s\n", query);
	while (n == PAGE) {
		if (nr_store_search(x->s, &x->scope, &q, &x->a, &h, &n, &bounded, &e) != NR_OK) {
			fault("search", &e);
			return;
		}
		for (size_t i = 0; i < n; i++) {
			say_line(&x->out, &h[i].dossier);
			nr_wr_str(&x->out, h[i].snippet);
			nr_wr_u8(&x->out, '\n');
		}
		nr_wr_fmt(&x->out, "%zu bounded %d\n", n, bounded);
		if (n)
			q.before_row = h[n - 1].dossier.row;
	}
}

static void say_observable(struct side *x, enum nr_obs_kind kind, struct nr_str value)
{
	struct nr_dossier_row *rows;
	struct nr_obs_row o;
	struct nr_err e = { .msg = "" };
	size_t n;
	enum nr_rc rc = nr_store_observable(x->s, &x->scope, kind, value, &x->a, &o, &e);

	nr_wr_fmt(&x->out, "observable %.*s %d %s\n", NR_FMT(value), (int)rc,
		  rc == NR_OK ? "" : e.msg);
	if (rc != NR_OK)
		return;
	nr_wr_fmt(&x->out, "seen %lld severity %d\n", (long long)o.seen, (int)o.severity);
	if (nr_store_sightings(x->s, &x->scope, o.row, 200, &x->a, &rows, &n, &e) != NR_OK) {
		fault("sightings", &e);
		return;
	}
	for (size_t i = 0; i < n; i++)
		say_line(&x->out, &rows[i]);
}

static bool say_indicator(void *ctx, const struct nr_indicator *i)
{
	nr_wr_fmt(ctx, "indicator %d %.*s %d %u %d %lld %lld %lld\n", (int)i->kind,
		  NR_FMT(i->value), (int)i->severity, i->confidence, (int)i->tlp,
		  (long long)i->first_us, (long long)i->last_us, (long long)i->sightings);
	return true;
}

static void say_tallies(struct side *x, const char *what, const struct nr_tally *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		nr_wr_fmt(&x->out, "%s %.*s %lld %lld\n", what, NR_FMT(t[i].key),
			  (long long)t[i].packets, (long long)t[i].sources);
}

static void say_situation(struct side *x, int64_t from, int64_t to)
{
	static const char *const series[] = { "port", "country", "hour", "minute", "prefecture" };
	struct nr_totals t;
	struct nr_tally *v;
	struct nr_err e;
	int64_t campaigns;
	size_t n;

	nr_wr_fmt(&x->out, "situation %lld %lld\n", (long long)from, (long long)to);
	if (nr_store_totals(x->s, &x->scope, from, to, &t, &e) != NR_OK ||
	    nr_campaigns_count(x->s, &x->scope, from, to, &x->a, &campaigns, &e) != NR_OK) {
		fault("totals", &e);
		return;
	}
	nr_wr_fmt(&x->out, "totals %lld %lld %lld %lld %lld %lld\n", (long long)t.dossiers,
		  (long long)t.findings, (long long)t.observables, (long long)t.packets,
		  (long long)t.latest_us, (long long)campaigns);
	for (size_t i = 0; i < NR_COUNT(series); i++) {
		if (nr_store_tally(x->s, &x->scope, series[i], from, to, 3, &x->a, &v, &n, &e) ==
		    NR_OK)
			say_tallies(x, series[i], v, n);
		else
			nr_wr_fmt(&x->out, "%s: %s\n", series[i], e.msg);
	}
	if (nr_store_hours(x->s, &x->scope, from, to, &x->a, &v, &n, &e) == NR_OK)
		say_tallies(x, "hours", v, n);
	if (nr_store_prefectures(x->s, &x->scope, from, to, &x->a, &v, &n, &e) == NR_OK)
		say_tallies(x, "prefectures", v, n);
}

static void say_campaigns(struct side *x)
{
	struct nr_marking_row *m;
	struct nr_campaign *c, full;
	struct nr_err e;
	size_t n, n_m;

	if (nr_store_markings(x->s, &x->a, &m, &n_m, &e) != NR_OK ||
	    nr_campaigns(x->s, &x->scope, 200, &x->a, &c, &n, &e) != NR_OK) {
		fault("campaigns", &e);
		return;
	}
	nr_wr_fmt(&x->out, "campaigns %zu\n", n);
	for (size_t i = 0; i < n; i++) {
		nr_campaign_write_line(&c[i], &x->out);
		nr_wr_u8(&x->out, '\n');
		if (nr_campaign_get(x->s, &x->scope, nr_str_c(c[i].id), &x->a, &full, &e) != NR_OK)
			fault("campaign", &e);
		else
			nr_campaign_write(&full, m, n_m, &x->out);
		nr_wr_u8(&x->out, '\n');
	}
}

static void say_feeds(struct side *x, struct nr_str unit)
{
	struct nr_unit producer;
	struct nr_err e;

	if (nr_share_producer(x->s, &x->a, &producer, &e) != NR_OK) {
		fault("producer", &e);
		return;
	}
	for (size_t i = 0; i < nr_feed_formats_count; i++) {
		struct nr_share_req req = { .format = nr_feed_formats[i],
					    .scope = &x->scope,
					    .viewer = unit,
					    .producer = &producer,
					    .min = NR_SEV_LOW };
		struct nr_share_result res;
		char buf[65536];
		ssize_t k;
		int fd;

		if (nr_share_spool(x->s, &req, &fd, &res, &e) != NR_OK) {
			fault(req.format->name, &e);
			continue;
		}
		nr_wr_fmt(&x->out, "feed %s %llu %llu\n", req.format->name,
			  (unsigned long long)res.items, (unsigned long long)res.bytes);
		for (unsigned g = 0; g < NR_SHARE_GATES; g++)
			nr_wr_fmt(&x->out, "withheld %llu\n", (unsigned long long)res.withheld[g]);
		while ((k = read(fd, buf, sizeof(buf))) > 0)
			nr_wr_bytes(&x->out, buf, (size_t)k);
		close(fd);
	}
}

static void say_items(struct side *x, const struct world *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct nr_bytes material;
		struct nr_submit sub;
		struct nr_dossier d;

		world_dossier(w, i, &x->a, &d, &sub, &material);
		d.id = nr_dossier_id(sub.unit, sub.sensor, d.eye, &d.material.sha256);
		say_one(x, &d.id);
		say_search(x, w->items[i].token);
		for (size_t k = 0; k < d.n_obs; k++)
			say_observable(x, d.obs[k].kind, d.obs[k].value);
	}
}

static void say_everything(struct side *x, const struct world *w, struct nr_str unit)
{
	static const char *const queries[] = {
		"添付", "資料", "印刷版の資料", "\"至急 印刷版\"", "至急 号1", "件",
		"添",   "号",   "zq",           "no-such-word",    "because"
	};
	struct nr_err e;
	int64_t middle;

	say_list(x, "", "", 0);
	say_list(x, "mail", "", 0);
	say_list(x, "", "", NR_SEV_HIGH);
	say_list(x, "", w->items[0].unit.p, 0);
	for (int s = NR_SEV_INFO; s <= NR_SEV_CRITICAL; s++) {
		(void)say_findings(x, (enum nr_severity)s, 0);
		nr_wr_fmt(&x->out, "indicators %d\n", s);
		if (nr_store_indicators(x->s, &x->scope, (enum nr_severity)s, say_indicator,
					&x->out, &e) != NR_OK)
			fault("indicators", &e);
	}
	middle = say_findings(x, NR_SEV_INFO, 0);
	if (middle)
		(void)say_findings(x, NR_SEV_INFO, middle);
	for (size_t i = 0; i < NR_COUNT(queries); i++)
		say_search(x, queries[i]);
	say_situation(x, 0, INT64_MAX);
	say_situation(x, INT64_C(1785000000000000) - 3600 * NR_US_PER_S,
		      INT64_C(1785000000000000) + 3 * 3600 * NR_US_PER_S);
	say_campaigns(x);
	say_feeds(x, unit);
	say_items(x, w);
}

/* ---- comparing ---- */

static bool same(const struct side *full, const struct side *twin)
{
	size_t n = full->out.n < twin->out.n ? full->out.n : twin->out.n, i = 0, from, to;

	while (i < n && full->out.p[i] == twin->out.p[i])
		i++;
	if (i == full->out.n && i == twin->out.n)
		return true;
	for (from = i; from > 0 && i - from < 300; from--)
		;
	to = i + 200;
	printf("# full: %.*s\n", (int)((to < full->out.n ? to : full->out.n) - from),
	       (const char *)full->out.p + from);
	printf("# twin: %.*s\n", (int)((to < twin->out.n ? to : twin->out.n) - from),
	       (const char *)twin->out.p + from);
	return false;
}

/* No word of a hidden dossier anywhere, said once more without a twin. */
static size_t hidden_words(const struct side *x, const struct world *w, const struct nr_viewer *v,
			   size_t *ret_hidden)
{
	size_t found = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct nr_marking m = w->items[i].marking;
		char name[64];
		int n;

		m.release = w->items[i].release;
		if (nr_policy_decide(tree, v, &m, NR_PURPOSE_READ))
			continue;
		++*ret_hidden;
		n = snprintf(name, sizeof(name), "because of %s", w->items[i].token);
		found += memmem(x->out.p, x->out.n, name, (size_t)n) != NULL;
		n = snprintf(name, sizeof(name), "添付-%s", w->items[i].token);
		found += memmem(x->out.p, x->out.n, name, (size_t)n) != NULL;
	}
	return found;
}

struct count {
	size_t hidden, shown, campaigns;
};

static void compare(struct side *full, const struct world *w, const struct nr_viewer *v,
		    struct count *c)
{
	struct nr_err e;
	struct side twin;
	size_t hidden = 0;

	nr_wr_reset(&full->out);
	if (!OK(side_open(&twin, w, v)))
		return;
	OK(nr_policy_scope(full->s, tree, v, NR_PURPOSE_READ, &full->a, &full->scope, &e) == NR_OK);
	OK(nr_policy_scope(twin.s, tree, v, NR_PURPOSE_READ, &twin.a, &twin.scope, &e) == NR_OK);
	say_everything(full, w, v->unit);
	say_everything(&twin, w, v->unit);
	OK(full->out.rc == NR_OK && full->out.n > 1000);
	if (!OK(same(full, &twin)))
		printf("# world %llu, viewer '%.*s'\n", (unsigned long long)w->seed,
		       NR_FMT(v->unit));
	OK(hidden_words(full, w, v, &hidden) == 0);
	c->hidden += hidden;
	c->shown += w->n - hidden;
	c->campaigns += memmem(full->out.p, full->out.n, "\"id\":\"campaign--", 16) != NULL;
	side_close(&twin);
}

/* Somebody from the world, somebody above, somebody by chance, a stranger. */
static struct nr_viewer viewer(const struct world *w, unsigned i, uint64_t *rng)
{
	static const char *const fixed[] = { "npa", "cfc", "kinki", "", "not-enrolled" };
	const struct world_item *it = &w->items[world_pick(rng, w->n)];
	struct nr_viewer v = { .unit = it->unit, .roles = NR_ROLE_VIEWER | NR_ROLE_ADMIN };
	size_t n;

	if (i == 0)
		v.unit = nr_str_c(fixed[w->seed % NR_COUNT(fixed)]);
	else if (i == 1)
		v.unit = world_units(&n)[world_pick(rng, n)].id;
	else if (i == 2 && it->marking.n_release)
		v.unit = it->release[0];
	return v;
}

static void test_leak__every_exit_equals_its_twin(void)
{
	struct count c = { 0 };

	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		static struct world w;
		uint64_t rng = seed * 77 + 5;
		struct side full;

		world_make(&w, seed, PIECES);
		if (!OK(side_open(&full, &w, NULL)))
			continue;
		for (unsigned i = 0; i < VIEWERS; i++) {
			struct nr_viewer v = viewer(&w, i, &rng);
			struct nr_arena_mark m = nr_arena_mark(&full.a);

			compare(&full, &w, &v, &c);
			nr_arena_rewind(&full.a, m);
		}
		side_close(&full);
	}
	printf("# %zu pieces hidden, %zu shown, %zu views with a campaign\n", c.hidden, c.shown,
	       c.campaigns);
	OK(c.hidden > WORLDS * PIECES && c.shown > WORLDS * PIECES && c.campaigns > WORLDS);
}

int main(void)
{
	struct nr_err e;
	size_t n;
	const struct nr_unit *u = world_units(&n);

	OK(nr_tree_build(u, n, &tree, &e) == NR_OK);
	test_leak__every_exit_equals_its_twin();
	nr_tree_free(&tree);
	return tap_done();
}
