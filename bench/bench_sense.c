/* sense: packets a CPU second over a capture of 1 GB (SHA-256 included), and in the same run what no
 * reader can beat: reading the file in the same windows and stepping from record to record.
 *
 * The capture is made here, written to a file without a name and sent nowhere.  The mix, by packets:
 * 60 % connection attempts of 50,000 (second argument) Mirai-like sources and 60 other scanners against
 * a dark /16, 15 % backscatter of 200 attacked hosts, 5 % UDP probes, 20 % ordinary two-way TCP. */
#include "base/peek.h"
#include "base/time.h"
#include "eyes/eye.h"
#include "eyes/sense/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	OUT = 1 << 20,
	RUNS = 3,
	TALKS = 4096,
	WINDOW = 512 << 10,
	SEGMENT = 1400,
};

struct talk { /* one ordinary connection; step counts its packets */
	uint32_t client, server;
	uint16_t port;
	uint8_t step, length;
};

struct gen {
	int fd;
	uint8_t buf[OUT];
	size_t n;
	uint64_t written, packets, state, us;
	uint32_t bots;
	struct talk talks[TALKS];
	bool bad;
};

static uint32_t chance(struct gen *g)
{
	g->state ^= g->state << 13;
	g->state ^= g->state >> 7;
	g->state ^= g->state << 17;
	return (uint32_t)(g->state >> 16);
}

static void flush(struct gen *g)
{
	size_t at = 0;

	while (at < g->n && !g->bad) {
		ssize_t k = write(g->fd, g->buf + at, g->n - at);

		g->bad = k < 0 && errno != EINTR;
		at += k > 0 ? (size_t)k : 0;
	}
	g->written += g->n;
	g->n = 0;
}

static void le32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static void be32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

struct seg {
	uint32_t src, dst, seq;
	uint16_t sport, dport;
	uint8_t proto, flags;
};

static void packet(struct gen *g, const struct seg *s, size_t data)
{
	size_t head = s->proto == 6 ? 20 : 8, len = 14 + 20 + head + data;
	uint8_t *p;

	if (g->n + 16 + len > OUT)
		flush(g);
	p = g->buf + g->n;
	memset(p, 0, 16 + 14 + 20 + head);
	g->us += 1 + (chance(g) & 511);
	le32(p, (uint32_t)(1700000000 + g->us / 1000000));
	le32(p + 4, (uint32_t)(g->us % 1000000));
	le32(p + 8, (uint32_t)len);
	le32(p + 12, (uint32_t)len);
	p += 16;
	p[12] = 8;
	p[14] = 0x45;
	be32(p + 14, 0x45000000U | (uint32_t)(len - 14));
	p[22] = 64;
	p[23] = s->proto;
	be32(p + 26, s->src);
	be32(p + 30, s->dst);
	be32(p + 34, (uint32_t)s->sport << 16 | s->dport);
	be32(p + 38, s->proto == 6 ? s->seq : (uint32_t)(8 + data) << 16);
	if (s->proto == 6) {
		p[46] = 0x50;
		p[47] = s->flags;
	}
	g->n += 16 + len;
	g->packets++;
}

static uint32_t dark(struct gen *g)
{
	return 0xc6120000U | (chance(g) & 0xffff); /* 198.18.0.0/16, set aside for benchmarks */
}

static uint32_t somebody(uint32_t i)
{
	uint32_t a = i * 2654435761U;

	return (1 + (a >> 24) % 197) << 24 | (a & 0xffffff);
}

static void attempt(struct gen *g)
{
	uint32_t dst = dark(g), r = chance(g);
	struct seg s = { .dst = dst, .sport = (uint16_t)r, .proto = 6, .flags = 2 };

	if (r % 100 < 60) {
		s.src = somebody(chance(g) % g->bots);
		s.seq = dst;
		s.dport = chance(g) % 10 ? 23 : 2323;
	} else {
		s.src = somebody(100000 + chance(g) % 60);
		s.seq = chance(g);
		s.dport = (uint16_t)(s.src % 1000 + 20);
	}
	packet(g, &s, 0);
}

static void scattered(struct gen *g)
{
	struct seg s = { .src = somebody(200000 + chance(g) % 200),
			 .dst = dark(g),
			 .sport = 443,
			 .dport = (uint16_t)(1024 + chance(g) % 60000),
			 .proto = 6,
			 .flags = 0x12 };

	packet(g, &s, 0);
}

static void probe(struct gen *g)
{
	struct seg s = { .src = somebody(300000 + chance(g) % 3000),
			 .dst = dark(g),
			 .sport = (uint16_t)(1024 + chance(g) % 60000),
			 .dport = 1900,
			 .proto = 17 };

	packet(g, &s, 40);
}

static void ordinary(struct gen *g)
{
	struct talk *t = &g->talks[chance(g) % TALKS];
	struct seg s = { .proto = 6, .flags = 0x10 };
	bool back;

	if (t->step == 0) {
		t->client = 0x0a000000U | (chance(g) & 0x3fff);
		t->server = somebody(400000 + chance(g) % 20000);
		t->port = (uint16_t)(1024 + chance(g) % 60000);
		t->length = (uint8_t)(6 + chance(g) % 40);
	}
	back = t->step == 1 || (t->step > 3 && t->step % 3);
	s.src = back ? t->server : t->client;
	s.dst = back ? t->client : t->server;
	s.sport = back ? 443 : t->port;
	s.dport = back ? t->port : 443;
	if (t->step < 2)
		s.flags = t->step ? 0x12 : 2;
	packet(g, &s, t->step > 3 && back ? 200 + chance(g) % (SEGMENT - 200) : 0);
	t->step = t->step >= t->length ? 0 : (uint8_t)(t->step + 1);
}

static bool generate(struct gen *g, uint64_t bytes)
{
	static const uint8_t head[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, [18] = 4, [20] = 1 };

	memcpy(g->buf, head, sizeof(head));
	g->n = sizeof(head);
	while (g->written + g->n < bytes && !g->bad) {
		uint32_t r = chance(g) % 100;

		if (r < 60)
			attempt(g);
		else if (r < 75)
			scattered(g);
		else if (r < 80)
			probe(g);
		else
			ordinary(g);
	}
	flush(g);
	return !g->bad;
}

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double median(double v[RUNS])
{
	for (unsigned i = 1; i < RUNS; i++)
		for (unsigned k = i; k > 0 && v[k] < v[k - 1]; k--) {
			double x = v[k];

			v[k] = v[k - 1];
			v[k - 1] = x;
		}
	return v[RUNS / 2];
}

/* Reads the file in the eye's windows and steps from record to record; the packets counted. */
static uint64_t walk(const struct nr_src *src, uint8_t *buf)
{
	uint64_t at = 24, n = 0;
	size_t got;

	while (at < src->size && nr_src_read(src, at, buf, WINDOW, &got, NULL) == NR_OK && got) {
		struct nr_bytes w = { buf, got };
		size_t pos = 0;

		while (nr_peek_has(w, pos, 16) &&
		       nr_peek_has(w, pos + 16, nr_peek_le32(w, pos + 8))) {
			pos += 16 + nr_peek_le32(w, pos + 8);
			n++;
		}
		if (pos == 0)
			break;
		at += pos;
	}
	return n;
}

static bool look(const struct nr_src *src, size_t *ret_findings)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(256 << 20);
	struct nr_eye_in in = { .src = *src };
	struct nr_dossier d;
	struct nr_err e;

	nr_dossier_init(&d, &a);
	if (nr_eye_look(nr_eye_find(NR_STR("sense")), &in, &d, &e) != NR_OK) {
		fprintf(stderr, "bench_sense: %s: %s\n", e.what, e.msg);
		return false;
	}
	*ret_findings = d.n_findings;
	return true;
}

static int fail(const char *what)
{
	fprintf(stderr, "bench_sense: %s: %s\n", what, strerror(errno));
	return 4;
}

int main(int argc, char **argv)
{
	static struct gen g = { .state = 88172645463325252U, .bots = 50000 };
	static uint8_t buf[WINDOW];
	const char *dir = getenv("TMPDIR");
	uint64_t mib = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000, n = 0;
	double eye[RUNS], limit[RUNS], t0, e, l;
	size_t findings = 0;
	struct rusage ru;
	struct nr_src src;

	if (argc > 2)
		g.bots = (uint32_t)strtoul(argv[2], NULL, 10) % 100000;
	g.bots = g.bots ? g.bots : 1;
	g.fd = open(dir ? dir : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (g.fd < 0)
		return fail("temporary file");
	if (!generate(&g, mib * 1000000) || nr_src_fd(g.fd, &src, NULL) != NR_OK)
		return fail("capture");
	for (unsigned i = 0; i < RUNS; i++) {
		t0 = cpu();
		if (!look(&src, &findings))
			return 70;
		eye[i] = cpu() - t0;
		t0 = cpu();
		n = walk(&src, buf);
		limit[i] = cpu() - t0;
	}
	getrusage(RUSAGE_SELF, &ru);
	e = median(eye);
	l = median(limit);
	printf("{\"bench\":\"sense\",\"mirai_sources\":%u,\"packets\":%llu,\"bytes\":%llu,"
	       "\"findings\":%zu,\"mpps\":%."
	       "2f,"
	       "\"limit_mpps\":%.2f,\"ratio\":%.3f,\"peak_mib\":%ld}\n",
	       g.bots, (unsigned long long)n, (unsigned long long)src.size, findings,
	       (double)n / e / 1e6, (double)n / l / 1e6, l / e, ru.ru_maxrss / 1024);
	close(g.fd);
	return n == g.packets ? 0 : 70;
}
