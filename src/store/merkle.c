#include "store/merkle.h"

struct nr_sha256 nr_merkle_leaf(struct nr_bytes entry)
{
	static const uint8_t zero[1] = { 0 };

	return nr_sha256_2((struct nr_bytes){ zero, 1 }, entry);
}

struct nr_sha256 nr_merkle_node(const struct nr_sha256 *left, const struct nr_sha256 *right)
{
	uint8_t b[65] = { 1 };

	memcpy(b + 1, left->b, 32);
	memcpy(b + 33, right->b, 32);
	return nr_sha256((struct nr_bytes){ b, sizeof(b) });
}

enum nr_rc nr_merkle_add(struct nr_merkle *m, const struct nr_sha256 *leaf,
			 enum nr_rc (*node)(void *ctx, unsigned level, int64_t idx,
					    const struct nr_sha256 *h),
			 void *ctx)
{
	struct nr_sha256 h = *leaf;
	int64_t at = m->size;
	unsigned level = 0;

	while (at >> level & 1) {
		h = nr_merkle_node(&m->h[level], &h);
		level++;
		if (node)
			NR_TRY(node(ctx, level, at >> level, &h));
	}
	m->h[level] = h;
	m->size++;
	return NR_OK;
}

struct nr_sha256 nr_merkle_root(const struct nr_merkle *m)
{
	struct nr_sha256 h = { { 0 } };
	bool any = false;

	if (m->size == 0)
		return nr_sha256((struct nr_bytes){ NULL, 0 });
	for (unsigned k = 0; k < NR_MERKLE_LEVELS; k++) {
		if (!(m->size >> k & 1))
			continue;
		h = any ? nr_merkle_node(&m->h[k], &h) : m->h[k];
		any = true;
	}
	return h;
}

static bool same(const struct nr_sha256 *a, const struct nr_sha256 *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool nr_merkle_included(const struct nr_sha256 *leaf, int64_t idx, int64_t size,
			const struct nr_sha256 *path, size_t n, const struct nr_sha256 *root)
{
	struct nr_sha256 r = *leaf;
	int64_t fn = idx, sn = size - 1;

	if (idx < 0 || idx >= size)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			r = nr_merkle_node(&path[i], &r);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = nr_merkle_node(&r, &path[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && same(&r, root);
}

/* Both indexes up, while the first is a right child. */
static void climb(int64_t *fn, int64_t *sn)
{
	while (*fn & 1) {
		*fn >>= 1;
		*sn >>= 1;
	}
}

bool nr_merkle_consistent(int64_t old_size, const struct nr_sha256 *old_root, int64_t size,
			  const struct nr_sha256 *root, const struct nr_sha256 *proof, size_t n)
{
	int64_t fn = old_size - 1, sn = size - 1;
	struct nr_sha256 fr, sr;
	size_t i = 0;

	if (old_size <= 0 || old_size > size)
		return false;
	if (old_size == size)
		return n == 0 && same(old_root, root);
	climb(&fn, &sn);
	/* A power of two is a subtree of the new tree: the proof then starts from the old root. */
	if (fn == 0)
		fr = sr = *old_root;
	else if (n == 0)
		return false;
	else
		fr = sr = proof[i++];
	for (; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			fr = nr_merkle_node(&proof[i], &fr);
			sr = nr_merkle_node(&proof[i], &sr);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			sr = nr_merkle_node(&sr, &proof[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && same(&fr, old_root) && same(&sr, root);
}
