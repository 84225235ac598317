/* Transfer encodings: base64, quoted-printable, uuencode; and the way back from a decoded byte to the
 * encoded bytes that hold it. */
#include "eyes/mail/msg.h"

static int b64_value(unsigned c)
{
	if (c >= 'A' && c <= 'Z')
		return (int)c - 'A';
	if (c >= 'a' && c <= 'z')
		return (int)c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return (int)c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static int hex_value(unsigned c)
{
	if (c >= '0' && c <= '9')
		return (int)c - '0';
	if (c >= 'A' && c <= 'F')
		return (int)c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? (int)c - 'a' + 10 : -1;
}

/* A decoder hands over one decoded byte at a time with the place of its encoded bytes. */
struct sink {
	uint8_t *out; /* NULL: only looking for a place */
	size_t n, room;
	size_t want_off, want_len; /* decoded range sought */
	size_t first, last;        /* encoded range found; last 0: not yet */
};

static void put(struct sink *s, unsigned b, size_t from, size_t to)
{
	if (s->out) {
		if (s->n < s->room)
			s->out[s->n] = (uint8_t)b;
	} else if (s->n >= s->want_off && s->n - s->want_off < s->want_len) {
		if (s->last == 0)
			s->first = from;
		s->last = to;
	}
	s->n++;
}

static bool done(const struct sink *s)
{
	return s->out ? s->n >= s->room : s->n >= s->want_off + s->want_len;
}

static void base64(struct nr_bytes in, struct sink *s)
{
	uint32_t acc = 0;
	unsigned bits = 0;
	size_t group = 0;

	for (size_t i = 0; i < in.n && !done(s); i++) {
		int v = b64_value(in.p[i]);

		if (in.p[i] == '=') { /* padding ends a group; another may follow */
			bits = 0;
			acc = 0;
			continue;
		}
		if (v < 0)
			continue;
		if (bits == 0)
			group = i;
		acc = acc << 6 | (unsigned)v;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			put(s, acc >> bits & 0xff, group, i + 1);
			acc &= (1u << bits) - 1;
			group = i;
		}
	}
}

/* End of trailing white space before a line end at i, or 0 when i does not start such a run. */
static size_t line_tail(struct nr_bytes in, size_t i)
{
	size_t k = i;

	while (k < in.n && (in.p[k] == ' ' || in.p[k] == '\t'))
		k++;
	if (k < in.n && in.p[k] == '\r')
		k++;
	if (k < in.n && in.p[k] == '\n')
		return k + 1;
	return k == in.n ? k : 0;
}

static size_t qp_escape(struct nr_bytes in, size_t i, struct sink *s)
{
	size_t soft = line_tail(in, i + 1);
	int hi = i + 1 < in.n ? hex_value(in.p[i + 1]) : -1;
	int lo = i + 2 < in.n ? hex_value(in.p[i + 2]) : -1;

	if (soft)
		return soft;
	if (hi < 0 || lo < 0) {
		put(s, '=', i, i + 1);
		return i + 1;
	}
	put(s, (unsigned)(hi << 4 | lo), i, i + 3);
	return i + 3;
}

static void quoted_printable(struct nr_bytes in, struct sink *s)
{
	for (size_t i = 0; i < in.n && !done(s);) {
		unsigned c = in.p[i];

		if (c == '=') {
			i = qp_escape(in, i, s);
			continue;
		}
		if (c == ' ' || c == '\t') {
			size_t k = i; /* white space before a line end is padding of some gateway */

			while (k < in.n && (in.p[k] == ' ' || in.p[k] == '\t'))
				k++;
			if (k < in.n && (in.p[k] == '\r' || in.p[k] == '\n')) {
				i = k;
				continue;
			}
			for (; i < k; i++)
				put(s, in.p[i], i, i + 1);
			continue;
		}
		put(s, c, i, i + 1);
		i++;
	}
}

static void uu_line(struct nr_bytes line, size_t at, struct sink *s)
{
	size_t want = line.n ? (line.p[0] - 32u) & 63 : 0, got = 0;

	for (size_t i = 1; i + 1 < line.n && got < want; i += 4) {
		unsigned v[4] = { 0 };

		for (size_t k = 0; k < 4; k++)
			v[k] = i + k < line.n ? (line.p[i + k] - 32u) & 63 : 0;
		if (got++ < want)
			put(s, (v[0] << 2 | v[1] >> 4) & 0xff, at + i, at + i + 2);
		if (got++ < want)
			put(s, (v[1] << 4 | v[2] >> 2) & 0xff, at + i + 1, at + i + 3);
		if (got++ < want)
			put(s, (v[2] << 6 | v[3]) & 0xff, at + i + 2, at + i + 4);
	}
}

static void uuencode(struct nr_bytes in, struct sink *s)
{
	bool inside = false;

	for (size_t i = 0; i < in.n && !done(s);) {
		const uint8_t *nl = memchr(in.p + i, '\n', in.n - i);
		size_t end = nl ? (size_t)(nl - in.p) : in.n;
		struct nr_bytes line = nr_cut(in, i, end - i);

		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (!inside)
			inside = line.n > 6 && memcmp(line.p, "begin ", 6) == 0;
		else if (line.n == 3 && memcmp(line.p, "end", 3) == 0)
			return;
		else
			uu_line(line, i, s);
		i = end + 1;
	}
}

static void run(enum nr_cte cte, struct nr_bytes in, struct sink *s)
{
	if (cte == NR_CTE_BASE64)
		base64(in, s);
	else if (cte == NR_CTE_QP)
		quoted_printable(in, s);
	else
		uuencode(in, s);
}

struct nr_bytes nr_mail_decode(struct nr_arena *a, enum nr_cte cte, struct nr_bytes in)
{
	struct sink s = { .room = in.n };

	if (cte == NR_CTE_PLAIN || in.n == 0)
		return in;
	if (cte == NR_CTE_BASE64)
		s.room = in.n / 4 * 3 + 3;
	s.out = nr_arena_zalloc(a, s.room, 1);
	if (!s.out)
		return (struct nr_bytes){ NULL, 0 };
	run(cte, in, &s);
	return (struct nr_bytes){ s.out, s.n < s.room ? s.n : s.room };
}

struct nr_bytes nr_mail_decode_q(struct nr_arena *a, struct nr_bytes in)
{
	uint8_t *out = nr_arena_zalloc(a, in.n + 1, 1);
	size_t n = 0;

	if (!out)
		return (struct nr_bytes){ NULL, 0 };
	for (size_t i = 0; i < in.n; i++) {
		int hi = in.p[i] == '=' && in.n - i > 2 ? hex_value(in.p[i + 1]) : -1;
		int lo = hi >= 0 ? hex_value(in.p[i + 2]) : -1;

		if (lo >= 0) {
			out[n++] = (uint8_t)(hi << 4 | lo);
			i += 2;
		} else {
			out[n++] = in.p[i] == '_' ? ' ' : in.p[i];
		}
	}
	return (struct nr_bytes){ out, n };
}

void nr_mail_place(enum nr_cte cte, struct nr_bytes in, size_t off, size_t len, size_t *ret_off,
		   size_t *ret_len)
{
	struct sink s = { .want_off = off, .want_len = len };

	*ret_off = off;
	*ret_len = len;
	if (cte == NR_CTE_PLAIN)
		return;
	run(cte, in, &s);
	if (s.last) {
		*ret_off = s.first;
		*ret_len = s.last - s.first;
	} else {
		*ret_off = 0;
		*ret_len = in.n;
	}
}
