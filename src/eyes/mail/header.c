/* Header blocks: fields, folding, RFC 2047 words, RFC 2231 parameters. */
#include "eyes/mail/msg.h"

static bool name_is(struct nr_bytes b, const char *lit)
{
	size_t n = strlen(lit);

	if (b.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (nr_low((char)b.p[i]) != nr_low(lit[i]))
			return false;
	return true;
}

/* Offset just past the line that starts at off. */
static size_t line_end(struct nr_bytes raw, size_t off, size_t end)
{
	const uint8_t *nl = off < end ? memchr(raw.p + off, '\n', end - off) : NULL;

	return nl ? (size_t)(nl - raw.p) + 1 : end;
}

/* Length of a field name at off (before white space and ':'), 0 when the line is no field. */
static size_t field_name(struct nr_bytes raw, size_t off, size_t end, size_t *ret_colon)
{
	size_t i = off, n;

	while (i < end && raw.p[i] > 32 && raw.p[i] < 127 && raw.p[i] != ':')
		i++;
	n = i - off;
	while (i < end && (raw.p[i] == ' ' || raw.p[i] == '\t'))
		i++;
	if (n == 0 || n > 200 || i >= end || raw.p[i] != ':')
		return 0;
	*ret_colon = i;
	return n;
}

static bool blank(struct nr_bytes raw, size_t off, size_t next)
{
	return off == next || raw.p[off] == '\n' ||
	       (raw.p[off] == '\r' && (next - off == 1 || raw.p[off + 1] == '\n'));
}

static bool push(struct nr_mail *m, struct nr_entity *e, size_t *cap, struct nr_field f)
{
	struct nr_field *p;

	if (e->n_fields == *cap) {
		size_t want = *cap ? *cap * 2 : 24;

		p = NR_NEW_N(m->a, struct nr_field, want);
		if (!p)
			return false;
		if (e->n_fields)
			memcpy(p, e->fields, e->n_fields * sizeof(*p));
		e->fields = p;
		*cap = want;
	}
	union { /* the array is ours; only its readers see it const */
		const struct nr_field *in;
		struct nr_field *p;
	} own = { .in = e->fields };

	own.p[e->n_fields++] = f;
	return true;
}

enum nr_rc nr_mail_headers(struct nr_mail *m, size_t off, size_t end, struct nr_entity *e,
			   size_t *ret_body, struct nr_err *reterr)
{
	size_t cap = 0;

	while (off < end) {
		size_t next = line_end(m->raw, off, end), colon = 0, n;
		struct nr_field f = { .off = off };

		if (blank(m->raw, off, next)) {
			off = next;
			break;
		}
		n = field_name(m->raw, off, next, &colon);
		if (n == 0) /* no field and no fold: the body begins without a blank line */
			break;
		while (next < end && (m->raw.p[next] == ' ' || m->raw.p[next] == '\t'))
			next = line_end(m->raw, next, end);
		f.name = nr_cut(m->raw, off, n);
		f.value = nr_cut(m->raw, colon + 1, next - colon - 1);
		f.len = next - off;
		if (e->n_fields == NR_MAIL_HEADERS)
			return nr_fail(reterr, NR_E_LIMIT, "header", off,
				       "over %d fields in one header block", NR_MAIL_HEADERS);
		if (!push(m, e, &cap, f))
			return nr_fail(reterr, NR_E_LIMIT, "header", off, "arena exhausted");
		off = next;
	}
	*ret_body = off;
	return NR_OK;
}

const struct nr_field *nr_mail_field(const struct nr_entity *e, const char *name, size_t i)
{
	for (size_t k = 0; k < e->n_fields; k++)
		if (name_is(e->fields[k].name, name) && i-- == 0)
			return &e->fields[k];
	return NULL;
}

struct nr_bytes nr_mail_unfold(const struct nr_mail *m, const struct nr_field *f)
{
	struct nr_bytes v = f->value;
	uint8_t *p;
	size_t n = 0;

	if (v.n > NR_MAIL_FIELD)
		v.n = NR_MAIL_FIELD;
	p = nr_arena_zalloc(m->a, v.n + 1, 1);
	if (!p)
		return (struct nr_bytes){ NULL, 0 };
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] != '\r' && v.p[i] != '\n')
			p[n++] = v.p[i];
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	v = (struct nr_bytes){ p, n };
	while (v.n && (v.p[0] == ' ' || v.p[0] == '\t'))
		v = nr_cut(v, 1, v.n);
	return v;
}

struct nr_evidence nr_mail_ev(const struct nr_field *f)
{
	return f ? nr_ev_bytes(f->off, f->len) : (struct nr_evidence){ .kind = NR_EV_NONE };
}

/* ---- RFC 2047 ---- */

struct word {
	struct nr_bytes charset;
	struct nr_bytes data; /* decoded bytes */
	size_t len;           /* of the encoded word */
};

/* End of an encoded word's text that starts at k: the offset of its "?=".  A lone '?' in Q text is
 * illegal but seen. */
static size_t text_end(struct nr_bytes b, size_t k, bool q)
{
	for (; k + 1 < b.n; k++)
		if (b.p[k] == '?' && (b.p[k + 1] == '=' || !q))
			return b.p[k + 1] == '=' ? k : b.n;
	return b.n;
}

/* End of the charset of an encoded word at i ("=?charset?B?"), 0 when none starts there. */
static size_t charset_end(struct nr_bytes b, size_t i)
{
	size_t k = i + 2;

	if (b.n - i < 8 || b.p[i] != '=' || b.p[i + 1] != '?')
		return 0;
	while (k < b.n && b.p[k] > 32 && b.p[k] != '?' && k - i < 66)
		k++;
	if (k == i + 2 || k + 3 >= b.n || b.p[k] != '?' || b.p[k + 2] != '?')
		return 0;
	return strchr("qQbB", (int)b.p[k + 1]) && b.p[k + 1] ? k : 0;
}

/* An encoded word at i.  Spaces in its text are illegal and common. */
static bool word_at(struct nr_arena *a, struct nr_bytes b, size_t i, struct word *ret)
{
	size_t k = charset_end(b, i), text = k + 3, star = i + 2;
	bool q;

	if (k == 0)
		return false;
	while (star < k && b.p[star] != '*')
		star++; /* RFC 2231 puts a language after '*' */
	ret->charset = nr_cut(b, i + 2, star - i - 2);
	q = nr_low((char)b.p[k + 1]) == 'q';
	k = text_end(b, text, q);
	if (k == b.n)
		return false;
	ret->len = k + 2 - i;
	ret->data = q ? nr_mail_decode_q(a, nr_cut(b, text, k - text))
		      : nr_mail_decode(a, NR_CTE_BASE64, nr_cut(b, text, k - text));
	return true;
}

struct words {
	struct nr_mail *m;
	struct nr_bytes in;
	uint8_t *out;
	size_t n, room;
	bool lied;
};

static void emit(struct words *w, struct nr_bytes bytes, struct nr_bytes charset)
{
	struct nr_str label = { (const char *)charset.p, charset.n };
	struct nr_jp r;

	if (bytes.n == 0 || nr_jp_decode(bytes, label, w->m->a, &r, NULL) != NR_OK)
		return;
	w->lied = w->lied || (charset.n && r.lied);
	for (size_t i = 0; i < r.text.n && w->n < w->room; i++) {
		unsigned char c = (unsigned char)r.text.p[i];

		w->out[w->n++] = c < 0x20 || c == 0x7f ? ' ' : c;
	}
}

static bool same_charset(struct nr_bytes a, struct nr_bytes b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (nr_low((char)a.p[i]) != nr_low((char)b.p[i]))
			return false;
	return true;
}

/* Adjacent words of one charset are one run of bytes: mailers cut them in the middle of a character
 * or of an ISO-2022-JP shift. */
static size_t word_run(struct words *w, size_t i, struct word first)
{
	uint8_t *joined = nr_arena_zalloc(w->m->a, w->in.n - i + 3, 1);
	size_t n = 0, end = i + first.len;
	struct word next = first;

	if (!joined)
		return w->in.n;
	for (;;) {
		size_t k = end;

		if (n + next.data.n > w->in.n - i + 3)
			break;
		if (next.data.n)
			memcpy(joined + n, next.data.p, next.data.n);
		n += next.data.n;
		while (k < w->in.n && nr_wsp(w->in.p[k]))
			k++;
		if (!word_at(w->m->a, w->in, k, &next))
			break;
		if (!same_charset(next.charset, first.charset)) {
			end = k; /* white space between words is not text */
			break;
		}
		end = k + next.len;
	}
	emit(w, (struct nr_bytes){ joined, n }, first.charset);
	return end;
}

struct nr_str nr_mail_words(struct nr_mail *m, struct nr_bytes raw, bool *ret_lied)
{
	struct words w = { .m = m, .in = raw, .room = raw.n * 3 + 64 };
	size_t plain = 0, i = 0;
	struct nr_str s;

	w.out = nr_arena_zalloc(m->a, w.room, 1);
	if (!w.out)
		return (struct nr_str){ NULL, 0 };
	while (i < raw.n) {
		struct word first;

		if (raw.p[i] != '=' || !word_at(m->a, raw, i, &first)) {
			i++;
			continue;
		}
		emit(&w, nr_cut(raw, plain, i - plain), nr_cut(raw, 0, 0));
		plain = i = word_run(&w, i, first);
	}
	emit(&w, nr_cut(raw, plain, raw.n - plain), nr_cut(raw, 0, 0));
	if (ret_lied)
		*ret_lied = w.lied;
	/* Full room may have cut the last character. */
	while (nr_str_check((struct nr_bytes){ w.out, w.n }, &s, NULL) != NR_OK && w.n > 0)
		w.n--;
	return s;
}

struct nr_str nr_mail_text(struct nr_mail *m, const struct nr_field *f)
{
	if (!f)
		return (struct nr_str){ "", 0 };
	return nr_mail_words(m, nr_mail_unfold(m, f), NULL);
}

/* ---- parameters ---- */

static struct nr_str lower_str(struct nr_arena *a, struct nr_bytes b)
{
	char *p = nr_arena_zalloc(a, b.n + 1, 1);

	if (!p)
		return (struct nr_str){ NULL, 0 };
	for (size_t i = 0; i < b.n; i++)
		p[i] = b.p[i] < 0x80 && b.p[i] ? nr_low((char)b.p[i]) : '?';
	return (struct nr_str){ p, b.n };
}

/* "name", "name*", "name*0", "name*0*" */
static void split_name(struct nr_str full, struct nr_param_raw *p)
{
	size_t star = 0;

	p->ext = full.n > 0 && full.p[full.n - 1] == '*';
	if (p->ext)
		full.n--;
	while (star < full.n && full.p[star] != '*')
		star++;
	p->name = nr_cut_str(full, 0, star);
	p->section = 0;
	p->sectioned = false;
	for (size_t i = star + 1; i < full.n && p->section < 1000; i++)
		if (full.p[i] >= '0' && full.p[i] <= '9') {
			p->section = p->section * 10 + (unsigned)(full.p[i] - '0');
			p->sectioned = true;
		}
}

static struct nr_bytes take_quoted(struct nr_bytes v, size_t *i, uint8_t *p)
{
	size_t n = 0;

	for (++*i; *i < v.n && v.p[*i] != '"'; ++*i) {
		/* '\\' escapes only what needs it: Japanese mailers also put CP932 bytes there. */
		if (v.p[*i] == '\\' && *i + 1 < v.n && (v.p[*i + 1] == '"' || v.p[*i + 1] == '\\'))
			++*i;
		p[n++] = v.p[*i];
	}
	while (*i < v.n && v.p[*i] != ';')
		++*i;
	return (struct nr_bytes){ p, n };
}

/* A quoted string at *i without its quotes and backslashes, or a bare value up to ';'. */
static struct nr_bytes take_value(struct nr_mail *m, struct nr_bytes v, size_t *i)
{
	uint8_t *p = nr_arena_zalloc(m->a, v.n - *i + 1, 1);
	size_t from = *i;

	if (!p) {
		*i = v.n;
		return (struct nr_bytes){ NULL, 0 };
	}
	if (*i < v.n && v.p[*i] == '"')
		return take_quoted(v, i, p);
	while (*i < v.n && v.p[*i] != ';')
		++*i;
	v = nr_cut(v, from, *i - from);
	while (v.n && nr_wsp(v.p[v.n - 1]))
		v.n--;
	return v;
}

static size_t skip_wsp(struct nr_bytes v, size_t i)
{
	while (i < v.n && nr_wsp(v.p[i]))
		i++;
	return i;
}

/* "name = value" at *i, which moves to the ';' after it or the end; false when there is no '='. */
static bool take_param(struct nr_mail *m, struct nr_bytes v, size_t *i, struct nr_param_raw *ret)
{
	size_t from = skip_wsp(v, *i), to;

	for (*i = from; *i < v.n && v.p[*i] != '=' && v.p[*i] != ';';)
		++*i;
	if (*i >= v.n || v.p[*i] == ';')
		return false;
	for (to = *i; to > from && nr_wsp(v.p[to - 1]);)
		to--;
	split_name(lower_str(m->a, nr_cut(v, from, to - from)), ret);
	*i = skip_wsp(v, *i + 1);
	ret->value = take_value(m, v, i);
	return true;
}

size_t nr_mail_params(struct nr_mail *m, struct nr_bytes v, struct nr_str *ret_head,
		      struct nr_param_raw *out)
{
	size_t i = 0, n = 0, head;

	while (i < v.n && v.p[i] != ';')
		i++;
	for (head = i; head > 0 && nr_wsp(v.p[head - 1]);)
		head--;
	*ret_head = lower_str(m->a, nr_cut(v, 0, head));
	while (i < v.n && n < NR_MAIL_PARAMS) {
		i++;
		n += take_param(m, v, &i, &out[n]);
	}
	return n;
}

static struct nr_bytes unpercent(struct nr_mail *m, struct nr_bytes in)
{
	uint8_t *p = nr_arena_zalloc(m->a, in.n + 1, 1);
	size_t n = 0;

	if (!p)
		return (struct nr_bytes){ NULL, 0 };
	for (size_t i = 0; i < in.n; i++) {
		uint8_t b;

		if (in.p[i] == '%' && in.n - i > 2 &&
		    nr_unhex((struct nr_str){ (const char *)in.p + i + 1, 2 }, &b, 1)) {
			p[n++] = b;
			i += 2;
		} else {
			p[n++] = in.p[i];
		}
	}
	return (struct nr_bytes){ p, n };
}

/* Takes "charset'lang'" off the front; an empty charset when it is not there. */
static struct nr_bytes take_charset(struct nr_bytes *v)
{
	size_t q = 0, marks = 0, end = 0;
	struct nr_bytes cs;

	for (; q < v->n && marks < 2; q++)
		if (v->p[q] == '\'' && ++marks == 1)
			end = q;
	if (marks < 2)
		return nr_cut(*v, 0, 0);
	cs = nr_cut(*v, 0, end);
	*v = nr_cut(*v, q, v->n);
	return cs;
}

/* The section of that number among the extended parameters, or NULL. */
static const struct nr_param_raw *section_of(const struct nr_param_raw *p, size_t n,
					     const char *name, unsigned section)
{
	for (size_t i = 0; i < n; i++)
		if (p[i].section == section && (p[i].ext || p[i].sectioned) &&
		    nr_str_eq(p[i].name, nr_str_c(name)))
			return &p[i];
	return NULL;
}

/* Joins the RFC 2231 sections 0, 1, 2 ... of one parameter; empty when there are none. */
static struct nr_str join_sections(struct nr_mail *m, const struct nr_param_raw *p, size_t n,
				   const char *name)
{
	size_t room = 0, len = 0;
	struct nr_bytes charset = { NULL, 0 };
	const struct nr_param_raw *s;
	uint8_t *out;
	struct nr_jp r;

	for (size_t i = 0; i < n; i++)
		room += p[i].value.n;
	out = nr_arena_zalloc(m->a, room + 1, 1);
	for (unsigned k = 0; out && (s = section_of(p, n, name, k)) != NULL; k++) {
		struct nr_bytes v = s->value;

		if (s->ext && k == 0)
			charset = take_charset(&v);
		if (s->ext)
			v = unpercent(m, v);
		if (v.n && v.n <= room - len) {
			memcpy(out + len, v.p, v.n);
			len += v.n;
		}
	}
	if (!out || nr_jp_decode((struct nr_bytes){ out, len },
				 (struct nr_str){ (const char *)charset.p, charset.n }, m->a, &r,
				 NULL) != NR_OK)
		return (struct nr_str){ "", 0 };
	return r.text;
}

struct nr_str nr_mail_param(struct nr_mail *m, const struct nr_param_raw *p, size_t n,
			    const char *name, struct nr_str *ret_other)
{
	struct nr_str joined = join_sections(m, p, n, name), plain = { "", 0 };
	bool have_plain = false;

	*ret_other = (struct nr_str){ "", 0 };
	for (size_t i = 0; i < n; i++) {
		struct nr_str v;

		if (p[i].ext || p[i].sectioned || !nr_str_eq(p[i].name, nr_str_c(name)))
			continue;
		v = nr_mail_words(m, p[i].value, NULL);
		if (have_plain && !nr_str_eq(v, plain))
			*ret_other = v;
		if (!have_plain)
			plain = v;
		have_plain = true;
	}
	if (!joined.n)
		return plain;
	if (have_plain && !nr_str_eq(joined, plain))
		*ret_other = plain;
	return joined;
}
