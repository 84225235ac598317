/* test_http.c -- who gets in: every route, every refusal, over a real socket. */
#include "http_util.h"

#include "hub/route.h"

static struct server srv;
static struct user boss, watcher, auditor;

/* "/api/v1/dossiers/{id}" -> "/api/v1/dossiers/x1" */
static const char *sample(const char *pattern, char out[128])
{
	size_t n = 0;

	for (; *pattern && n < 120; pattern++) {
		if (*pattern != '{') {
			out[n++] = *pattern;
			continue;
		}
		out[n++] = 'x';
		out[n++] = '1';
		pattern = strchr(pattern, '}');
	}
	out[n] = 0;
	return out;
}

static const char *const always[] = {
	"Content-Security-Policy: default-src 'none'; script-src 'self'",
	"X-Content-Type-Options: nosniff",
	"Referrer-Policy: no-referrer",
	"Cross-Origin-Opener-Policy: same-origin",
	"Cross-Origin-Resource-Policy: same-origin",
	"Permissions-Policy: ",
	"Cache-Control: ",
};

static bool armoured(const struct reply *r)
{
	for (size_t i = 0; i < NR_COUNT(always); i++)
		if (!has(r, always[i]))
			return false;
	return true;
}

static void stranger_at(const struct nr_route *route, const char *headers)
{
	bool page = route->flags & NR_ROUTE_PAGE;
	char path[128];
	struct reply r = request(&srv, nr_method_name(route->method), sample(route->path, path),
				 headers, route->method == NR_GET ? NULL : "");

	if (!OK(r.status == (page ? 303 : 401) && armoured(&r)))
		printf("# %s %s: %d\n", nr_method_name(route->method), path, r.status);
	if (page)
		OK(has(&r, "Location: /sign-in\r\n") && r.body_n == 0);
	else
		OK(has(&r, "\"code\":\"unauthenticated\""));
	reply_done(&r);
}

static void test_http__nothing_is_reachable_without_signing_in(void)
{
	static const char *const pretences[] = {
		"",
		"Cookie: noroshi_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
		"Authorization: Bearer nrt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
		"Authorization: Basic YWRtaW46YWRtaW4=\r\n",
	};
	size_t guarded = 0;

	for (size_t i = 0; i < nr_routes_count; i++) {
		if (nr_routes[i].flags & NR_ROUTE_PUBLIC)
			continue;
		guarded++;
		for (size_t k = 0; k < NR_COUNT(pretences); k++)
			stranger_at(&nr_routes[i], pretences[k]);
	}
	OK(guarded >= 30);
	OK(status_of(&srv, "GET", "/api/v1/nothing", "", NULL) == 401);
	OK(status_of(&srv, "GET", "/nothing", "", NULL) == 303);
	OK(status_of(&srv, "GET", "/assets/../etc/passwd", "", NULL) == 303);
	OK(status_of(&srv, "DELETE", "/api/v1/situation", "", NULL) == 401);
}

static void test_http__public_routes_are_the_five(void)
{
	size_t n = 0;

	for (size_t i = 0; i < nr_routes_count; i++)
		n += (nr_routes[i].flags & NR_ROUTE_PUBLIC) != 0;
	OK(n == 5);
	OK(status_of(&srv, "GET", "/healthz", "", NULL) == 200);
	OK(status_of(&srv, "GET", "/sign-in", "", NULL) == 200);
	OK(status_of(&srv, "GET", "/public/none.js", "", NULL) == 404);
}

static void test_http__a_role_opens_only_its_own_routes(void)
{
	size_t refused = 0;

	for (size_t i = 0; i < nr_routes_count; i++) {
		const struct nr_route *r = &nr_routes[i];
		char path[128], h[512];
		int status;

		if (!r->roles || (r->roles & NR_ROLE_AUDITOR))
			continue;
		refused++;
		status =
			status_of(&srv, nr_method_name(r->method), sample(r->path, path),
				  write_headers(&auditor,
						r->flags & NR_ROUTE_RAW ? "application/octet-stream"
									: "application/json",
						h),
				  r->method == NR_GET ? NULL : "{}");
		if (!OK(status == 403))
			printf("# %s %s: %d\n", nr_method_name(r->method), path, status);
	}
	OK(refused >= 15);
	OK(status_of(&srv, "GET", "/api/v1/session", "Cookie: x=1\r\n", NULL) == 401);
}

static void test_http__a_write_needs_the_csrf_token_and_our_origin(void)
{
	static const char body[] = "{\"name\":\"t\",\"roles\":[\"viewer\"],\"days\":1}";
	char h[512], with[768], origin[64];

	(void)snprintf(h, sizeof(h), "Cookie: %s\r\nContent-Type: application/json\r\n",
		       boss.cookie);
	OK(status_of(&srv, "POST", "/api/v1/tokens", h, body) == 403);
	(void)snprintf(with, sizeof(with), "%sX-CSRF-Token: %s\r\n", h, watcher.csrf.text);
	OK(status_of(&srv, "POST", "/api/v1/tokens", with, body) == 403);
	write_headers(&boss, "application/json", h);
	OK(status_of(&srv, "POST", "/api/v1/tokens", h, body) == 201);
	(void)snprintf(with, sizeof(with), "%sOrigin: http://evil.example\r\n", h);
	OK(status_of(&srv, "POST", "/api/v1/tokens", with, body) == 403);
	(void)snprintf(with, sizeof(with), "%sOrigin: null\r\n", h);
	OK(status_of(&srv, "POST", "/api/v1/tokens", with, body) == 403);
	(void)snprintf(with, sizeof(with), "%sSec-Fetch-Site: cross-site\r\n", h);
	OK(status_of(&srv, "POST", "/api/v1/tokens", with, body) == 403);
	(void)snprintf(origin, sizeof(origin), "http://127.0.0.1:%u", srv.port);
	(void)snprintf(with, sizeof(with), "%sOrigin: %s\r\nSec-Fetch-Site: same-origin\r\n", h,
		       origin);
	OK(status_of(&srv, "POST", "/api/v1/tokens", with, body) == 201);
	OK(status_of(&srv, "POST", "/api/v1/session",
		     "Content-Type: application/json\r\nOrigin: http://evil.example\r\n",
		     "{\"login\":\"boss\",\"password\":\"right horse battery\"}") == 403);
}

static void test_http__passwords_links_and_tokens_sign_in(void)
{
	static const char *json = "Content-Type: application/json\r\n";
	struct reply wrong, unknown, right, again;
	char h[512], body[256], *link;

	wrong = request(&srv, "POST", "/api/v1/session", json,
			"{\"login\":\"boss\",\"password\":\"wrong horse battery\"}");
	unknown = request(&srv, "POST", "/api/v1/session", json,
			  "{\"login\":\"nobody\",\"password\":\"wrong horse battery\"}");
	OK(wrong.status == 401 && unknown.status == 401);
	OK(wrong.body_n == unknown.body_n && memcmp(wrong.body, unknown.body, wrong.body_n) == 0);
	right = request(&srv, "POST", "/api/v1/session", json,
			"{\"login\":\"boss\",\"password\":\"right horse battery\"}");
	OK(right.status == 200 && has(&right, "\"csrf\":\""));
	OK(has(&right, "; Path=/; HttpOnly; SameSite=Strict\r\n"));
	reply_done(&wrong);
	reply_done(&unknown);
	reply_done(&right);
	right = request(&srv, "POST", "/api/v1/people", write_headers(&boss, "application/json", h),
			"{\"login\":\"new.one\",\"name\":\"新人\",\"unit\":\"npa\",\"roles\":["
			"\"viewer\"]}");
	link = right.raw ? strstr(right.raw, "#link=") : NULL;
	OK(right.status == 201 && link);
	(void)snprintf(body, sizeof(body), "{\"token\":\"%.43s\"}", link ? link + 6 : "");
	reply_done(&right);
	right = request(&srv, "POST", "/api/v1/session/link", json, body);
	again = request(&srv, "POST", "/api/v1/session/link", json, body);
	OK(right.status == 200 && has(&right, "\"name\":\"新人\""));
	OK(again.status == 401);
	reply_done(&right);
	reply_done(&again);
	(void)snprintf(h, sizeof(h), "Authorization: Bearer %s\r\n", watcher.token.text);
	OK(status_of(&srv, "GET", "/api/v1/session", h, NULL) == 200);
	(void)snprintf(h, sizeof(h),
		       "Authorization: Bearer %s\r\nContent-Type: application/json\r\n",
		       boss.token.text);
	OK(status_of(&srv, "POST", "/api/v1/people", h, "{}") == 403);
}

static void test_http__an_administrator_governs_the_own_unit_only(void)
{
	struct user u;
	struct reply r;
	char h[512];

	OK(user_make(&srv, "bank.admin", "minato-ginko", NR_ROLE_ADMIN | NR_ROLE_VIEWER, "", &u));
	write_headers(&u, "application/json", h);
	r = request(&srv, "POST", "/api/v1/people", h,
		    "{\"login\":\"spy\",\"name\":\"x\",\"unit\":\"npa\",\"roles\":[\"viewer\"]}");
	OK(r.status == 403 && has(&r, "\"what\":\"unit\""));
	reply_done(&r);
	OK(status_of(&srv, "POST", "/api/v1/people", h,
		     "{\"login\":\"teller\",\"name\":\"x\",\"unit\":\"minato-ginko\","
		     "\"roles\":[\"viewer\"]}") == 201);
	r = get_as(&srv, &u, "/api/v1/people");
	OK(r.status == 200 && has(&r, "\"teller\"") && !has(&r, "\"boss\""));
	reply_done(&r);
}

static void test_http__signing_out_ends_the_session(void)
{
	struct user u;
	char h[512];

	OK(user_make(&srv, "leaver", "npa", NR_ROLE_VIEWER, "", &u));
	write_headers(&u, "application/json", h);
	OK(status_of(&srv, "GET", "/api/v1/session", h, NULL) == 200);
	OK(status_of(&srv, "DELETE", "/api/v1/session", h, NULL) == 204);
	OK(status_of(&srv, "GET", "/api/v1/session", h, NULL) == 401);
}

static void test_http__a_revoked_token_is_dead_and_only_its_owner_can_revoke(void)
{
	struct user u, thief;
	struct reply r;
	char h[512], path[64], *id;

	OK(user_make(&srv, "owner", "npa", NR_ROLE_VIEWER, "", &u));
	OK(user_make(&srv, "thief", "npa", NR_ROLE_VIEWER, "", &thief));
	r = get_as(&srv, &u, "/api/v1/tokens");
	id = r.raw ? strstr(r.raw, "\"id\":\"") : NULL;
	OK(r.status == 200 && id);
	(void)snprintf(path, sizeof(path), "/api/v1/tokens/%ld", id ? strtol(id + 6, NULL, 10) : 0);
	reply_done(&r);
	OK(status_of(&srv, "DELETE", path, write_headers(&thief, "application/json", h), NULL) ==
	   404);
	OK(status_of(&srv, "DELETE", path, write_headers(&u, "application/json", h), NULL) == 204);
	OK(status_of(&srv, "DELETE", path, write_headers(&u, "application/json", h), NULL) == 404);
	(void)snprintf(h, sizeof(h), "Authorization: Bearer %s\r\n", u.token.text);
	OK(status_of(&srv, "GET", "/api/v1/session", h, NULL) == 401);
}

static void test_http__guessing_passwords_is_slowed(void)
{
	static const char *json = "Content-Type: application/json\r\n";
	int denied = 0, limited = 0;

	for (int i = 0; i < 14; i++) {
		struct reply r =
			request(&srv, "POST", "/api/v1/session", json,
				"{\"login\":\"guessed\",\"password\":\"not this one at all\"}");

		denied += r.status == 401;
		limited += r.status == 429 && has(&r, "Retry-After: ");
		reply_done(&r);
	}
	OK(denied == 10);
	OK(limited == 4);
}

static int raw_status(const char *text)
{
	struct reply r = raw_request(&srv, text, strlen(text));
	int status = r.status;

	if (status && status != 200 && !armoured(&r))
		status = -status;
	reply_done(&r);
	return status;
}

static void test_http__another_name_is_refused(void)
{
	OK(raw_status(
		   "GET /healthz HTTP/1.1\r\nHost: rebind.example\r\nConnection: close\r\n\r\n") ==
	   403);
	OK(raw_status("GET /healthz HTTP/1.1\r\nHost: 192.0.2.1\r\nConnection: close\r\n\r\n") ==
	   403);
	OK(raw_status("GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n") == 400);
	OK(raw_status("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n") ==
	   200);
	OK(raw_status("GET /healthz HTTP/1.1\r\nHost: console.noroshi.example:8470\r\n"
		      "Connection: close\r\n\r\n") == 200);
	OK(raw_status("GET /healthz HTTP/1.1\r\nHost: [::1]:1\r\nConnection: close\r\n\r\n") ==
	   200);
}

static void test_http__contradictions_are_refused(void)
{
	OK(raw_status("POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
		      "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{}") == 400);
	OK(raw_status("POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
		      "Content-Length: 3\r\nConnection: close\r\n\r\n{}") == 400);
	OK(raw_status("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: rebind.example\r\n"
		      "Connection: close\r\n\r\n") == 400);
}

static void test_http__limits_hold(void)
{
	struct nr_wr w = NR_WR_INIT(1 << 20);
	struct reply r;

	nr_wr_cstr(&w, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-A: ");
	for (int i = 0; i < 20000; i++)
		nr_wr_u8(&w, 'a');
	nr_wr_cstr(&w, "\r\n\r\n");
	r = raw_request(&srv, w.p, w.n);
	OK(r.status == 431 && armoured(&r) && has(&r, "\"code\":\"limit\""));
	reply_done(&r);
	nr_wr_reset(&w);
	nr_wr_cstr(&w, "GET /");
	for (int i = 0; i < 2000; i++)
		nr_wr_u8(&w, 'a');
	nr_wr_cstr(&w, " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	r = raw_request(&srv, w.p, w.n);
	OK(r.status == 414 && armoured(&r));
	reply_done(&r);
	OK(raw_status(
		   "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 70000\r\n"
		   "Content-Type: application/json\r\nConnection: close\r\n\r\n") == 413);
	nr_wr_reset(&w);
	nr_wr_cstr(&w, "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\n"
		       "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
		       "Connection: close\r\n\r\n");
	for (int i = 0; i < 20; i++) {
		nr_wr_cstr(&w, "1000\r\n");
		for (int k = 0; k < 4096; k++)
			nr_wr_u8(&w, ' ');
		nr_wr_cstr(&w, "\r\n");
	}
	nr_wr_cstr(&w, "0\r\n\r\n");
	r = raw_request(&srv, w.p, w.n);
	OK(r.status == 413 && has(&r, "\"what\":\"body\""));
	reply_done(&r);
	nr_wr_done(&w);
}

static void test_http__bad_json_says_where(void)
{
	static const char *json = "Content-Type: application/json\r\n";
	struct reply r = request(&srv, "POST", "/api/v1/session", json, "{\"login\":\"boss\",}");

	OK(r.status == 400 && has(&r, "\"code\":\"usage\"") && has(&r, "\"what\":\"body\""));
	OK(has(&r, "\"offset\":17") || has(&r, "\"offset\":16"));
	reply_done(&r);
	r = request(&srv, "POST", "/api/v1/session", json,
		    "{\"login\":\"boss\",\"login\":\"x\",\"password\":\"p\"}");
	OK(r.status == 400);
	reply_done(&r);
	r = request(&srv, "POST", "/api/v1/session", json, "{\"login\":7,\"password\":\"p\"}");
	OK(r.status == 400 && has(&r, "\"what\":\"login\""));
	reply_done(&r);
	OK(status_of(&srv, "POST", "/api/v1/session", json, "[]") == 400);
	OK(status_of(&srv, "POST", "/api/v1/session", "Content-Type: text/plain\r\n", "{}") == 415);
	OK(status_of(&srv, "POST", "/api/v1/session", "", "{}") == 415);
}

static void test_http__methods(void)
{
	char h[512];
	struct reply r = request(&srv, "DELETE", "/api/v1/situation",
				 write_headers(&boss, "application/json", h), NULL);

	OK(r.status == 405 && has(&r, "Allow: GET, HEAD\r\n") && has(&r, "\"code\":\"usage\""));
	reply_done(&r);
	OK(status_of(&srv, "OPTIONS", "/api/v1/situation", h, NULL) == 405);
	OK(status_of(&srv, "GET", "/api/v1/nothing", h, NULL) == 404);
	r = request(&srv, "HEAD", "/api/v1/units", h, NULL);
	OK(r.status == 200 && r.body_n == 0 && !has(&r, "Content-Length: 0\r\n"));
	reply_done(&r);
	OK(status_of(&srv, "GET", "/api/v1/dossiers?limit=0", h, NULL) == 400);
	OK(status_of(&srv, "GET", "/api/v1/dossiers?limit=1&limit=2", h, NULL) == 400);
	OK(status_of(&srv, "GET", "/api/v1/dossiers?kind=%FF", h, NULL) == 400);
	OK(status_of(&srv, "GET", "/api/v1/dossiers?cursor=AAAA", h, NULL) == 400);
}

/* Sends head, then waits: the server must end the connection by itself. */
static bool is_cut(const char *head, int seconds)
{
	int64_t began = nr_mono_us();
	int fd = dial(srv.port);
	struct reply r;
	bool cut;

	(void)send_all(fd, head, strlen(head));
	r = read_reply(fd, seconds);
	cut = r.status != 200 && nr_mono_us() - began < seconds * NR_US_PER_S;
	reply_done(&r);
	close(fd);
	return cut;
}

static void test_http__a_slow_client_is_cut(void)
{
	OK(is_cut("GET /healthz HTTP/1.1\r\nHost: loc", 20));
	OK(status_of(&srv, "GET", "/healthz", "", NULL) == 200);
}

static void test_http__keep_alive_serves_several(void)
{
	static const char two[] =
		"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
		"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	struct reply r = raw_request(&srv, two, sizeof(two) - 1);
	const char *first = r.raw ? strstr(r.raw, "{\"status\":\"ok\"}") : NULL;

	OK(first && strstr(first + 1, "{\"status\":\"ok\"}"));
	reply_done(&r);
}

int main(void)
{
	static const char *const names[] = { "--name", "console.noroshi.example", NULL };

	signal(SIGPIPE, SIG_IGN);
	if (!OK(server_dir(&srv) && server_start(&srv, NULL, names)) ||
	    !OK(user_make(&srv, "boss", "npa", 31, "right horse battery", &boss)) ||
	    !OK(user_make(&srv, "watcher", "npa", NR_ROLE_VIEWER, "", &watcher)) ||
	    !OK(user_make(&srv, "auditor", "npa", NR_ROLE_AUDITOR, "", &auditor)))
		return tap_done();
	test_http__nothing_is_reachable_without_signing_in();
	test_http__public_routes_are_the_five();
	test_http__a_role_opens_only_its_own_routes();
	test_http__a_write_needs_the_csrf_token_and_our_origin();
	test_http__passwords_links_and_tokens_sign_in();
	test_http__an_administrator_governs_the_own_unit_only();
	test_http__signing_out_ends_the_session();
	test_http__a_revoked_token_is_dead_and_only_its_owner_can_revoke();
	test_http__guessing_passwords_is_slowed();
	test_http__another_name_is_refused();
	test_http__contradictions_are_refused();
	test_http__limits_hold();
	test_http__bad_json_says_where();
	test_http__methods();
	test_http__a_slow_client_is_cut();
	test_http__keep_alive_serves_several();
	OK(server_end(&srv) == 0);
	server_stop(&srv);
	return tap_done();
}
