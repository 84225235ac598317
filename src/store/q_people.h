/* q_people.h -- people, sessions, one-time links and API tokens, as rows.
 *
 * Secrets never reach this file: a session, link or token is known here by the SHA-256 of its text,
 * a password by its argon2id string.  The rules (who may sign in, for how long) are in
 * desks/people/.  Writing functions are called inside a transaction.  Results live in the arena.
 * Errors: NR_E_NOTFOUND, NR_E_INVAL (login taken, unknown unit), NR_E_IO, NR_E_BUSY. */
#pragma once

#include "store/store.h"

struct nr_person {
	int64_t id;
	struct nr_str login; /* slug                                   */
	struct nr_str name;  /* as shown                               */
	struct nr_str unit;
	unsigned roles;       /* NR_ROLE_*                              */
	struct nr_str pwhash; /* argon2id string; empty: no password set */
	bool disabled;
	int64_t created_us;
};

/* Adds a person; id is ignored on the way in. */
NR_MUSTUSE enum nr_rc nr_store_person_add(struct nr_store *s, const struct nr_person *p,
					  int64_t *ret_id, struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_store_person_by_login(struct nr_store *s, struct nr_str login,
					       struct nr_arena *a, struct nr_person *ret,
					       struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_store_person_by_id(struct nr_store *s, int64_t id, struct nr_arena *a,
					    struct nr_person *ret, struct nr_err *reterr);
/* All people in the order of their ids, at most limit after the id given. */
NR_MUSTUSE enum nr_rc nr_store_persons(struct nr_store *s, int64_t after_id, unsigned limit,
				       struct nr_arena *a, NR_ARENA struct nr_person **ret,
				       size_t *ret_n, struct nr_err *reterr);
/* Lets a person in or keeps them out; what they have open stops working at once. */
NR_MUSTUSE enum nr_rc nr_store_person_disable(struct nr_store *s, int64_t id, bool disabled,
					      struct nr_err *reterr);

struct nr_session {
	int64_t person;
	struct nr_str csrf;
	int64_t created_us, seen_us, expires_us;
};
/* Adds a session under the digest of its token. */
NR_MUSTUSE enum nr_rc nr_store_session_add(struct nr_store *s, const struct nr_sha256 *token,
					   const struct nr_session *v, struct nr_err *reterr);
/* The session of a token, expired ones too: the caller compares the instants. */
NR_MUSTUSE enum nr_rc nr_store_session_get(struct nr_store *s, const struct nr_sha256 *token,
					   struct nr_arena *a, struct nr_session *ret,
					   struct nr_err *reterr);
/* Moves the last-seen and expiry instants. */
NR_MUSTUSE enum nr_rc nr_store_session_touch(struct nr_store *s, const struct nr_sha256 *token,
					     int64_t seen_us, int64_t expires_us,
					     struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_store_session_drop(struct nr_store *s, const struct nr_sha256 *token,
					    struct nr_err *reterr);
/* Drops sessions and links that ended before the instant. */
NR_MUSTUSE enum nr_rc nr_store_sessions_purge(struct nr_store *s, int64_t before_us,
					      struct nr_err *reterr);

/* Adds a one-time link under the digest of its token. */
NR_MUSTUSE enum nr_rc nr_store_login_link_add(struct nr_store *s, const struct nr_sha256 *token,
					      int64_t person, int64_t expires_us,
					      struct nr_err *reterr);
/* Uses up a link: NR_E_NOTFOUND when unknown, used before or expired, all alike. */
NR_MUSTUSE enum nr_rc nr_store_login_link_use(struct nr_store *s, const struct nr_sha256 *token,
					      int64_t now_us, int64_t *ret_person,
					      struct nr_err *reterr);

struct nr_api_token {
	int64_t id;
	int64_t person;
	struct nr_str name;
	unsigned roles;
	int64_t created_us, expires_us, revoked_us; /* revoked_us 0: in force */
};
/* Adds an API token under the digest of its text. */
NR_MUSTUSE enum nr_rc nr_store_token_add(struct nr_store *s, const struct nr_sha256 *token,
					 const struct nr_api_token *v, int64_t *ret_id,
					 struct nr_err *reterr);
/* By secret; revoked and expired ones too. */
NR_MUSTUSE enum nr_rc nr_store_token_get(struct nr_store *s, const struct nr_sha256 *token,
					 struct nr_arena *a, struct nr_api_token *ret,
					 struct nr_err *reterr);
/* A person's tokens, newest first, at most 500. */
NR_MUSTUSE enum nr_rc nr_store_tokens(struct nr_store *s, int64_t person, struct nr_arena *a,
				      NR_ARENA struct nr_api_token **ret, size_t *ret_n,
				      struct nr_err *reterr);
/* Revokes one of a person's own tokens; NR_E_NOTFOUND when it is not theirs or already revoked. */
NR_MUSTUSE enum nr_rc nr_store_token_revoke(struct nr_store *s, int64_t id, int64_t person,
					    int64_t now_us, struct nr_err *reterr);
