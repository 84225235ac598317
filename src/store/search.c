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
	NR_TRY(nr_db_query(s->db, "INSERT INTO doc_fts(rowid,folded) VALUES($1,$2)", &q, reterr));
	nr_q_int(q, 1, row);
	nr_q_str(q, 2, t);
	NR_TRY(nr_q_run(q, reterr));
	nr_arena_rewind(a, m);
	return NR_OK;
}
