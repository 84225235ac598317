#include "base/wr.h"

#include <stdarg.h>

void nr_wr_done(struct nr_wr *w)
{
	free(w->p);
	*w = (struct nr_wr){ .max = w->max };
}

void nr_wr_reset(struct nr_wr *w)
{
	w->n = 0;
	w->rc = NR_OK;
}

static uint8_t *room(struct nr_wr *w, size_t n)
{
	size_t want;
	uint8_t *p;

	if (w->rc != NR_OK)
		return NULL;
	if (n > w->max - w->n) {
		w->rc = NR_E_LIMIT;
		return NULL;
	}
	if (n <= w->cap - w->n)
		return w->p + w->n;
	want = w->cap < 256 ? 256 : w->cap;
	while (want - w->n < n)
		want = want > w->max / 2 ? w->max : want * 2;
	if (want > w->max)
		want = w->max;
	p = realloc(w->p, want);
	if (!p) {
		w->rc = NR_E_NOMEM;
		return NULL;
	}
	w->p = p;
	w->cap = want;
	return w->p + w->n;
}

void nr_wr_bytes(struct nr_wr *w, const void *p, size_t n)
{
	uint8_t *d = n ? room(w, n) : NULL;

	if (d) {
		memcpy(d, p, n);
		w->n += n;
	}
}

void nr_wr_u8(struct nr_wr *w, uint8_t v)
{
	nr_wr_bytes(w, &v, 1);
}

void nr_wr_cstr(struct nr_wr *w, const char *s)
{
	nr_wr_bytes(w, s, strlen(s));
}

void nr_wr_str(struct nr_wr *w, struct nr_str s)
{
	nr_wr_bytes(w, s.p, s.n);
}

void nr_wr_fmt(struct nr_wr *w, const char *fmt, ...)
{
	char tmp[4096];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(tmp, sizeof(tmp), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(tmp)) {
		if (w->rc == NR_OK)
			w->rc = NR_E_LIMIT;
		return;
	}
	nr_wr_bytes(w, tmp, (size_t)n);
}

void nr_wr_hex(struct nr_wr *w, const uint8_t *p, size_t n)
{
	static const char d[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		const char two[2] = { d[p[i] >> 4], d[p[i] & 15] };

		nr_wr_bytes(w, two, 2);
	}
}

void nr_wr_base64(struct nr_wr *w, const uint8_t *p, size_t n)
{
	static const char d[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16;
		char q[4];

		if (i + 1 < n)
			v |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < n)
			v |= p[i + 2];
		q[0] = d[v >> 18];
		q[1] = d[v >> 12 & 63];
		q[2] = i + 1 < n ? d[v >> 6 & 63] : '=';
		q[3] = i + 2 < n ? d[v & 63] : '=';
		nr_wr_bytes(w, q, 4);
	}
}

static void json_escape(struct nr_wr *w, unsigned char c)
{
	switch (c) {
	case '"': nr_wr_cstr(w, "\\\""); break;
	case '\\': nr_wr_cstr(w, "\\\\"); break;
	case '\n': nr_wr_cstr(w, "\\n"); break;
	case '\r': nr_wr_cstr(w, "\\r"); break;
	case '\t': nr_wr_cstr(w, "\\t"); break;
	default: nr_wr_fmt(w, "\\u%04x", c); break;
	}
}

void nr_wr_json(struct nr_wr *w, struct nr_str s)
{
	size_t from = 0;

	nr_wr_u8(w, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		nr_wr_bytes(w, s.p + from, i - from);
		json_escape(w, c);
		from = i + 1;
	}
	if (from < s.n)
		nr_wr_bytes(w, s.p + from, s.n - from);
	nr_wr_u8(w, '"');
}
