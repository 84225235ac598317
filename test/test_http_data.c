/* test_http_data.c -- material in, knowledge out, over a real socket: receipts, the live stream, what
 * is refused, what is hidden, and that every answer is what docs/api says. */
#include "http_util.h"

#include "hub/route.h"
#include "pcap_build.h"

#include <jansson.h>

static struct server srv;
static struct user npa, member;

/* A horizontal scan of n hosts by one source. */
static struct cap scan(const char *source, int n)
{
	struct cap c;
	char to[20];

	cap_pcap(&c, 101);
	for (int i = 0; i < n; i++) {
		(void)snprintf(to, sizeof(to), "198.51.100.%d", i + 1);
		cap_tcp(&c, INT64_C(1767225600000000) + i * 1000, source, to, 40000, 23, CAP_SYN,
			7);
	}
	return c;
}

static struct reply submit(const struct user *u, const char *query, const void *p, size_t n)
{
	char h[512], path[256];

	(void)snprintf(path, sizeof(path), "/api/v1/intake?%s", query);
	return request_n(&srv, "POST", path, write_headers(u, "application/octet-stream", h), p, n);
}

/* A text member of the answer's top object, in static storage. */
static const char *member_text(const struct reply *r, const char *name)
{
	static char out[256];
	json_t *j = json_loadb(r->body, r->body_n, 0, NULL);
	const char *v = json_string_value(json_object_get(j, name));

	(void)snprintf(out, sizeof(out), "%s", v ? v : "");
	json_decref(j);
	return out;
}

static size_t items_of(const struct user *u, const char *path)
{
	struct reply r = get_as(&srv, u, path);
	json_t *j = json_loadb(r.body, r.body_n, 0, NULL);
	size_t n = json_array_size(json_object_get(j, "items"));

	if (r.status != 200)
		n = SIZE_MAX;
	json_decref(j);
	reply_done(&r);
	return n;
}

static void test_http_data__an_upload_becomes_a_dossier_with_a_receipt(void)
{
	struct cap c = scan("192.0.2.7", 80);
	struct reply r = submit(&npa, "name=a.pcap&tlp=GREEN&basis=test", c.p, c.n);
	struct reply again, d;
	char id[64], path[128];

	OK(r.status == 201 && has(&r, "\"duplicate\":false") && has(&r, "\"kind\":\"capture\""));
	OK(has(&r, "\"ledger_leaf\":\"") && has(&r, "\"receipt\":\"NR-"));
	(void)snprintf(id, sizeof(id), "%s", member_text(&r, "dossier"));
	again = submit(&npa, "name=a.pcap&tlp=GREEN&basis=test", c.p, c.n);
	OK(again.status == 201 && has(&again, "\"duplicate\":true") && has(&again, id));
	(void)snprintf(path, sizeof(path), "/api/v1/dossiers/%s", id);
	d = get_as(&srv, &npa, path);
	OK(d.status == 200 && has(&d, "192.0.2.7") && has(&d, "scan.horizontal"));
	OK(items_of(&npa, "/api/v1/dossiers") == 1);
	OK(items_of(&npa, "/api/v1/findings") >= 1);
	reply_done(&r);
	reply_done(&again);
	reply_done(&d);
}

static void test_http_data__bytes_walk_to_the_material_and_are_noted(void)
{
	struct reply r = get_as(&srv, &npa, "/api/v1/dossiers");
	json_t *j = json_loadb(r.body, r.body_n, 0, NULL);
	const char *id = json_string_value(
		json_object_get(json_array_get(json_object_get(j, "items"), 0), "id"));
	struct reply b, l;
	char path[160];

	(void)snprintf(path, sizeof(path), "/api/v1/dossiers/%s/bytes?offset=0&length=4", id);
	b = get_as(&srv, &npa, path);
	OK(b.status == 200 && has(&b, "\"base64\":\"1MOyoQ==\""));
	l = get_as(&srv, &npa, "/api/v1/ledger?limit=1");
	OK(l.status == 200 && has(&l, "\"kind\":\"read\"") && has(&l, "bytes 0+4"));
	(void)snprintf(path, sizeof(path), "/api/v1/dossiers/%s/bytes?length=4097", id);
	OK(status_of(&srv, "GET", path, "", NULL) == 401);
	reply_done(&b);
	b = get_as(&srv, &npa, path);
	OK(b.status == 400 && has(&b, "\"what\":\"length\""));
	reply_done(&b);
	reply_done(&l);
	reply_done(&r);
	json_decref(j);
}

static void test_http_data__bad_material_is_refused_with_its_place(void)
{
	struct cap c = scan("192.0.2.9", 60);
	size_t before = items_of(&npa, "/api/v1/dossiers");
	struct reply r = submit(&npa, "name=cut.pcap&basis=test", c.p, c.n - 7);
	struct reply l;

	OK(r.status == 422 && has(&r, "\"code\":\"refused\"") && !has(&r, "\"offset\":null"));
	reply_done(&r);
	r = submit(&npa, "name=junk&basis=test", "\x01\x02\x03\x04junk", 8);
	OK(r.status == 422 && has(&r, "\"what\":\"kind\""));
	reply_done(&r);
	r = submit(&npa, "name=none&basis=test", "", 0);
	OK(r.status == 422);
	reply_done(&r);
	r = submit(&npa, "basis=test", c.p, c.n);
	OK(r.status == 400 && has(&r, "\"what\":\"name\""));
	reply_done(&r);
	r = submit(&npa, "name=x&tlp=WHITE&basis=test", c.p, c.n);
	OK(r.status == 400 && has(&r, "\"what\":\"tlp\""));
	reply_done(&r);
	OK(items_of(&npa, "/api/v1/dossiers") == before);
	l = get_as(&srv, &npa, "/api/v1/ledger?limit=3");
	OK(has(&l, "\"kind\":\"refused\"") && has(&l, "cut.pcap"));
	reply_done(&l);
}

/* Lines in the ledger; -1 when it cannot be read. */
static int64_t ledger_size(void)
{
	struct nr_store *st = NULL;
	struct nr_ledger_head h = { .size = -1 };

	if (nr_store_open(nr_str_c(srv.path), 0, &st, NULL) == NR_OK)
		(void)!nr_ledger_head(st, &h, NULL);
	nr_store_close(&st);
	return h.size;
}

static void test_http_data__without_a_basis_nothing_is_stored(void)
{
	struct nr_unit bare = { .id = NR_STR("bare"),
				.kind = NR_UNIT_VENDOR,
				.name_ja = NR_STR("無根拠"),
				.name_en = NR_STR("Bare") };
	struct cap c = scan("192.0.2.10", 60);
	struct nr_store *st = NULL;
	struct nr_err e;
	struct user u;
	struct reply r;
	int64_t before;

	OK(nr_store_open(nr_str_c(srv.path), 0, &st, &e) == NR_OK &&
	   nr_store_unit_put(st, &bare, &e) == NR_OK);
	nr_store_close(&st);
	OK(user_make(&srv, "bare", "bare", NR_ROLE_SUBMITTER, "", &u));
	before = ledger_size();
	r = submit(&u, "name=a.pcap", c.p, c.n);
	OK(r.status == 403 && has(&r, "\"code\":\"denied\"") && has(&r, "basis"));
	OK(ledger_size() == before + 1);
	reply_done(&r);
}

static void test_http_data__a_sensor_of_another_unit_is_none(void)
{
	struct nr_sensor v = { .id = NR_STR("npa-1"),
			       .unit = NR_STR("npa"),
			       .kind = NR_STR("darknet"),
			       .name = NR_STR("one"),
			       .basis = NR_STR("police act 5") };
	struct cap c = scan("192.0.2.10", 60);
	struct reply theirs, never;
	struct nr_store *st = NULL;
	struct nr_err e;

	OK(nr_store_open(nr_str_c(srv.path), 0, &st, &e) == NR_OK &&
	   nr_store_sensor_put(st, &v, &e) == NR_OK);
	nr_store_close(&st);
	theirs = submit(&member, "name=a.pcap&sensor=npa-1", c.p, c.n);
	never = submit(&member, "name=a.pcap&sensor=npa-2", c.p, c.n);
	OK(theirs.status == 404 && never.status == 404 && theirs.body_n == never.body_n);
	reply_done(&theirs);
	reply_done(&never);
}

static void test_http_data__hidden_is_as_if_it_did_not_exist(void)
{
	static const char *const tails[] = { "", "/links", "/bytes?offset=0&length=16" };
	struct cap c = scan("192.0.2.66", 90);
	struct reply r = submit(&npa, "name=secret.pcap&tlp=RED&basis=test", c.p, c.n);
	char id[64], path[160];

	OK(r.status == 201);
	(void)snprintf(id, sizeof(id), "%s", member_text(&r, "dossier"));
	reply_done(&r);
	for (size_t i = 0; i < NR_COUNT(tails); i++) {
		struct reply seen, hidden, never;

		(void)snprintf(path, sizeof(path), "/api/v1/dossiers/%s%s", id, tails[i]);
		seen = get_as(&srv, &npa, path);
		OK(seen.status == 200);
		reply_done(&seen);
		hidden = get_as(&srv, &member, path);
		(void)snprintf(path, sizeof(path), "/api/v1/dossiers/%s%s",
			       "dossier--00000000-0000-5000-8000-000000000000", tails[i]);
		never = get_as(&srv, &member, path);
		OK(hidden.status == 404 && never.status == 404);
		OK(hidden.body_n == never.body_n &&
		   memcmp(hidden.body, never.body, never.body_n) == 0);
		reply_done(&hidden);
		reply_done(&never);
	}
	r = get_as(&srv, &member, "/api/v1/observables?value=192.0.2.66");
	OK(r.status == 404);
	reply_done(&r);
	r = get_as(&srv, &member, "/api/v1/search?q=192.0.2.66");
	OK(r.status == 200 && !has(&r, "secret.pcap") && !has(&r, "\"observable\""));
	reply_done(&r);
}

static void test_http_data__feeds_have_an_etag(void)
{
	struct reply r = get_as(&srv, &npa, "/api/v1/feeds/csv");
	char *tag = r.raw ? strstr(r.raw, "ETag: ") : NULL;
	char h[256];

	OK(r.status == 200 && tag && has(&r, "192.0.2.7"));
	(void)snprintf(h, sizeof(h), "Cookie: %s\r\nIf-None-Match: %.*s\r\n", npa.cookie,
		       tag ? (int)strcspn(tag + 6, "\r") : 0, tag ? tag + 6 : "");
	reply_done(&r);
	r = request(&srv, "GET", "/api/v1/feeds/csv", h, NULL);
	OK(r.status == 304 && r.body_n == 0 && has(&r, "ETag: "));
	reply_done(&r);
	r = get_as(&srv, &member, "/api/v1/feeds/csv?for=npa");
	OK(r.status == 403);
	reply_done(&r);
	r = get_as(&srv, &npa, "/api/v1/feeds/none");
	OK(r.status == 404);
	reply_done(&r);
}

static void test_http_data__a_feed_for_a_unit_below_has_no_more_than_both_may_have(void)
{
	struct cap c = scan("192.0.2.77", 90);
	struct user osaka;
	struct reply r = submit(&member, "name=s.pcap&tlp=AMBER%2BSTRICT&basis=test", c.p, c.n);

	OK(r.status == 201);
	reply_done(&r);
	OK(user_make(&srv, "osaka.one", "osaka", NR_ROLE_VIEWER, "", &osaka));
	r = get_as(&srv, &member, "/api/v1/feeds/csv");
	OK(r.status == 200 && has(&r, "192.0.2.77"));
	reply_done(&r);
	r = get_as(&srv, &osaka, "/api/v1/feeds/csv?for=hinode-denryoku");
	if (!OK(r.status == 200 && has(&r, "\"192.0.2.7\"") && !has(&r, "192.0.2.77")))
		printf("# %d %.600s\n", r.status, r.body);
	reply_done(&r);
}

/* Opens a stream and reads until the text stands in it or seconds pass. */
static bool stream_has(int fd, struct nr_wr *got, const char *text, int seconds)
{
	int64_t end = nr_mono_us() + seconds * NR_US_PER_S;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char buf[4096];

	for (;;) {
		ssize_t n;

		if (got->n && memmem(got->p, got->n, text, strlen(text)))
			return true;
		if (nr_mono_us() > end)
			return false;
		if (poll(&p, 1, 100) <= 0)
			continue;
		n = recv(fd, buf, sizeof(buf), 0);
		if (n <= 0)
			return false;
		nr_wr_bytes(got, buf, (size_t)n);
	}
}

static int stream_open(const struct user *u, const char *more)
{
	char head[512];
	int fd = dial(srv.port);
	int n = snprintf(head, sizeof(head),
			 "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n%s\r\n",
			 u->cookie, more);

	(void)send_all(fd, head, (size_t)n);
	return fd;
}

/* The last whole "id: " line of what a stream said. */
static void last_id(const struct nr_wr *got, char out[128])
{
	const char *p = (const char *)got->p, *end = p + got->n, *nl;

	out[0] = 0;
	while (p && (p = memmem(p, (size_t)(end - p), "id: ", 4)) != NULL) {
		p += 4;
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl)
			(void)snprintf(out, 128, "%.*s", (int)(nl - p), p);
	}
}

static void test_http_data__the_stream_tells_what_the_viewer_may_see(void)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr mine = NR_WR_INIT(1 << 20);
	NR_CLEANUP(nr_wr_done) struct nr_wr theirs = NR_WR_INIT(1 << 20);
	NR_CLEANUP(nr_wr_done) struct nr_wr later = NR_WR_INIT(1 << 20);
	struct cap c = scan("192.0.2.50", 70);
	int a = stream_open(&npa, ""), b = stream_open(&member, ""), d;
	char id[128], header[192];
	struct reply r;

	OK(stream_has(a, &mine, "event: tick\ndata:{\"as_of\":", 10));
	OK(stream_has(b, &theirs, "event: tick", 10));
	OK(memmem(mine.p, mine.n, "text/event-stream", 17) != NULL);
	r = submit(&npa, "name=live-red.pcap&tlp=RED&basis=test", c.p, c.n);
	OK(r.status == 201);
	reply_done(&r);
	OK(stream_has(a, &mine, "event: dossier\ndata:{\"id\":\"dossier--", 10));
	OK(stream_has(a, &mine, "event: finding\ndata:{\"id\":\"dossier--", 10));
	last_id(&mine, id);
	c = scan("192.0.2.51", 71);
	r = submit(&npa, "name=live-green.pcap&tlp=GREEN&basis=test", c.p, c.n);
	OK(r.status == 201);
	reply_done(&r);
	OK(stream_has(b, &theirs, "live-green.pcap", 10));
	OK(!memmem(theirs.p, theirs.n, "live-red.pcap", 13));
	(void)snprintf(header, sizeof(header), "Last-Event-ID: %s\r\n", id);
	d = stream_open(&npa, header);
	OK(stream_has(d, &later, "live-green.pcap", 10));
	OK(!memmem(later.p, later.n, "live-red.pcap", 13));
	close(a);
	close(b);
	close(d);
}

static void test_http_data__pages_follow_their_cursor(void)
{
	struct reply r = get_as(&srv, &npa, "/api/v1/dossiers?limit=2");
	char next[256], path[320];
	struct reply second;

	(void)snprintf(next, sizeof(next), "%s", member_text(&r, "next"));
	OK(r.status == 200 && next[0]);
	(void)snprintf(path, sizeof(path), "/api/v1/dossiers?limit=2&cursor=%s", next);
	second = get_as(&srv, &npa, path);
	OK(second.status == 200);
	OK(strcmp(member_text(&second, "next"), next) != 0);
	{
		json_t *x = json_loadb(r.body, r.body_n, 0, NULL);
		json_t *y = json_loadb(second.body, second.body_n, 0, NULL);

		OK(json_array_size(json_object_get(y, "items")) > 0);
		OK(!json_equal(json_array_get(json_object_get(x, "items"), 1),
			       json_array_get(json_object_get(y, "items"), 0)));
		json_decref(x);
		json_decref(y);
	}
	reply_done(&second);
	second = get_as(&srv, &member, path);
	OK(second.status == 400 && has(&second, "\"what\":\"cursor\""));
	reply_done(&second);
	(void)snprintf(path, sizeof(path), "/api/v1/dossiers?limit=3&cursor=%s", next);
	second = get_as(&srv, &npa, path);
	OK(second.status == 400);
	reply_done(&second);
	reply_done(&r);
}

/* --- every answer has the members docs/api names, and no others --- */

static const struct nr_schema *schema(const char *type)
{
	size_t n = strcspn(type, "[");

	for (size_t i = 0; i < nr_schemas_count; i++)
		if (strlen(nr_schemas[i].name) == n && memcmp(nr_schemas[i].name, type, n) == 0)
			return &nr_schemas[i];
	return NULL;
}

static bool value_fits(const json_t *v, const char *type);

static bool object_fits(const json_t *v, const struct nr_schema *s)
{
	const char *key;
	json_t *m;

	json_object_foreach((json_t *)(uintptr_t)v, key, m)
	{
		const struct nr_field *f = s->fields;

		while (f->name && strcmp(f->name, key) != 0)
			f++;
		if (!f->name || !value_fits(m, f->type)) {
			printf("# %s.%s\n", s->name, key);
			return false;
		}
	}
	for (const struct nr_field *f = s->fields; f->name; f++)
		if (!json_object_get(v, f->name) && !s->help[0]) {
			printf("# %s.%s is missing\n", s->name, f->name);
			return false;
		}
	return true;
}

static bool value_fits(const json_t *v, const char *type)
{
	size_t n = strlen(type), i;
	char inner[64];
	json_t *e;

	if (type[0] == '?')
		return json_is_null(v) || value_fits(v, type + 1);
	if (n > 2 && strcmp(type + n - 2, "[]") == 0) {
		(void)snprintf(inner, sizeof(inner), "%.*s", (int)(n - 2), type);
		if (!json_is_array(v))
			return false;
		json_array_foreach(v, i, e)
		{
			if (!value_fits(e, inner))
				return false;
		}
		return true;
	}
	if (strcmp(type, "string") == 0)
		return json_is_string(v);
	if (strcmp(type, "integer") == 0)
		return json_is_integer(v);
	if (strcmp(type, "boolean") == 0)
		return json_is_boolean(v);
	if (strcmp(type, "object") == 0)
		return json_is_object(v);
	if (strcmp(type, "instant") == 0)
		return json_is_string(v) && json_string_length(v) == 27;
	return schema(type) && json_is_object(v) && object_fits(v, schema(type));
}

/* A path with a real id in it. */
static void real_path(const char *pattern, char out[192])
{
	struct reply r = { .raw = NULL };
	json_t *j;
	const char *id;

	if (!strchr(pattern, '{')) {
		(void)snprintf(out, 192, "%s%s", pattern,
			       strstr(pattern, "search")        ? "?q=192.0.2.7"
			       : strstr(pattern, "observables") ? "?value=192.0.2.7"
								: "");
		return;
	}
	r = get_as(&srv, &npa,
		   strstr(pattern, "campaigns") ? "/api/v1/campaigns" : "/api/v1/dossiers");
	j = json_loadb(r.body, r.body_n, 0, NULL);
	id = json_string_value(
		json_object_get(json_array_get(json_object_get(j, "items"), 0), "id"));
	(void)snprintf(out, 192, "%.*s%s%s", (int)strcspn(pattern, "{"), pattern,
		       strstr(pattern, "feeds") ? "stix"
		       : id                     ? id
						: "none",
		       strchr(pattern, '}') + 1);
	json_decref(j);
	reply_done(&r);
}

static bool answer_fits(const struct nr_route *route, const struct reply *r)
{
	json_t *j = json_loadb(r->body, r->body_n, JSON_REJECT_DUPLICATES, NULL);
	size_t n = strlen(route->answer);
	bool ok;

	if (strcmp(route->answer + n - 2, "[]") == 0)
		ok = json_object_size(j) == 2 &&
		     value_fits(json_object_get(j, "items"), route->answer) &&
		     value_fits(json_object_get(j, "next"), "?string");
	else
		ok = j && value_fits(j, route->answer);
	json_decref(j);
	return ok;
}

static void test_http_data__answers_are_what_the_papers_say(void)
{
	/* Two units that saw the same source: there is a campaign to show. */
	struct cap c = scan("192.0.2.7", 81);
	struct reply r = submit(&member, "name=b.pcap&tlp=GREEN&basis=test", c.p, c.n);

	OK(r.status == 201);
	reply_done(&r);
	for (size_t i = 0; i < nr_routes_count; i++) {
		const struct nr_route *route = &nr_routes[i];
		char path[192];

		if (route->method != NR_GET || !route->answer)
			continue;
		real_path(route->path, path);
		r = get_as(&srv, &npa, path);
		if (!OK(r.status == 200 && answer_fits(route, &r)))
			printf("# %s: %d %.300s\n", path, r.status, r.body ? r.body : "");
		reply_done(&r);
	}
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	if (!OK(server_dir(&srv) && server_start(&srv, NULL, NULL)) ||
	    !OK(user_make(&srv, "npa.one", "npa", 31, "", &npa)) ||
	    !OK(user_make(&srv, "member.one", "hinode-denryoku", 7, "", &member)))
		return tap_done();
	test_http_data__an_upload_becomes_a_dossier_with_a_receipt();
	test_http_data__bytes_walk_to_the_material_and_are_noted();
	test_http_data__bad_material_is_refused_with_its_place();
	test_http_data__without_a_basis_nothing_is_stored();
	test_http_data__a_sensor_of_another_unit_is_none();
	test_http_data__hidden_is_as_if_it_did_not_exist();
	test_http_data__feeds_have_an_etag();
	test_http_data__a_feed_for_a_unit_below_has_no_more_than_both_may_have();
	test_http_data__the_stream_tells_what_the_viewer_may_see();
	test_http_data__pages_follow_their_cursor();
	test_http_data__answers_are_what_the_papers_say();
	OK(server_end(&srv) == 0);
	server_stop(&srv);
	return tap_done();
}
