/* test_http_twin.c -- nothing leaks over HTTP: for random worlds and viewers, a server over the full
 * world and one over the world that holds only what nr_policy_decide() lets the viewer have must answer
 * every question alike, byte for byte. */
#include "http_util.h"

enum { SEEDS = 2, PIECES = 40, OBS_EACH = 3 };

static const char *const viewers[] = { "npa", "osaka", "hinode-denryoku", "mamori-security",
				       "ruritania-cert" };

static size_t asked, differ;

static bool fill(struct server *s, const struct world *w, const struct nr_viewer *v)
{
	struct nr_intake in = { .link = nr_link_dossier };
	struct nr_tree *t = NULL;
	const struct nr_unit *u;
	struct nr_err e = { .msg = "" };
	size_t n;
	bool ok;

	u = world_units(&n);
	ok = server_dir(s) && nr_tree_build(u, n, &t, &e) == NR_OK &&
	     nr_store_open(nr_str_c(s->path), 0, &in.store, &e) == NR_OK &&
	     world_fill(w, &in, t, v, &e) == NR_OK;
	if (!ok)
		printf("# fill: %s: %s\n", e.what, e.msg);
	nr_store_close(&in.store);
	nr_tree_free(&t);
	return ok;
}

/* Cursors are sealed with a key of each server's own: their text is no answer. */
static void mask_cursor(struct reply *r)
{
	char *p = r->raw ? strstr(r->raw, "\"next\":\"") : NULL;

	for (p = p ? p + 8 : NULL; p && *p && *p != '"'; p++)
		*p = '*';
}

static void ask(const struct server *full, const struct user *fu, const struct server *twin,
		const struct user *tu, const char *path)
{
	struct reply a = get_as(full, fu, path), b = get_as(twin, tu, path);
	bool same;

	mask_cursor(&a);
	mask_cursor(&b);
	same = a.status == b.status && a.status >= 200 && a.body_n == b.body_n &&
	       memcmp(a.body, b.body, b.body_n) == 0;
	asked++;
	if (!same && differ++ < 5)
		printf("# %s (%s)\n#  full %d %.400s\n#  twin %d %.400s\n", path, fu->cookie + 16,
		       a.status, a.body_n ? a.body : "", b.status, b.body_n ? b.body : "");
	reply_done(&a);
	reply_done(&b);
}

static void encode(const char *path, struct nr_str v, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "%s", path);

	for (size_t i = 0; i < v.n && n + 4 < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%%%02X", (unsigned char)v.p[i]);
}

struct pair {
	struct server full, twin;
	struct user fu, tu;
};

static void ask_plain(struct pair *p)
{
	static const char *const paths[] = {
		"/api/v1/situation",
		"/api/v1/situation?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z",
		"/api/v1/findings?limit=200",
		"/api/v1/findings?min=high",
		"/api/v1/dossiers?limit=200",
		"/api/v1/dossiers?limit=7",
		"/api/v1/dossiers?kind=mail",
		"/api/v1/dossiers?unit=osaka",
		"/api/v1/dossiers?min_severity=high",
		"/api/v1/campaigns?limit=200",
		"/api/v1/search?q=%E5%8D%B0%E5%88%B7%E7%89%88",
		"/api/v1/search?q=%E8%B3%87",
		"/api/v1/search?q=%E8%B3%87%E6%96%99&limit=3",
		"/api/v1/units",
		"/api/v1/detectors",
		"/api/v1/feeds",
		"/api/v1/feeds/stix",
		"/api/v1/feeds/csv",
		"/api/v1/feeds/rpz",
		"/api/v1/feeds/suricata",
		"/api/v1/feeds/hosts",
		"/api/v1/feeds/csv?for=aozora-koku",
		"/api/v1/openapi.json",
	};

	for (size_t i = 0; i < NR_COUNT(paths); i++)
		ask(&p->full, &p->fu, &p->twin, &p->tu, paths[i]);
}

/* Everything one can ask about one piece, whether or not the viewer may have it. */
static void ask_piece(struct pair *p, const struct world *w, size_t i)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(8 << 20);
	char id[NR_DOSSIER_ID_TEXT], path[1024], value[1024];
	struct nr_dossier d;
	struct nr_submit sub;
	struct nr_bytes material;
	struct nr_uuid u;

	world_dossier(w, i, &a, &d, &sub, &material);
	u = nr_dossier_id(sub.unit, sub.sensor, d.eye, &d.material.sha256);
	nr_dossier_id_format(&u, id);
	(void)snprintf(path, sizeof(path), "/api/v1/dossiers/%s", id);
	ask(&p->full, &p->fu, &p->twin, &p->tu, path);
	(void)snprintf(path, sizeof(path), "/api/v1/dossiers/%s/links", id);
	ask(&p->full, &p->fu, &p->twin, &p->tu, path);
	(void)snprintf(path, sizeof(path), "/api/v1/dossiers/%s/bytes?offset=0&length=8", id);
	ask(&p->full, &p->fu, &p->twin, &p->tu, path);
	(void)snprintf(path, sizeof(path), "/api/v1/campaigns/campaign-%s", id + 7);
	ask(&p->full, &p->fu, &p->twin, &p->tu, path);
	encode("/api/v1/search?q=", nr_str_c(w->items[i].token), path, sizeof(path));
	ask(&p->full, &p->fu, &p->twin, &p->tu, path);
	for (size_t k = 0; k < d.n_obs && k < OBS_EACH; k++) {
		encode("", d.obs[k].value, value, sizeof(value));
		(void)snprintf(path, sizeof(path), "/api/v1/observables?kind=%s&value=%.800s",
			       nr_obs_kind_name(d.obs[k].kind), value);
		ask(&p->full, &p->fu, &p->twin, &p->tu, path);
	}
}

/* Each campaign that the list of the full world shows. */
static void ask_campaigns(struct pair *p)
{
	struct reply r = get_as(&p->full, &p->fu, "/api/v1/campaigns?limit=200");
	char path[128];

	for (const char *c = r.raw ? strstr(r.raw, "campaign--") : NULL; c;
	     c = strstr(c + 1, "campaign--")) {
		(void)snprintf(path, sizeof(path), "/api/v1/campaigns/%.46s", c);
		ask(&p->full, &p->fu, &p->twin, &p->tu, path);
	}
	reply_done(&r);
}

static void one_viewer(struct pair *p, const struct world *w, const char *unit)
{
	struct nr_viewer v = { .unit = nr_str_c(unit) };
	char login[64];

	(void)snprintf(login, sizeof(login), "twin.%s", unit);
	if (!OK(fill(&p->twin, w, &v)) || !OK(server_start(&p->twin, NULL, NULL)) ||
	    !OK(user_make(&p->full, login, unit, NR_ROLE_VIEWER, "", &p->fu)) ||
	    !OK(user_make(&p->twin, login, unit, NR_ROLE_VIEWER, "", &p->tu)))
		return;
	ask_plain(p);
	for (size_t i = 0; i < w->n; i++)
		ask_piece(p, w, i);
	ask_campaigns(p);
	server_stop(&p->twin);
}

int main(void)
{
	static struct world w;
	struct pair p;

	signal(SIGPIPE, SIG_IGN);
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		world_make(&w, seed, PIECES);
		if (!OK(fill(&p.full, &w, NULL)) || !OK(server_start(&p.full, NULL, NULL)))
			return tap_done();
		for (size_t i = 0; i < NR_COUNT(viewers); i++)
			one_viewer(&p, &w, viewers[i]);
		server_stop(&p.full);
	}
	printf("# %zu questions asked of both worlds\n", asked);
	OK(asked > 1000);
	OK(differ == 0);
	return tap_done();
}
