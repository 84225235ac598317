#include "policy/policy.h"

/* Parents are indexes into the same array, sorted by id: a question about a line is a walk upwards,
 * as long as the chain of command is deep, and costs no memory that grows with the square of the
 * register. */
struct node {
	struct nr_str id;
	size_t parent[2]; /* command, technical; NONE */
};

enum { TREE_MAX = 100000, TREE_BYTES = 64 << 20 };
#define NONE SIZE_MAX

struct nr_tree {
	struct nr_arena a;
	struct node *nodes;
	size_t n;
};

static int str_cmp(struct nr_str a, struct nr_str b)
{
	int c = memcmp(a.p ? a.p : "", b.p ? b.p : "", a.n < b.n ? a.n : b.n);

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

static int node_cmp(const void *a, const void *b)
{
	return str_cmp(((const struct node *)a)->id, ((const struct node *)b)->id);
}

static size_t find(const struct nr_tree *t, struct nr_str id)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = str_cmp(t->nodes[mid].id, id);

		if (c == 0)
			return mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NONE;
}

/* Colours: 0 unseen, 1 on the path, 2 done.  Follows both lines at once, so that two units can
 * never each stand above the other.  The path is kept in the array, not on the C stack.  Returns a
 * unit of the cycle or NONE. */
static size_t cycle_at(const struct nr_tree *t, uint8_t *colour, size_t *path, size_t from)
{
	size_t depth = 0;

	path[depth++] = from;
	colour[from] = 1;
	while (depth > 0) {
		size_t at = path[depth - 1], next = NONE;

		for (unsigned line = 0; line < 2; line++) {
			size_t up = t->nodes[at].parent[line];

			if (up == NONE || colour[up] == 2)
				continue;
			if (colour[up] == 1)
				return up;
			next = up;
		}
		if (next == NONE) {
			colour[at] = 2;
			depth--;
		} else {
			colour[next] = 1;
			path[depth++] = next;
		}
	}
	return NONE;
}

static enum nr_rc check_cycles(struct nr_tree *t, struct nr_err *reterr)
{
	uint8_t *colour = NR_NEW_N(&t->a, uint8_t, t->n + 1);
	size_t *path = NR_NEW_N(&t->a, size_t, t->n + 1);

	if (!colour || !path)
		return nr_fail(reterr, NR_E_NOMEM, "unit", UINT64_MAX, "too many units");
	for (size_t i = 0; i < t->n; i++) {
		size_t at = colour[i] == 0 ? cycle_at(t, colour, path, i) : NONE;

		if (at != NONE)
			return nr_fail(reterr, NR_E_MALFORMED, "unit", UINT64_MAX,
				       "unit '%.*s' would stand above itself: check its command "
				       "and technical parents",
				       NR_FMT(t->nodes[at].id));
	}
	return NR_OK;
}

static enum nr_rc set_parent(struct nr_tree *t, struct nr_str unit, unsigned line,
			     struct nr_str parent, struct nr_err *reterr)
{
	size_t at = find(t, unit), up;

	if (parent.n == 0)
		return NR_OK;
	up = find(t, parent);
	if (up == NONE)
		return nr_fail(reterr, NR_E_MALFORMED, "unit", UINT64_MAX,
			       "%s parent '%.*s' of unit '%.*s' is not enrolled",
			       line ? "technical" : "command", NR_FMT(parent), NR_FMT(unit));
	t->nodes[at].parent[line] = up;
	return NR_OK;
}

static enum nr_rc fill(struct nr_tree *t, const struct nr_unit *units, size_t n,
		       struct nr_err *reterr)
{
	t->nodes = NR_NEW_N(&t->a, struct node, n + 1);
	if (!t->nodes)
		return nr_fail(reterr, NR_E_NOMEM, "unit", UINT64_MAX, "too many units");
	for (size_t i = 0; i < n; i++) {
		if (!nr_slug_ok(units[i].id))
			return nr_fail(reterr, NR_E_MALFORMED, "unit", UINT64_MAX,
				       "'%.*s' is no unit id", NR_FMT(units[i].id));
		t->nodes[i] = (struct node){ .id = nr_arena_str(&t->a, units[i].id),
					     .parent = { NONE, NONE } };
		if (t->a.exhausted)
			return nr_fail(reterr, NR_E_NOMEM, "unit", UINT64_MAX, "too many units");
	}
	t->n = n;
	qsort(t->nodes, n, sizeof(*t->nodes), node_cmp);
	for (size_t i = 1; i < n; i++)
		if (nr_str_eq(t->nodes[i - 1].id, t->nodes[i].id))
			return nr_fail(reterr, NR_E_MALFORMED, "unit", UINT64_MAX,
				       "unit '%.*s' is enrolled twice", NR_FMT(t->nodes[i].id));
	for (size_t i = 0; i < n; i++) {
		NR_TRY(set_parent(t, units[i].id, 0, units[i].command_parent, reterr));
		NR_TRY(set_parent(t, units[i].id, 1, units[i].technical_parent, reterr));
	}
	return check_cycles(t, reterr);
}

enum nr_rc nr_tree_build(const struct nr_unit *units, size_t n, struct nr_tree **ret,
			 struct nr_err *reterr)
{
	struct nr_tree *t;
	enum nr_rc rc;

	if (n > TREE_MAX)
		return nr_fail(reterr, NR_E_LIMIT, "unit", UINT64_MAX,
			       "%zu units, at most %d can be enrolled", n, TREE_MAX);
	t = calloc(1, sizeof(*t));
	if (!t)
		return nr_fail(reterr, NR_E_NOMEM, "unit", UINT64_MAX, "out of memory");
	t->a = NR_ARENA_INIT(TREE_BYTES);
	rc = fill(t, units, n, reterr);
	if (rc != NR_OK)
		nr_tree_free(&t);
	else
		*ret = t;
	return rc;
}

void nr_tree_free(struct nr_tree **p)
{
	if (!p || !*p)
		return;
	nr_arena_done(&(*p)->a);
	free(*p);
	*p = NULL;
}

bool nr_tree_has(const struct nr_tree *t, struct nr_str unit)
{
	return find(t, unit) != NONE;
}

bool nr_tree_covers(const struct nr_tree *t, struct nr_str above, struct nr_str below)
{
	size_t top = find(t, above), bottom = find(t, below);

	if (top == NONE || bottom == NONE)
		return false;
	for (unsigned line = 0; line < 2; line++)
		for (size_t at = bottom; at != NONE; at = t->nodes[at].parent[line])
			if (at == top)
				return true;
	return false;
}
