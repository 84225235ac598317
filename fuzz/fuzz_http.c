/* fuzz_http.c -- the hostile text of a request: query, path and route, cookie, host, entity tags, JSON
 * body.  The first byte chooses which; what is accepted must hold what its header promises. */
#include "fuzz.h"

#include "base/banned.h"
#include "hub/handlers.h"

static void must(int cond)
{
	if (!cond)
		abort();
}

static void query(struct nr_bytes in, struct nr_arena *a)
{
	struct nr_query q = { .n = 0 };

	if (nr_query_parse(in, a, &q, NULL) != NR_OK)
		return;
	must(q.n <= NR_QUERY_PAIRS);
	for (size_t i = 0; i < q.n; i++) {
		struct nr_str v;

		must(q.at[i].name.n > 0);
		must(nr_str_check(nr_str_bytes(q.at[i].value), &v, NULL) == NR_OK);
	}
}

static void route(struct nr_str in)
{
	struct nr_match m = nr_route_match(NR_GET, in);

	must(!m.route || m.path_known);
	for (size_t i = 0; m.route && i < NR_PATH_PARAMS; i++)
		must(m.params[i].n <= 128);
}

static void headers(struct nr_str in)
{
	struct nr_str token = nr_cookie_get(in, "noroshi_session");
	struct nr_host h;

	for (size_t i = 0; i < token.n; i++)
		must(token.p[i] > ' ' && token.p[i] != ';');
	if (nr_host_parse(in, &h, NULL) == NR_OK)
		must(h.name.n > 0 && h.name.n < 256 && h.port <= 65535);
	(void)nr_etag_listed(in, NR_STR("\"abc\""));
	(void)nr_origin_is(in, "https", NR_STR("console.example"));
	(void)nr_media_is(in, "application/json");
}

static void body(struct nr_bytes in)
{
	struct nr_req q = { .a = NR_ARENA_INIT(1 << 20), .body = NR_WR_INIT(NR_JSON_BODY) };
	struct nr_json j = { NULL, NULL };
	struct nr_str s;
	unsigned roles;
	int64_t n;

	nr_wr_bytes(&q.body, in.p, in.n);
	if (q.body.rc == NR_OK && nr_json_open(&q, &j, NULL) == NR_OK) {
		if (nr_json_str(&j, "login", true, 64, &s, NULL) == NR_OK)
			must(s.n > 0 && s.n <= 64);
		(void)!nr_json_roles(&j, "roles", &roles, NULL);
		if (nr_json_int(&j, "days", 90, 1, 366, &n, NULL) == NR_OK)
			must(n >= 1 && n <= 366);
	}
	nr_json_done(&j);
	nr_wr_done(&q.body);
	nr_arena_done(&q.a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nr_arena a = NR_ARENA_INIT(1 << 20);
	struct nr_bytes in = { data + 1, size - 1 };
	struct nr_str text = { (const char *)in.p, in.n };

	if (size == 0)
		return 0;
	switch (data[0] % 4) {
	case 0: query(in, &a); break;
	case 1: route(text); break;
	case 2: headers(text); break;
	default: body(in); break;
	}
	nr_arena_done(&a);
	return 0;
}
