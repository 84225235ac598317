/* key.c -- the ledger's signing key: an Ed25519 seed as 64 hexadecimal digits in PATH.key, 0600. */
#include "store/store_int.h"

#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEED = 32, SEED_TEXT = 2 * SEED };

static enum nr_rc read_seed(const char *path, uint8_t seed[SEED], bool *ret_found,
			    struct nr_err *reterr)
{
	char text[SEED_TEXT + 2] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;
	bool ok;

	*ret_found = fd >= 0;
	if (fd < 0)
		return errno == ENOENT ? NR_OK : nr_fail_errno(reterr, "ledger-key", errno, path);
	n = read(fd, text, sizeof(text));
	(void)close(fd);
	ok = (n == SEED_TEXT || (n == SEED_TEXT + 1 && text[SEED_TEXT] == '\n')) &&
	     nr_unhex((struct nr_str){ text, SEED_TEXT }, seed, SEED);
	sodium_memzero(text, sizeof(text));
	return ok ? NR_OK
		  : nr_fail(reterr, NR_E_MALFORMED, "ledger-key", UINT64_MAX,
			    "%.160s is not a signing key (64 hexadecimal digits): restore it",
			    path);
}

static enum nr_rc make_seed(const char *path, uint8_t seed[SEED], struct nr_err *reterr)
{
	char text[SEED_TEXT + 2];
	enum nr_rc rc;

	randombytes_buf(seed, SEED);
	nr_hex(seed, SEED, text);
	text[SEED_TEXT] = '\n';
	rc = nr_file_put(path, (struct nr_bytes){ (const uint8_t *)text, SEED_TEXT + 1 }, 0600,
			 reterr);
	sodium_memzero(text, sizeof(text));
	return rc;
}

static enum nr_rc meta_key_put(struct nr_store *s, struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_db_query(s->db, "INSERT INTO meta(key,value) VALUES('ledger_public_key',$1)", &q,
			   reterr));
	nr_q_blob(q, 1, (struct nr_bytes){ s->public_key, 32 });
	return nr_q_run(q, reterr);
}

static enum nr_rc meta_key_get(struct nr_store *s, struct nr_err *reterr)
{
	struct nr_bytes b = { NULL, 0 };
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_db_query(s->db, "SELECT value FROM meta WHERE key='ledger_public_key'", &q,
			   reterr));
	NR_TRY(nr_q_step(q, &row, reterr));
	if (row)
		b = nr_q_col_blob(q, 0);
	if (b.n == 32)
		memcpy(s->public_key, b.p, 32);
	if (row)
		nr_q_done(q);
	return b.n == 32 ? NR_OK
			 : nr_fail(reterr, NR_E_MALFORMED, "ledger-key", UINT64_MAX,
				   "%.160s names no public key of its ledger: restore it from a "
				   "backup",
				   s->path);
}

static enum nr_rc load(struct nr_store *s, const char *path, bool create, uint8_t seed[SEED],
		       struct nr_err *reterr)
{
	uint8_t pk[32];
	bool found;

	NR_TRY(read_seed(path, seed, &found, reterr));
	if (!found && !create)
		return nr_fail(reterr, NR_E_IO, "ledger-key", UINT64_MAX,
			       "the ledger's signing key %.120s is missing: restore it; without it "
			       "nothing can be added",
			       path);
	if (!found)
		NR_TRY(make_seed(path, seed, reterr));
	(void)crypto_sign_seed_keypair(pk, s->secret_key, seed);
	if (create) {
		memcpy(s->public_key, pk, 32);
		return meta_key_put(s, reterr);
	}
	if (memcmp(pk, s->public_key, 32) != 0)
		return nr_fail(reterr, NR_E_INVAL, "ledger-key", UINT64_MAX,
			       "%.160s is the key of another store", path);
	return NR_OK;
}

enum nr_rc nr_key_load(struct nr_store *s, bool create, struct nr_err *reterr)
{
	uint8_t seed[SEED];
	char *path = NULL;
	enum nr_rc rc;

	if (!create) {
		NR_TRY(meta_key_get(s, reterr));
		if (s->read_only)
			return NR_OK;
	}
	if (asprintf(&path, "%s.key", s->path) < 0)
		return nr_fail(reterr, NR_E_NOMEM, "ledger-key", UINT64_MAX, "out of memory");
	rc = load(s, path, create, seed, reterr);
	sodium_memzero(seed, sizeof(seed));
	free(path);
	return rc;
}
