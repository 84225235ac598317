/* The tree of MIME entities, flattened in reading order; leaves are decoded and hashed. */
#include "eyes/mail/msg.h"

enum { FUEL = 2000000, SEARCHES = 400 };

struct frame {
	size_t off, end;
	struct nr_str id;
	unsigned depth;
	bool digest; /* inside multipart/digest: the default type is a message */
};

static enum nr_rc read_entity(struct nr_mail *m, struct frame f, struct nr_err *reterr);

static enum nr_rc full(const struct nr_mail *m, size_t off, struct nr_err *reterr)
{
	(void)m;
	return nr_fail(reterr, NR_E_LIMIT, "parts", off, "over %d parts in one mail",
		       NR_MAIL_PARTS);
}

static enum nr_rc push(struct nr_mail *m, const struct nr_entity *e, struct nr_err *reterr)
{
	if (m->n_parts == NR_MAIL_PARTS)
		return full(m, e->off, reterr);
	if (m->n_parts == m->cap_parts) {
		size_t want = m->cap_parts ? m->cap_parts * 2 : 8;
		struct nr_entity *p = NR_NEW_N(m->a, struct nr_entity, want);

		if (!p)
			return nr_fail(reterr, NR_E_LIMIT, "parts", e->off, "arena exhausted");
		if (m->n_parts)
			memcpy(p, m->parts, m->n_parts * sizeof(*p));
		m->parts = p;
		m->cap_parts = want;
	}
	m->parts[m->n_parts++] = *e;
	return NR_OK;
}

static bool begins(struct nr_str s, const char *lit)
{
	size_t n = strlen(lit);

	return s.n >= n && memcmp(s.p, lit, n) == 0;
}

static enum nr_cte encoding_of(struct nr_mail *m, const struct nr_entity *e)
{
	struct nr_str v = nr_mail_text(m, nr_mail_field(e, "Content-Transfer-Encoding", 0));
	char low[32] = "";

	for (size_t i = 0; i < v.n && i + 1 < sizeof(low) && v.p[i] != ';' && v.p[i] != ' '; i++)
		low[i] = nr_low(v.p[i]);
	if (strcmp(low, "base64") == 0)
		return NR_CTE_BASE64;
	if (strcmp(low, "quoted-printable") == 0)
		return NR_CTE_QP;
	return strstr(low, "uuencode") || strcmp(low, "uue") == 0 ? NR_CTE_UU : NR_CTE_PLAIN;
}

/* Types, names and disposition; *ret_boundary is empty when there is none. */
static void describe(struct nr_mail *m, struct nr_entity *e, bool digest,
		     struct nr_bytes *ret_boundary)
{
	const struct nr_field *ct = nr_mail_field(e, "Content-Type", 0);
	const struct nr_field *cd = nr_mail_field(e, "Content-Disposition", 0);
	struct nr_param_raw p[NR_MAIL_PARAMS];
	struct nr_str head, other, name = { "", 0 };
	size_t n = 0;

	*ret_boundary = (struct nr_bytes){ NULL, 0 };
	e->type = digest ? NR_STR("message/rfc822") : NR_STR("text/plain");
	e->charset = e->name = e->other_name = (struct nr_str){ "", 0 };
	if (ct) {
		n = nr_mail_params(m, nr_mail_unfold(m, ct), &head, p);
		if (head.n && memchr(head.p, '/', head.n))
			e->type = head;
		e->charset = nr_mail_param(m, p, n, "charset", &other);
		name = nr_mail_param(m, p, n, "name", &e->other_name);
		for (size_t i = 0; i < n && !ret_boundary->n; i++)
			if (nr_str_eq(p[i].name, NR_STR("boundary")))
				*ret_boundary = p[i].value;
		e->name_ev = nr_mail_ev(ct);
	}
	if (cd) {
		n = nr_mail_params(m, nr_mail_unfold(m, cd), &head, p);
		e->disposition = nr_str_eq(head, NR_STR("attachment"));
		e->name = nr_mail_param(m, p, n, "filename", &other);
		if (other.n)
			e->other_name = other;
		if (e->name.n)
			e->name_ev = nr_mail_ev(cd);
		if (e->name.n && name.n && !nr_str_eq(e->name, name))
			e->other_name = name;
	}
	if (!e->name.n)
		e->name = name;
	e->cte = encoding_of(m, e);
}

static void defect(struct nr_mail *m, const char *what, size_t off, size_t len)
{
	nr_dossier_fact(m->d, "mime.defect", nr_str_c(what), 0, nr_ev_bytes(off, len));
}

static size_t find(struct nr_bytes b, size_t from, const char *lit)
{
	size_t n = strlen(lit);
	const uint8_t *p = from < b.n ? memmem(b.p + from, b.n - from, lit, n) : NULL;

	return p ? (size_t)(p - b.p) : b.n;
}

/* Lists the lines that begin with "--": found once, however deep the parts are nested. */
static enum nr_rc find_dashes(struct nr_mail *m, struct nr_err *reterr)
{
	size_t n = 0;

	for (int pass = 0; pass < 2; pass++) {
		n = 0;
		for (size_t at = find(m->raw, 0, "\n--"); at < m->raw.n;
		     at = find(m->raw, at + 1, "\n--")) {
			if (n == FUEL)
				return nr_fail(reterr, NR_E_LIMIT, "parts", at,
					       "over %d lines that look like boundaries", FUEL);
			if (m->dashes)
				m->dashes[n] = at + 1;
			n++;
		}
		if (!m->dashes)
			m->dashes = NR_NEW_N(m->a, size_t, n);
		if (!m->dashes)
			return nr_fail(reterr, NR_E_LIMIT, "parts", 0, "arena exhausted");
	}
	m->n_dashes = n;
	return NR_OK;
}

/* The first of them at or after `at`. */
static size_t first_dash(const struct nr_mail *m, size_t at)
{
	size_t lo = 0, hi = m->n_dashes;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (m->dashes[mid] < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Fills ret for the delimiter line at start whose boundary ends at k; false when more stands on it. */
static bool delimiter_line(struct nr_mail *m, size_t start, size_t k, size_t end, size_t ret[2],
			   bool *ret_close)
{
	*ret_close = k + 1 < end && m->raw.p[k] == '-' && m->raw.p[k + 1] == '-';
	k += *ret_close ? 2 : 0;
	while (k < end && (m->raw.p[k] == ' ' || m->raw.p[k] == '\t' || m->raw.p[k] == '\r'))
		k++;
	if (k < end && m->raw.p[k] != '\n')
		return false;
	start -= start > 0 ? 1 : 0;
	start -= start > 0 && m->raw.p[start - 1] == '\r' ? 1 : 0;
	ret[0] = start;
	ret[1] = k < end ? k + 1 : end;
	return true;
}

/* The first delimiter line at or after `at`, within end: its start (the line end before it belongs to
 * it), the start of what follows, and whether it closes.  Only the whole boundary counts, so that one
 * boundary being the beginning of another does no harm. */
static bool delimiter(struct nr_mail *m, struct nr_bytes boundary, size_t at, size_t end,
		      size_t ret[2], bool *ret_close)
{
	for (size_t i = first_dash(m, at); i < m->n_dashes && m->fuel > 0; i++) {
		size_t line = m->dashes[i];

		if (line >= end || end - line < boundary.n + 2)
			return false;
		m->fuel--;
		if (memcmp(m->raw.p + line + 2, boundary.p, boundary.n) == 0 &&
		    delimiter_line(m, line, line + 2 + boundary.n, end, ret, ret_close))
			return true;
	}
	return false;
}

static enum nr_rc read_multipart(struct nr_mail *m, const struct nr_entity *e,
				 struct nr_bytes boundary, struct frame f, struct nr_err *reterr)
{
	bool digest = nr_str_eq(e->type, NR_STR("multipart/digest")), close = false;
	size_t at[2], next[2];
	unsigned index = 0;

	if (!delimiter(m, boundary, e->off, f.end, at, &close) || close) {
		defect(m, "multipart without a part", e->off, f.end - e->off);
		return NR_OK;
	}
	while (!close) {
		bool more = delimiter(m, boundary, at[1], f.end, next, &close);
		struct frame child = { .off = at[1], .depth = f.depth + 1, .digest = digest };

		if (m->fuel == 0)
			return nr_fail(reterr, NR_E_LIMIT, "parts", at[1],
				       "over %d boundary lines looked at", FUEL);
		child.end = more ? (next[0] > at[1] ? next[0] : at[1]) : f.end;
		child.id = nr_arena_fmt(m->a, "%.*s.%u", NR_FMT(f.id), ++index);
		NR_TRY(read_entity(m, child, reterr));
		if (!more) {
			defect(m, "multipart not closed: cut off?", at[1], f.end - at[1]);
			break;
		}
		at[0] = next[0];
		at[1] = next[1];
	}
	return NR_OK;
}

/* Files uuencoded in the middle of a text: "begin 644 name" to "end". */
static enum nr_rc uu_files(struct nr_mail *m, const struct nr_entity *e, struct nr_err *reterr)
{
	struct nr_bytes b = nr_cut(m->raw, e->off, e->len);
	size_t at = 0;

	for (unsigned n = 1; n <= 100; n++) {
		struct nr_entity u = { .depth = e->depth + 1,
				       .leaf = true,
				       .attachment = true,
				       .cte = NR_CTE_UU,
				       .type = NR_STR("application/octet-stream") };
		size_t begin = find(b, at, "\nbegin "), nl, end;

		if (begin + 12 >= b.n)
			return NR_OK;
		nl = find(b, begin + 1, "\n");
		end = find(b, nl, "\nend");
		at = begin + 1;
		if (end == b.n || b.p[begin + 7] < '0' || b.p[begin + 7] > '7' ||
		    b.p[begin + 10] != ' ')
			continue;
		u.off = e->off + begin + 1;
		u.len = end + 4 - begin - 1;
		u.id = nr_arena_fmt(m->a, "%.*s.u%u", NR_FMT(e->id), n);
		u.name = nr_mail_words(m, nr_cut(b, begin + 11, nl - begin - 11), NULL);
		while (u.name.n && nr_wsp((unsigned char)u.name.p[u.name.n - 1]))
			u.name.n--;
		u.name_ev = nr_ev_bytes(u.off, nl - begin - 1);
		u.charset = u.other_name = (struct nr_str){ "", 0 };
		u.body = nr_mail_decode(m->a, NR_CTE_UU, nr_cut(m->raw, u.off, u.len));
		nr_digests(u.body, &u.digests);
		NR_TRY(push(m, &u, reterr));
		at = end;
	}
	return NR_OK;
}

static enum nr_rc read_leaf(struct nr_mail *m, struct nr_entity *e, struct nr_err *reterr)
{
	bool is_text = begins(e->type, "text/");
	size_t index = m->n_parts;

	e->leaf = true;
	e->attachment = e->disposition || e->name.n > 0;
	e->body = nr_mail_decode(m->a, e->cte, nr_cut(m->raw, e->off, e->len));
	if (e->len && !e->body.p)
		return nr_fail(reterr, NR_E_LIMIT, "part", e->off, "arena exhausted");
	nr_digests(e->body, &e->digests);
	if (is_text && !e->attachment)
		NR_TRY(nr_jp_decode(nr_cut(e->body, 0, NR_MAIL_TEXT), e->charset, m->a, &e->text,
				    reterr));
	NR_TRY(push(m, e, reterr));
	if (is_text && e->cte == NR_CTE_PLAIN)
		return uu_files(m, &m->parts[index], reterr);
	return NR_OK;
}

static enum nr_rc read_entity(struct nr_mail *m, struct frame f, struct nr_err *reterr)
{
	struct nr_entity e = { .id = f.id, .depth = f.depth };
	struct nr_bytes boundary;

	if (f.depth > NR_MAIL_DEPTH)
		return nr_fail(reterr, NR_E_LIMIT, "nesting", f.off, "parts nested over %d deep",
			       NR_MAIL_DEPTH);
	NR_TRY(nr_mail_headers(m, f.off, f.end, &e, &e.off, reterr));
	e.len = f.end - e.off;
	describe(m, &e, f.digest, &boundary);
	if (begins(e.type, "multipart/")) {
		if (boundary.n == 0)
			defect(m, "multipart without a boundary", f.off, e.off - f.off);
		if (f.depth == 0 || boundary.n == 0) { /* the top's header stays reachable */
			e.body = nr_cut(m->raw, e.off, 0);
			NR_TRY(push(m, &e, reterr));
		} else if (m->n_parts == NR_MAIL_PARTS) {
			return full(m, f.off, reterr);
		}
		return boundary.n ? read_multipart(m, &e, boundary, f, reterr) : NR_OK;
	}
	if (begins(e.type, "message/rfc822") || begins(e.type, "message/global")) {
		struct frame inner = { .off = e.off, .end = f.end, .depth = f.depth + 1 };

		NR_TRY(read_leaf(m, &e, reterr));
		if (e.cte != NR_CTE_PLAIN)
			return NR_OK;
		/* Forwarding programs leave an mbox envelope line on top of the message. */
		if (inner.end - inner.off > 5 && memcmp(m->raw.p + inner.off, "From ", 5) == 0) {
			size_t nl = find(nr_cut(m->raw, 0, inner.end), inner.off, "\n");

			inner.off = nl < inner.end ? nl + 1 : inner.end;
		}
		inner.id = nr_arena_fmt(m->a, "%.*s.1", NR_FMT(f.id));
		return read_entity(m, inner, reterr);
	}
	return read_leaf(m, &e, reterr);
}

/* Another envelope line at `at`: a time in it, and a header field on the next line. */
static bool envelope(const struct nr_mail *m, size_t at)
{
	size_t end = find(m->raw, at, "\n"), k = end + 1;

	if (end - at <= 20 || find(nr_cut(m->raw, at, end - at), 0, ":") == end - at)
		return false;
	while (k < m->raw.n && m->raw.p[k] > 32 && m->raw.p[k] < 127 && m->raw.p[k] != ':')
		k++;
	return k > end + 1 && k < m->raw.n && m->raw.p[k] == ':';
}

/* An mbox of one message is that message; of several it is refused: one dossier, one mail. */
static enum nr_rc skip_mbox(struct nr_mail *m, size_t *ret_off, struct nr_err *reterr)
{
	size_t nl = find(m->raw, 0, "\n");

	*ret_off = 0;
	if (m->raw.n < 5 || memcmp(m->raw.p, "From ", 5) != 0)
		return NR_OK;
	for (size_t hit = find(m->raw, nl, "\nFrom "); hit < m->raw.n;
	     hit = find(m->raw, hit + 1, "\nFrom ")) {
		bool blank_before =
			hit > 0 && (m->raw.p[hit - 1] == '\n' || m->raw.p[hit - 1] == '\r');

		if (blank_before && envelope(m, hit + 1))
			return nr_fail(
				reterr, NR_E_UNSUPPORTED, "mbox", hit + 1,
				"an mbox with several messages: split it into single mails first");
	}
	nr_dossier_fact(m->d, "mbox.envelope",
			nr_mail_words(m, nr_cut(m->raw, 0, nl < 200 ? nl : 200), NULL), 0,
			nr_ev_bytes(0, nl));
	*ret_off = nl < m->raw.n ? nl + 1 : m->raw.n;
	return NR_OK;
}

enum nr_rc nr_mail_read(struct nr_mail *m, struct nr_err *reterr)
{
	struct frame top = { .id = NR_STR("1"), .end = m->raw.n };

	m->fuel = FUEL;
	NR_TRY(find_dashes(m, reterr));
	NR_TRY(skip_mbox(m, &top.off, reterr));
	NR_TRY(read_entity(m, top, reterr));
	if (m->n_parts == 0 || m->parts[0].n_fields == 0)
		return nr_fail(reterr, NR_E_MALFORMED, "header", top.off,
			       "not a mail: no header field at its start");
	return NR_OK;
}

struct nr_evidence nr_mail_where(struct nr_mail *m, const struct nr_entity *e, struct nr_str text)
{
	struct nr_evidence whole = nr_ev_part(e->id, e->off, e->len);
	const uint8_t *hit;
	size_t off, len;

	if (text.n == 0 || !e->body.p || m->searches >= SEARCHES)
		return whole;
	m->searches++;
	hit = memmem(e->body.p, e->body.n, text.p, text.n);
	if (!hit)
		return whole;
	nr_mail_place(e->cte, nr_cut(m->raw, e->off, e->len), (size_t)(hit - e->body.p), text.n,
		      &off, &len);
	return nr_ev_part(e->id, e->off + off, len);
}
