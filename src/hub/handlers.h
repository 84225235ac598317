/* handlers.h -- the functions that the routes table names, and what they share. */
#pragma once

#include <jansson.h>

#include "hub/priv.h"
#include "hub/route.h"

/* A JSON body: one object, no name twice, nothing after it. */
struct nr_json {
	json_t *root; /* NR_OWNED */
	struct nr_arena *a;
};
/* Frees the tree; for NR_CLEANUP; idempotent. */
void nr_json_done(struct nr_json *j);
/* Parses the request's body.  NR_E_INVAL with the offset. */
NR_MUSTUSE enum nr_rc nr_json_open(struct nr_req *q, struct nr_json *ret, struct nr_err *reterr);
/* A text member in the arena: at most max bytes; absent and not required: empty.  NR_E_INVAL. */
NR_MUSTUSE enum nr_rc nr_json_str(const struct nr_json *j, const char *name, bool required,
				  size_t max, struct nr_str *ret, struct nr_err *reterr);
/* A whole number within min..max. */
NR_MUSTUSE enum nr_rc nr_json_int(const struct nr_json *j, const char *name, int64_t def,
				  int64_t min, int64_t max, int64_t *ret, struct nr_err *reterr);
/* A list of role names as a mask. */
NR_MUSTUSE enum nr_rc nr_json_roles(const struct nr_json *j, const char *name, unsigned *ret,
				    struct nr_err *reterr);

/* Each answers one route: fills q->reply, or returns the error to be sent (routes.c says which). */
enum nr_rc nr_h_health(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_asset(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_page(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_openapi(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_sign_in(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_sign_in_link(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_session(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_sign_out(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_situation(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_findings(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_detectors(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_dossiers(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_dossier(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_dossier_links(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_dossier_bytes(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_campaigns(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_campaign(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_search(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_observables(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_intake(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_feeds(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_feed(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_units(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_people(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_people_add(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_tokens(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_tokens_add(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_tokens_revoke(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_ledger(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_ledger_head(struct nr_req *q, struct nr_err *reterr);
enum nr_rc nr_h_stream(struct nr_req *q, struct nr_err *reterr);
