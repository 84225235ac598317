#include "hub/server.h"

#include "base/time.h"
#include "hub/assets.h"
#include "hub/guard.h"
#include "hub/jobs.h"
#include "hub/stream.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdatomic.h>
#include <strings.h>
#include <unistd.h>

enum {
	CONNECTIONS = 1024,
	PER_ADDRESS = 128,
	IDLE_S = 30,       /* nothing at all arrives or leaves    */
	HEADERS_S = 10,    /* from the first byte to the last header */
	GAP_S = 45,        /* between two requests, headers included */
	MIN_RATE = 16384,  /* bytes a second a body must come with */
	MEMORY = 64 << 10, /* of one connection                   */
	THREADS = 2,
	UPLOADS = 32,          /* bodies on their way into files       */
	DISCARD_MAX = 4 << 20, /* of a body too large, before the connection is cut */
	STREAM_BLOCK = 16 << 10,
};

enum phase { PHASE_NEW, PHASE_BODY, PHASE_QUEUED, PHASE_DONE };

struct request { /* q first: the lanes know only that */
	struct nr_req q;
	struct nr_server *server;
	struct MHD_Connection *con;
	enum phase phase;
	bool uri_too_long;
	bool too_large;
	bool body_failed;
	bool both_lengths; /* Content-Length and Transfer-Encoding, or one header twice */
	bool chunked;
	int64_t content_length; /* -1: none */
	int64_t began_us;
};

struct nr_server {
	struct nr_hub *hub;
	struct MHD_Daemon *mhd;
	struct nr_guard *guard;
	atomic_long open_requests;
	atomic_int uploads;
	char first_log[200]; /* why MHD would not start */
};

static int64_t seconds(int64_t s)
{
	return s * NR_US_PER_S;
}

/* --- the life of a connection and of a request --- */

static void on_connection(void *cls, struct MHD_Connection *con, void **ctx,
			  enum MHD_ConnectionNotificationCode code)
{
	struct nr_server *s = cls;
	const union MHD_ConnectionInfo *ci;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		nr_guard_drop(s->guard, *ctx);
		*ctx = NULL;
		return;
	}
	ci = MHD_get_connection_info(con, MHD_CONNECTION_INFO_CONNECTION_FD);
	*ctx = ci ? nr_guard_add(s->guard, ci->connect_fd, nr_mono_us() + seconds(HEADERS_S))
		  : NULL;
}

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *con)
{
	struct nr_server *s = cls;
	struct request *r = calloc(1, sizeof(*r));
	const union MHD_ConnectionInfo *ci =
		MHD_get_connection_info(con, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	size_t n = strnlen(uri, NR_PATH_BYTES + NR_QUERY_BYTES + 1);
	struct nr_str raw;
	size_t path = 0;

	if (!r)
		return NULL;
	atomic_fetch_add(&s->open_requests, 1);
	r->server = s;
	r->con = con;
	r->content_length = -1;
	r->began_us = nr_mono_us();
	r->q.hub = s->hub;
	r->q.conn = ci ? ci->socket_context : NULL;
	r->q.a = NR_ARENA_INIT(NR_REQ_ARENA);
	r->q.body = NR_WR_INIT(NR_JSON_BODY);
	r->q.body_fd = -1;
	nr_guard_set(s->guard, r->q.conn, r->began_us + seconds(HEADERS_S));
	r->uri_too_long = n > NR_PATH_BYTES + NR_QUERY_BYTES;
	raw = nr_arena_str(&r->q.a, (struct nr_str){ uri, r->uri_too_long ? 0 : n });
	while (path < raw.n && raw.p[path] != '?')
		path++;
	r->q.path = (struct nr_str){ raw.p, path };
	r->uri_too_long = r->uri_too_long || path > NR_PATH_BYTES;
	if (path < raw.n)
		r->q.raw_query =
			(struct nr_bytes){ (const uint8_t *)raw.p + path + 1, raw.n - path - 1 };
	return r;
}

static void on_completed(void *cls, struct MHD_Connection *con, void **req_cls,
			 enum MHD_RequestTerminationCode code)
{
	struct nr_server *s = cls;
	struct request *r = *req_cls;

	(void)con;
	(void)code;
	*req_cls = NULL;
	if (!r)
		return;
	nr_guard_set(s->guard, r->q.conn, nr_mono_us() + seconds(GAP_S));
	if (r->q.body_fd >= 0) {
		close(r->q.body_fd);
		atomic_fetch_sub(&s->uploads, 1);
	}
	nr_hash_free(&r->q.body_hash);
	nr_wr_done(&r->q.body);
	nr_wr_done(&r->q.reply.body);
	nr_reply_no_file(&r->q);
	nr_stream_leave(&r->q.reply.stream);
	nr_arena_done(&r->q.a);
	free(r);
	atomic_fetch_sub(&s->open_requests, 1);
}

/* --- taking the head apart --- */

struct wanted {
	const char *name;
	size_t offset; /* of a struct nr_str in struct nr_headers */
};

static const struct wanted wanted[] = {
	{ "Host", offsetof(struct nr_headers, host) },
	{ "Cookie", offsetof(struct nr_headers, cookie) },
	{ "Authorization", offsetof(struct nr_headers, authorization) },
	{ "X-CSRF-Token", offsetof(struct nr_headers, csrf) },
	{ "Origin", offsetof(struct nr_headers, origin) },
	{ "Sec-Fetch-Site", offsetof(struct nr_headers, fetch_site) },
	{ "Content-Type", offsetof(struct nr_headers, content_type) },
	{ "If-None-Match", offsetof(struct nr_headers, if_none_match) },
	{ "Last-Event-ID", offsetof(struct nr_headers, last_event_id) },
};

static struct nr_str *header_slot(struct nr_headers *h, size_t i)
{
	return (struct nr_str *)(void *)((char *)h + wanted[i].offset);
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_n,
				 const char *value, size_t value_n)
{
	struct request *r = cls;

	(void)kind;
	(void)key_n;
	for (size_t i = 0; i < NR_COUNT(wanted); i++) {
		struct nr_str *slot = header_slot(&r->q.h, i);

		if (strcasecmp(key, wanted[i].name) != 0)
			continue;
		if (slot->p) /* said twice: two readers could believe two things */
			r->both_lengths = true;
		*slot = (struct nr_str){ value ? value : "", value_n };
	}
	if (strcasecmp(key, "Transfer-Encoding") == 0) {
		r->both_lengths = r->both_lengths || r->content_length >= 0;
		r->chunked = true;
	}
	if (strcasecmp(key, "Content-Length") == 0) {
		r->both_lengths = r->both_lengths || r->content_length >= 0 || r->chunked;
		if (nr_number_parse((struct nr_str){ value, value_n }, "Content-Length", 0,
				    INT64_MAX, &r->content_length, NULL) != NR_OK)
			r->both_lengths = true;
	}
	return MHD_YES;
}

static void take_address(struct request *r)
{
	const union MHD_ConnectionInfo *ci =
		MHD_get_connection_info(r->con, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (ci && ci->client_addr->sa_family == AF_INET) {
		memcpy(&v4, ci->client_addr, sizeof(v4));
		nr_limiter_address((const uint8_t *)&v4.sin_addr, 4, r->q.address);
	} else if (ci && ci->client_addr->sa_family == AF_INET6) {
		memcpy(&v6, ci->client_addr, sizeof(v6));
		nr_limiter_address(v6.sin6_addr.s6_addr, 16, r->q.address);
	}
}

static void take_method(struct nr_req *q, const char *method)
{
	q->method_known = true;
	if (strcmp(method, "GET") == 0)
		q->method = NR_GET;
	else if (strcmp(method, "HEAD") == 0)
		q->head = true;
	else if (strcmp(method, "POST") == 0)
		q->method = NR_POST;
	else if (strcmp(method, "DELETE") == 0)
		q->method = NR_DELETE;
	else
		q->method_known = false;
}

/* An unlinked file beside the store for material on its way to a worker. */
static bool open_upload(struct request *r)
{
	struct nr_server *s = r->server; /* the hub has none yet, or none any more, at its ends */
	struct nr_req *q = &r->q;

	if (atomic_fetch_add(&s->uploads, 1) >= UPLOADS) {
		atomic_fetch_sub(&s->uploads, 1);
		nr_reply_refuse(q, 503, "busy", "upload",
				"too many uploads; try again in a moment");
		q->reply.retry_after = 5;
		return false;
	}
	q->body_hash = nr_hash_open();
	if (q->body_hash)
		q->body_fd = open(q->hub->upload_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (q->body_fd < 0)
		atomic_fetch_sub(&s->uploads, 1);
	if (q->body_fd < 0)
		nr_reply_refuse(q, 503, "environment", "upload", "there is no room for an upload");
	return q->body_fd >= 0;
}

/* Material is large: who sends it is settled before the first byte is taken. */
static bool begin_upload(struct request *r)
{
	struct nr_req *q = &r->q;
	struct nr_err e = { .rc = NR_E_BUG, .offset = UINT64_MAX };

	q->store = nr_hub_reader(q->hub, &e);
	if (!q->store || nr_access_who(q, &e) != NR_OK) {
		nr_reply_error(q, &e);
		return false;
	}
	return nr_access_allow(q) && open_upload(r);
}

/* Everything that can be refused before the body; false: the reply is filled. */
static bool begin(struct request *r, const char *method)
{
	struct nr_req *q = &r->q;
	const union MHD_ConnectionInfo *ci =
		MHD_get_connection_info(r->con, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct nr_match m;

	take_address(r);
	take_method(q, method);
	(void)MHD_get_connection_values_n(r->con, MHD_HEADER_KIND, on_header, r);
	if (r->uri_too_long) {
		nr_reply_refuse(q, 414, "limit", "path", "the address is too long");
		return false;
	}
	if (!ci || ci->header_size > NR_HEADERS_MAX) {
		nr_reply_refuse(q, 431, "limit", "headers", "more than 16 KiB of headers");
		return false;
	}
	if (r->both_lengths) {
		nr_reply_refuse(q, 400, "usage", "headers", "a header stands twice or contradicts");
		return false;
	}
	if (!nr_access_host(q))
		return false;
	m = nr_route_match(q->method, q->path);
	q->route = q->method_known ? m.route : NULL;
	if (r->content_length > (int64_t)(q->route ? q->route->body_max : 0)) {
		nr_reply_refuse(q, 413, "limit", "body", "the body is larger than this path takes");
		return false;
	}
	if (q->route && (q->route->flags & NR_ROUTE_RAW))
		return begin_upload(r);
	return true;
}

static void take_body(struct request *r, const char *p, size_t n)
{
	struct nr_req *q = &r->q;
	uint64_t max = q->route ? q->route->body_max : 0;

	q->body_size += n;
	if (q->body_size > max)
		r->too_large = true;
	if (r->too_large || r->body_failed)
		return;
	nr_guard_set(r->server->guard, q->conn,
		     r->began_us + seconds(HEADERS_S + IDLE_S) +
			     seconds((int64_t)(q->body_size / MIN_RATE)));
	if (q->body_fd < 0) {
		nr_wr_bytes(&q->body, p, n);
		r->body_failed = q->body.rc != NR_OK;
		return;
	}
	nr_hash_add(q->body_hash, (struct nr_bytes){ (const uint8_t *)p, n });
	while (n && !r->body_failed) {
		ssize_t w = write(q->body_fd, p, n);

		r->body_failed = w <= 0;
		if (w > 0) {
			p += w;
			n -= (size_t)w;
		}
	}
}

/* --- sending --- */

static const char *const always[][2] = {
	{ "Content-Security-Policy",
	  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
	  "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
	  "frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
};

static void header(struct MHD_Response *m, const char *name, const char *value)
{
	if (value && value[0])
		(void)MHD_add_response_header(m, name, value);
}

static ssize_t stream_more(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct request *r = cls;
	ssize_t n = nr_stream_read(r->q.reply.stream, r->con, buf, max);

	(void)pos;
	return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static struct MHD_Response *response_of(struct request *r)
{
	struct nr_reply *p = &r->q.reply;
	struct MHD_Response *m;

	if (p->stream)
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK,
							 stream_more, r, NULL);
	if (p->asset)
		/* libmicrohttpd takes void * and only reads persistent buffers */
		return MHD_create_response_from_buffer((size_t)(p->asset->gz_end - p->asset->gz),
						       (void *)(uintptr_t)p->asset->gz,
						       MHD_RESPMEM_PERSISTENT);
	if (p->file) {
		m = MHD_create_response_from_fd64(p->fd_size, p->fd);
		p->file = m == NULL; /* it closes the descriptor from here on */
		return m;
	}
	if (p->body.n == 0)
		return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	m = MHD_create_response_from_buffer(p->body.n, p->body.p, MHD_RESPMEM_MUST_FREE);
	if (m) {
		p->body.p = NULL;
		p->body.n = p->body.cap = 0;
	}
	return m;
}

static void add_headers(struct request *r, struct MHD_Response *m)
{
	struct nr_reply *p = &r->q.reply;
	char text[16];

	for (size_t i = 0; i < NR_COUNT(always); i++)
		header(m, always[i][0], always[i][1]);
	if (r->q.hub->tls)
		header(m, "Strict-Transport-Security", "max-age=31536000");
	header(m, "Cache-Control", p->cache ? p->cache : "no-store");
	header(m, "ETag", p->etag);
	header(m, "Set-Cookie", p->cookie);
	header(m, "Allow", p->allow);
	header(m, "Location", p->location);
	if (p->status != 304 && p->status != 204 && p->status != 303)
		header(m, "Content-Type", p->media);
	if (p->asset)
		header(m, "Content-Encoding", "gzip");
	if (p->retry_after) {
		(void)snprintf(text, sizeof(text), "%u", p->retry_after);
		header(m, "Retry-After", text);
	}
}

static enum MHD_Result send_reply(struct request *r)
{
	uint64_t size = r->q.reply.asset
				? (uint64_t)(r->q.reply.asset->gz_end - r->q.reply.asset->gz)
			: r->q.reply.file ? r->q.reply.fd_size
					  : r->q.reply.body.n;
	struct MHD_Response *m = response_of(r);
	enum MHD_Result ok;

	if (!m)
		return MHD_NO;
	add_headers(r, m);
	nr_guard_set(r->server->guard, r->q.conn,
		     r->q.reply.stream ? 0
				       : nr_mono_us() + seconds(IDLE_S) +
						 seconds((int64_t)(size / MIN_RATE)));
	ok = MHD_queue_response(r->con, r->q.reply.status, m);
	MHD_destroy_response(m);
	return ok;
}

/* --- the handler libmicrohttpd calls, three times or more a request --- */

static enum MHD_Result queue_up(struct request *r)
{
	struct nr_req *q = &r->q;

	if (r->too_large)
		nr_reply_refuse(q, 413, "limit", "body", "the body is larger than this path takes");
	else if (r->body_failed)
		nr_reply_refuse(q, 503, "environment", "upload", "the upload could not be kept");
	if (r->too_large || r->body_failed)
		return send_reply(r);
	if (q->body_hash)
		q->body_sha256 = nr_hash_value(q->body_hash);
	r->phase = PHASE_QUEUED;
	nr_guard_set(r->server->guard, q->conn, 0);
	MHD_suspend_connection(r->con);
	if (!nr_jobs_push(r->server->hub->jobs, q->route ? q->route->lane : NR_LANE_READ, q)) {
		nr_reply_refuse(q, 503, "busy", "server", "too much to do; try again in a moment");
		q->reply.retry_after = 2;
		nr_server_done(q);
	}
	return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *con, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_n, void **req_cls)
{
	struct request *r = *req_cls;

	(void)cls;
	(void)con;
	(void)url;
	(void)version;
	if (!r)
		return MHD_NO;
	switch (r->phase) {
	case PHASE_NEW: r->phase = PHASE_BODY; return begin(r, method) ? MHD_YES : send_reply(r);
	case PHASE_BODY:
		if (*upload_n == 0)
			return queue_up(r);
		take_body(r, upload, *upload_n);
		*upload_n = 0;
		return r->q.body_size > (r->q.route ? r->q.route->body_max : 0) + DISCARD_MAX
			       ? MHD_NO
			       : MHD_YES;
	case PHASE_DONE: return send_reply(r);
	case PHASE_QUEUED: break;
	}
	return MHD_YES;
}

void nr_server_done(struct nr_req *q)
{
	struct request *r = (struct request *)(void *)q;

	r->phase = PHASE_DONE;
	MHD_resume_connection(r->con);
}

void nr_server_sleep(struct MHD_Connection *con)
{
	MHD_suspend_connection(con);
}

void nr_server_wake(struct MHD_Connection *con)
{
	MHD_resume_connection(con);
}

bool nr_server_gone(struct MHD_Connection *con)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(con, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pollfd p = { .events = POLLRDHUP };

	if (!info)
		return false;
	p.fd = info->connect_fd;
	return poll(&p, 1, 0) == 1 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

/* --- start and end --- */

static void on_log(void *cls, const char *fmt, va_list ap) NR_PRINTF(2, 0);

static void on_log(void *cls, const char *fmt, va_list ap)
{
	struct nr_server *s = cls;

	/* Only the reason of a failed start is worth a line; the rest is what clients do. */
	if (s->mhd || s->first_log[0])
		return;
	(void)vsnprintf(s->first_log, sizeof(s->first_log), fmt, ap);
	s->first_log[strcspn(s->first_log, "\n")] = 0;
}

static struct MHD_Daemon *start(struct nr_server *s, int fd, const char *cert, const char *key)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		  (void *)(uintptr_t) "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:"
				      "-AES-128-CBC:-AES-256-CBC:%SERVER_PRECEDENCE" },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };

	if (cert)
		flags |= MHD_USE_TLS;
	return MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, on_log, s,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)PER_ADDRESS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)MEMORY, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_URI_LOG_CALLBACK, on_uri,
		s, MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_ARRAY, cert ? tls : none,
		MHD_OPTION_END);
}

enum nr_rc nr_server_open(struct nr_hub *h, int listen_fd, const char *cert, const char *key,
			  struct nr_server **ret, struct nr_err *reterr)
{
	struct nr_server *s = calloc(1, sizeof(*s));

	if (!s || !(s->guard = nr_guard_new())) {
		free(s);
		return nr_fail(reterr, NR_E_NOMEM, "server", UINT64_MAX, "no memory");
	}
	s->hub = h;
	s->mhd = start(s, listen_fd, cert, key);
	if (!s->mhd) {
		nr_fail(reterr, NR_E_IO, "server", UINT64_MAX, "the server did not start: %s",
			s->first_log[0] ? s->first_log : "no reason given");
		nr_server_close(&s);
		return NR_E_IO;
	}
	*ret = s;
	return NR_OK;
}

void nr_server_quiesce(struct nr_server *s)
{
	MHD_socket fd = MHD_quiesce_daemon(s->mhd);

	if (fd != MHD_INVALID_SOCKET)
		close(fd);
}

void nr_server_drain(struct nr_server *s, int64_t limit_us)
{
	int64_t end = nr_mono_us() + limit_us;

	while (atomic_load(&s->open_requests) > 0 && nr_mono_us() < end)
		usleep(10000);
}

void nr_server_sweep(struct nr_server *s)
{
	(void)nr_guard_sweep(s->guard, nr_mono_us());
}

void nr_server_close(struct nr_server **p)
{
	struct nr_server *s = *p;

	*p = NULL;
	if (!s)
		return;
	if (s->mhd)
		MHD_stop_daemon(s->mhd);
	nr_guard_free(&s->guard);
	free(s);
}
