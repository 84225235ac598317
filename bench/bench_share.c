/* Export of a million indicators in each format from memory through the writers, hash and sink to an
 * unnamed file, beside the physical limit: writing the same bytes to the same file.  One JSON line. */
#include "base/time.h"
#include "desks/share/feed.h"

#include <unistd.h>

enum { N = 1000000 };

static double cpu(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* N indicators, half names, half addresses, in one arena. */
static struct nr_indicator *make(struct nr_arena *a)
{
	struct nr_indicator *in = NR_NEW_N(a, struct nr_indicator, N);

	for (unsigned i = 0; in && i < N; i++) {
		bool name = i % 2;

		in[i] = (struct nr_indicator){
			.kind = name ? NR_OBS_DOMAIN : NR_OBS_IPV4,
			.value = name ? nr_arena_fmt(a, "host-%u.evil%u.example", i, i % 997)
				      : nr_arena_fmt(a, "203.%u.%u.%u", (i >> 16) & 255,
						     (i >> 8) & 255, i & 255),
			.severity = NR_SEV_HIGH,
			.confidence = 90,
			.tlp = NR_TLP_GREEN,
			.first_us = INT64_C(1785000000000000),
			.last_us = INT64_C(1785000000000000) + i,
			.sightings = 1 + i % 7,
		};
	}
	return a->exhausted ? NULL : in;
}

static bool put(void *ctx, struct nr_bytes b)
{
	return write(*(const int *)ctx, b.p, b.n) == (ssize_t)b.n;
}

static int unnamed(void)
{
	char path[] = "/tmp/noroshi-bench-XXXXXX";
	int fd = mkostemp(path, 0);

	(void)unlink(path);
	return fd;
}

/* CPU seconds to write n bytes in pieces of the size an export writes. */
static double limit(size_t n)
{
	static uint8_t piece[NR_FEED_FLUSH];
	double t = cpu();
	int fd = unnamed();

	memset(piece, 'x', sizeof(piece));
	for (size_t at = 0; at < n; at += sizeof(piece))
		if (write(fd, piece, sizeof(piece)) < 0)
			break;
	(void)close(fd);
	return cpu() - t;
}

static bool one(const char *format, const struct nr_indicator *in, const char *before)
{
	struct nr_unit producer = { .id = NR_STR("npa"), .name_en = NR_STR("National Police") };
	struct nr_share_req req = { .producer = &producer, .viewer = NR_STR("bank-a") };
	int fd = unnamed();
	struct nr_share_sink sink = { put, &fd };
	struct nr_share_result r;
	struct nr_err e = { .msg = "" };
	double t, took, floor_s;
	enum nr_rc rc = nr_feed_format_find(nr_str_c(format), &req.format, &e);

	t = cpu();
	if (rc == NR_OK)
		rc = nr_feed_export(&req, in, N, &sink, &r, &e);
	took = cpu() - t;
	(void)close(fd);
	if (rc != NR_OK) {
		fprintf(stderr, "bench_share: %s: %s\n", format, e.msg);
		return false;
	}
	floor_s = limit(r.bytes);
	printf("%s\"%s\":{\"items\":%llu,\"bytes\":%llu,\"cpu_s\":%.3f,\"items_per_s\":%.0f,"
	       "\"mb_per_s\":%.1f,\"write_only_mb_per_s\":%.1f,\"times_limit\":%.1f}",
	       before, format, (unsigned long long)r.items, (unsigned long long)r.bytes, took,
	       (double)r.items / took, (double)r.bytes / took / 1e6,
	       (double)r.bytes / floor_s / 1e6, took / floor_s);
	return true;
}

int main(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(512 << 20);
	struct nr_indicator *in = make(&a);
	bool ok;

	if (!in)
		return 4;
	printf("{\"bench\":\"share\",");
	ok = one("stix", in, "") && one("csv", in, ",") && one("rpz", in, ",") &&
	     one("suricata", in, ",") && one("hosts", in, ",");
	printf("}\n");
	return ok ? 0 : 70;
}
