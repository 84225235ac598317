#include "base/hash.h"

#include <openssl/evp.h>

struct nr_hash {
	EVP_MD_CTX *c;
};

static void digest(const EVP_MD *md, struct nr_bytes a, struct nr_bytes b, uint8_t *out)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	/* Out of memory for 100 bytes is not survivable: a wrong hash in a ledger is worse. */
	if (!c || !EVP_DigestInit_ex(c, md, NULL) || !EVP_DigestUpdate(c, a.p, a.n) ||
	    !EVP_DigestUpdate(c, b.p, b.n) || !EVP_DigestFinal_ex(c, out, NULL))
		abort();
	EVP_MD_CTX_free(c);
}

struct nr_sha256 nr_sha256(struct nr_bytes in)
{
	return nr_sha256_2(in, (struct nr_bytes){ NULL, 0 });
}

struct nr_sha256 nr_sha256_2(struct nr_bytes a, struct nr_bytes b)
{
	struct nr_sha256 r;

	digest(EVP_sha256(), a, b, r.b);
	return r;
}

void nr_digests(struct nr_bytes in, struct nr_digests *ret)
{
	struct nr_bytes none = { NULL, 0 };

	digest(EVP_md5(), in, none, ret->md5);
	digest(EVP_sha1(), in, none, ret->sha1);
	digest(EVP_sha256(), in, none, ret->sha256);
}

struct nr_hash *nr_hash_open(void)
{
	struct nr_hash *h = malloc(sizeof(*h));

	if (!h)
		return NULL;
	h->c = EVP_MD_CTX_new();
	if (!h->c || !EVP_DigestInit_ex(h->c, EVP_sha256(), NULL))
		nr_hash_free(&h);
	return h;
}

void nr_hash_add(struct nr_hash *h, struct nr_bytes in)
{
	if (!EVP_DigestUpdate(h->c, in.p, in.n))
		abort();
}

struct nr_sha256 nr_hash_value(struct nr_hash *h)
{
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	struct nr_sha256 r;

	if (!copy || !EVP_MD_CTX_copy_ex(copy, h->c) || !EVP_DigestFinal_ex(copy, r.b, NULL))
		abort();
	EVP_MD_CTX_free(copy);
	return r;
}

void nr_hash_free(struct nr_hash **p)
{
	if (*p) {
		EVP_MD_CTX_free((*p)->c);
		free(*p);
	}
	*p = NULL;
}

__extension__ typedef unsigned __int128 nr_u128;

static uint64_t mix(uint64_t a, uint64_t b)
{
	nr_u128 m = (nr_u128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

uint64_t nr_hash64(struct nr_bytes in, uint64_t seed)
{
	uint64_t h = seed ^ UINT64_C(0x9e3779b97f4a7c15), v;
	size_t i = 0;

	for (; i + 8 <= in.n; i += 8) {
		memcpy(&v, in.p + i, 8);
		h = mix(h ^ v, UINT64_C(0xbf58476d1ce4e5b9));
	}
	v = 0;
	if (i < in.n)
		memcpy(&v, in.p + i, in.n - i);
	h = mix(h ^ v, UINT64_C(0x94d049bb133111eb));
	return mix(h ^ in.n, UINT64_C(0xd6e8feb86659fd93));
}

void nr_hex(const uint8_t *p, size_t n, char *out)
{
	static const char d[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = d[p[i] >> 4];
		out[2 * i + 1] = d[p[i] & 15];
	}
	out[2 * n] = 0;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool nr_unhex(struct nr_str s, uint8_t *out, size_t n)
{
	if (s.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = nibble(s.p[2 * i]), lo = nibble(s.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}
