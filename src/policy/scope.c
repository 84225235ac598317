#include "policy/policy.h"

enum { UNITS_BYTES = 64 << 20 };

static int id_cmp(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

enum nr_rc nr_policy_scope(struct nr_store *s, const struct nr_tree *t, const struct nr_viewer *v,
			   enum nr_purpose p, struct nr_arena *a, struct nr_scope *ret,
			   struct nr_err *reterr)
{
	struct nr_marking_row *rows;
	int64_t *ids;
	size_t n, kept = 0;

	NR_TRY(nr_store_markings(s, a, &rows, &n, reterr));
	ids = NR_NEW_N(a, int64_t, n + 1);
	if (!ids)
		return nr_fail(reterr, NR_E_LIMIT, "scope", UINT64_MAX,
			       "%zu markings do not fit the memory of one request", n);
	for (size_t i = 0; i < n; i++)
		if (nr_policy_decide(t, v, &rows[i].m, p))
			ids[kept++] = rows[i].id;
	if (kept)
		qsort(ids, kept, sizeof(*ids), id_cmp);
	*ret = (struct nr_scope){ .all = false, .markings = ids, .n = kept };
	return NR_OK;
}

enum nr_rc nr_tree_load(struct nr_store *s, struct nr_tree **ret, struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(UNITS_BYTES);
	struct nr_unit *units;
	size_t n;

	NR_TRY(nr_store_units(s, &a, &units, &n, reterr));
	return nr_tree_build(units, n, ret, reterr);
}
