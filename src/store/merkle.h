/* merkle.h -- the hash tree of RFC 6962 section 2, without a store: what a partner needs to check
 * a proof.  leaf = SHA-256(0x00 || entry), node = SHA-256(0x01 || left || right). */
#pragma once

#include "base/hash.h"

enum { NR_MERKLE_LEVELS = 63, NR_MERKLE_PROOF = 2 * NR_MERKLE_LEVELS };

/* The right edge of a growing tree: h[k] is the root of the complete subtree of 2^k leaves that
 * ends it, present when bit k of size is set. */
struct nr_merkle {
	int64_t size;
	struct nr_sha256 h[NR_MERKLE_LEVELS];
};

/* Hash of an entry's bytes, and of two children. */
struct nr_sha256 nr_merkle_leaf(struct nr_bytes entry);
struct nr_sha256 nr_merkle_node(const struct nr_sha256 *left, const struct nr_sha256 *right);
/* Appends a leaf hash.  node (may be NULL) is called for every subtree this completes, with its
 * level (1..) and its index on that level; stops at and returns its first error. */
NR_MUSTUSE enum nr_rc nr_merkle_add(struct nr_merkle *m, const struct nr_sha256 *leaf,
				    enum nr_rc (*node)(void *ctx, unsigned level, int64_t idx,
						       const struct nr_sha256 *h),
				    void *ctx);
/* The root of what was added so far; of nothing, SHA-256 of the empty string. */
struct nr_sha256 nr_merkle_root(const struct nr_merkle *m);
/* Does the audit path show leaf at idx in the tree of size with this root?  (RFC 9162 2.1.3.2) */
bool nr_merkle_included(const struct nr_sha256 *leaf, int64_t idx, int64_t size,
			const struct nr_sha256 *path, size_t n, const struct nr_sha256 *root);
/* Does the proof show that the tree (old_size, old_root) is a beginning of (size, root)?
 * (RFC 9162 2.1.4.2) */
bool nr_merkle_consistent(int64_t old_size, const struct nr_sha256 *old_root, int64_t size,
			  const struct nr_sha256 *root, const struct nr_sha256 *proof, size_t n);
