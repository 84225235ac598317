/* desks/people/ -- who may sign in, how, and for how long.
 *
 * What it is for: accounts, argon2id passwords, sessions, one-time sign-in links and API tokens.
 * What it may touch: base model store policy intake; the rows are in store/q_people.h.
 * Rules: a password is argon2id (19 MiB, two passes); a session, link or token is 32 random bytes and
 * is kept only as its SHA-256; signing in with an unknown login costs the same time and gives the same
 * answer as a wrong password.  Every change writes a ledger line in the same transaction.
 * Functions that write open their own transaction: call them with the writer's store, outside one.
 * How to add a rule: here, with a test in test/test_people.c and a line in docs/operations.md. */
#pragma once

#include "policy/policy.h"
#include "store/q_people.h"

enum {
	NR_PASSWORD_MIN = 12, /* characters are bytes of UTF-8 here */
	NR_PASSWORD_MAX = 256,
	NR_SECRET_BYTES = 32,
	NR_SECRET_TEXT = 48, /* base64url of 32 bytes, "nrt_" before a token, terminator */
};

#define NR_SESSION_IDLE_US (INT64_C(12) * 3600 * NR_US_PER_S) /* without a request   */
#define NR_SESSION_LIFE_US (INT64_C(7) * 86400 * NR_US_PER_S) /* whatever happens    */
#define NR_LINK_LIFE_US    (INT64_C(24) * 3600 * NR_US_PER_S) /* one-time link       */
#define NR_TOKEN_DAYS_MAX  366

struct nr_secret {
	char text[NR_SECRET_TEXT];
};

/* Prepares the dummy hash that an unknown login is checked against; once, before threads. */
NR_MUSTUSE enum nr_rc nr_people_start(struct nr_err *reterr);

/* The argon2id string of a password, in the arena.  NR_E_INVAL: too short, too long. */
NR_MUSTUSE enum nr_rc nr_password_hash(struct nr_str password, struct nr_arena *a,
				       struct nr_str *ret, struct nr_err *reterr);

struct nr_account { /* what an administrator gives */
	struct nr_str login, name, unit;
	unsigned roles;
	struct nr_str password; /* empty: none, the person comes by a link */
};
/* Creates a person.  actor goes to the ledger.  NR_E_INVAL names the field. */
NR_MUSTUSE enum nr_rc nr_people_add(struct nr_store *s, struct nr_str actor,
				    const struct nr_account *acc, int64_t now_us, int64_t *ret_id,
				    struct nr_err *reterr);
/* Keeps a person out (or lets them in again): their sessions, links, tokens and password are refused from
 * this moment.  actor goes to the ledger. */
NR_MUSTUSE enum nr_rc nr_people_disable(struct nr_store *s, struct nr_str actor,
					const struct nr_person *p, bool disabled,
					struct nr_err *reterr);
/* Checks login and password; takes as long for an unknown login.  NR_E_DENIED, always with the same
 * words. */
NR_MUSTUSE enum nr_rc nr_people_check(struct nr_store *reader, struct nr_str login,
				      struct nr_str password, struct nr_arena *a,
				      struct nr_person *ret, struct nr_err *reterr);

/* Opens a session; by says how ("password", "link") and goes to the ledger. */
NR_MUSTUSE enum nr_rc nr_session_open(struct nr_store *s, const struct nr_person *p, const char *by,
				      int64_t now_us, struct nr_secret *ret_token,
				      struct nr_secret *ret_csrf, struct nr_err *reterr);
/* The session and its person; NR_E_NOTFOUND when unknown, ended, or the person is disabled.
 * *ret_stale: the last-seen instant is old enough to be moved with nr_session_keep(). */
NR_MUSTUSE enum nr_rc nr_session_find(struct nr_store *reader, struct nr_str token, int64_t now_us,
				      struct nr_arena *a, struct nr_session *ret,
				      struct nr_person *ret_person, bool *ret_stale,
				      struct nr_err *reterr);
/* Moves the idle end of a session; not a ledger matter. */
NR_MUSTUSE enum nr_rc nr_session_keep(struct nr_store *s, struct nr_str token, int64_t now_us,
				      struct nr_err *reterr);
/* Ends a session. */
NR_MUSTUSE enum nr_rc nr_session_close(struct nr_store *s, struct nr_str token,
				       struct nr_err *reterr);

/* Makes a one-time sign-in link for a person. */
NR_MUSTUSE enum nr_rc nr_link_make(struct nr_store *s, struct nr_str actor,
				   const struct nr_person *p, int64_t now_us, struct nr_secret *ret,
				   struct nr_err *reterr);
/* Uses it up and opens a session.  NR_E_DENIED with one text for every reason. */
NR_MUSTUSE enum nr_rc nr_link_use(struct nr_store *s, struct nr_str token, int64_t now_us,
				  struct nr_arena *a, struct nr_person *ret,
				  struct nr_secret *ret_token, struct nr_secret *ret_csrf,
				  struct nr_err *reterr);

/* Makes an API token: roles must be among the person's own, days 1..NR_TOKEN_DAYS_MAX. */
NR_MUSTUSE enum nr_rc nr_token_make(struct nr_store *s, const struct nr_person *p,
				    struct nr_str name, unsigned roles, unsigned days,
				    int64_t now_us, int64_t *ret_id, struct nr_secret *ret,
				    struct nr_err *reterr);
/* The person behind an API token, with roles cut to those of the token.  NR_E_NOTFOUND. */
NR_MUSTUSE enum nr_rc nr_token_find(struct nr_store *reader, struct nr_str token, int64_t now_us,
				    struct nr_arena *a, struct nr_person *ret,
				    struct nr_err *reterr);
/* Revokes one of the person's own tokens; NR_E_NOTFOUND when there is none. */
NR_MUSTUSE enum nr_rc nr_token_revoke(struct nr_store *s, const struct nr_person *p, int64_t id,
				      int64_t now_us, struct nr_err *reterr);
