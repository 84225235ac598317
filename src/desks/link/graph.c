#include "desks/link/graph.h"

struct seen { /* a visible dossier has an observable */
	int64_t obs, row;
};

static int cmp64(int64_t x, int64_t y)
{
	return (x > y) - (x < y);
}

static int seen_cmp(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	int c = cmp64(x->obs, y->obs);

	return c ? c : cmp64(x->row, y->row);
}

static int row_cmp(const void *a, const void *b)
{
	return cmp64(*(const int64_t *)a, *(const int64_t *)b);
}

static size_t find64(const int64_t *v, size_t n, int64_t key)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid] < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && v[lo] == key ? lo : SIZE_MAX;
}

static size_t unique64(int64_t *v, size_t n)
{
	size_t k = 0;

	if (n)
		qsort(v, n, sizeof(*v), row_cmp);
	for (size_t i = 0; i < n; i++)
		if (k == 0 || v[k - 1] != v[i])
			v[k++] = v[i];
	return k;
}

struct load {
	struct nr_edge_list edges;
	int64_t *obs; /* distinct observable rows, ascending */
	size_t n_obs;
	int64_t visible; /* dossiers in scope */
};

static enum nr_rc no_room(struct nr_err *reterr)
{
	return nr_fail(reterr, NR_E_LIMIT, "campaigns", UINT64_MAX,
		       "the links do not fit the memory of one request");
}

/* Every visible dossier of an observable that has another visible one has a stored link to it, so the
 * ends of the links are all there is to count. */
static enum nr_rc count_df(struct load *l, struct nr_arena *a, struct nr_graph *g,
			   struct nr_err *reterr)
{
	struct seen *v = NR_NEW_N(a, struct seen, 2 * l->edges.n + 1);

	l->obs = NR_NEW_N(a, int64_t, l->edges.n + 1);
	g->rows = NR_NEW_N(a, int64_t, 2 * l->edges.n + 1);
	if (!v || !l->obs || !g->rows)
		return no_room(reterr);
	for (size_t i = 0; i < l->edges.n; i++) {
		const struct nr_edge *e = &l->edges.v[i];

		v[2 * i] = (struct seen){ e->obs, e->a };
		v[2 * i + 1] = (struct seen){ e->obs, e->b };
		g->rows[2 * i] = e->a;
		g->rows[2 * i + 1] = e->b;
		l->obs[i] = e->obs;
	}
	g->n = unique64(g->rows, 2 * l->edges.n);
	l->n_obs = unique64(l->obs, l->edges.n);
	g->df = NR_NEW_N(a, int64_t, l->n_obs + 1);
	if (!g->df)
		return no_room(reterr);
	if (l->edges.n)
		qsort(v, 2 * l->edges.n, sizeof(*v), seen_cmp);
	for (size_t i = 0; i < 2 * l->edges.n; i++)
		if (i == 0 || seen_cmp(&v[i - 1], &v[i]) != 0)
			g->df[find64(l->obs, l->n_obs, v[i].obs)]++;
	return NR_OK;
}

static uint32_t root_of(uint32_t *root, uint32_t i)
{
	while (root[i] != i) {
		root[i] = root[root[i]];
		i = root[i];
	}
	return i;
}

static void join(uint32_t *root, uint32_t a, uint32_t b)
{
	uint32_t x = root_of(root, a), y = root_of(root, b);

	if (x < y)
		root[y] = x;
	else
		root[x] = y;
}

static enum nr_rc weigh(const struct load *l, struct nr_arena *a, struct nr_graph *g,
			struct nr_err *reterr)
{
	g->edges = NR_NEW_N(a, struct nr_graph_edge, l->edges.n + 1);
	g->root = NR_NEW_N(a, uint32_t, g->n + 1);
	if (!g->edges || !g->root)
		return no_room(reterr);
	for (uint32_t i = 0; i < g->n; i++)
		g->root[i] = i;
	for (size_t i = 0; i < l->edges.n; i++) {
		const struct nr_edge *e = &l->edges.v[i];
		size_t obs = find64(l->obs, l->n_obs, e->obs);
		unsigned weight =
			nr_link_weight(e->kind, (unsigned)e->strength, g->df[obs], l->visible);

		if (weight < NR_LINK_THRESHOLD)
			continue;
		g->edges[g->n_edges] = (struct nr_graph_edge){
			.a = (uint32_t)find64(g->rows, g->n, e->a),
			.b = (uint32_t)find64(g->rows, g->n, e->b),
			.obs = (uint32_t)obs,
			.weight = weight,
			.e = e,
		};
		join(g->root, g->edges[g->n_edges].a, g->edges[g->n_edges].b);
		g->n_edges++;
	}
	for (uint32_t i = 0; i < g->n; i++)
		g->root[i] = root_of(g->root, i);
	return NR_OK;
}

enum nr_rc nr_graph_load(struct nr_store *s, const struct nr_scope *sc, int64_t campaign,
			 struct nr_arena *a, struct nr_graph *ret, struct nr_err *reterr)
{
	struct load l = { 0 };
	struct nr_graph g = { 0 };

	NR_TRY(nr_store_visible_count(s, sc, &l.visible, reterr));
	NR_TRY(nr_store_edges(s, sc, campaign, NR_VIEW_EDGES, a, &l.edges, reterr));
	NR_TRY(count_df(&l, a, &g, reterr));
	NR_TRY(weigh(&l, a, &g, reterr));
	*ret = g;
	return NR_OK;
}

uint32_t nr_graph_node(const struct nr_graph *g, int64_t row)
{
	size_t i = find64(g->rows, g->n, row);

	return i == SIZE_MAX ? UINT32_MAX : (uint32_t)i;
}
