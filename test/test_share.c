#include "desks/share/feed.h"
#include "policy/policy.h"
#include "store_util.h"

#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>

#define T0 INT64_C(1785000000000000)

struct world { /* a store with units and dossiers of several markings */
	struct tmp_store t;
	struct nr_tree *tree;
	unsigned made;
};

struct seen { /* one asserted value and how it came in */
	enum nr_obs_kind kind;
	const char *value;
	const char *unit;
	enum nr_tlp tlp;
	enum nr_severity sev;
	bool asserted;
};

static bool put_unit(struct world *w, const char *id, enum nr_unit_kind kind, const char *parent)
{
	struct nr_unit u = { .id = nr_str_c(id),
			     .kind = kind,
			     .name_ja = nr_str_c(id),
			     .name_en = nr_str_c(id),
			     .technical_parent = nr_str_c(parent) };

	return nr_store_unit_put(w->t.s, &u, NULL) == NR_OK;
}

static bool world_open(struct world *w)
{
	*w = (struct world){ .tree = NULL };
	return tmp_open(&w->t) && put_unit(w, "tokyo", NR_UNIT_PREFECTURE, "npa") &&
	       put_unit(w, "bank-a", NR_UNIT_MEMBER, "tokyo") &&
	       put_unit(w, "power-b", NR_UNIT_MEMBER, "tokyo") &&
	       put_unit(w, "vendor-v", NR_UNIT_VENDOR, "") &&
	       nr_tree_load(w->t.s, &w->tree, NULL) == NR_OK;
}

static void world_close(struct world *w)
{
	nr_tree_free(&w->tree);
	tmp_close(&w->t);
}

static bool put_seen(struct world *w, const struct seen *s)
{
	struct nr_dossier d;
	struct nr_finding *f;
	char name[32];
	uint32_t o;

	(void)snprintf(name, sizeof(name), "m%u.eml", w->made++);
	make_dossier(&d, &w->t.a, nr_str_c(name), NR_STR("text"));
	d.submission.unit = nr_str_c(s->unit);
	d.submission.received_us = T0 + w->made;
	d.marking = (struct nr_marking){ .tlp = s->tlp, .origin = nr_str_c(s->unit) };
	d.id = nr_dossier_id(d.submission.unit, d.submission.sensor, d.eye, &d.material.sha256);
	o = nr_dossier_obs(&d, s->kind, nr_str_c(s->value), "link", nr_ev_bytes(0, 1));
	f = nr_dossier_finding(&d, "mail.lure", s->sev, 80, "T1566");
	if (s->asserted)
		nr_finding_obs(f, o);
	return put_one(&w->t, &d, NULL);
}

/* The feed as text in the world's arena; empty when refused. */
static struct nr_str export(struct world *w, const char *format, const char *viewer,
			    struct nr_share_result *res)
{
	struct nr_share_req req = { .viewer = nr_str_c(viewer), .min = NR_SEV_LOW };
	struct nr_viewer v = { .unit = nr_str_c(viewer) };
	struct nr_share_result dummy;
	struct nr_err e = { .msg = "" };
	struct nr_unit producer;
	struct nr_scope scope;
	struct nr_src src;
	struct nr_bytes b = { NULL, 0 };
	int fd;

	if (nr_feed_format_find(nr_str_c(format), &req.format, &e) != NR_OK ||
	    nr_policy_scope(w->t.s, w->tree, &v, NR_PURPOSE_EXPORT, &w->t.a, &scope, &e) != NR_OK ||
	    nr_share_producer(w->t.s, &w->t.a, &producer, &e) != NR_OK) {
		printf("# %s\n", e.msg);
		return (struct nr_str){ "", 0 };
	}
	req.scope = &scope;
	req.producer = &producer;
	if (nr_share_spool(w->t.s, &req, &fd, res ? res : &dummy, &e) != NR_OK) {
		printf("# %s\n", e.msg);
		return (struct nr_str){ "", 0 };
	}
	if (nr_src_fd(fd, &src, NULL) == NR_OK)
		(void)!nr_src_all(&src, 16 << 20, &w->t.a, &b, NULL);
	(void)close(fd);
	return (struct nr_str){ (const char *)b.p, b.n };
}

static bool has(struct nr_str s, const char *what)
{
	return s.n && memmem(s.p, s.n, what, strlen(what)) != NULL;
}

static void test_share__every_format_passes_its_selftest(void)
{
	for (size_t i = 0; i < nr_feed_formats_count; i++) {
		struct nr_err e = { .msg = "" };

		OK(nr_feed_formats[i]->selftest(nr_feed_formats[i], &e) == NR_OK);
		if (e.msg[0])
			printf("# %s: %s\n", nr_feed_formats[i]->name, e.msg);
	}
}

/* The scope decides: the same store, five readers. */
static void test_share__scope_is_respected_in_every_format(void)
{
	static const struct seen in[] = {
		{ NR_OBS_DOMAIN, "clear.example", "npa", NR_TLP_CLEAR, NR_SEV_HIGH, true },
		{ NR_OBS_DOMAIN, "green.example", "npa", NR_TLP_GREEN, NR_SEV_HIGH, true },
		{ NR_OBS_DOMAIN, "amber-a.example", "bank-a", NR_TLP_AMBER, NR_SEV_HIGH, true },
		{ NR_OBS_DOMAIN, "strict-a.example", "bank-a", NR_TLP_AMBER_STRICT, NR_SEV_HIGH,
		  true },
		{ NR_OBS_DOMAIN, "red-a.example", "bank-a", NR_TLP_RED, NR_SEV_HIGH, true },
		{ NR_OBS_DOMAIN, "info.example", "npa", NR_TLP_CLEAR, NR_SEV_INFO, true },
		{ NR_OBS_DOMAIN, "bystander.example", "npa", NR_TLP_CLEAR, NR_SEV_HIGH, false },
	};
	static const struct {
		const char *viewer, *may;
	} who[] = {
		{ "", "c" },          { "vendor-v", "cg" }, { "power-b", "cg" },
		{ "bank-a", "cgas" }, { "tokyo", "cga" },
	};
	static const char *const names[] = { "clear.example", "green.example", "amber-a.example",
					     "strict-a.example" };
	struct world w;

	OK(world_open(&w));
	for (size_t i = 0; i < NR_COUNT(in); i++)
		OK(put_seen(&w, &in[i]));
	for (size_t f = 0; f < nr_feed_formats_count; f++)
		for (size_t v = 0; v < NR_COUNT(who); v++) {
			struct nr_str out =
				export(&w, nr_feed_formats[f]->name, who[v].viewer, NULL);
			size_t right = 0;

			for (size_t n = 0; n < NR_COUNT(names); n++)
				right += has(out, names[n]) ==
					 (strchr(who[v].may, names[n][0]) != NULL);
			OK(right == NR_COUNT(names));
			OK(!has(out, "red-a.example")); /* not even to its own unit */
			OK(!has(out, "info.example") && !has(out, "bystander.example"));
		}
	world_close(&w);
}

static const struct gated {
	enum nr_obs_kind kind;
	const char *value;
	enum nr_share_gate gate;
} gated[] = {
	{ NR_OBS_IPV4, "203.0.113.9", NR_SHARE_OK },
	{ NR_OBS_IPV4, "10.0.0.1", NR_SHARE_RESERVED },
	{ NR_OBS_IPV4, "172.31.255.255", NR_SHARE_RESERVED },
	{ NR_OBS_IPV4, "172.32.0.1", NR_SHARE_OK },
	{ NR_OBS_IPV4, "192.168.1.1", NR_SHARE_RESERVED },
	{ NR_OBS_IPV4, "127.0.0.1", NR_SHARE_RESERVED },
	{ NR_OBS_IPV4, "169.254.0.1", NR_SHARE_RESERVED },
	{ NR_OBS_IPV4, "100.64.0.1", NR_SHARE_RESERVED },
	{ NR_OBS_IPV4, "224.0.0.1", NR_SHARE_RESERVED },
	{ NR_OBS_IPV4, "255.255.255.255", NR_SHARE_RESERVED },
	{ NR_OBS_IPV4, "1.2.3", NR_SHARE_MALFORMED },
	{ NR_OBS_IPV6, "2001:db8::1", NR_SHARE_OK },
	{ NR_OBS_IPV6, "fe80::1", NR_SHARE_RESERVED },
	{ NR_OBS_IPV6, "fd00::1", NR_SHARE_RESERVED },
	{ NR_OBS_IPV6, "::1", NR_SHARE_RESERVED },
	{ NR_OBS_IPV6, "::ffff:10.0.0.1", NR_SHARE_RESERVED },
	{ NR_OBS_DOMAIN, "evil.example", NR_SHARE_OK },
	{ NR_OBS_DOMAIN, "xn--fsq.xn--zckzah", NR_SHARE_OK },
	{ NR_OBS_DOMAIN, "com", NR_SHARE_SUFFIX },
	{ NR_OBS_DOMAIN, "co.jp", NR_SHARE_SUFFIX },
	{ NR_OBS_DOMAIN, "tokyo.jp", NR_SHARE_SUFFIX },
	{ NR_OBS_DOMAIN, "github.io", NR_SHARE_SUFFIX },
	{ NR_OBS_DOMAIN, "bad.github.io", NR_SHARE_OK },
	{ NR_OBS_DOMAIN, "us-central1.run.app", NR_SHARE_SUFFIX },
	{ NR_OBS_DOMAIN, "f-1.us-central1.run.app", NR_SHARE_OK },
	{ NR_OBS_DOMAIN, "www.npa.go.jp", NR_SHARE_OWN },
	{ NR_OBS_DOMAIN, "www.keishicho.metro.tokyo.jp", NR_SHARE_OWN },
	{ NR_OBS_DOMAIN, "police.pref.chiba.jp", NR_SHARE_OWN },
	{ NR_OBS_DOMAIN, "npa.go.jp.evil.example", NR_SHARE_OK },
	{ NR_OBS_DOMAIN, "printer.local", NR_SHARE_RESERVED },
	{ NR_OBS_DOMAIN, "a..example", NR_SHARE_MALFORMED },
	{ NR_OBS_DOMAIN, "-a.example", NR_SHARE_MALFORMED },
	{ NR_OBS_DOMAIN, "a.example.", NR_SHARE_MALFORMED },
	{ NR_OBS_DOMAIN, "1.2.3.4", NR_SHARE_MALFORMED },
	{ NR_OBS_URL, "https://bad.github.io/x", NR_SHARE_OK },
	{ NR_OBS_URL, "http://192.168.0.1/login", NR_SHARE_RESERVED },
	{ NR_OBS_URL, "http://[fe80::1]/", NR_SHARE_RESERVED },
	{ NR_OBS_URL, "http://u@www.npa.go.jp:80/x", NR_SHARE_OWN },
	{ NR_OBS_URL, "javascript:alert(1)", NR_SHARE_MALFORMED },
	{ NR_OBS_URL, "http://evil.example/a b", NR_SHARE_MALFORMED },
	{ NR_OBS_EMAIL, "a@evil.example", NR_SHARE_OK },
	{ NR_OBS_EMAIL, "a@mail.npa.go.jp", NR_SHARE_OWN },
	{ NR_OBS_EMAIL, "@evil.example", NR_SHARE_MALFORMED },
	{ NR_OBS_MD5, "D41D8CD98F00B204E9800998ECF8427E", NR_SHARE_MALFORMED },
	{ NR_OBS_SHA256, "00", NR_SHARE_MALFORMED },
	{ (enum nr_obs_kind)77, "x", NR_SHARE_MALFORMED },
};

static void test_share__what_would_hurt_the_reader_is_withheld(void)
{
	for (size_t i = 0; i < NR_COUNT(gated); i++) {
		struct nr_indicator in = { .kind = gated[i].kind,
					   .value = nr_str_c(gated[i].value),
					   .first_us = T0,
					   .last_us = T0 };

		if (!OK(nr_share_check(&in) == gated[i].gate))
			printf("# %s: %s\n", gated[i].value,
			       nr_share_gate_name(nr_share_check(&in)));
		in.tlp = NR_TLP_RED;
		OK(nr_share_check(&in) == NR_SHARE_RED);
	}
	OK(nr_share_check(
		   &(struct nr_indicator){ .kind = NR_OBS_IPV4, .value = NR_STR("203.0.113.9") }) ==
	   NR_SHARE_MALFORMED); /* never sighted */
}

static void test_share__withheld_are_counted(void)
{
	static const struct seen in[] = {
		{ NR_OBS_IPV4, "10.1.2.3", "npa", NR_TLP_CLEAR, NR_SEV_HIGH, true },
		{ NR_OBS_DOMAIN, "co.jp", "npa", NR_TLP_CLEAR, NR_SEV_HIGH, true },
		{ NR_OBS_FILE_NAME, "a.lnk", "npa", NR_TLP_CLEAR, NR_SEV_HIGH, true },
		{ NR_OBS_DOMAIN, "evil.example", "npa", NR_TLP_CLEAR, NR_SEV_HIGH, true },
	};
	struct nr_share_result r;
	struct world w;

	OK(world_open(&w));
	for (size_t i = 0; i < NR_COUNT(in); i++)
		OK(put_seen(&w, &in[i]));
	OK(has(export(&w, "hosts", "", &r), "\n0.0.0.0 evil.example # TLP:CLEAR severity=high"));
	OK(r.items == 1 && r.withheld[NR_SHARE_RESERVED] == 1 && r.withheld[NR_SHARE_SUFFIX] == 1 &&
	   r.withheld[NR_SHARE_KIND] == 1);
	world_close(&w);
}

static void test_share__same_store_same_bytes(void)
{
	static const struct seen one = { NR_OBS_DOMAIN, "evil.example", "npa",
					 NR_TLP_CLEAR,  NR_SEV_HIGH,    true };
	static const struct seen two = { NR_OBS_IPV4,  "203.0.113.7", "npa",
					 NR_TLP_CLEAR, NR_SEV_LOW,    true };
	struct nr_share_result a, b, c;
	struct world w;

	OK(world_open(&w));
	OK(put_seen(&w, &one));
	for (size_t f = 0; f < nr_feed_formats_count; f++) {
		struct nr_str x = export(&w, nr_feed_formats[f]->name, "", &a);
		struct nr_str y = export(&w, nr_feed_formats[f]->name, "", &b);
		struct nr_sha256 h = nr_sha256(nr_str_bytes(x));

		OK(x.n > 0 && nr_str_eq(x, y));
		OK(a.bytes == x.n && memcmp(a.sha256.b, h.b, 32) == 0);
	}
	(void)export(&w, "rpz", "", &a);
	OK(put_seen(&w, &two));
	(void)export(&w, "rpz", "", &c);
	OK(memcmp(a.sha256.b, c.sha256.b, 32) != 0 && c.items == 2);
	world_close(&w);
}

static void test_share__ledger_says_what_left(void)
{
	static const struct seen one = { NR_OBS_DOMAIN, "evil.example", "npa",
					 NR_TLP_CLEAR,  NR_SEV_HIGH,    true };
	struct nr_share_req req = { .viewer = NR_STR("bank-a"), .min = NR_SEV_LOW };
	struct nr_share_result r;
	struct nr_ledger_entry *l;
	struct nr_err e = { .msg = "" };
	struct world w;
	size_t n;

	OK(world_open(&w));
	OK(put_seen(&w, &one));
	(void)export(&w, "csv", "bank-a", &r);
	OK(nr_feed_format_find(NR_STR("csv"), &req.format, NULL) == NR_OK);
	OK(nr_share_record(w.t.s, &req, &r, NR_STR("tester"), &e) == NR_OK);
	OK(nr_ledger_list(w.t.s, INT64_MAX, 1, &w.t.a, &l, &n, &e) == NR_OK);
	OK(n == 1 && strcmp(l[0].kind, "export") == 0);
	OK(nr_str_eq(l[0].unit, NR_STR("bank-a")) && nr_str_eq(l[0].object, NR_STR("csv")));
	OK(memcmp(l[0].digest.b, r.sha256.b, 32) == 0 && has(l[0].detail, "items=1"));
	OK(nr_str_eq(l[0].actor, NR_STR("tester")));
	world_close(&w);
}

static struct nr_indicator make(enum nr_obs_kind kind, const char *value)
{
	return (struct nr_indicator){ .kind = kind,
				      .value = nr_str_c(value),
				      .severity = NR_SEV_HIGH,
				      .confidence = 90,
				      .tlp = NR_TLP_GREEN,
				      .first_us = T0,
				      .last_us = T0 + 5,
				      .sightings = 3 };
}

/* One indicator through one format without the gate: the writer alone must hold. */
static struct nr_str write_one(struct nr_arena *a, const char *format, enum nr_obs_kind kind,
			       const char *value)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(1 << 20);
	struct nr_unit producer = { .id = NR_STR("npa") };
	struct nr_share_req req = { .producer = &producer };
	struct nr_indicator i = make(kind, value);
	struct nr_bytes b;

	if (nr_feed_format_find(nr_str_c(format), &req.format, NULL) != NR_OK ||
	    nr_feed_run(&req, &i, 1, false, &w, NULL) != NR_OK)
		return (struct nr_str){ "", 0 };
	b = nr_arena_dup(a, nr_wr_view(&w));
	return (struct nr_str){ (const char *)b.p, b.n };
}

static size_t lines(struct nr_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

static void test_csv__formulas_quotes_and_newlines(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(4 << 20);

	OK(has(write_one(&a, "csv", NR_OBS_FILE_NAME, "=1+1"), "\nfile-name,\"'=1+1\",high,90,"));
	OK(has(write_one(&a, "csv", NR_OBS_FILE_NAME, "＝1+1"), ",\"'＝1+1\","));
	OK(has(write_one(&a, "csv", NR_OBS_FILE_NAME, "@x"), ",\"'@x\","));
	OK(has(write_one(&a, "csv", NR_OBS_FILE_NAME, "a\"b\r\nc"), ",\"a\"\"b\r\nc\",high"));
	OK(has(write_one(&a, "csv", NR_OBS_FILE_NAME, "資料.lnk"), ",\"資料.lnk\",high"));
	OK(memcmp(write_one(&a, "csv", NR_OBS_MD5, "x").p, "\xef\xbb\xbfkind,", 8) == 0);
}

static void test_rpz__labels(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(4 << 20);
	char longest[200], label[80];

	OK(has(write_one(&a, "rpz", NR_OBS_DOMAIN, "evil.example"),
	       "\nevil.example IN CNAME . ; TLP:GREEN severity=high confidence=90 first="));
	OK(has(write_one(&a, "rpz", NR_OBS_DOMAIN, "evil.example"),
	       "\n*.evil.example IN CNAME . ;"));
	OK(has(write_one(&a, "rpz", NR_OBS_IPV4, "203.0.113.5"),
	       "\n32.5.113.0.203.rpz-ip IN CNAME . ;"));
	OK(has(write_one(&a, "rpz", NR_OBS_IPV6, "2001:db8::1"),
	       "\n128.1.zz.db8.2001.rpz-ip IN CNAME . ;"));
	OK(has(write_one(&a, "rpz", NR_OBS_IPV6, "2001:db8:0:1:0:0:0:9"),
	       "\n128.9.zz.1.0.db8.2001.rpz-ip IN CNAME . ;"));
	OK(has(write_one(&a, "rpz", NR_OBS_IPV6, "2001:db8:1:2:3:4:5:6"),
	       "\n128.6.5.4.3.2.1.db8.2001.rpz-ip IN CNAME . ;"));
	OK(has(write_one(&a, "rpz", NR_OBS_DOMAIN, "evil.example"), " 1785000000 600 "));
	/* four lines of head, one of end: nothing came between */
	OK(lines(write_one(&a, "rpz", NR_OBS_DOMAIN, "32.1.2.0.192.rpz-ip")) == 5);
	OK(lines(write_one(&a, "rpz", NR_OBS_DOMAIN, "a.example\n$INCLUDE /etc/passwd")) == 5);
	OK(lines(write_one(&a, "rpz", NR_OBS_DOMAIN, "*.example")) == 5);
	OK(lines(write_one(&a, "rpz", NR_OBS_DOMAIN, "a;b.example")) == 5);
	(void)snprintf(label, sizeof(label), "%064d.example", 0);
	OK(lines(write_one(&a, "rpz", NR_OBS_DOMAIN, label)) == 5);
	(void)snprintf(longest, sizeof(longest), "%060d.%060d.%058d.example", 0, 0, 0);
	OK(strlen(longest) == 188 && lines(write_one(&a, "rpz", NR_OBS_DOMAIN, longest)) == 7);
	(void)snprintf(longest, sizeof(longest), "%060d.%060d.%059d.example", 0, 0, 0);
	OK(lines(write_one(&a, "rpz", NR_OBS_DOMAIN, longest)) == 5);
}

static void test_suricata__rules(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(4 << 20);
	struct nr_str s = write_one(&a, "suricata", NR_OBS_DOMAIN, "evil.example");

	OK(has(s, "\nalert dns any any -> any any (msg:\"NOROSHI high dns evil.example\"; "
		  "dns.query; dotprefix; content:\".evil.example\"; endswith; nocase;"));
	OK(has(s, "tls.sni; dotprefix; content:\".evil.example\"; endswith; nocase;"));
	OK(has(s, "http.host; dotprefix; content:\".evil.example\"; endswith; priority:2;"));
	OK(lines(s) == 5);
	OK(has(write_one(&a, "suricata", NR_OBS_IPV4, "203.0.113.5"),
	       "\nalert ip any any <> [203.0.113.5] any (msg:\"NOROSHI high ip 203.0.113.5\";"));
	s = write_one(&a, "suricata", NR_OBS_URL, "http://evil.example:8080/a;b|c\"d?x=1#f");
	OK(has(s, "http.host; content:\"evil.example\"; startswith; endswith; http.uri.raw; "
		  "content:\"/a|3B|b|7C|c|22|d?x=1\"; startswith; endswith;"));
	OK(lines(write_one(&a, "suricata", NR_OBS_URL, "https://evil.example/a")) == 2);
	s = write_one(&a, "suricata", NR_OBS_USER_AGENT, "Evil \";sid:1;)\nalert");
	OK(lines(s) == 3 && has(s, "content:\"Evil|20||22||3B|sid|3A|1|3B||29||0A|alert\";"));
	OK(lines(write_one(&a, "suricata", NR_OBS_IPV4, "any] any (sid:1;)")) == 2);
}

static uint32_t sid_in(struct nr_str s)
{
	const char *p = memmem(s.p, s.n, "sid:", 4);

	return p ? (uint32_t)strtoul(p + 4, NULL, 10) : 0;
}

static void test_suricata__ids_stay_and_never_collide(void)
{
	enum { N = 60000 };
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(64 << 20);
	struct nr_indicator *in = NR_NEW_N(&a, struct nr_indicator, N);
	struct nr_share_req req = { .format = &nr_feed_suricata };
	uint32_t alone = sid_in(write_one(&a, "suricata", NR_OBS_IPV4, "203.0.113.5"));
	uint8_t *used = calloc(100000000, 1); /* a bit an id of the range */
	size_t dup = 0, rules = 0;

	for (unsigned i = 0; i < N; i++)
		in[i] = make(NR_OBS_IPV4,
			     nr_arena_fmt(&a, "203.%u.%u.%u", i >> 16, (i >> 8) & 255, i & 255).p);
	OK(alone >= 1200000000 && alone < 2000000000);
	OK(nr_feed_run(&req, in, N, false, &w, NULL) == NR_OK && used);
	for (size_t at = 0; used && at < w.n; rules++) {
		struct nr_str rest = { (const char *)w.p + at, w.n - at };
		const char *p = memmem(rest.p, rest.n, " sid:", 5);
		uint32_t k;

		if (!p)
			break;
		k = (uint32_t)strtoul(p + 5, NULL, 10) - 1200000000;
		dup += (used[k >> 3] >> (k & 7)) & 1;
		used[k >> 3] |= (uint8_t)(1 << (k & 7));
		at = (size_t)((const uint8_t *)p - w.p) + 5;
	}
	OK(rules == N && dup == 0);
	free(used);
}

static void test_stix__bundle_holds_together(void)
{
	static const struct seen in[] = {
		{ NR_OBS_DOMAIN, "evil.example", "npa", NR_TLP_CLEAR, NR_SEV_HIGH, true },
		{ NR_OBS_DOMAIN, "evil.example", "npa", NR_TLP_GREEN, NR_SEV_CRITICAL, true },
		{ NR_OBS_FILE_NAME, "a'] OR [\"\\\n資料.lnk", "npa", NR_TLP_GREEN, NR_SEV_LOW,
		  true },
	};
	struct nr_str s;
	struct world w;
	json_t *bundle, *objects, *o, *ids = json_object();
	size_t i, dangling = 0, unmarked = 0, indicators = 0;

	OK(world_open(&w));
	for (i = 0; i < NR_COUNT(in); i++)
		OK(put_seen(&w, &in[i]));
	s = export(&w, "stix", "bank-a", NULL);
	bundle = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);
	objects = json_object_get(bundle, "objects");
	/* identity, 2 x (indicator, SCO, observed-data, relationship), 2 markings */
	OK(json_array_size(objects) == 11);
	json_array_foreach(objects, i, o)(void)
		json_object_set(ids, json_string_value(json_object_get(o, "id")), o);
	OK(json_object_size(ids) == 11);
	json_array_foreach(objects, i, o)
	{
		static const char *const refs[] = { "created_by_ref", "source_ref", "target_ref" };
		const char *type = json_string_value(json_object_get(o, "type"));
		json_t *mark = json_array_get(json_object_get(o, "object_marking_refs"), 0);

		for (size_t k = 0; k < NR_COUNT(refs); k++) {
			json_t *ref = json_object_get(o, refs[k]);

			dangling += ref && !json_object_get(ids, json_string_value(ref));
		}
		indicators += strcmp(type, "indicator") == 0;
		unmarked += strcmp(type, "identity") && strcmp(type, "marking-definition") &&
			    (!mark || !json_object_get(ids, json_string_value(mark)));
	}
	OK(dangling == 0 && unmarked == 0 && indicators == 2);
	/* the mildest dossier speaks: nothing of the stricter one is in the line */
	OK(has(s, "[domain-name:value = 'evil.example']\",\"pattern_type\":\"stix\",\"pattern_"
		  "version\":\"2.1\",\"valid_from\":\"2026-07-25T17:20:00.000001Z\""));
	OK(!has(s, "severity-critical"));
	OK(has(s, "\"pattern\":\"[file:name = 'a\\\\'] OR [\\\"\\\\\\\\\\n資料.lnk']\""));
	json_decref(bundle);
	json_decref(ids);
	world_close(&w);
}

/* Another reader, another object: ids are bound to the recipient (STIX 2.1 section 3.6). */
static void test_stix__ids_are_bound_to_the_recipient(void)
{
	static const struct seen one = { NR_OBS_DOMAIN, "evil.example", "npa",
					 NR_TLP_CLEAR,  NR_SEV_HIGH,    true };
	struct nr_str a, b;
	struct world w;
	const char *p, *q;

	OK(world_open(&w));
	OK(put_seen(&w, &one));
	a = export(&w, "stix", "bank-a", NULL);
	b = export(&w, "stix", "power-b", NULL);
	p = memmem(a.p, a.n, "\"indicator--", 12);
	q = memmem(b.p, b.n, "\"indicator--", 12);
	OK(p && q && memcmp(p, q, 49) != 0);
	p = memmem(a.p, a.n, "\"domain-name--", 14);
	q = memmem(b.p, b.n, "\"domain-name--", 14);
	OK(p && q && memcmp(p, q, 51) == 0);
	world_close(&w);
}

static bool sink_full(void *ctx, struct nr_bytes b)
{
	(void)ctx;
	(void)b;
	errno = ENOSPC;
	return false;
}

static void test_share__limits_and_full_disk(void)
{
	struct nr_feed_format tiny = nr_feed_hosts;
	struct nr_share_req req = { .format = &tiny, .viewer = NR_STR(""), .min = NR_SEV_LOW };
	struct nr_indicator two[] = { make(NR_OBS_DOMAIN, "a.example"),
				      make(NR_OBS_DOMAIN, "b.example") };
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(1 << 20);
	struct nr_scope none = { .all = false };
	struct nr_share_result r;
	struct nr_err e;
	struct world wd;

	tiny.max_items = 1;
	OK(nr_feed_run(&req, two, 2, true, &w, &e) == NR_E_LIMIT);
	OK(strstr(e.msg, "raise the least severity") != NULL);
	OK(world_open(&wd));
	req.scope = &none;
	OK(nr_share_export(wd.t.s, &req, &(struct nr_share_sink){ sink_full, NULL }, &r, &e) ==
	   NR_E_IO);
	OK(e.sys_errno == ENOSPC);
	OK(nr_feed_format_find(NR_STR("misp"), &req.format, &e) == NR_E_NOTFOUND);
	OK(strstr(e.msg, "stix, csv, rpz, suricata, hosts") != NULL);
	world_close(&wd);
}

int main(void)
{
	test_share__every_format_passes_its_selftest();
	test_share__scope_is_respected_in_every_format();
	test_share__what_would_hurt_the_reader_is_withheld();
	test_share__withheld_are_counted();
	test_share__same_store_same_bytes();
	test_share__ledger_says_what_left();
	test_csv__formulas_quotes_and_newlines();
	test_rpz__labels();
	test_suricata__rules();
	test_suricata__ids_stay_and_never_collide();
	test_stix__bundle_holds_together();
	test_stix__ids_are_bound_to_the_recipient();
	test_share__limits_and_full_disk();
	return tap_done();
}
