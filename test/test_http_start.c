/* test_http_start.c -- what serve says when it cannot start, and TLS with a throw-away certificate. */
#include "http_util.h"

#include <sqlite3.h>

/* Runs a shell command (paths of our own); its exit code, its output in out. */
static int run(char *out, size_t size, const char *fmt, ...) NR_PRINTF(3, 4);

static int run(char *out, size_t size, const char *fmt, ...)
{
	char command[2048];
	int pipes[2], status = 0;
	va_list ap;
	size_t n;
	FILE *f;
	pid_t pid;

	va_start(ap, fmt);
	(void)vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (pipe(pipes) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], 1);
		close(pipes[0]);
		close(pipes[1]);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	f = fdopen(pipes[0], "r");
	n = f ? fread(out, 1, size - 1, f) : 0;
	out[n] = 0;
	if (f)
		fclose(f);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool one_line(const char *text)
{
	const char *end = strchr(text, '\n');

	return end && end[1] == 0;
}

static const char *noroshi(void)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/noroshi", getenv("NR_BUILD_ROOT"));
	return path;
}

static void test_http_start__says_in_one_line_why_it_cannot(const struct server *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char out[4096];

	OK(bind(fd, (struct sockaddr *)&a, n) == 0 && listen(fd, 1) == 0 &&
	   getsockname(fd, (struct sockaddr *)&a, &n) == 0);
	OK(run(out, sizeof(out), "%s serve --store %s --listen 127.0.0.1:%u 2>&1", noroshi(),
	       s->path, ntohs(a.sin_port)) == 4);
	OK(one_line(out) && strstr(out, "in use"));
	close(fd);
	OK(run(out, sizeof(out), "%s serve --store %s/none.db --listen 127.0.0.1:0 2>&1", noroshi(),
	       s->dir) == 4);
	OK(one_line(out) && strstr(out, "none.db"));
	OK(run(out, sizeof(out), "%s serve --store %s --listen 0.0.0.0:0 2>&1", noroshi(),
	       s->path) == 2);
	OK(one_line(out) && strstr(out, "--tls-cert"));
	OK(run(out, sizeof(out), "%s serve --store %s --listen nowhere:1 2>&1", noroshi(),
	       s->path) == 2);
	OK(one_line(out) && strstr(out, "nowhere"));
	OK(run(out, sizeof(out),
	       "%s serve --store %s --listen 127.0.0.1:0 --tls-cert /etc/passwd --tls-key "
	       "/etc/passwd 2>&1",
	       noroshi(), s->path) == 4);
	OK(one_line(out) && strstr(out, "tls-cert"));
}

static bool make_pair(const struct server *s, const char *name)
{
	char out[4096];

	return run(out, sizeof(out),
		   "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
		   "-subj /CN=localhost -addext subjectAltName=DNS:localhost "
		   "-keyout %s/%s.key -out %s/%s.pem 2>&1",
		   s->dir, name, s->dir, name) == 0;
}

static void test_http_start__tls(struct server *s)
{
	char cert[128], key[128], other[128], out[16384];
	const char *const more[] = { "--tls-cert", cert, "--tls-key", key, NULL };

	OK(make_pair(s, "a") && make_pair(s, "b"));
	(void)snprintf(cert, sizeof(cert), "%s/a.pem", s->dir);
	(void)snprintf(key, sizeof(key), "%s/a.key", s->dir);
	(void)snprintf(other, sizeof(other), "%s/b.key", s->dir);
	OK(run(out, sizeof(out),
	       "%s serve --store %s --listen 127.0.0.1:0 --tls-cert %s --tls-key %s 2>&1",
	       noroshi(), s->path, cert, other) == 4);
	OK(one_line(out) && strstr(out, "does not belong"));
	OK(server_start(s, NULL, more) && strstr(s->line, "https://127.0.0.1:"));
	OK(run(out, sizeof(out),
	       "printf 'GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: "
	       "close\\r\\n\\r\\n' | "
	       "timeout 20 openssl s_client -quiet -verify_return_error -CAfile %s -connect "
	       "127.0.0.1:%u -servername localhost 2>/dev/null",
	       cert, s->port) == 0);
	OK(strstr(out, "{\"status\":\"ok\"}") && strstr(out, "Strict-Transport-Security: "));
	(void)run(out, sizeof(out),
		  "echo | timeout 20 openssl s_client -tls1_1 -cipher DEFAULT@SECLEVEL=0 -connect "
		  "127.0.0.1:%u 2>&1",
		  s->port);
	OK(strstr(out, "Cipher is (NONE)"));
	(void)run(out, sizeof(out), "echo | timeout 20 openssl s_client -connect 127.0.0.1:%u 2>&1",
		  s->port);
	OK(strstr(out, "TLSv1.3"));
	OK(status_of(s, "GET", "/healthz", "", NULL) != 200);
	OK(server_end(s) == 0);
}

static void test_http_start__ends_while_a_stream_is_open(struct server *s)
{
	struct user u;
	struct reply r;
	char head[256];
	int fd, n;

	OK(user_make(s, "watcher", "npa", NR_ROLE_VIEWER, "", &u));
	OK(server_start(s, NULL, NULL));
	fd = dial(s->port);
	n = snprintf(head, sizeof(head),
		     "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n\r\n",
		     u.cookie);
	(void)send_all(fd, head, (size_t)n);
	r = read_reply(fd, 2);
	OK(r.status == 200 && has(&r, "event: tick"));
	reply_done(&r);
	OK(server_end(s) == 0);
	r = read_reply(fd, 5);
	OK(has(&r, "0\r\n\r\n"));
	reply_done(&r);
	close(fd);
}

/* Another program brought the store to a newer schema while this one was serving. */
static void test_http_start__a_fault_of_the_machine_names_no_path(struct server *s)
{
	sqlite3 *db = NULL;
	struct reply r;

	OK(server_start(s, NULL, NULL));
	OK(sqlite3_open(s->path, &db) == SQLITE_OK &&
	   sqlite3_exec(db, "PRAGMA user_version=9999", NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
	r = request(s, "GET", "/healthz", "", NULL);
	OK(r.status == 503 && has(&r, "\"code\":\"environment\"") && has(&r, "Retry-After: "));
	OK(!has(&r, s->dir));
	reply_done(&r);
	OK(server_end(s) == 0);
}

int main(void)
{
	struct server s;

	signal(SIGPIPE, SIG_IGN);
	if (!OK(server_dir(&s)))
		return tap_done();
	test_http_start__says_in_one_line_why_it_cannot(&s);
	test_http_start__tls(&s);
	test_http_start__ends_while_a_stream_is_open(&s);
	test_http_start__a_fault_of_the_machine_names_no_path(&s);
	server_stop(&s);
	return tap_done();
}
