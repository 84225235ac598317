/* hub/ -- the only room with a listening socket.
 *
 * What it is for: HTTP/1.1 with TLS, the routes table, sessions, the live stream, the console's
 * files.  What it may touch: desks and below.  It parses no hostile format beyond HTTP and JSON:
 * uploaded material goes by descriptor to a jailed worker (proc/pool.h) and comes back as a dossier.
 * Threads: libmicrohttpd's pool never blocks; a request is taken apart there and run in a lane
 * (jobs.h); each lane thread has its own read connection, and one connection behind a lock writes.
 * How to add a route (4 things): 1. a row in routes.c; 2. its handler in a h_<area>.c; 3. the answer's
 * fields in schemas.c; 4. a case in test/test_http.c; then `make docs` writes docs/api from the table
 * (make check compares them). */
#pragma once

#include "proc/pool.h"

enum { NR_HUB_NAMES = 16 };

struct nr_hub_config {
	struct nr_str store;  /* URL of a store that exists                              */
	const char *address;  /* "127.0.0.1", "::1", "0.0.0.0"                           */
	unsigned port;        /* 0: any free one, given to ready()                       */
	const char *tls_cert; /* PEM file with the chain, or NULL                        */
	const char *tls_key;  /* PEM file, or NULL                                       */
	const char *names[NR_HUB_NAMES]; /* host names a browser may call us by, NULL ends     */
	unsigned workers; /* jailed workers for uploads, 1..64                       */
	const char *geo;  /* country database, or NULL: no country counters          */
	const struct nr_pool_spawner *spawner;
	/* Writes the register of detectors as a JSON list: eyes are not for this room to know. */
	void (*detectors)(struct nr_wr *w);
	bool confine; /* enter the jail of a network role before any thread      */
	int stop_fd;  /* readable when the hub shall end; -1: signals only       */
	/* Called once, when requests are answered. */
	void (*ready)(void *ctx, const char *url);
	void *ready_ctx;
};

/* Binds and listens; refuses a non-loopback address without TLS (NR_E_INVAL), a port in use (NR_E_IO:
 * "port in use").  *ret_port is the port really bound. */
NR_MUSTUSE enum nr_rc nr_hub_listen(const struct nr_hub_config *cfg, int *ret_fd,
				    unsigned *ret_port, struct nr_err *reterr);
/* Serves until SIGTERM, SIGINT or stop_fd; answers what was begun, then returns NR_OK.  Nothing in the
 * store is scanned at start.  Threading: call from the main thread; signals are blocked in all. */
NR_MUSTUSE enum nr_rc nr_hub_run(const struct nr_hub_config *cfg, struct nr_err *reterr);
