/* search.c -- full text: folded in C, cut by tok.c, found by FTS5 or by a bounded scan. */
#include "store/store_int.h"

#include "base/fold.h"
#include "store/tok.h"

enum { RAW_MAX = NR_DOSSIER_TEXT + 8192, FOLD_ROOM = 16 << 20 };

/* Name and text, folded, as stored and indexed. */
static struct nr_str search_text(const struct nr_dossier *d, struct nr_arena *a)
{
	struct nr_str name = d->material.name, text = d->text;
	size_t n = name.n + 1 + text.n;
	char *p;

	if (n > RAW_MAX)
		text.n = RAW_MAX > name.n ? RAW_MAX - name.n - 1 : 0;
	p = NR_NEW_N(a, char, n);
	if (!p)
		return (struct nr_str){ NULL, 0 };
	if (name.n)
		memcpy(p, name.p, name.n);
	p[name.n] = '\n';
	if (text.n)
		memcpy(p + name.n + 1, text.p, text.n);
	return nr_fold((struct nr_str){ p, name.n + 1 + text.n }, a);
}

enum nr_rc nr_search_put(struct nr_store *s, int64_t row, const struct nr_dossier *d,
			 struct nr_arena *a, struct nr_err *reterr)
{
	struct nr_arena_mark m = nr_arena_mark(a);
	struct nr_str t = search_text(d, a);
	struct nr_stmt *q;

	if (a->exhausted)
		return nr_no_room(reterr);
	NR_TRY(nr_db_query(s->db, "INSERT INTO doc_text(dossier,folded) VALUES($1,$2)", &q,
			   reterr));
	nr_q_int(q, 1, row);
	nr_q_str(q, 2, t);
	NR_TRY(nr_q_run(q, reterr));
	NR_TRY(nr_db_query(s->db,
			   "INSERT INTO doc_fts(rowid,folded,mark) SELECT id,$1,'m'||marking"
			   " FROM dossier WHERE id=$2",
			   &q, reterr));
	nr_q_str(q, 1, t);
	nr_q_int(q, 2, row);
	NR_TRY(nr_q_run(q, reterr));
	nr_arena_rewind(a, m);
	return NR_OK;
}

enum { QUERY_MAX = 4096, TERMS = 32, MARKS = 200, SCAN_ROWS = 200000, SCAN_BYTES = 50 << 20 };

struct term {
	struct nr_str text;  /* folded, without its quotes        */
	struct nr_str first; /* its first token                   */
	struct nr_str last;  /* its last token                    */
	size_t n;            /* tokens                            */
};

struct query {
	struct term t[TERMS];
	size_t n;
};

static int see_token(void *ctx, size_t from, size_t to)
{
	struct term *t = ctx;

	t->last = (struct nr_str){ t->text.p + from, to - from };
	if (t->n++ == 0)
		t->first = t->last;
	return 0;
}

/* One CJK character: what the index holds only as the beginning of a pair. */
static bool one_cjk(struct nr_str t)
{
	size_t pos = 0;

	return t.n && nr_cp_cjk(nr_utf8_next(t, &pos)) && pos == t.n;
}

static enum nr_rc add_term(struct query *q, struct nr_str text, struct nr_err *reterr)
{
	struct term t = { .text = text };

	(void)nr_tokens(text, true, see_token, &t);
	if (t.n == 0)
		return NR_OK; /* punctuation alone finds nothing and asks for nothing */
	if (q->n == TERMS)
		return nr_fail(reterr, NR_E_LIMIT, "query", UINT64_MAX,
			       "more than %d words: ask for fewer", TERMS);
	q->t[q->n++] = t;
	return NR_OK;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Words are separated by blanks (folding has made U+3000 one), phrases stand in quotes; a quote
 * that is never closed runs to the end. */
static enum nr_rc parse(struct nr_str f, struct query *q, struct nr_err *reterr)
{
	size_t i = 0;

	while (i < f.n) {
		bool quoted = f.p[i] == '"';
		size_t from = i += quoted;

		while (i < f.n && f.p[i] != '"' && (quoted || !blank(f.p[i])))
			i++;
		NR_TRY(add_term(q, (struct nr_str){ f.p + from, i - from }, reterr));
		if (i < f.n && (quoted || f.p[i] != '"'))
			i++;
	}
	return NR_OK;
}

/* mark : ("m1" OR "m2") AND folded : ("…" AND "…" *).  Every term is an FTS5 string, so that nothing
 * in it is syntax, and is looked for in the text alone.  The markings only make it quick: the
 * statement carries the scope, too. */
static void match_text(const struct query *q, const struct nr_scope *sc, struct nr_wr *w)
{
	for (size_t i = 0; !sc->all && sc->n <= MARKS && i < sc->n; i++)
		nr_wr_fmt(w, "%s\"m%lld\"", i ? " OR " : "mark : (", (long long)sc->markings[i]);
	nr_wr_cstr(w, w->n ? ") AND folded : (" : "folded : (");
	for (size_t i = 0; i < q->n; i++) {
		const struct term *t = &q->t[i];

		nr_wr_cstr(w, i ? " AND \"" : "\"");
		nr_wr_str(w, t->text); /* holds no quote: parse() ends a term at one */
		nr_wr_cstr(w, one_cjk(t->last) ? "\" *" : "\"");
	}
	nr_wr_u8(w, ')');
}

static size_t char_start(struct nr_str t, size_t i)
{
	while (i > 0 && i < t.n && ((unsigned char)t.p[i] & 0xc0) == 0x80)
		i--;
	return i;
}

/* The folded text around the first match, on one line. */
static struct nr_str snippet(struct nr_str text, const struct term *t, struct nr_arena *a)
{
	const char *hit = memmem(text.p, text.n, t->text.p, t->text.n);
	size_t at, from, to;
	struct nr_str s;
	char *p;

	if (!hit)
		hit = memmem(text.p, text.n, t->first.p, t->first.n);
	at = hit ? (size_t)(hit - text.p) : 0;
	from = char_start(text, at > 80 ? at - 80 : 0);
	to = at + 200 < text.n ? char_start(text, at + 200) : text.n;
	s = nr_arena_fmt(a, "%s%.*s%s", from ? "…" : "", (int)(to - from), text.p + from,
			 to < text.n ? "…" : "");
	p = NR_NEW_N(a, char, s.n ? s.n : 1);
	for (size_t i = 0; p && i < s.n; i++)
		p[i] = (unsigned char)s.p[i] < ' ' ? ' ' : s.p[i];
	return (struct nr_str){ p, p ? s.n : 0 };
}

static bool add_hit(struct nr_rows *rows, struct nr_stmt *q, const struct query *w,
		    struct nr_arena *a)
{
	struct nr_search_hit *h = nr_rows_add(rows, a);

	if (h) {
		nr_dossier_line(q, a, &h->dossier);
		h->snippet = snippet(nr_q_col_str(q, NR_DOSSIER_LINE_COLUMNS), &w->t[0], a);
	}
	return h && !a->exhausted;
}

static enum nr_rc indexed(struct nr_store *s, const struct nr_scope *sc, const struct query *w,
			  int64_t before, unsigned limit, struct nr_arena *a, struct nr_rows *rows,
			  struct nr_err *reterr)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr match = NR_WR_INIT(16 * QUERY_MAX);
	struct nr_stmt *q;
	bool row;

	match_text(w, sc, &match);
	if (match.rc != NR_OK)
		return nr_fail(reterr, match.rc, "query", UINT64_MAX, "the query is too long");
	NR_TRY(nr_query_scoped(
		s, sc,
		"SELECT " NR_DOSSIER_LINE ",t.folded FROM doc_fts f"
		" CROSS JOIN dossier d ON d.id=f.rowid"
		" CROSS JOIN doc_text t ON t.dossier=d.id"
		" WHERE " NR_IN_SCOPE("d.marking") " AND doc_fts MATCH $3 AND"
						   " f.rowid<$4 ORDER BY f.rowid DESC LIMIT $5",
		&q, reterr));
	nr_q_str(q, 3, (struct nr_str){ (const char *)match.p, match.n });
	nr_q_int(q, 4, before);
	nr_q_int(q, 5, limit);
	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			return NR_OK;
		if (!add_hit(rows, q, w, a)) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
	}
}

/* One character has no pair to look up: the newest texts are read, up to a bound. */
static enum nr_rc scanned(struct nr_store *s, const struct nr_scope *sc, const struct query *w,
			  int64_t before, unsigned limit, struct nr_arena *a, struct nr_rows *rows,
			  bool *ret_bounded, struct nr_err *reterr)
{
	int64_t n, left = SCAN_ROWS, bytes = SCAN_BYTES;
	struct nr_stmt *q;
	struct nr_str t;
	bool row;

	NR_TRY(nr_store_dossier_count(s, &n, reterr));
	n = before <= n ? before - 1 : n;
	NR_TRY(nr_query_scoped(
		s, sc,
		"SELECT " NR_DOSSIER_LINE ",t.folded FROM doc_text t"
		" CROSS JOIN dossier d ON d.id=t.dossier"
		" WHERE " NR_IN_SCOPE("d.marking") " AND t.dossier<=$3 AND"
						   " t.dossier>$4 ORDER BY t.dossier DESC",
		&q, reterr));
	nr_q_int(q, 3, n);
	nr_q_int(q, 4, n > left ? n - left : 0);
	while (rows->n < limit && bytes > 0) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row) {
			*ret_bounded = n > left;
			return NR_OK;
		}
		t = nr_q_col_str(q, NR_DOSSIER_LINE_COLUMNS);
		bytes -= (int64_t)t.n;
		if (!memmem(t.p, t.n, w->t[0].first.p, w->t[0].first.n))
			continue;
		if (!add_hit(rows, q, w, a)) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
	}
	*ret_bounded = rows->n < limit;
	nr_q_done(q);
	return NR_OK;
}

enum nr_rc nr_store_search(struct nr_store *s, const struct nr_scope *sc,
			   const struct nr_search *in, struct nr_arena *a,
			   struct nr_search_hit **ret, size_t *ret_n, bool *ret_bounded,
			   struct nr_err *reterr)
{
	struct nr_rows rows = { .size = sizeof(struct nr_search_hit) };
	int64_t before = in->before_row > 0 ? in->before_row : INT64_MAX;
	unsigned limit = in->limit < 1 ? 1 : in->limit > 200 ? 200 : in->limit;
	bool bounded = false;
	struct query q = { .n = 0 };
	struct nr_str folded;

	if (in->query.n > QUERY_MAX)
		return nr_fail(reterr, NR_E_LIMIT, "query", QUERY_MAX, "the query is over %d bytes",
			       QUERY_MAX);
	folded = nr_fold(in->query, a);
	if (a->exhausted)
		return nr_no_room(reterr);
	NR_TRY(parse(folded, &q, reterr));
	if (q.n == 1 && one_cjk(q.t[0].first) && q.t[0].n == 1)
		NR_TRY(scanned(s, sc, &q, before, limit, a, &rows, &bounded, reterr));
	else if (q.n > 0 && (sc->all || sc->n > 0))
		NR_TRY(indexed(s, sc, &q, before, limit, a, &rows, reterr));
	*ret = rows.p;
	*ret_n = rows.n;
	*ret_bounded = bounded;
	return NR_OK;
}
