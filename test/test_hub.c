/* test_hub.c -- the parts of the hub that need no server: text of a request, limits, deadlines, and the
 * tables. */
#include "base/arena.h"
#include "base/time.h"
#include "hub/guard.h"
#include "hub/jobs.h"
#include "hub/limits.h"
#include "hub/route.h"
#include "tap.h"

#include <jansson.h>
#include <sys/socket.h>
#include <unistd.h>

static struct nr_arena a = { .cap = 8 << 20 };

static struct nr_bytes bytes(const char *s)
{
	return (struct nr_bytes){ (const uint8_t *)s, strlen(s) };
}

static void test_hub__a_query_is_decoded_once_and_strictly(void)
{
	struct nr_query q;
	struct nr_err e;

	OK(nr_query_parse(bytes("q=%E6%94%BB+%26&limit=5&&x"), &a, &q, &e) == NR_OK && q.n == 3);
	OK(nr_str_eq(nr_query_get(&q, "q"), NR_STR("攻 &")));
	OK(nr_str_eq(nr_query_get(&q, "limit"), NR_STR("5")));
	OK(nr_query_get(&q, "x").p && nr_query_get(&q, "x").n == 0);
	OK(!nr_query_get(&q, "none").p);
	OK(nr_query_parse(bytes("a=%4"), &a, &q, &e) == NR_E_INVAL && e.offset == 0);
	OK(nr_query_parse(bytes("a=%zz"), &a, &q, &e) == NR_E_INVAL);
	OK(nr_query_parse(bytes("a=%00"), &a, &q, &e) == NR_E_INVAL);
	OK(nr_query_parse(bytes("a=%FF"), &a, &q, &e) == NR_E_INVAL);
	OK(nr_query_parse(bytes("a=%2541"), &a, &q, &e) == NR_OK);
	OK(nr_str_eq(nr_query_get(&q, "a"), NR_STR("%41")));
	OK(nr_query_parse(bytes("a=1&b=2&a=3"), &a, &q, &e) == NR_E_INVAL && e.offset == 8);
	OK(nr_query_parse(bytes("=1"), &a, &q, &e) == NR_E_INVAL);
}

static void test_hub__a_path_fits_one_route(void)
{
	struct nr_match m = nr_route_match(NR_GET, NR_STR("/api/v1/dossiers/d-1.x_2/bytes"));

	OK(m.route && strcmp(m.route->path, "/api/v1/dossiers/{id}/bytes") == 0);
	OK(nr_str_eq(m.params[0], NR_STR("d-1.x_2")));
	OK(!nr_route_match(NR_GET, NR_STR("/api/v1/dossiers/a/b/bytes")).route);
	OK(!nr_route_match(NR_GET, NR_STR("/api/v1/dossiers//bytes")).route);
	OK(!nr_route_match(NR_GET, NR_STR("/api/v1/dossiers/a%2Fb")).route);
	OK(!nr_route_match(NR_GET, NR_STR("/api/v1/dossiers/")).route);
	m = nr_route_match(NR_DELETE, NR_STR("/api/v1/tokens"));
	OK(!m.route && m.path_known && strcmp(m.allow, "GET, HEAD, POST") == 0);
	OK(!nr_route_match(NR_GET, NR_STR("")).path_known);
}

static void test_hub__cookies(void)
{
	OK(nr_str_eq(nr_cookie_get(NR_STR("a=b; s=Xy-_9 ;c=d"), "s"), NR_STR("Xy-_9")));
	OK(nr_cookie_get(NR_STR("s=one; s=two"), "s").n == 0);
	OK(nr_cookie_get(NR_STR("s=has blank"), "s").n == 0);
	OK(nr_cookie_get(NR_STR("xs=1"), "s").n == 0);
	OK(nr_cookie_get(NR_STR("s"), "s").n == 0);
}

static void test_hub__hosts(void)
{
	struct nr_host h;

	OK(nr_host_parse(NR_STR("LocalHost:8470"), &h, NULL) == NR_OK && h.loopback && !h.literal &&
	   h.port == 8470);
	OK(nr_host_parse(NR_STR("a.localhost"), &h, NULL) == NR_OK && h.loopback);
	OK(nr_host_parse(NR_STR("127.9.9.9"), &h, NULL) == NR_OK && h.loopback && h.literal);
	OK(nr_host_parse(NR_STR("[::1]:80"), &h, NULL) == NR_OK && h.loopback && h.literal);
	OK(nr_host_parse(NR_STR("[2001:db8::1]"), &h, NULL) == NR_OK && !h.loopback && h.literal);
	OK(nr_host_parse(NR_STR("localhost.example"), &h, NULL) == NR_OK && !h.loopback);
	OK(nr_host_parse(NR_STR("xlocalhost"), &h, NULL) == NR_OK && !h.loopback);
	OK(nr_host_parse(NR_STR(""), &h, NULL) == NR_E_INVAL);
	OK(nr_host_parse(NR_STR("[::1"), &h, NULL) == NR_E_INVAL);
	OK(nr_host_parse(NR_STR("a:0"), &h, NULL) == NR_E_INVAL);
	OK(nr_host_parse(NR_STR("a:65536"), &h, NULL) == NR_E_INVAL);
	OK(nr_host_parse(NR_STR("evil.example/x"), &h, NULL) == NR_E_INVAL);
	OK(nr_origin_is(NR_STR("https://A.example:1"), "https", NR_STR("a.example:1")));
	OK(!nr_origin_is(NR_STR("http://a.example:1"), "https", NR_STR("a.example:1")));
	OK(!nr_origin_is(NR_STR("https://a.example:12"), "https", NR_STR("a.example:1")));
	OK(!nr_origin_is(NR_STR("null"), "https", NR_STR("")));
}

static void test_hub__entity_tags(void)
{
	OK(nr_etag_listed(NR_STR("\"x\", W/\"y\""), NR_STR("\"y\"")));
	OK(nr_etag_listed(NR_STR("*"), NR_STR("\"y\"")));
	OK(!nr_etag_listed(NR_STR("\"xy\""), NR_STR("\"y\"")));
	OK(!nr_etag_listed(NR_STR(""), NR_STR("")));
}

static void test_hub__tries_run_out_and_come_back(void)
{
	static struct nr_limiter l;
	int64_t now = INT64_C(1000000000);
	unsigned wait = 0;
	int ok = 0;

	nr_limiter_init(&l, 3, 10 * NR_US_PER_S, 42);
	for (int i = 0; i < 5; i++)
		ok += nr_limiter_take(&l, NR_STR("k"), now, &wait);
	OK(ok == 3);
	OK(wait >= 1 && wait <= 11);
	OK(nr_limiter_take(&l, NR_STR("other"), now, &wait));
	OK(!nr_limiter_take(&l, NR_STR("k"), now + 9 * NR_US_PER_S, &wait));
	OK(nr_limiter_take(&l, NR_STR("k"), now + 11 * NR_US_PER_S, &wait));
	nr_limiter_give(&l, NR_STR("k"), now + 11 * NR_US_PER_S);
	OK(nr_limiter_take(&l, NR_STR("k"), now + 11 * NR_US_PER_S, &wait));
	OK(!nr_limiter_take(&l, NR_STR("k"), now + 11 * NR_US_PER_S, &wait));
}

static void test_hub__many_keys_do_not_free_a_guilty_one(void)
{
	static struct nr_limiter l;
	char key[32];
	unsigned wait;

	nr_limiter_init(&l, 2, 100 * NR_US_PER_S, 7);
	(void)nr_limiter_take(&l, NR_STR("guilty"), 1000, &wait);
	(void)nr_limiter_take(&l, NR_STR("guilty"), 1000, &wait);
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		(void)nr_limiter_take(&l, nr_str_c(key), 1000, &wait);
	}
	OK(!nr_limiter_take(&l, NR_STR("guilty"), 1000, &wait));
}

static void test_hub__a_connection_past_its_deadline_is_shut(void)
{
	struct nr_guard *g = nr_guard_new();
	struct nr_conn *slow, *busy;
	int x[2], y[2];
	char c;

	OK(g && socketpair(AF_UNIX, SOCK_STREAM, 0, x) == 0 &&
	   socketpair(AF_UNIX, SOCK_STREAM, 0, y) == 0);
	slow = nr_guard_add(g, x[0], 1000);
	busy = nr_guard_add(g, y[0], 1000);
	nr_guard_set(g, busy, 0);
	OK(nr_guard_sweep(g, 999) == 0);
	OK(nr_guard_sweep(g, 1000) == 1);
	OK(recv(x[1], &c, 1, 0) == 0);
	OK(recv(y[1], &c, 1, MSG_DONTWAIT) == -1);
	OK(nr_guard_sweep(g, 2000) == 0);
	nr_guard_drop(g, slow);
	OK(nr_guard_count(g) == 1);
	nr_guard_drop(g, busy);
	nr_guard_free(&g);
	for (int i = 0; i < 2; i++) {
		close(x[i]);
		close(y[i]);
	}
}

static bool known_type(const char *type)
{
	static const char *const basic[] = { "string",  "integer", "number",
					     "boolean", "instant", "object" };
	size_t n = strcspn(type + (type[0] == '?'), "[");

	type += type[0] == '?';
	for (size_t i = 0; i < NR_COUNT(basic); i++)
		if (strlen(basic[i]) == n && memcmp(basic[i], type, n) == 0)
			return true;
	for (size_t i = 0; i < nr_schemas_count; i++)
		if (strlen(nr_schemas[i].name) == n && memcmp(nr_schemas[i].name, type, n) == 0)
			return true;
	return false;
}

static bool row_is_whole(const struct nr_route *r)
{
	bool raw = r->flags & NR_ROUTE_RAW;

	if (r->path[0] != '/' || !r->run || !r->summary || r->status < 200)
		return false;
	if ((r->body_max > 0) != (r->body != NULL))
		return false;
	return (!r->answer || known_type(r->answer)) && (!r->body || raw || known_type(r->body));
}

/* A write is for a role, a session, or everybody: never for whatever token comes along. */
static bool write_is_guarded(const struct nr_route *r)
{
	return r->method == NR_GET || r->roles || (r->flags & (NR_ROUTE_PUBLIC | NR_ROUTE_SESSION));
}

static void test_hub__every_row_of_the_table_is_whole(void)
{
	for (size_t i = 0; i < nr_routes_count; i++)
		if (!OK(row_is_whole(&nr_routes[i]) && write_is_guarded(&nr_routes[i])))
			printf("# %s\n", nr_routes[i].path);
	for (size_t i = 0; i < nr_schemas_count; i++)
		for (const struct nr_field *f = nr_schemas[i].fields; f->name; f++)
			if (!OK(known_type(f->type)))
				printf("# %s.%s\n", nr_schemas[i].name, f->name);
}

static void test_hub__the_description_is_json_and_names_every_route(void)
{
	struct nr_wr w = NR_WR_INIT(4 << 20);
	json_t *j, *paths;
	json_error_t e;

	nr_api_openapi(&w);
	j = json_loadb((const char *)w.p, w.n, JSON_REJECT_DUPLICATES, &e);
	paths = json_object_get(j, "paths");
	OK(j != NULL);
	for (size_t i = 0; i < nr_routes_count; i++)
		OK(json_object_get(paths, nr_routes[i].path) != NULL);
	OK(json_object_size(json_object_get(json_object_get(j, "components"), "schemas")) ==
	   nr_schemas_count);
	json_decref(j);
	nr_wr_done(&w);
}

static bool key_is(const uint8_t *addr, size_t n, const char *want)
{
	char key[NR_LIMITER_ADDRESS];

	nr_limiter_address(addr, n, key);
	return strcmp(key, want) == 0;
}

static void test_hub__a_network_of_addresses_is_one_guest(void)
{
	static const uint8_t v4[] = { 192, 0, 2, 1 };
	static const uint8_t one[16] = { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 7, [15] = 1 };
	static const uint8_t two[16] = { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 7, 9, [15] = 2 };
	static const uint8_t next[16] = { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 8, [15] = 1 };
	static const uint8_t in[16] = { [10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1 };

	OK(key_is(v4, 4, "192.0.2.1") && key_is(in, 16, "192.0.2.1"));
	OK(key_is(one, 16, "2001:db8:0:7::") && key_is(two, 16, "2001:db8:0:7::"));
	OK(key_is(next, 16, "2001:db8:0:8::"));
}

static void never(struct nr_req *q)
{
	(void)q;
}

/* Connections outlive the lanes for a moment at the end: what still comes is told to go away. */
static void test_hub__stopped_lanes_take_nothing(void)
{
	static const unsigned one[NR_LANES] = { 1, 1, 1 };
	struct nr_jobs *j = NULL;
	struct nr_err e;

	OK(nr_jobs_open(one, one, never, &j, &e) == NR_OK);
	nr_jobs_stop(j);
	OK(!nr_jobs_push(j, NR_LANE_READ, NULL) && !nr_jobs_push(j, NR_LANE_LOOK, NULL));
	nr_jobs_stop(j);
	nr_jobs_close(&j);
	OK(j == NULL);
}

int main(void)
{
	test_hub__a_query_is_decoded_once_and_strictly();
	test_hub__a_path_fits_one_route();
	test_hub__cookies();
	test_hub__hosts();
	test_hub__entity_tags();
	test_hub__tries_run_out_and_come_back();
	test_hub__many_keys_do_not_free_a_guilty_one();
	test_hub__a_connection_past_its_deadline_is_shut();
	test_hub__every_row_of_the_table_is_whole();
	test_hub__the_description_is_json_and_names_every_route();
	nr_arena_done(&a);
	test_hub__stopped_lanes_take_nothing();
	test_hub__a_network_of_addresses_is_one_guest();
	return tap_done();
}
