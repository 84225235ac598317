#include "base/time.h"
#include "eyes/eye.h"
#include "pcap_build.h"
#include "tap.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

extern const struct nr_eye nr_eye_sense;

/* One look; the dossier lives in the arena until the next call. */
static struct nr_arena arena = { .cap = 256 << 20 };
static struct nr_dossier d;
static struct nr_err err;

static enum nr_rc look_src(struct nr_src src, const struct nr_eye_param *p, size_t n)
{
	struct nr_eye_in in = { .src = src, .params = p, .n_params = n };

	nr_arena_done(&arena);
	arena = (struct nr_arena){ .cap = 256 << 20 };
	nr_dossier_init(&d, &arena);
	err = (struct nr_err){ .rc = NR_OK };
	return nr_eye_look(&nr_eye_sense, &in, &d, &err);
}

static enum nr_rc look(const struct cap *c)
{
	return look_src(nr_src_mem((struct nr_bytes){ c->p, c->n }), NULL, 0);
}

static size_t count(const char *detector)
{
	size_t n = 0;

	for (size_t i = 0; i < d.n_findings; i++)
		n += strcmp(d.findings[i].detector, detector) == 0;
	return n;
}

static const struct nr_finding *first(const char *detector)
{
	for (size_t i = 0; i < d.n_findings; i++)
		if (strcmp(d.findings[i].detector, detector) == 0)
			return &d.findings[i];
	return NULL;
}

/* The text of a finding's parameter, "" when absent. */
static const char *param(const struct nr_finding *f, const char *name)
{
	for (unsigned i = 0; f && i < f->n_params; i++)
		if (strcmp(f->params[i].name, name) == 0)
			return nr_arena_cstr(&arena, f->params[i].value);
	return "";
}

static const char *fact(const char *name)
{
	for (size_t i = 0; i < d.n_facts; i++)
		if (strcmp(d.facts[i].name, name) == 0)
			return nr_arena_cstr(&arena, d.facts[i].value);
	return "";
}

static const struct nr_counter *counter(const char *series, const char *key)
{
	for (size_t i = 0; i < d.n_counters; i++)
		if (strcmp(d.counters[i].series, series) == 0 &&
		    nr_str_eq(d.counters[i].key, nr_str_c(key)))
			return &d.counters[i];
	return NULL;
}

/* The observable a finding asserts first, as text. */
static const char *asserts(const struct nr_finding *f)
{
	return f && f->n_obs ? nr_arena_cstr(&arena, d.obs[f->obs[0]].value) : "";
}

static const char *data_dir(void)
{
	static char path[4096];
	const char *p = getenv("NR_SHARED_DATA"), *root = getenv("NR_SOURCE_ROOT");

	if (p)
		return p;
	snprintf(path, sizeof(path), "%s/../shared/data", root ? root : ".");
	return path;
}

static enum nr_rc look_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct nr_src src;
	enum nr_rc rc = NR_E_IO;

	if (fd < 0)
		return rc;
	if (nr_src_fd(fd, &src, &err) == NR_OK)
		rc = look_src(src, NULL, 0);
	close(fd);
	return rc;
}

/* ---- the notices that bro-simple-scan expects of its own captures ---- */

static bool have_shared(const char *sub, char path[4200])
{
	snprintf(path, 4200, "%s/captures/%s", data_dir(), sub);
	if (access(path, R_OK) == 0)
		return true;
	printf("# SKIP no corpus at captures/%s: set NR_SHARED_DATA\n", sub);
	return false;
}

static void test_sense__simple_scan_baselines(void)
{
	char path[4200];

	if (!have_shared("simple-scan/pcaps/445_scan.pcap", path))
		return;
	OK(look_file(path) == NR_OK);
	OK(count("scan.horizontal") == 1 && count("scan.vertical") == 0);
	OK(strcmp(asserts(first("scan.horizontal")), "176.192.150.3") == 0);
	OK(strcmp(param(first("scan.horizontal"), "ports"), "445/tcp") == 0);
	OK(strcmp(param(first("scan.horizontal"), "hosts"), "9") == 0);
	if (!have_shared("simple-scan/pcaps/multiport_scan.pcap", path))
		return;
	OK(look_file(path) == NR_OK);
	OK(count("scan.horizontal") == 1);
	OK(strcmp(asserts(first("scan.horizontal")), "125.27.226.209") == 0);
	if (!have_shared("simple-scan/pcaps/port_scan.pcap", path))
		return;
	OK(look_file(path) == NR_OK);
	OK(count("scan.vertical") == 1 && count("scan.horizontal") == 0);
	OK(strcmp(asserts(first("scan.vertical")), "192.168.2.154") == 0);
	OK(strcmp(param(first("scan.vertical"), "target"), "192.168.2.22") == 0);
	OK(strcmp(param(first("scan.vertical"), "ports"), "10") == 0);
	if (!have_shared("simple-scan/pcaps/scan_with_zero_windows.pcap", path))
		return;
	OK(look_file(path) == NR_OK);
	OK(count("scan.horizontal") == 1);
	OK(strcmp(asserts(first("scan.horizontal")), "10.0.0.1") == 0);
	OK(strcmp(param(first("scan.horizontal"), "ports"), "23/tcp") == 0);
}

/* ---- thresholds, just below and just above ---- */

static void scan_of(struct cap *c, unsigned hosts)
{
	cap_pcap(c, 101);
	for (unsigned i = 0; i < hosts; i++)
		cap_tcp(c, (int64_t)(i + 1) * 1000000, "192.0.2.1", cap_host("198.51.100.", i + 1),
			40000, 23, CAP_SYN, 7);
}

static void test_sense__five_silent_hosts_are_a_scan_and_four_are_not(void)
{
	struct cap c;

	scan_of(&c, 4);
	OK(look(&c) == NR_OK && d.n_findings == 0);
	OK(d.verdict.cls == NR_CLASS_INFORMATIONAL);
	scan_of(&c, 5);
	OK(look(&c) == NR_OK && count("scan.horizontal") == 1);
	OK(d.findings[0].severity == NR_SEV_LOW);
	OK(d.findings[0].ev[0].packet == 1 && d.findings[0].ev[0].offset == 24);
	OK(d.findings[0].ev[1].packet == 2 && d.findings[0].ev[1].offset == 24 + 16 + 40);
	OK(d.findings[0].ev[0].length == 16 + 40);
	OK(d.material.first_us == 1000000 && d.material.last_us == 5000000);
	scan_of(&c, 25);
	OK(look(&c) == NR_OK && d.findings[0].severity == NR_SEV_MEDIUM);
	OK(counter("port", "23/tcp") && counter("port", "23/tcp")->packets == 25);
	OK(counter("port", "23/tcp")->sources == 1);
	OK(counter("source", "192.0.2.1") && counter("source", "192.0.2.1")->packets == 25);
	OK(counter("minute", "0") && counter("minute", "0")->packets == 25);
}

static void test_sense__answered_connections_are_no_scan(void)
{
	struct cap c;

	cap_pcap(&c, 101);
	for (unsigned i = 0; i < 60; i++) {
		const char *to = cap_host("198.51.100.", i + 1);

		cap_tcp(&c, (int64_t)(i + 1) * 1000, "192.0.2.1", to, 40000, 443, CAP_SYN, 1);
		cap_tcp(&c, (int64_t)(i + 1) * 1000 + 1, to, "192.0.2.1", 443, 40000,
			CAP_SYN | CAP_ACK, 2);
		cap_tcp(&c, (int64_t)(i + 1) * 1000 + 2, "192.0.2.1", to, 40000, 443, CAP_ACK, 2);
	}
	OK(look(&c) == NR_OK && d.n_findings == 0);
	OK(counter("port", "443/tcp") && counter("port", "443/tcp")->packets == 60);
}

static void test_sense__a_refused_connection_counts_as_unanswered(void)
{
	struct cap c;

	cap_pcap(&c, 101);
	for (unsigned i = 0; i < 5; i++) {
		const char *to = cap_host("198.51.100.", i + 1);

		cap_tcp(&c, 1000 + i, "192.0.2.1", to, 40000, 22, CAP_SYN, 1);
		cap_tcp(&c, 1001 + i, to, "192.0.2.1", 22, 40000, CAP_RST | CAP_ACK, 2);
	}
	OK(look(&c) == NR_OK && count("scan.horizontal") == 1);
}

static void test_sense__an_hour_of_silence_ends_a_scan(void)
{
	struct cap c;

	cap_pcap(&c, 101);
	for (unsigned i = 0; i < 8; i++)
		cap_tcp(&c, (int64_t)i * 3601 * 1000000 + 1, "192.0.2.1",
			cap_host("198.51.100.", i + 1), 40000, 23, CAP_SYN, 7);
	OK(look(&c) == NR_OK && d.n_findings == 0);
	cap_pcap(&c, 101);
	for (unsigned i = 0; i < 8; i++)
		cap_tcp(&c, (int64_t)i * 3600 * 1000000 + 1, "192.0.2.1",
			cap_host("198.51.100.", i + 1), 40000, 23, CAP_SYN, 7);
	OK(look(&c) == NR_OK && count("scan.horizontal") == 1);
}

static void test_sense__vertical_thresholds(void)
{
	struct cap c;

	for (unsigned ports = 4; ports <= 5; ports++) {
		cap_pcap(&c, 101);
		for (unsigned i = 0; i < ports; i++)
			cap_tcp(&c, 1000 + i, "192.0.2.1", "198.51.100.9", 40000,
				(uint16_t)(20 + i), CAP_SYN, 1);
		OK(look(&c) == NR_OK && count("scan.vertical") == (ports == 5));
	}
	cap_pcap(&c, 101);
	for (unsigned i = 0; i < 1000; i++)
		cap_tcp(&c, 1000 + i, "192.0.2.1", "198.51.100.9", 40000, (uint16_t)(1 + i),
			CAP_SYN, 1);
	OK(look(&c) == NR_OK && count("scan.vertical") == 1 && count("scan.horizontal") == 0);
	OK(d.findings[0].severity == NR_SEV_MEDIUM);
	OK(strcmp(param(&d.findings[0], "highest"), "1000/tcp") == 0);
	/* Beyond 30 the count is an estimate with a standard error of 9.5 %. */
	OK(strtol(param(&d.findings[0], "ports"), NULL, 10) > 700);
	OK(strtol(param(&d.findings[0], "ports"), NULL, 10) < 1300);
}

static void test_sense__scan_over_ipv6(void)
{
	struct cap c;
	char to[64];

	cap_pcap(&c, 101);
	for (unsigned i = 0; i < 6; i++) {
		snprintf(to, sizeof(to), "2001:db8:1::%x", i + 1);
		cap_tcp(&c, 1000 + i, "2001:db8::bad", to, 40000, 22, CAP_SYN, 1);
	}
	OK(look(&c) == NR_OK && count("scan.horizontal") == 1);
	OK(strcmp(asserts(first("scan.horizontal")), "2001:db8::bad") == 0);
	OK(d.obs[0].kind == NR_OBS_IPV6);
}

static void mirai_of(struct cap *c, unsigned match, unsigned other)
{
	cap_pcap(c, 101);
	for (unsigned i = 0; i < match + other; i++)
		cap_tcp(c, 1000 + i, "192.0.2.7", cap_host("198.51.100.", i + 1), 40000, 2323,
			CAP_SYN, i < match ? 0xc6336400U + i + 1 : 99);
}

static void test_sense__mirai_needs_three_of_which_nine_in_ten_match(void)
{
	struct cap c;

	mirai_of(&c, 2, 0);
	OK(look(&c) == NR_OK && count("scan.mirai") == 0);
	mirai_of(&c, 3, 0);
	OK(look(&c) == NR_OK && count("scan.mirai") == 1);
	OK(strcmp(asserts(first("scan.mirai")), "192.0.2.7") == 0);
	OK(first("scan.mirai")->ev[0].packet == 1);
	mirai_of(&c, 18, 2);
	OK(look(&c) == NR_OK && count("scan.mirai") == 1);
	mirai_of(&c, 17, 2);
	OK(look(&c) == NR_OK && count("scan.mirai") == 0);
}

/* n SYN-ACKs from one host to many addresses that never asked, step microseconds apart. */
static void backscatter_of(struct cap *c, unsigned n, int64_t step)
{
	cap_pcap(c, 101);
	for (unsigned i = 0; i < n; i++)
		cap_tcp(c, 1000000 + (int64_t)i * step, "203.0.113.5",
			cap_host("198.51.100.", i % 200 + 1), 443, (uint16_t)(1024 + i),
			CAP_SYN | CAP_ACK, 5);
}

static void test_sense__backscatter_thresholds(void)
{
	struct cap c;

	backscatter_of(&c, 61, 1000000); /* 60 s, one a second */
	OK(look(&c) == NR_OK && count("backscatter.victim") == 1);
	OK(strcmp(asserts(first("backscatter.victim")), "203.0.113.5") == 0);
	OK(strcmp(param(first("backscatter.victim"), "ports"), "443/tcp") == 0);
	OK(count("scan.horizontal") == 0 && count("scan.vertical") == 0);
	backscatter_of(&c, 60, 1000000); /* 59 s */
	OK(look(&c) == NR_OK && d.n_findings == 0);
	backscatter_of(&c, 61, 2000000); /* 30 in a minute */
	OK(look(&c) == NR_OK && count("backscatter.victim") == 1);
	backscatter_of(&c, 100, 2100000); /* fewer than 30 in every minute */
	OK(look(&c) == NR_OK && d.n_findings == 0);
}

static void test_sense__a_busy_server_is_no_victim(void)
{
	struct cap c;

	cap_pcap(&c, 101);
	for (unsigned i = 0; i < 200; i++) {
		const char *who = cap_host("198.51.100.", i % 200 + 1);

		cap_tcp(&c, 1000000 + (int64_t)i * 1000000, who, "203.0.113.5", 50000, 443, CAP_SYN,
			1);
		cap_tcp(&c, 1000001 + (int64_t)i * 1000000, "203.0.113.5", who, 443, 50000,
			CAP_SYN | CAP_ACK, 1);
		cap_tcp(&c, 1000002 + (int64_t)i * 1000000, "203.0.113.5", who, 443, 50000, CAP_RST,
			1);
	}
	OK(look(&c) == NR_OK && d.n_findings == 0);
}

static void test_sense__darknet_confines_backscatter_and_counters(void)
{
	struct nr_eye_param other = { NR_STR("darknet"), NR_STR("192.0.2.0/24") };
	struct nr_eye_param dark = { NR_STR("darknet"), NR_STR("198.51.100.0/25") };
	struct nr_eye_param bad = { NR_STR("darknet"), NR_STR("198.51.100.0/33") };
	struct cap c;
	struct nr_src src;

	backscatter_of(&c, 400, 500000);
	src = nr_src_mem((struct nr_bytes){ c.p, c.n });
	OK(look_src(src, &other, 1) == NR_OK && d.n_findings == 0 && d.n_counters == 0);
	OK(look_src(src, &dark, 1) == NR_OK && count("backscatter.victim") == 1);
	OK(strcmp(fact("packets.darknet"), "254") == 0);
	OK(look_src(src, &bad, 1) == NR_E_INVAL && strstr(err.msg, "198.51.100.0/33") != NULL);
}

/* ---- formats ---- */

static void test_sense__pcapng_equals_pcap(void)
{
	struct cap c;

	for (unsigned be = 0; be < 2; be++) {
		cap_pcapng(&c, 101, be, 9);
		for (unsigned i = 0; i < 5; i++)
			cap_tcp(&c, 1700000000000000 + i, "192.0.2.1",
				cap_host("198.51.100.", i + 1), 40000, 23, CAP_SYN, 7);
		OK(look(&c) == NR_OK && count("scan.horizontal") == 1);
		OK(d.material.first_us == 1700000000000000);
		OK(d.material.last_us == 1700000000000004);
	}
}

static void test_sense__a_cut_record_is_refused_with_packet_and_offset(void)
{
	struct cap c;
	struct nr_eye_param salvage = { NR_STR("salvage"), NR_STR("1") };

	scan_of(&c, 7);
	c.n -= 10;
	OK(look(&c) == NR_E_TRUNCATED);
	OK(err.offset == 24 + 6 * 56);
	OK(strstr(err.msg, "packet 7") && strstr(err.msg, "56 bytes") &&
	   strstr(err.msg, "46 left"));
	OK(look_src(nr_src_mem((struct nr_bytes){ c.p, c.n }), &salvage, 1) == NR_OK);
	OK(count("scan.horizontal") == 1 && strcmp(fact("packets"), "6") == 0);
	OK(strstr(fact("salvaged"), "packet 7") != NULL);
}

static void test_sense__an_absurd_length_is_refused(void)
{
	struct cap c;

	scan_of(&c, 2);
	memcpy(c.p + 24 + 56 + 8, "\xff\xff\xff\xff", 4);
	OK(look(&c) == NR_E_LIMIT && err.offset == 24 + 56 + 8);
	OK(strstr(err.msg, "packet 2") != NULL);
	cap_pcapng(&c, 101, false, 6);
	cap_tcp(&c, 1, "192.0.2.1", "198.51.100.1", 1, 2, CAP_SYN, 7);
	memcpy(c.p + c.last + 4, "\x00\x00\x00\x00", 4);
	OK(look(&c) == NR_E_MALFORMED && err.offset == c.last + 4);
}

static void test_sense__the_hash_covers_every_byte(void)
{
	struct nr_eye_param salvage = { NR_STR("salvage"), NR_STR("1") };
	struct nr_sha256 want;
	struct cap c;

	scan_of(&c, 200);
	c.n -= 10;
	want = nr_sha256((struct nr_bytes){ c.p, c.n });
	OK(look_src(nr_src_mem((struct nr_bytes){ c.p, c.n }), &salvage, 1) == NR_OK);
	OK(memcmp(&d.material.sha256, &want, sizeof(want)) == 0);
}

static void test_sense__unknown_parameters_are_refused(void)
{
	struct nr_eye_param p = { NR_STR("colour"), NR_STR("red") };
	struct cap c;

	scan_of(&c, 5);
	OK(look_src(nr_src_mem((struct nr_bytes){ c.p, c.n }), &p, 1) == NR_E_INVAL);
	OK(strstr(err.msg, "colour") != NULL);
}

static void test_sense__every_prefix_of_a_capture_is_read_or_refused(void)
{
	struct cap c;
	unsigned read = 0, refused = 0, other = 0;

	cap_pcapng(&c, 101, true, 6);
	for (unsigned i = 0; i < 6; i++)
		cap_tcp(&c, 1000 + i, "192.0.2.1", cap_host("198.51.100.", i + 1), 40000, 23,
			CAP_SYN, 7);
	for (size_t n = 1; n <= c.n; n++) {
		enum nr_rc rc = look_src(nr_src_mem((struct nr_bytes){ c.p, n }), NULL, 0);

		read += rc == NR_OK;
		refused += nr_rc_is_input_fault(rc);
		other += rc != NR_OK && !nr_rc_is_input_fault(rc);
	}
	/* Whole after the section header, the interface and each of the six packets. */
	OK(read == 8 && other == 0);
	OK(refused == c.n - 8);
}

/* ---- names and indicators ---- */

static const char query[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0"
			    "\x06UpDate\x0ckyoei-portal\x07"
			    "example\0\0\1\0\1";
static const char get[] =
	"GET /login HTTP/1.1\r\nAccept: */*\r\nhOst: Www.Shop.example:8080\r\n\r\n";

static void talk_of(struct cap *c)
{
	struct cap_flow q = { "192.0.2.9", "198.51.100.53", 40000, 53 };
	struct cap_flow web = { "192.0.2.9", "203.0.113.77", 40001, 80 };

	cap_pcap(c, 101);
	cap_tcp(c, 1000, "192.0.2.9", "203.0.113.77", 40001, 80, CAP_SYN, 1);
	cap_udp(c, 2000, &q, query, sizeof(query) - 1);
	cap_segment(c, 3000, &web, (uint32_t[2]){ CAP_ACK, 2 }, get, sizeof(get) - 1);
}

static void test_sense__names_asked_for_are_observables(void)
{
	struct cap c;
	bool dns = false, http = false;

	talk_of(&c);
	OK(look(&c) == NR_OK && d.n_findings == 0);
	for (size_t i = 0; i < d.n_obs; i++) {
		const struct nr_obs *o = &d.obs[i];

		dns |= nr_str_eq(o->value, NR_STR("update.kyoei-portal.example")) &&
		       !strcmp(o->role, "queried") && o->ev.packet == 2;
		http |= nr_str_eq(o->value, NR_STR("www.shop.example")) &&
			!strcmp(o->role, "contacted") && o->ev.packet == 3;
	}
	OK(dns);
	OK(http);
}

static void test_sense__indicators_are_found_with_packet_and_byte(void)
{
	static const struct {
		const char *indicator;
		size_t packet;
		const char *bytes; /* what stands at the byte the finding names */
	} rows[] = {
		{ "domain:kyoei-portal.example", 2, "\x06UpDate" },
		{ "domain:www.shop.example", 3, "Www.Shop" },
		{ "url:http://www.shop.example:8080/login", 3, "/login" },
		{ "ipv4:203.0.113.77", 1, "" },
	};
	struct cap c;

	talk_of(&c);
	for (size_t i = 0; i < NR_COUNT(rows); i++) {
		struct nr_eye_param p = { NR_STR("indicator"), nr_str_c(rows[i].indicator) };
		size_t at;

		OK(look_src(nr_src_mem((struct nr_bytes){ c.p, c.n }), &p, 1) == NR_OK);
		if (!OK(d.n_findings == 1 && count("indicator.hit") == 1))
			continue;
		OK(d.findings[0].ev[0].packet == rows[i].packet);
		at = (size_t)strtoul(param(&d.findings[0], "byte"), NULL, 10);
		OK(at < c.n && !memcmp(c.p + at, rows[i].bytes, strlen(rows[i].bytes)));
		OK(d.verdict.cls == NR_CLASS_MALICIOUS);
	}
}

static void test_sense__indicators_not_there_are_not_found(void)
{
	static const char *const absent[] = { "domain:portal.example", "domain:example.com",
					      "ipv4:203.0.113.78", "url:http://www.shop.example/" };
	struct cap c;

	talk_of(&c);
	for (size_t i = 0; i < NR_COUNT(absent); i++) {
		struct nr_eye_param p = { NR_STR("indicator"), nr_str_c(absent[i]) };

		OK(look_src(nr_src_mem((struct nr_bytes){ c.p, c.n }), &p, 1) == NR_OK);
		OK(d.n_findings == 0);
	}
}

/* ---- every capture there is ---- */

struct tally {
	unsigned read, refused, wrong, packets_ok;
};

static bool is_capture(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (!strcmp(dot, ".pcap") || !strcmp(dot, ".pcapng") || !strcmp(dot, ".cap"));
}

static void replay(const char *dir, struct tally *t, unsigned depth)
{
	DIR *h = opendir(dir);
	struct dirent *e;
	char path[4200];

	while (h && depth && (e = readdir(h))) {
		struct stat st;
		enum nr_rc rc;

		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (e->d_name[0] == '.' || stat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			replay(path, t, depth - 1);
			continue;
		}
		if (!is_capture(e->d_name))
			continue;
		rc = look_file(path);
		t->read += rc == NR_OK;
		t->refused += nr_rc_is_input_fault(rc);
		if (rc != NR_OK && (!nr_rc_is_input_fault(rc) || !err.msg[0])) {
			printf("# %s: %s %s\n", path, nr_rc_name(rc), err.msg);
			t->wrong++;
		}
	}
	if (h)
		closedir(h);
}

static void test_sense__every_shared_capture_is_read_or_refused(void)
{
	struct tally t = { 0 };
	char path[4200];

	if (!have_shared("", path))
		return;
	replay(path, &t, 8);
	printf("# %u captures read, %u refused\n", t.read, t.refused);
	OK(t.wrong == 0);
	OK(t.read > 1000);
	OK(t.refused * 10 < t.read);
}

int main(void)
{
	test_sense__simple_scan_baselines();
	test_sense__five_silent_hosts_are_a_scan_and_four_are_not();
	test_sense__answered_connections_are_no_scan();
	test_sense__a_refused_connection_counts_as_unanswered();
	test_sense__an_hour_of_silence_ends_a_scan();
	test_sense__vertical_thresholds();
	test_sense__scan_over_ipv6();
	test_sense__mirai_needs_three_of_which_nine_in_ten_match();
	test_sense__backscatter_thresholds();
	test_sense__a_busy_server_is_no_victim();
	test_sense__darknet_confines_backscatter_and_counters();
	test_sense__pcapng_equals_pcap();
	test_sense__a_cut_record_is_refused_with_packet_and_offset();
	test_sense__an_absurd_length_is_refused();
	test_sense__the_hash_covers_every_byte();
	test_sense__unknown_parameters_are_refused();
	test_sense__every_prefix_of_a_capture_is_read_or_refused();
	test_sense__names_asked_for_are_observables();
	test_sense__indicators_are_found_with_packet_and_byte();
	test_sense__indicators_not_there_are_not_found();
	test_sense__every_shared_capture_is_read_or_refused();
	nr_arena_done(&arena);
	return tap_done();
}
