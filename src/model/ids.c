#include "model/ids.h"

#include "base/hash.h"

#include <openssl/evp.h>
#include <pthread.h>

/* STIX 2.1 section 2.9 */
const struct nr_uuid nr_ns_stix = { { 0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01,
				      0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7 } };
const struct nr_uuid nr_ns_noroshi = { { 0x6e, 0x6f, 0x72, 0x6f, 0x73, 0x68, 0x49, 0x20, 0x9a, 0x31,
					 0x7e, 0x5d, 0x20, 0x12, 0x08, 0x01 } };

static pthread_once_t sha1_once = PTHREAD_ONCE_INIT;
static EVP_MD *sha1;

/* Once a process: EVP_sha1() looks the algorithm up again at every use, a third of the time. */
static void sha1_fetch(void)
{
	sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
}

struct nr_uuid nr_uuid5(const struct nr_uuid *ns, struct nr_bytes name)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	uint8_t d[EVP_MAX_MD_SIZE];
	struct nr_uuid u;

	(void)pthread_once(&sha1_once, sha1_fetch);
	if (!c || !sha1 || !EVP_DigestInit_ex(c, sha1, NULL) || !EVP_DigestUpdate(c, ns->b, 16) ||
	    !EVP_DigestUpdate(c, name.p, name.n) || !EVP_DigestFinal_ex(c, d, NULL))
		abort(); /* a wrong id is worse than a dead process */
	EVP_MD_CTX_free(c);
	memcpy(u.b, d, 16);
	u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x50);
	u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
	return u;
}

void nr_uuid_format(const struct nr_uuid *u, char out[NR_UUID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	size_t k = 0;

	for (size_t i = 0; i < sizeof(u->b); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[k++] = '-';
		out[k++] = digits[u->b[i] >> 4];
		out[k++] = digits[u->b[i] & 15];
	}
	out[k] = 0;
}

enum nr_rc nr_uuid_parse(struct nr_str s, struct nr_uuid *ret, struct nr_err *reterr)
{
	char hex[32];
	size_t k = 0;

	if (s.n != NR_UUID_TEXT - 1)
		return nr_fail(reterr, NR_E_MALFORMED, "uuid", 0, "not a UUID");
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash != (s.p[i] == '-'))
			return nr_fail(reterr, NR_E_MALFORMED, "uuid", i, "not a UUID");
		if (!dash)
			hex[k++] = s.p[i];
	}
	if (!nr_unhex((struct nr_str){ hex, 32 }, ret->b, 16))
		return nr_fail(reterr, NR_E_MALFORMED, "uuid", 0, "not a UUID");
	return NR_OK;
}

bool nr_slug_ok(struct nr_str s)
{
	if (s.n == 0 || s.n > NR_SLUG_MAX || s.p[0] == '-' || s.p[0] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'))
			return false;
	}
	return true;
}
