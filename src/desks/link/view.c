#include "desks/link/view.h"

#include "desks/link/graph.h"

enum {
	TITLE = 200, /* bytes of a value or a name in a title */
	MANY = 5000  /* members whose lines a campaign's head is made from */
};

struct view {
	struct nr_store *s;
	const struct nr_scope *sc;
	struct nr_arena *a;
	struct nr_graph g;
};

static enum nr_rc no_room(struct nr_err *reterr)
{
	return nr_fail(reterr, NR_E_LIMIT, "campaigns", UINT64_MAX,
		       "they do not fit the memory of one request");
}

static void id_of(const struct nr_uuid *oldest, char out[NR_CAMPAIGN_ID])
{
	char uuid[NR_UUID_TEXT], name[NR_UUID_TEXT + 16];
	struct nr_uuid u;
	int n;

	nr_uuid_format(oldest, uuid);
	n = snprintf(name, sizeof(name), "campaign|%s", uuid);
	u = nr_uuid5(&nr_ns_noroshi, (struct nr_bytes){ (uint8_t *)name, n > 0 ? (size_t)n : 0 });
	nr_uuid_format(&u, uuid);
	(void)snprintf(out, NR_CAMPAIGN_ID, "campaign--%s", uuid);
}

static int str_cmp(struct nr_str a, struct nr_str b)
{
	int c = memcmp(a.p ? a.p : "", b.p ? b.p : "", a.n < b.n ? a.n : b.n);

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* Heaviest first; then what more dossiers share; then by value, so that equals have one order. */
static int obs_cmp(const void *a, const void *b)
{
	const struct nr_view_obs *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->dossiers != y->dossiers)
		return x->dossiers > y->dossiers ? -1 : 1;
	return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : str_cmp(x->value, y->value);
}

static void put_sorted(struct nr_str *set, size_t *n, size_t max, struct nr_str v)
{
	size_t at = 0;

	while (at < *n && str_cmp(set[at], v) < 0)
		at++;
	if (*n == max || (at < *n && nr_str_eq(set[at], v)))
		return;
	memmove(&set[at + 1], &set[at], (*n - at) * sizeof(*set));
	set[at] = v;
	++*n;
}

/* Edges of one component are given by index, newest first. */
struct part {
	uint32_t root;
	const uint32_t *nodes; /* oldest first */
	size_t n_nodes;
	const uint32_t *edges; /* newest first */
	size_t n_edges;
};

static int obs_index_cmp(const void *a, const void *b)
{
	const struct nr_graph_edge *const *x = a, *const *y = b;

	if ((*x)->obs != (*y)->obs)
		return (*x)->obs < (*y)->obs ? -1 : 1;
	return ((*x)->weight < (*y)->weight) - ((*x)->weight > (*y)->weight);
}

/* The observables that hold a component together, each once with its heaviest link. */
static enum nr_rc shared(const struct view *v, const struct part *p, struct nr_view_obs **ret,
			 size_t *ret_n, struct nr_err *reterr)
{
	const struct nr_graph_edge **by =
		NR_NEW_N(v->a, const struct nr_graph_edge *, p->n_edges + 1);
	struct nr_view_obs *out = NR_NEW_N(v->a, struct nr_view_obs, p->n_edges + 1);
	size_t n = 0;

	if (!by || !out)
		return no_room(reterr);
	for (size_t i = 0; i < p->n_edges; i++)
		by[i] = &v->g.edges[p->edges[i]];
	qsort(by, p->n_edges, sizeof(*by), obs_index_cmp);
	for (size_t i = 0; i < p->n_edges; i++)
		if (i == 0 || by[i - 1]->obs != by[i]->obs)
			out[n++] = (struct nr_view_obs){ .kind = by[i]->e->kind,
							 .value = by[i]->e->value,
							 .dossiers = v->g.df[by[i]->obs],
							 .weight = by[i]->weight };
	qsort(out, n, sizeof(*out), obs_cmp);
	*ret = out;
	*ret_n = n;
	return NR_OK;
}

static void add_member(struct nr_campaign *c, const struct nr_dossier_row *d, struct nr_str *units,
		       struct nr_str *kinds, size_t max)
{
	int64_t first = d->first_us ? d->first_us : d->received_us;
	int64_t last = d->last_us ? d->last_us : first;

	if (d->received_us > c->updated_us)
		c->updated_us = d->received_us;
	if (c->first_us == 0 || first < c->first_us)
		c->first_us = first;
	if (last > c->last_us)
		c->last_us = last;
	if (d->severity > c->severity)
		c->severity = d->severity;
	put_sorted(units, &c->n_units, max, d->unit);
	put_sorted(kinds, &c->n_kinds, max, d->kind);
}

static bool is_digest(enum nr_obs_kind k)
{
	return k == NR_OBS_SHA256 || k == NR_OBS_SHA1 || k == NR_OBS_MD5 || k == NR_OBS_TEXT_HASH ||
	       k == NR_OBS_JA3;
}

/* At most max bytes, never half a character. */
static struct nr_str clip(struct nr_str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max > 0 && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return (struct nr_str){ s.p, max };
}

/* A digest says nothing to a person: any other shared observable comes first. */
static struct nr_str title_of(struct nr_arena *a, const struct nr_view_obs *obs, size_t n,
			      struct nr_str oldest)
{
	for (size_t i = 0; i < n; i++)
		if (!is_digest(obs[i].kind))
			return nr_arena_fmt(a, "%s %.*s", nr_obs_kind_name(obs[i].kind),
					    NR_FMT(clip(obs[i].value, TITLE)));
	if (n == 0)
		return oldest;
	return nr_arena_fmt(a, "%s %.*s, %.*s", nr_obs_kind_name(obs[0].kind),
			    NR_FMT(clip(obs[0].value, 12)), NR_FMT(clip(oldest, TITLE)));
}

static enum nr_rc head(const struct view *v, const struct part *p, struct nr_campaign *c,
		       struct nr_dossier_row **ret_members, struct nr_err *reterr)
{
	size_t n = p->n_nodes < MANY ? p->n_nodes : MANY, from = p->n_nodes - n;
	struct nr_dossier_row *d = NR_NEW_N(v->a, struct nr_dossier_row, n + 2);
	struct nr_str *units = NR_NEW_N(v->a, struct nr_str, n + 1);
	struct nr_str *kinds = NR_NEW_N(v->a, struct nr_str, n + 1);
	struct nr_view_obs *obs;

	if (!d || !units || !kinds)
		return no_room(reterr);
	for (size_t i = 0; i < n; i++) {
		NR_TRY(nr_store_dossier_by_row(v->s, v->sc, v->g.rows[p->nodes[from + i]], v->a,
					       &d[i], reterr));
		add_member(c, &d[i], units, kinds, n);
	}
	if (from) /* the oldest is outside the window, but names the campaign */
		NR_TRY(nr_store_dossier_by_row(v->s, v->sc, v->g.rows[p->nodes[0]], v->a, &d[n + 1],
					       reterr));
	id_of(from ? &d[n + 1].id : &d[0].id, c->id);
	c->units = units;
	c->kinds = kinds;
	c->n_dossiers = p->n_nodes;
	NR_TRY(shared(v, p, &obs, &c->n_obs, reterr));
	c->obs = obs;
	c->title = title_of(v->a, obs, c->n_obs, from ? d[n + 1].name : d[0].name);
	*ret_members = d;
	return NR_OK;
}

/* Nodes and edges sorted by component, so that each is one stretch. */
struct split {
	uint32_t *nodes, *edges;
	struct part *parts; /* newest member first */
	size_t n;
};

static int part_newest_first(const void *a, const void *b)
{
	uint32_t x = ((const struct part *)a)->nodes[((const struct part *)a)->n_nodes - 1];
	uint32_t y = ((const struct part *)b)->nodes[((const struct part *)b)->n_nodes - 1];

	return (x < y) - (x > y);
}

static void starts(const struct nr_graph *g, size_t *node_at, size_t *edge_at)
{
	for (size_t i = 0; i < g->n; i++)
		node_at[g->root[i] + 1]++;
	for (size_t i = 0; i < g->n_edges; i++)
		edge_at[g->root[g->edges[i].a] + 1]++;
	for (size_t i = 0; i < g->n; i++) {
		node_at[i + 1] += node_at[i];
		edge_at[i + 1] += edge_at[i];
	}
}

static enum nr_rc split(const struct view *v, struct split *ret, struct nr_err *reterr)
{
	const struct nr_graph *g = &v->g;
	size_t *node_at = NR_NEW_N(v->a, size_t, g->n + 2);
	size_t *edge_at = NR_NEW_N(v->a, size_t, g->n + 2);
	struct split s = { .nodes = NR_NEW_N(v->a, uint32_t, g->n + 1),
			   .edges = NR_NEW_N(v->a, uint32_t, g->n_edges + 1),
			   .parts = NR_NEW_N(v->a, struct part, g->n + 1) };

	if (!node_at || !edge_at || !s.nodes || !s.edges || !s.parts)
		return no_room(reterr);
	starts(g, node_at, edge_at);
	for (uint32_t i = 0; i < g->n; i++) {
		size_t k = node_at[i + 1] - node_at[i];

		if (k > 1)
			s.parts[s.n++] =
				(struct part){ i, &s.nodes[node_at[i]], k, &s.edges[edge_at[i]],
					       edge_at[i + 1] - edge_at[i] };
	}
	for (uint32_t i = 0; i < g->n; i++)
		s.nodes[node_at[g->root[i]]++] = i;
	for (uint32_t i = 0; i < g->n_edges; i++)
		s.edges[edge_at[g->root[g->edges[i].a]]++] = i;
	if (s.n)
		qsort(s.parts, s.n, sizeof(*s.parts), part_newest_first);
	*ret = s;
	return NR_OK;
}

static enum nr_rc open_view(struct nr_store *s, const struct nr_scope *sc, int64_t campaign,
			    struct nr_arena *a, struct view *v, struct split *sp,
			    struct nr_err *reterr)
{
	*v = (struct view){ .s = s, .sc = sc, .a = a };
	NR_TRY(nr_graph_load(s, sc, campaign, a, &v->g, reterr));
	return split(v, sp, reterr);
}

enum nr_rc nr_campaigns(struct nr_store *s, const struct nr_scope *sc, unsigned limit,
			struct nr_arena *a, struct nr_campaign **ret, size_t *ret_n,
			struct nr_err *reterr)
{
	struct view v;
	struct split sp;
	struct nr_campaign *c;
	size_t n;

	NR_TRY(open_view(s, sc, 0, a, &v, &sp, reterr));
	n = limit < 1 ? 1 : limit > NR_VIEW_CAMPAIGNS ? NR_VIEW_CAMPAIGNS : limit;
	if (n > sp.n)
		n = sp.n;
	c = NR_NEW_N(a, struct nr_campaign, n + 1);
	if (!c)
		return no_room(reterr);
	for (size_t i = 0; i < n; i++) {
		struct nr_dossier_row *members;

		NR_TRY(head(&v, &sp.parts[i], &c[i], &members, reterr));
		c[i].obs = NULL;
		c[i].n_obs = 0;
	}
	*ret = c;
	*ret_n = n;
	return NR_OK;
}

enum nr_rc nr_campaigns_count(struct nr_store *s, const struct nr_scope *sc, int64_t from_us,
			      int64_t to_us, struct nr_arena *a, int64_t *ret,
			      struct nr_err *reterr)
{
	struct view v;
	struct split sp;
	int64_t n = 0;

	NR_TRY(open_view(s, sc, 0, a, &v, &sp, reterr));
	for (size_t i = 0; i < sp.n; i++) {
		struct nr_arena_mark m = nr_arena_mark(a);
		bool in = from_us <= 0 && to_us == INT64_MAX;

		for (size_t k = sp.parts[i].n_nodes; k > 0 && !in; k--) {
			struct nr_dossier_row d;
			int64_t at;

			NR_TRY(nr_store_dossier_by_row(s, sc, v.g.rows[sp.parts[i].nodes[k - 1]], a,
						       &d, reterr));
			at = d.last_us && d.last_us < d.received_us ? d.last_us : d.received_us;
			in = at >= from_us && at < to_us;
			nr_arena_rewind(a, m);
		}
		n += in;
	}
	*ret = n;
	return NR_OK;
}

static enum nr_rc fill_links(const struct view *v, const struct part *p, struct nr_campaign *c,
			     const struct nr_dossier_row *members, struct nr_err *reterr)
{
	size_t max = p->n_edges < NR_VIEW_MEMBERS ? p->n_edges : NR_VIEW_MEMBERS;
	struct nr_view_link *l = NR_NEW_N(v->a, struct nr_view_link, max + 1);
	uint32_t *place = NR_NEW_N(v->a, uint32_t, v->g.n + 1); /* node -> member + 1 */

	if (!l || !place)
		return no_room(reterr);
	for (size_t i = 0; i < c->n_members; i++)
		place[nr_graph_node(&v->g, members[i].row)] = (uint32_t)i + 1;
	for (size_t i = 0; i < p->n_edges && c->n_links < max; i++) {
		const struct nr_graph_edge *e = &v->g.edges[p->edges[i]];

		if (!place[e->a] || !place[e->b])
			continue;
		l[c->n_links++] = (struct nr_view_link){ .a = members[place[e->a] - 1].id,
							 .b = members[place[e->b] - 1].id,
							 .kind = e->e->kind,
							 .value = e->e->value,
							 .weight = e->weight };
	}
	c->links = l;
	return NR_OK;
}

static enum nr_rc full(const struct view *v, const struct part *p, struct nr_campaign *ret,
		       struct nr_err *reterr)
{
	struct nr_campaign c = { 0 };
	struct nr_dossier_row *d;
	size_t n = p->n_nodes < MANY ? p->n_nodes : MANY;

	NR_TRY(head(v, p, &c, &d, reterr));
	c.n_members = n < NR_VIEW_MEMBERS ? n : NR_VIEW_MEMBERS;
	c.members = d + (n - c.n_members);
	if (c.n_obs > NR_VIEW_MEMBERS)
		c.n_obs = NR_VIEW_MEMBERS;
	NR_TRY(fill_links(v, p, &c, c.members, reterr));
	*ret = c;
	return NR_OK;
}

static enum nr_rc oldest_id(const struct view *v, const struct part *p, char out[NR_CAMPAIGN_ID],
			    struct nr_err *reterr)
{
	struct nr_arena_mark m = nr_arena_mark(v->a);
	struct nr_dossier_row d;

	NR_TRY(nr_store_dossier_by_row(v->s, v->sc, v->g.rows[p->nodes[0]], v->a, &d, reterr));
	id_of(&d.id, out);
	nr_arena_rewind(v->a, m);
	return NR_OK;
}

enum nr_rc nr_campaign_get(struct nr_store *s, const struct nr_scope *sc, struct nr_str id,
			   struct nr_arena *a, struct nr_campaign *ret, struct nr_err *reterr)
{
	struct view v;
	struct split sp;

	NR_TRY(open_view(s, sc, 0, a, &v, &sp, reterr));
	for (size_t i = 0; i < sp.n; i++) {
		char have[NR_CAMPAIGN_ID];

		NR_TRY(oldest_id(&v, &sp.parts[i], have, reterr));
		if (nr_str_eq(nr_str_c(have), id))
			return full(&v, &sp.parts[i], ret, reterr);
	}
	return nr_fail(reterr, NR_E_NOTFOUND, "campaign", UINT64_MAX, "no such campaign");
}

static int link_cmp(const void *a, const void *b)
{
	const struct nr_dossier_link *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->other.row != y->other.row)
		return x->other.row > y->other.row ? -1 : 1;
	return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : str_cmp(x->value, y->value);
}

static enum nr_rc links_of(const struct view *v, uint32_t node, struct nr_dossier_links *ret,
			   struct nr_err *reterr)
{
	size_t n = 0;

	for (size_t i = 0; i < v->g.n_edges; i++)
		n += v->g.edges[i].a == node || v->g.edges[i].b == node;
	if (n > NR_VIEW_MEMBERS)
		n = NR_VIEW_MEMBERS;
	ret->v = NR_NEW_N(v->a, struct nr_dossier_link, n + 1);
	if (!ret->v)
		return no_room(reterr);
	for (size_t i = 0; i < v->g.n_edges && ret->n < n; i++) {
		const struct nr_graph_edge *e = &v->g.edges[i];
		struct nr_dossier_link *l = &ret->v[ret->n];

		if (e->a != node && e->b != node)
			continue;
		NR_TRY(nr_store_dossier_by_row(v->s, v->sc, v->g.rows[e->a == node ? e->b : e->a],
					       v->a, &l->other, reterr));
		l->kind = e->e->kind;
		l->value = e->e->value;
		l->weight = e->weight;
		ret->n++;
	}
	qsort(ret->v, ret->n, sizeof(*ret->v), link_cmp);
	return NR_OK;
}

enum nr_rc nr_dossier_links(struct nr_store *s, const struct nr_scope *sc, const struct nr_uuid *id,
			    struct nr_arena *a, struct nr_dossier_links *ret, struct nr_err *reterr)
{
	struct nr_dossier_row d;
	struct view v;
	struct split sp;
	int64_t campaign;
	uint32_t node;

	NR_TRY(nr_store_dossier_get(s, sc, id, a, &d, reterr));
	NR_TRY(nr_store_campaign_of(s, d.row, &campaign, reterr));
	*ret = (struct nr_dossier_links){ .n = 0 };
	if (campaign == 0)
		return NR_OK;
	NR_TRY(open_view(s, sc, campaign, a, &v, &sp, reterr));
	node = nr_graph_node(&v.g, d.row);
	if (node == UINT32_MAX)
		return NR_OK;
	for (size_t i = 0; i < sp.n; i++)
		if (sp.parts[i].root == v.g.root[node])
			NR_TRY(oldest_id(&v, &sp.parts[i], ret->campaign, reterr));
	return links_of(&v, node, ret, reterr);
}
