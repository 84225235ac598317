/* route.h -- the routes table: what can be asked, by whom, how much, and who answers.
 *
 * The table is the only place where a route exists: dispatch, access, limits, /api/v1/openapi.json and
 * docs/api come from it. */
#pragma once

#include "hub/http.h"

enum nr_route_flags {
	NR_ROUTE_PUBLIC = 1 << 0,  /* without signing in                                    */
	NR_ROUTE_PAGE = 1 << 1,    /* 303 to /sign-in instead of 401                        */
	NR_ROUTE_RAW = 1 << 2,     /* body is material, streamed to a file                  */
	NR_ROUTE_SESSION = 1 << 3, /* with a session only, not with an API token            */
	NR_ROUTE_STREAM = 1 << 4,  /* answers with server-sent events                       */
	NR_ROUTE_EARLY = 1 << 5,   /* who asks is settled before the body is read           */
};

enum nr_lane_kind { NR_LANE_READ = 0, NR_LANE_HASH = 1, NR_LANE_LOOK = 2, NR_LANES = 3 };

struct nr_param_doc {
	const char *name; /* NULL ends the list */
	const char *type; /* string integer instant uuid */
	bool required;
	const char *help;
};

struct nr_route {
	enum nr_method method;
	const char *path;
	unsigned roles; /* any one of these; 0: anyone signed in */
	unsigned flags;
	enum nr_lane_kind lane;
	uint64_t body_max; /* bytes; 0: no body */
	unsigned status;   /* of success */
	const char *summary;
	const struct nr_param_doc *params; /* query parameters; NULL: none */
	const char *body;                  /* schema of the body or NULL   */
	const char *answer;                /* schema of the answer, or NULL */
	const char *media;                 /* of the answer when not JSON   */
	enum nr_rc (*run)(struct nr_req *q, struct nr_err *reterr);
};

extern const struct nr_route nr_routes[];
extern const size_t nr_routes_count;

struct nr_match {
	const struct nr_route *route; /* NULL: none                                  */
	bool path_known;              /* another method would have done              */
	char allow[64];               /* methods of that path                        */
	struct nr_str params[NR_PATH_PARAMS];
};
/* Finds the route of a method and encoded path. */
struct nr_match nr_route_match(enum nr_method m, struct nr_str path);
NR_STATIC const char *nr_method_name(enum nr_method m);

struct nr_field {         /* one member of a JSON answer */
	const char *name; /* NULL ends the list */
	const char *type; /* string integer number boolean instant uuid object; X a schema;
			   * X[] a list; a leading ? may be null */
	const char *help;
};
struct nr_schema {
	const char *name;
	const char *help;
	const struct nr_field *fields;
};
extern const struct nr_schema nr_schemas[];
extern const size_t nr_schemas_count;

/* The OpenAPI 3.1 document of the table, and the same for people to read (Markdown). */
void nr_api_openapi(struct nr_wr *w);
void nr_api_doc(struct nr_wr *w);
