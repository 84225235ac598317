/* stream.h -- the live stream: what a viewer may see, as it is committed.
 *
 * One thread watches the store (data_version every 100 ms, and a bell inside this process) and asks,
 * once per unit that has clients, for what is new in that unit's scope; each client has a bounded
 * buffer and is dropped when it cannot keep up.  Event ids are sealed cursors: they order the stream
 * for its own client and count nothing for anybody. */
#pragma once

#include "hub/http.h"

struct MHD_Connection;
struct nr_stream;
struct nr_stream_client;

/* Starts the watching thread. */
NR_MUSTUSE enum nr_rc nr_stream_open(struct nr_hub *h, NR_OWNED struct nr_stream **ret,
				     struct nr_err *reterr);
/* Ends all clients and the thread.  NULL ok; sets *p = NULL. */
void nr_stream_close(struct nr_stream **p);
/* Lets every client's answer end; new ones are refused. */
void nr_stream_stop(struct nr_stream *s);
/* Something was committed in this process: look now. */
void nr_stream_ring(struct nr_stream *s);
/* A new client for this viewer, to be resumed after q's Last-Event-ID when that is ours.  NR_E_BUSY
 * when there are too many. */
NR_MUSTUSE enum nr_rc nr_stream_join(struct nr_stream *s, struct nr_req *q,
				     NR_OWNED struct nr_stream_client **ret, struct nr_err *reterr);
/* Copies waiting bytes; 0: none now, and the connection was put to sleep; -1: the stream ended. */
ssize_t nr_stream_read(struct nr_stream_client *c, struct MHD_Connection *con, char *buf,
		       size_t max);
/* The connection is gone. */
void nr_stream_leave(struct nr_stream_client **p);
