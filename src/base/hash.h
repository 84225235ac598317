/* hash.h -- digests (OpenSSL libcrypto) and the fast keyless hash of in-memory tables.
 *
 * MD5 and SHA-1 are here because partners exchange them as names of files, never as proof. */
#pragma once

#include "base/view.h"

struct nr_sha256 {
	uint8_t b[32];
};

struct nr_digests {
	uint8_t md5[16];
	uint8_t sha1[20];
	uint8_t sha256[32];
};

/* SHA-256 of one view. */
struct nr_sha256 nr_sha256(struct nr_bytes in);
/* SHA-256 of two views in a row (Merkle nodes, domain-separated hashing). */
struct nr_sha256 nr_sha256_2(struct nr_bytes a, struct nr_bytes b);
/* MD5, SHA-1 and SHA-256 of one view. */
void nr_digests(struct nr_bytes in, struct nr_digests *ret);

/* Incremental SHA-256 for streams.  nr_hash_open() returns NULL when out of memory; nr_hash_value() is
 * the digest so far, and more may be added after it. */
struct nr_hash;
NR_OWNED struct nr_hash *nr_hash_open(void);
void nr_hash_add(struct nr_hash *h, struct nr_bytes in);
struct nr_sha256 nr_hash_value(struct nr_hash *h);
void nr_hash_free(struct nr_hash **p); /* NULL ok; sets *p = NULL */

/* 64-bit mix of a view (not keyed, not for trust): table keys, samples. */
uint64_t nr_hash64(struct nr_bytes in, uint64_t seed);

/* Lower-case hexadecimal with terminator: out holds 2 n + 1 bytes. */
void nr_hex(const uint8_t *p, size_t n, char *out);
/* Exactly n bytes from 2 n hexadecimal digits of either case; false otherwise. */
bool nr_unhex(struct nr_str s, uint8_t *out, size_t n);
