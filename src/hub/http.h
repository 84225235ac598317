/* http.h -- one request and its answer, as the handlers see them: no libmicrohttpd here. */
#pragma once

#include "base/wr.h"
#include "desks/people/people.h"
#include "hub/parse.h"
#include "intake/intake.h"

struct nr_hub;
struct nr_conn;
struct nr_stream_client;
struct nr_route;

enum nr_method { NR_GET = 0, NR_POST = 1, NR_DELETE = 2 };

enum {
	NR_REQ_ARENA = 160 << 20,  /* most a request may allocate: a dossier is up to 64 MiB */
	NR_REPLY_MAX = 96 << 20,   /* most a reply may hold                                  */
	NR_JSON_BODY = 64 << 10,   /* largest JSON body                                      */
	NR_HEADERS_MAX = 16 << 10, /* request line and headers                               */
};
#define NR_UPLOAD_MAX                                                                              \
	(UINT64_C(1) << 30) /* largest upload; the eyes have lower limits of their own */

struct nr_headers { /* the few we read; empty when absent.  NR_BORROWED until the reply is sent */
	struct nr_str host, cookie, authorization, csrf, origin, fetch_site, content_type,
		if_none_match, last_event_id;
};

enum nr_auth { NR_AUTH_NONE = 0, NR_AUTH_SESSION = 1, NR_AUTH_TOKEN = 2 };

struct nr_reply {
	unsigned status;
	const char *media; /* NR_STATIC */
	struct nr_wr body;
	char etag[80];
	char cookie[160];                /* Set-Cookie, empty: none */
	char allow[64];                  /* 405 */
	char location[128];              /* 303 */
	const char *cache;               /* Cache-Control; NULL: no-store */
	unsigned retry_after;            /* seconds, 0: none */
	const struct nr_asset *asset;    /* instead of body */
	struct nr_stream_client *stream; /* instead of body */
	bool file;                       /* instead of body: fd, closed with the reply */
	int fd;
	uint64_t fd_size;
};

struct nr_req {
	struct nr_hub *hub;
	struct nr_conn *conn;
	struct nr_arena a;
	enum nr_method method;
	bool head;
	bool method_known;
	struct nr_str path; /* still encoded */
	struct nr_bytes raw_query;
	struct nr_headers h;
	char address[48]; /* of the client */
	const struct nr_route *route;
	struct nr_str params[NR_PATH_PARAMS];
	struct nr_query query;
	struct nr_wr body; /* JSON bodies                          */
	int body_fd;       /* raw bodies: unlinked file, else -1   */
	uint64_t body_size;
	struct nr_hash *body_hash; /* of a raw body as it came; NULL before its end */
	struct nr_sha256 body_sha256;
	enum nr_auth auth;
	bool stale; /* the session's idle end should move */
	struct nr_person person;
	struct nr_session session;
	struct nr_store *store; /* this thread's read connection, while the handler runs */
	struct nr_reply reply;
};

/* --- for handlers (reply.c) --- */

/* Starts a JSON reply of this status. */
NR_BORROWED struct nr_wr *nr_reply_json(struct nr_req *q, unsigned status);
/* The error as JSON, with the status its code asks for. */
void nr_reply_error(struct nr_req *q, const struct nr_err *e);
/* The same with a status and wire code of its own. */
void nr_reply_refuse(struct nr_req *q, unsigned status, const char *code, const char *what,
		     const char *message);
/* Whole reply as this entity: sets the ETag; 304 without body when the client has it. */
void nr_reply_etag(struct nr_req *q, const struct nr_sha256 *digest);

/* Whole reply is this file, from its start; takes fd. */
void nr_reply_file(struct nr_req *q, int fd, uint64_t size);
/* Closes the file of a reply that goes out without it; nothing when there is none. */
void nr_reply_no_file(struct nr_req *q);

/* Query parameters; NR_E_INVAL names the parameter. */
NR_MUSTUSE enum nr_rc nr_req_int(const struct nr_req *q, const char *name, int64_t def, int64_t min,
				 int64_t max, int64_t *ret, struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_req_time(const struct nr_req *q, const char *name, int64_t def_us,
				  int64_t *ret, struct nr_err *reterr);
/* The {id} of the path; NR_E_NOTFOUND when it is no UUID: such an object does not exist. */
NR_MUSTUSE enum nr_rc nr_req_uuid(const struct nr_req *q, struct nr_uuid *ret,
				  struct nr_err *reterr);
/* What this viewer may see, for a purpose. */
NR_MUSTUSE enum nr_rc nr_req_scope(struct nr_req *q, enum nr_purpose p, struct nr_scope *ret,
				   struct nr_err *reterr);
struct nr_viewer nr_req_viewer(const struct nr_req *q);

/* Opaque cursors: sealed under a key of this hub's start, bound to the viewer's unit and the query, so
 * that a row number (which would count hidden rows) never leaves.  what names the list. */
void nr_cursor_make(const struct nr_req *q, const char *what, int64_t a, int64_t b,
		    struct nr_wr *out);
/* NR_E_INVAL for a cursor of another query, viewer or start of the hub. */
NR_MUSTUSE enum nr_rc nr_cursor_open(const struct nr_req *q, const char *what, struct nr_str text,
				     int64_t *ret_a, int64_t *ret_b, struct nr_err *reterr);
