#include "desks/people/people.h"

#include "base/time.h"

#include <sodium.h>

enum { OPS = 2, MEM = 19 << 20 };

/* A session is written at most once in this span, so that reading does not become writing. */
#define KEEP_EVERY_US (INT64_C(60) * NR_US_PER_S)

static char dummy_hash[crypto_pwhash_STRBYTES];

enum nr_rc nr_people_start(struct nr_err *reterr)
{
	uint8_t secret[16];

	if (sodium_init() < 0)
		return nr_fail(reterr, NR_E_IO, "random", UINT64_MAX, "libsodium did not start");
	randombytes_buf(secret, sizeof(secret));
	if (crypto_pwhash_str(dummy_hash, (const char *)secret, sizeof(secret), OPS, MEM) != 0)
		return nr_fail(reterr, NR_E_NOMEM, "password", UINT64_MAX, "no memory to hash");
	return NR_OK;
}

enum nr_rc nr_password_hash(struct nr_str password, struct nr_arena *a, struct nr_str *ret,
			    struct nr_err *reterr)
{
	char out[crypto_pwhash_STRBYTES];

	if (password.n < NR_PASSWORD_MIN || password.n > NR_PASSWORD_MAX)
		return nr_fail(reterr, NR_E_INVAL, "password", UINT64_MAX,
			       "a password has %d to %d bytes", NR_PASSWORD_MIN, NR_PASSWORD_MAX);
	if (crypto_pwhash_str(out, password.p, password.n, OPS, MEM) != 0)
		return nr_fail(reterr, NR_E_NOMEM, "password", UINT64_MAX, "no memory to hash");
	*ret = nr_arena_str(a, nr_str_c(out));
	return a->exhausted ? nr_fail(reterr, NR_E_NOMEM, "password", 0, "no memory") : NR_OK;
}

/* A new secret: prefix and 32 random bytes in base64url; its digest is what the store keeps. */
static struct nr_sha256 secret_make(const char *prefix, struct nr_secret *ret)
{
	uint8_t raw[NR_SECRET_BYTES];
	char b64[NR_SECRET_TEXT];

	randombytes_buf(raw, sizeof(raw));
	sodium_bin2base64(b64, sizeof(b64), raw, sizeof(raw),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	(void)snprintf(ret->text, sizeof(ret->text), "%s%s", prefix, b64);
	sodium_memzero(raw, sizeof(raw));
	return nr_sha256(nr_str_bytes(nr_str_c(ret->text)));
}

static struct nr_sha256 secret_digest(struct nr_str token)
{
	return nr_sha256(nr_str_bytes(token));
}

/* The ledger line of a change to people, inside the open transaction. */
static enum nr_rc note(struct nr_store *s, const char *kind, struct nr_str actor,
		       const struct nr_person *p, const char *detail, struct nr_err *reterr)
{
	struct nr_ledger_entry e = {
		.at_us = nr_now_us(),
		.kind = kind,
		.actor = actor,
		.unit = p->unit,
		.object = p->login,
		.digest = nr_sha256(nr_str_bytes(p->login)),
		.detail = nr_str_c(detail),
	};

	return nr_ledger_append(s, &e, NULL, reterr);
}

/* Ends a transaction: commits when all went well, else takes everything back. */
static enum nr_rc finish(struct nr_store *s, enum nr_rc rc, struct nr_err *reterr)
{
	if (rc == NR_OK)
		rc = nr_store_commit(s, reterr);
	if (rc != NR_OK)
		nr_store_rollback(s);
	return rc;
}

static enum nr_rc account_check(const struct nr_account *acc, struct nr_err *reterr)
{
	if (!nr_slug_ok(acc->login))
		return nr_fail(
			reterr, NR_E_INVAL, "login", UINT64_MAX,
			"a login has 1 to 64 of a-z 0-9 - . and starts with a letter or digit");
	if (acc->name.n == 0 || acc->name.n > 256)
		return nr_fail(reterr, NR_E_INVAL, "name", UINT64_MAX, "a name has 1 to 256 bytes");
	if (acc->roles == 0)
		return nr_fail(reterr, NR_E_INVAL, "roles", UINT64_MAX,
			       "at least one role: viewer, submitter, analyst, auditor, admin");
	return NR_OK;
}

enum nr_rc nr_people_add(struct nr_store *s, struct nr_str actor, const struct nr_account *acc,
			 int64_t now_us, int64_t *ret_id, struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 16);
	struct nr_person p = { .login = acc->login,
			       .name = acc->name,
			       .unit = acc->unit,
			       .roles = acc->roles,
			       .pwhash = NR_STR(""),
			       .created_us = now_us };
	char detail[128];
	enum nr_rc rc;

	NR_TRY(account_check(acc, reterr));
	if (acc->password.n)
		NR_TRY(nr_password_hash(acc->password, &a, &p.pwhash, reterr));
	(void)snprintf(detail, sizeof(detail), "added with roles %.*s",
		       NR_FMT(nr_roles_format(p.roles, &a)));
	NR_TRY(nr_store_begin(s, reterr));
	rc = nr_store_person_add(s, &p, ret_id, reterr);
	if (rc == NR_OK)
		rc = note(s, "person", actor, &p, detail, reterr);
	return finish(s, rc, reterr);
}

enum nr_rc nr_people_disable(struct nr_store *s, struct nr_str actor, const struct nr_person *p,
			     bool disabled, struct nr_err *reterr)
{
	enum nr_rc rc;

	NR_TRY(nr_store_begin(s, reterr));
	rc = nr_store_person_disable(s, p->id, disabled, reterr);
	if (rc == NR_OK)
		rc = note(s, "person", actor, p, disabled ? "disabled" : "enabled", reterr);
	return finish(s, rc, reterr);
}

static enum nr_rc sign_in_failed(struct nr_err *reterr)
{
	return nr_fail(reterr, NR_E_DENIED, "login", UINT64_MAX,
		       "the login or the password is not right");
}

enum nr_rc nr_people_check(struct nr_store *reader, struct nr_str login, struct nr_str password,
			   struct nr_arena *a, struct nr_person *ret, struct nr_err *reterr)
{
	struct nr_person p = { .id = 0 };
	struct nr_err e;
	enum nr_rc rc = nr_store_person_by_login(reader, login, a, &p, &e);
	bool known = rc == NR_OK && !p.disabled && p.pwhash.n > 0;
	const char *hash = known ? nr_arena_cstr(a, p.pwhash) : dummy_hash;
	bool right;

	if (rc != NR_OK && rc != NR_E_NOTFOUND) {
		if (reterr)
			*reterr = e;
		return rc;
	}
	if (!hash)
		return nr_fail(reterr, NR_E_NOMEM, "password", UINT64_MAX, "no memory");
	/* The hash is computed whether or not the login exists: same time, same answer. */
	right = password.n <= NR_PASSWORD_MAX &&
		crypto_pwhash_str_verify(hash, password.p ? password.p : "", password.n) == 0;
	if (!known || !right)
		return sign_in_failed(reterr);
	*ret = p;
	return NR_OK;
}

static enum nr_rc session_add(struct nr_store *s, const struct nr_person *p, int64_t now_us,
			      struct nr_secret *ret_token, struct nr_secret *ret_csrf,
			      struct nr_err *reterr)
{
	struct nr_sha256 digest = secret_make("", ret_token);
	struct nr_session v = { .person = p->id,
				.created_us = now_us,
				.seen_us = now_us,
				.expires_us = now_us + NR_SESSION_IDLE_US };

	(void)secret_make("", ret_csrf);
	v.csrf = nr_str_c(ret_csrf->text);
	NR_TRY(nr_store_sessions_purge(s, now_us - NR_SESSION_LIFE_US, reterr));
	return nr_store_session_add(s, &digest, &v, reterr);
}

enum nr_rc nr_session_open(struct nr_store *s, const struct nr_person *p, const char *by,
			   int64_t now_us, struct nr_secret *ret_token, struct nr_secret *ret_csrf,
			   struct nr_err *reterr)
{
	enum nr_rc rc;

	NR_TRY(nr_store_begin(s, reterr));
	rc = session_add(s, p, now_us, ret_token, ret_csrf, reterr);
	if (rc == NR_OK)
		rc = note(s, "sign-in", p->login, p, by, reterr);
	return finish(s, rc, reterr);
}

static enum nr_rc session_ended(struct nr_err *reterr)
{
	return nr_fail(reterr, NR_E_NOTFOUND, "session", UINT64_MAX, "sign in first");
}

enum nr_rc nr_session_find(struct nr_store *reader, struct nr_str token, int64_t now_us,
			   struct nr_arena *a, struct nr_session *ret, struct nr_person *ret_person,
			   bool *ret_stale, struct nr_err *reterr)
{
	struct nr_sha256 digest = secret_digest(token);
	struct nr_session v;

	NR_TRY(nr_store_session_get(reader, &digest, a, &v, reterr));
	if (now_us >= v.expires_us || now_us >= v.created_us + NR_SESSION_LIFE_US)
		return session_ended(reterr);
	NR_TRY(nr_store_person_by_id(reader, v.person, a, ret_person, reterr));
	if (ret_person->disabled)
		return session_ended(reterr);
	*ret_stale = now_us - v.seen_us > KEEP_EVERY_US;
	*ret = v;
	return NR_OK;
}

enum nr_rc nr_session_keep(struct nr_store *s, struct nr_str token, int64_t now_us,
			   struct nr_err *reterr)
{
	struct nr_sha256 digest = secret_digest(token);
	enum nr_rc rc;

	NR_TRY(nr_store_begin(s, reterr));
	rc = nr_store_session_touch(s, &digest, now_us, now_us + NR_SESSION_IDLE_US, reterr);
	return finish(s, rc, reterr);
}

enum nr_rc nr_session_close(struct nr_store *s, struct nr_str token, struct nr_err *reterr)
{
	struct nr_sha256 digest = secret_digest(token);
	enum nr_rc rc;

	NR_TRY(nr_store_begin(s, reterr));
	rc = nr_store_session_drop(s, &digest, reterr);
	return finish(s, rc, reterr);
}

enum nr_rc nr_link_make(struct nr_store *s, struct nr_str actor, const struct nr_person *p,
			int64_t now_us, struct nr_secret *ret, struct nr_err *reterr)
{
	struct nr_sha256 digest = secret_make("", ret);
	enum nr_rc rc;

	NR_TRY(nr_store_begin(s, reterr));
	rc = nr_store_login_link_add(s, &digest, p->id, now_us + NR_LINK_LIFE_US, reterr);
	if (rc == NR_OK)
		rc = note(s, "person", actor, p, "one-time sign-in link made", reterr);
	return finish(s, rc, reterr);
}

static enum nr_rc link_use(struct nr_store *s, struct nr_str token, int64_t now_us,
			   struct nr_arena *a, struct nr_person *ret, struct nr_err *reterr)
{
	struct nr_sha256 digest = secret_digest(token);
	int64_t person = 0;
	enum nr_rc rc = nr_store_login_link_use(s, &digest, now_us, &person, reterr);

	if (rc == NR_OK)
		rc = nr_store_person_by_id(s, person, a, ret, reterr);
	if (rc == NR_E_NOTFOUND || (rc == NR_OK && ret->disabled))
		return nr_fail(reterr, NR_E_DENIED, "link", UINT64_MAX,
			       "the link is not valid, was used, or has expired");
	return rc;
}

enum nr_rc nr_link_use(struct nr_store *s, struct nr_str token, int64_t now_us, struct nr_arena *a,
		       struct nr_person *ret, struct nr_secret *ret_token,
		       struct nr_secret *ret_csrf, struct nr_err *reterr)
{
	enum nr_rc rc;

	NR_TRY(nr_store_begin(s, reterr));
	rc = link_use(s, token, now_us, a, ret, reterr);
	if (rc == NR_OK)
		rc = session_add(s, ret, now_us, ret_token, ret_csrf, reterr);
	if (rc == NR_OK)
		rc = note(s, "sign-in", ret->login, ret, "link", reterr);
	return finish(s, rc, reterr);
}

static enum nr_rc token_check(const struct nr_person *p, struct nr_str name, unsigned roles,
			      unsigned days, struct nr_err *reterr)
{
	if (name.n == 0 || name.n > 64)
		return nr_fail(reterr, NR_E_INVAL, "name", UINT64_MAX,
			       "a token's name has 1 to 64 bytes");
	if (roles == 0 || (roles & ~p->roles) != 0)
		return nr_fail(reterr, NR_E_INVAL, "roles", UINT64_MAX,
			       "a token has at least one role, and only roles you have yourself");
	if (days < 1 || days > NR_TOKEN_DAYS_MAX)
		return nr_fail(reterr, NR_E_INVAL, "days", UINT64_MAX, "1 to %d days",
			       NR_TOKEN_DAYS_MAX);
	return NR_OK;
}

enum nr_rc nr_token_make(struct nr_store *s, const struct nr_person *p, struct nr_str name,
			 unsigned roles, unsigned days, int64_t now_us, int64_t *ret_id,
			 struct nr_secret *ret, struct nr_err *reterr)
{
	struct nr_api_token t = { .person = p->id,
				  .name = name,
				  .roles = roles,
				  .created_us = now_us,
				  .expires_us = now_us + INT64_C(86400) * days * NR_US_PER_S };
	struct nr_sha256 digest;
	char detail[128];
	enum nr_rc rc;

	NR_TRY(token_check(p, name, roles, days, reterr));
	digest = secret_make("nrt_", ret);
	(void)snprintf(detail, sizeof(detail), "made: %.*s", NR_FMT(name));
	NR_TRY(nr_store_begin(s, reterr));
	rc = nr_store_token_add(s, &digest, &t, ret_id, reterr);
	if (rc == NR_OK)
		rc = note(s, "token", p->login, p, detail, reterr);
	return finish(s, rc, reterr);
}

enum nr_rc nr_token_find(struct nr_store *reader, struct nr_str token, int64_t now_us,
			 struct nr_arena *a, struct nr_person *ret, struct nr_err *reterr)
{
	struct nr_sha256 digest = secret_digest(token);
	struct nr_api_token t;

	NR_TRY(nr_store_token_get(reader, &digest, a, &t, reterr));
	if (t.revoked_us != 0 || now_us >= t.expires_us)
		return nr_fail(reterr, NR_E_NOTFOUND, "token", UINT64_MAX, "no such token");
	NR_TRY(nr_store_person_by_id(reader, t.person, a, ret, reterr));
	if (ret->disabled)
		return nr_fail(reterr, NR_E_NOTFOUND, "token", UINT64_MAX, "no such token");
	ret->roles &= t.roles;
	return NR_OK;
}

enum nr_rc nr_token_revoke(struct nr_store *s, const struct nr_person *p, int64_t id,
			   int64_t now_us, struct nr_err *reterr)
{
	char detail[64];
	enum nr_rc rc;

	(void)snprintf(detail, sizeof(detail), "revoked: %lld", (long long)id);
	NR_TRY(nr_store_begin(s, reterr));
	rc = nr_store_token_revoke(s, id, p->id, now_us, reterr);
	if (rc == NR_OK)
		rc = note(s, "token", p->login, p, detail, reterr);
	return finish(s, rc, reterr);
}
