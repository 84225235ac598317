/* ledger_proof.c -- proofs a partner can check with merkle.h: that an entry is in the tree of a
 * head, and that one head's tree is the beginning of another's. */
#include "store/store_int.h"

struct proof {
	struct nr_store *s;
	struct nr_sha256 *path;
	size_t n;
	struct nr_err *e;
};

/* Largest power of two below n (n > 1). */
static int64_t split(int64_t n)
{
	int64_t k = 1;

	while (k < n - k)
		k *= 2;
	return k;
}

/* Root of the leaves [from, from + n): stored when it is a complete subtree, else put together
 * along its right edge. */
static enum nr_rc subtree(struct proof *p, int64_t from, int64_t n, struct nr_sha256 *ret)
{
	struct nr_sha256 right;
	unsigned level = 0;

	if ((n & (n - 1)) != 0) {
		int64_t k = split(n);

		NR_TRY(subtree(p, from, k, ret));
		NR_TRY(subtree(p, from + k, n - k, &right));
		*ret = nr_merkle_node(ret, &right);
		return NR_OK;
	}
	while (INT64_C(1) << level < n)
		level++;
	return nr_ledger_node(p->s, level, from >> level, ret, p->e);
}

static enum nr_rc emit(struct proof *p, int64_t from, int64_t n)
{
	NR_TRY(subtree(p, from, n, &p->path[p->n]));
	p->n++;
	return NR_OK;
}

/* RFC 6962 section 2.1.1, PATH(m, D[from:from + n]). */
static enum nr_rc path(struct proof *p, int64_t m, int64_t from, int64_t n)
{
	int64_t k;

	if (n == 1)
		return NR_OK;
	k = split(n);
	if (m < k) {
		NR_TRY(path(p, m, from, k));
		return emit(p, from + k, n - k);
	}
	NR_TRY(path(p, m - k, from + k, n - k));
	return emit(p, from, k);
}

/* RFC 6962 section 2.1.2, SUBPROOF(m, D[from:from + n], whole). */
static enum nr_rc subproof(struct proof *p, int64_t m, int64_t from, int64_t n, bool whole)
{
	int64_t k;

	if (m == n)
		return whole ? NR_OK : emit(p, from, n);
	k = split(n);
	if (m <= k) {
		NR_TRY(subproof(p, m, from, k, whole));
		return emit(p, from + k, n - k);
	}
	NR_TRY(subproof(p, m - k, from + k, n - k, false));
	return emit(p, from, k);
}

static enum nr_rc proof_init(struct proof *p, struct nr_store *s, int64_t first, int64_t size,
			     struct nr_arena *a, struct nr_err *reterr)
{
	struct nr_stmt *q;
	int64_t have;

	NR_TRY(nr_db_query(s->db, "SELECT max(idx)+1 FROM ledger", &q, reterr));
	NR_TRY(nr_q_one(q, 0, &have, reterr));
	if (first < 0 || first > size || size > have)
		return nr_fail(reterr, NR_E_INVAL, "ledger", UINT64_MAX,
			       "no proof from %lld to %lld: the ledger has %lld entries",
			       (long long)first, (long long)size, (long long)have);
	*p = (struct proof){ .s = s, .e = reterr };
	p->path = NR_NEW_N(a, struct nr_sha256, NR_MERKLE_PROOF);
	return p->path ? NR_OK : nr_no_room(reterr);
}

enum nr_rc nr_ledger_inclusion(struct nr_store *s, int64_t idx, int64_t size, struct nr_arena *a,
			       struct nr_sha256 **ret, size_t *ret_n, struct nr_err *reterr)
{
	struct proof p;

	NR_TRY(proof_init(&p, s, idx + 1, size, a, reterr));
	NR_TRY(path(&p, idx, 0, size));
	*ret = p.path;
	*ret_n = p.n;
	return NR_OK;
}

enum nr_rc nr_ledger_consistency(struct nr_store *s, int64_t old_size, int64_t size,
				 struct nr_arena *a, struct nr_sha256 **ret, size_t *ret_n,
				 struct nr_err *reterr)
{
	struct proof p;

	NR_TRY(proof_init(&p, s, old_size, size, a, reterr));
	if (old_size > 0)
		NR_TRY(subproof(&p, old_size, 0, size, true));
	*ret = p.path;
	*ret_n = p.n;
	return NR_OK;
}

enum nr_rc nr_ledger_root(struct nr_store *s, int64_t size, struct nr_sha256 *ret,
			  struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 10);
	struct proof p;

	if (size < 1)
		return nr_fail(reterr, NR_E_INVAL, "ledger", UINT64_MAX, "a tree of no entries");
	NR_TRY(proof_init(&p, s, size, size, &a, reterr));
	return subtree(&p, 0, size, ret);
}
