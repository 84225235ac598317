/* http_util.h -- a server on a free loopback port with a store of its own, and a small HTTP client. */
#pragma once

#include "base/time.h"
#include "desks/link/link.h"
#include "desks/people/people.h"
#include "store_util.h"
#include "world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct server {
	char dir[64];
	char path[96];
	pid_t pid;
	unsigned port;
	char line[256]; /* first line it printed */
};

struct user {
	char cookie[80]; /* "noroshi_session=…" */
	struct nr_secret csrf;
	struct nr_secret token; /* nrt_… with the same roles */
};

struct reply {
	int status;
	char *raw; /* head and body */
	size_t n;
	const char *body;
	size_t body_n;
};

static inline void reply_done(struct reply *r)
{
	free(r->raw);
	r->raw = NULL;
}

/* A folder with an empty store in which the units of the tree are enrolled. */
static inline bool server_dir(struct server *s)
{
	struct nr_store *st = NULL;
	struct nr_err e = { .msg = "" };
	bool ok;

	memset(s, 0, sizeof(*s));
	(void)snprintf(s->dir, sizeof(s->dir), "/tmp/nr-http-XXXXXX");
	if (!mkdtemp(s->dir))
		return false;
	(void)snprintf(s->path, sizeof(s->path), "%s/n.db", s->dir);
	ok = nr_people_start(&e) == NR_OK &&
	     nr_store_open(nr_str_c(s->path), NR_STORE_CREATE, &st, &e) == NR_OK &&
	     world_enrol(st, &e) == NR_OK;
	if (!ok)
		printf("# %s: %s\n", e.what, e.msg);
	nr_store_close(&st);
	return ok;
}

/* Starts `noroshi serve` with further arguments; the port is any free one unless listen is given. */
static inline bool server_start(struct server *s, const char *listen, const char *const *more)
{
	char program[512];
	const char *argv[32] = { "noroshi", "serve",    "--store",
				 s->path,   "--listen", listen ? listen : "127.0.0.1:0" };
	size_t n = 6;
	char *colon;
	int out[2];
	FILE *f;

	(void)snprintf(program, sizeof(program), "%s/noroshi", getenv("NR_BUILD_ROOT"));
	for (; more && *more && n < 31; more++)
		argv[n++] = *more;
	if (pipe(out) != 0)
		return false;
	s->pid = fork();
	if (s->pid == 0) {
		dup2(out[1], 1);
		close(out[0]);
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that dies leaves no server */
		execv(program, (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(out[1]);
	f = fdopen(out[0], "r");
	if (!f || !fgets(s->line, sizeof(s->line), f))
		return false;
	fclose(f);
	colon = strrchr(s->line, ':');
	s->port = colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
	return s->port != 0;
}

/* Ends it with SIGTERM; its exit code. */
static inline int server_end(struct server *s)
{
	int status = 0;

	if (s->pid <= 0)
		return -1;
	kill(s->pid, SIGTERM);
	waitpid(s->pid, &status, 0);
	s->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void server_stop(struct server *s)
{
	(void)server_end(s);
	(void)nftw(s->dir, rm_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A person with a session and a token, made in the store itself. */
static inline bool user_make(const struct server *s, const char *login, const char *unit,
			     unsigned roles, const char *password, struct user *ret)
{
	struct nr_account acc = { .login = nr_str_c(login),
				  .name = nr_str_c(login),
				  .unit = nr_str_c(unit),
				  .roles = roles,
				  .password = nr_str_c(password) };
	struct nr_arena a = NR_ARENA_INIT(1 << 20);
	struct nr_store *st = NULL;
	struct nr_secret session;
	struct nr_person p;
	struct nr_err e = { .msg = "" };
	int64_t id = 0, tid;
	bool ok = nr_store_open(nr_str_c(s->path), 0, &st, &e) == NR_OK &&
		  nr_people_add(st, NR_STR("test"), &acc, nr_now_us(), &id, &e) == NR_OK &&
		  nr_store_person_by_id(st, id, &a, &p, &e) == NR_OK &&
		  nr_session_open(st, &p, "test", nr_now_us(), &session, &ret->csrf, &e) == NR_OK &&
		  nr_token_make(st, &p, NR_STR("test"), roles, 1, nr_now_us(), &tid, &ret->token,
				&e) == NR_OK;

	if (!ok)
		printf("# %s: %s\n", e.what, e.msg);
	else
		(void)snprintf(ret->cookie, sizeof(ret->cookie), "noroshi_session=%s",
			       session.text);
	nr_store_close(&st);
	nr_arena_done(&a);
	return ok;
}

static inline int dial(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static inline bool send_all(int fd, const void *p, size_t n)
{
	const char *c = p;

	while (n) {
		ssize_t w = send(fd, c, n, MSG_NOSIGNAL);

		if (w <= 0)
			return false;
		c += w;
		n -= (size_t)w;
	}
	return true;
}

static inline void reply_parse(struct reply *r)
{
	char *end = r->raw ? strstr(r->raw, "\r\n\r\n") : NULL;

	r->status = r->n > 12 && memcmp(r->raw, "HTTP/1.", 7) == 0
			    ? (int)strtol(r->raw + 9, NULL, 10)
			    : 0;
	r->body = end ? end + 4 : "";
	r->body_n = end ? r->n - (size_t)(r->body - r->raw) : 0;
}

/* Reads until the other side closes or seconds pass. */
static inline struct reply read_reply(int fd, int seconds)
{
	struct reply r = { .status = 0 };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t end = nr_mono_us() + seconds * NR_US_PER_S;
	size_t cap = 1 << 16;

	r.raw = calloc(1, cap + 1);
	while (r.raw && nr_mono_us() < end && poll(&p, 1, 200) >= 0) {
		ssize_t n;

		if (!(p.revents & (POLLIN | POLLHUP)))
			continue;
		n = recv(fd, r.raw + r.n, cap - r.n, 0);
		if (n <= 0)
			break;
		r.n += (size_t)n;
		if (r.n == cap) {
			char *more = realloc(r.raw, cap * 2 + 1);

			if (!more)
				break;
			r.raw = more;
			cap *= 2;
		}
		r.raw[r.n] = 0;
	}
	reply_parse(&r);
	return r;
}

/* One request, bytes as they are, on a connection of its own. */
static inline struct reply raw_request(const struct server *s, const void *p, size_t n)
{
	struct reply r = { .status = 0 };
	int fd = dial(s->port);

	if (fd < 0)
		return r;
	(void)send_all(fd, p, n);
	r = read_reply(fd, 20);
	close(fd);
	return r;
}

/* method path, header lines each with its CRLF, body. */
static inline struct reply request_n(const struct server *s, const char *method, const char *path,
				     const char *headers, const void *body, size_t n)
{
	struct nr_wr w = NR_WR_INIT(64 << 20);
	struct reply r;

	nr_wr_fmt(&w, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n", method, path,
		  s->port);
	nr_wr_cstr(&w, headers);
	if (body)
		nr_wr_fmt(&w, "Content-Length: %zu\r\n", n);
	nr_wr_cstr(&w, "\r\n");
	if (body)
		nr_wr_bytes(&w, body, n);
	r = raw_request(s, w.p, w.n);
	nr_wr_done(&w);
	return r;
}

static inline struct reply request(const struct server *s, const char *method, const char *path,
				   const char *headers, const char *body)
{
	return request_n(s, method, path, headers, body, body ? strlen(body) : 0);
}

/* GET with this user's session. */
static inline struct reply get_as(const struct server *s, const struct user *u, const char *path)
{
	char h[128];

	(void)snprintf(h, sizeof(h), "Cookie: %s\r\n", u->cookie);
	return request(s, "GET", path, h, NULL);
}

/* Status only. */
static inline int status_of(const struct server *s, const char *method, const char *path,
			    const char *headers, const char *body)
{
	struct reply r = request(s, method, path, headers, body);
	int status = r.status;

	reply_done(&r);
	return status;
}

/* Session cookie, CSRF token and a media type as header lines. */
static inline const char *write_headers(const struct user *u, const char *media, char out[512])
{
	(void)snprintf(out, 512, "Cookie: %s\r\nX-CSRF-Token: %s\r\nContent-Type: %s\r\n",
		       u->cookie, u->csrf.text, media);
	return out;
}

static inline bool has(const struct reply *r, const char *text)
{
	return r->raw && memmem(r->raw, r->n, text, strlen(text)) != NULL;
}
