/* priv.h -- what the files of this room share and nobody else sees. */
#pragma once

#include <pthread.h>

#include "hub/http.h"
#include "hub/hub.h"
#include "hub/limits.h"

struct MHD_Daemon;
struct nr_jobs;
struct nr_stream;
struct nr_server;

struct nr_hub {
	const struct nr_hub_config *cfg;
	unsigned port;
	bool tls;
	pthread_key_t reader; /* each thread's read connection */
	pthread_mutex_t write_lock;
	struct nr_store *writer;
	struct nr_intake intake; /* over the writer; under write_lock */
	pthread_rwlock_t tree_lock;
	struct nr_tree *tree;
	uint64_t tree_mark; /* hash of the units the tree was built from */
	struct nr_pool *pool;
	struct nr_jobs *jobs;
	struct nr_stream *stream;
	_Atomic(struct nr_server *) server; /* set after the stream's thread has started */
	struct nr_limiter by_login;
	struct nr_limiter by_address;
	uint8_t cursor_key[32];
	char upload_dir[512];
	char listen_name[64]; /* the address bound, as a literal */
	bool wildcard;        /* bound to every address          */
};

/* This thread's read connection, opened at first use; NULL with *reterr when that fails. */
NR_BORROWED struct nr_store *nr_hub_reader(struct nr_hub *h, struct nr_err *reterr);
/* The one writing connection; hold it briefly. */
NR_BORROWED struct nr_store *nr_hub_write_lock(struct nr_hub *h);
void nr_hub_write_unlock(struct nr_hub *h);
/* Reloads the unit tree when the units changed. */
NR_MUSTUSE enum nr_rc nr_hub_tree_refresh(struct nr_hub *h, struct nr_store *s,
					  struct nr_err *reterr);

/* --- access.c --- */
/* Is the Host header one of ours?  Else fills the reply: DNS rebinding ends here. */
bool nr_access_host(struct nr_req *q);
/* Finds out who asks, from the API token or the session cookie; fills q->auth. */
NR_MUSTUSE enum nr_rc nr_access_who(struct nr_req *q, struct nr_err *reterr);
/* May this request reach its route?  Who, role, CSRF, media type; else fills the reply. */
bool nr_access_allow(struct nr_req *q);
/* Runs a whole request in a lane thread and fills the reply. */
void nr_hub_handle(struct nr_req *q);
/* Text of a Set-Cookie header for a session token; empty token: forget it. */
void nr_access_cookie(struct nr_req *q, const char *token);
