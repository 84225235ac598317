/* server.h -- libmicrohttpd wired to the lanes; the only file pair that knows that library. */
#pragma once

#include "hub/priv.h"

struct nr_server;

/* Starts answering on a listening socket.  TLS when cert and key (PEM text) are given. */
NR_MUSTUSE enum nr_rc nr_server_open(struct nr_hub *h, int listen_fd, const char *cert,
				     const char *key, NR_OWNED struct nr_server **ret,
				     struct nr_err *reterr);
/* Takes no new connection. */
void nr_server_quiesce(struct nr_server *s);
/* Waits until every request that began is answered, at most so long. */
void nr_server_drain(struct nr_server *s, int64_t limit_us);
void nr_server_close(struct nr_server **p); /* NULL ok; sets *p = NULL */
/* A request is done: its connection goes on.  For nr_jobs_open(). */
void nr_server_done(struct nr_req *q);
/* Cuts connections past their deadline. */
void nr_server_sweep(struct nr_server *s);

/* A stream client's connection sleeps and wakes by these (stream.c). */
struct MHD_Connection;
void nr_server_sleep(struct MHD_Connection *con);
void nr_server_wake(struct MHD_Connection *con);
/* Has the other end of a sleeping connection hung up?  Asleep, the library does not look. */
bool nr_server_gone(struct MHD_Connection *con);
