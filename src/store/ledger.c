/* ledger.c -- appending to and reading the ledger (docs/ledger.md). */
#include "store/store_int.h"

#include "base/time.h"

#include <sodium.h>

enum { TEXT_MAX = 1 << 20 };

static void put_be(struct nr_wr *w, uint64_t v, unsigned bytes)
{
	while (bytes--)
		nr_wr_u8(w, (uint8_t)(v >> 8 * bytes));
}

static void put_text(struct nr_wr *w, struct nr_str t)
{
	put_be(w, t.n, 4);
	nr_wr_str(w, t);
}

void nr_ledger_bytes(const struct nr_ledger_entry *e, struct nr_wr *w)
{
	nr_wr_u8(w, 1); /* version of this serialisation */
	put_be(w, (uint64_t)e->idx, 8);
	put_be(w, (uint64_t)e->at_us, 8);
	put_text(w, nr_str_c(e->kind));
	put_text(w, e->actor);
	put_text(w, e->unit);
	put_text(w, e->object);
	nr_wr_bytes(w, e->digest.b, 32);
	put_text(w, e->detail);
}

void nr_head_bytes(const struct nr_ledger_head *h, uint8_t out[NR_HEAD_BYTES])
{
	static const char tag[16] = "noroshi.head/1\n";

	memcpy(out, tag, 16);
	for (unsigned i = 0; i < 8; i++) {
		out[16 + i] = (uint8_t)((uint64_t)h->size >> 8 * (7 - i));
		out[24 + i] = (uint8_t)((uint64_t)h->at_us >> 8 * (7 - i));
	}
	memcpy(out + 32, h->root.b, 32);
}

enum nr_rc nr_ledger_node(struct nr_store *s, unsigned level, int64_t idx, struct nr_sha256 *ret,
			  struct nr_err *reterr)
{
	struct nr_bytes b = { NULL, 0 };
	struct nr_stmt *q;
	bool row;

	if (level == 0) {
		NR_TRY(nr_db_query(s->db, "SELECT leaf FROM ledger WHERE idx=$1", &q, reterr));
		nr_q_int(q, 1, idx);
	} else {
		NR_TRY(nr_db_query(s->db, "SELECT hash FROM ledger_node WHERE level=$1 AND idx=$2",
				   &q, reterr));
		nr_q_int(q, 1, level);
		nr_q_int(q, 2, idx);
	}
	NR_TRY(nr_q_step(q, &row, reterr));
	if (row)
		b = nr_q_col_blob(q, 0);
	if (b.n == 32)
		memcpy(ret->b, b.p, 32);
	if (row)
		nr_q_done(q);
	return b.n == 32 ? NR_OK
			 : nr_fail(reterr, NR_E_MALFORMED, "ledger", UINT64_MAX,
				   "node %u/%lld of the tree is missing: run ledger verify", level,
				   (long long)idx);
}

static enum nr_rc ledger_size(struct nr_store *s, int64_t *ret, struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_db_query(s->db, "SELECT max(idx)+1 FROM ledger", &q, reterr));
	return nr_q_one(q, 0, ret, reterr);
}

enum nr_rc nr_ledger_load(struct nr_store *s, struct nr_err *reterr)
{
	int64_t size;

	NR_TRY(ledger_size(s, &size, reterr));
	if (s->tree.size == size)
		return NR_OK; /* only ever appended to: the same size is the same tree */
	s->tree.size = -1;
	for (unsigned k = 0; k < NR_MERKLE_LEVELS; k++)
		if (size >> k & 1)
			NR_TRY(nr_ledger_node(s, k, (size >> k) - 1, &s->tree.h[k], reterr));
	s->tree.size = size;
	return NR_OK;
}

static enum nr_rc node_put(void *ctx, unsigned level, int64_t idx, const struct nr_sha256 *h)
{
	struct nr_store *s = ctx;
	struct nr_stmt *q;

	NR_TRY(nr_db_query(s->db, "INSERT INTO ledger_node(level,idx,hash) VALUES($1,$2,$3)", &q,
			   NULL));
	nr_q_int(q, 1, level);
	nr_q_int(q, 2, idx);
	nr_q_blob(q, 3, (struct nr_bytes){ h->b, 32 });
	return nr_q_run(q, NULL);
}

static enum nr_rc entry_put(struct nr_store *s, const struct nr_ledger_entry *e,
			    const struct nr_sha256 *leaf, struct nr_err *reterr)
{
	struct nr_stmt *q;

	NR_TRY(nr_db_query(s->db,
			   "INSERT INTO ledger(idx,at_us,kind,actor,unit,object,digest,detail,leaf)"
			   " VALUES($1,$2,$3,$4,$5,$6,$7,$8,$9)",
			   &q, reterr));
	nr_q_int(q, 1, e->idx);
	nr_q_int(q, 2, e->at_us);
	nr_q_str(q, 3, nr_str_c(e->kind));
	nr_q_str(q, 4, e->actor);
	nr_q_str(q, 5, e->unit);
	nr_q_str(q, 6, e->object);
	nr_q_blob(q, 7, (struct nr_bytes){ e->digest.b, 32 });
	nr_q_str(q, 8, e->detail);
	nr_q_blob(q, 9, (struct nr_bytes){ leaf->b, 32 });
	return nr_q_run(q, reterr);
}

enum nr_rc nr_ledger_append(struct nr_store *s, struct nr_ledger_entry *e,
			    struct nr_sha256 *ret_leaf, struct nr_err *reterr)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(TEXT_MAX);
	struct nr_sha256 leaf;
	enum nr_rc rc;

	NR_TRY(nr_need_txn(s, "ledger", reterr));
	e->idx = s->tree.size;
	nr_ledger_bytes(e, &w);
	if (w.rc != NR_OK)
		return nr_fail(reterr, w.rc, "ledger", UINT64_MAX, "the entry is over %d bytes",
			       TEXT_MAX);
	leaf = nr_merkle_leaf(nr_wr_view(&w));
	NR_TRY(entry_put(s, e, &leaf, reterr));
	rc = nr_merkle_add(&s->tree, &leaf, node_put, s);
	if (rc != NR_OK) {
		s->tree.size = -1; /* the caller must roll back; the edge is reloaded at begin */
		return nr_fail(reterr, rc, "ledger", UINT64_MAX,
			       "a node of the tree could not be written");
	}
	s->added = true;
	if (ret_leaf)
		*ret_leaf = leaf;
	return NR_OK;
}

enum nr_rc nr_ledger_sign(struct nr_store *s, struct nr_err *reterr)
{
	struct nr_ledger_head h = { .size = s->tree.size,
				    .at_us = nr_now_us(),
				    .root = nr_merkle_root(&s->tree) };
	uint8_t m[NR_HEAD_BYTES];
	struct nr_stmt *q;

	if (h.size < 0)
		return nr_fail(reterr, NR_E_BUG, "ledger", UINT64_MAX,
			       "commit after a failed append: roll back instead");
	nr_head_bytes(&h, m);
	(void)crypto_sign_detached(h.signature, NULL, m, sizeof(m), s->secret_key);
	NR_TRY(nr_db_query(s->db,
			   "INSERT INTO ledger_head(size,at_us,root,signature,public_key)"
			   " VALUES($1,$2,$3,$4,$5)",
			   &q, reterr));
	nr_q_int(q, 1, h.size);
	nr_q_int(q, 2, h.at_us);
	nr_q_blob(q, 3, (struct nr_bytes){ h.root.b, 32 });
	nr_q_blob(q, 4, (struct nr_bytes){ h.signature, 64 });
	nr_q_blob(q, 5, (struct nr_bytes){ s->public_key, 32 });
	return nr_q_run(q, reterr);
}

void nr_take(struct nr_bytes b, uint8_t *out, size_t n)
{
	if (b.n == n)
		memcpy(out, b.p, n);
}

enum nr_rc nr_ledger_head(struct nr_store *s, struct nr_ledger_head *ret, struct nr_err *reterr)
{
	struct nr_ledger_head h = { .size = 0 };
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_db_query(s->db,
			   "SELECT size,at_us,root,signature,public_key FROM ledger_head"
			   " ORDER BY size DESC LIMIT 1",
			   &q, reterr));
	NR_TRY(nr_q_step(q, &row, reterr));
	if (!row)
		return nr_fail(reterr, NR_E_NOTFOUND, "ledger", UINT64_MAX,
			       "the ledger is empty: there is no signed head yet");
	h.size = nr_q_col_int(q, 0);
	h.at_us = nr_q_col_int(q, 1);
	nr_take(nr_q_col_blob(q, 2), h.root.b, 32);
	nr_take(nr_q_col_blob(q, 3), h.signature, 64);
	nr_take(nr_q_col_blob(q, 4), h.public_key, 32);
	nr_q_done(q);
	*ret = h;
	return NR_OK;
}

static void entry_row(struct nr_stmt *q, struct nr_arena *a, struct nr_ledger_entry *e)
{
	*e = (struct nr_ledger_entry){
		.idx = nr_q_col_int(q, 0),
		.at_us = nr_q_col_int(q, 1),
		.kind = nr_arena_cstr(a, nr_q_col_str(q, 2)),
		.actor = nr_q_text(q, 3, a),
		.unit = nr_q_text(q, 4, a),
		.object = nr_q_text(q, 5, a),
		.detail = nr_q_text(q, 7, a),
	};
	nr_take(nr_q_col_blob(q, 6), e->digest.b, 32);
}

enum nr_rc nr_ledger_list(struct nr_store *s, int64_t before, unsigned limit, struct nr_arena *a,
			  struct nr_ledger_entry **ret, size_t *ret_n, struct nr_err *reterr)
{
	struct nr_rows rows = { .size = sizeof(struct nr_ledger_entry) };
	struct nr_ledger_entry *e;
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_db_query(s->db,
			   "SELECT idx,at_us,kind,actor,unit,object,digest,detail FROM ledger"
			   " WHERE idx<$1 ORDER BY idx DESC LIMIT $2",
			   &q, reterr));
	nr_q_int(q, 1, before > 0 ? before : INT64_MAX);
	nr_q_int(q, 2, limit < 1 ? 1 : limit > 500 ? 500 : limit);
	for (;;) {
		NR_TRY(nr_q_step(q, &row, reterr));
		if (!row)
			break;
		e = nr_rows_add(&rows, a);
		if (e)
			entry_row(q, a, e);
		if (a->exhausted) {
			nr_q_done(q);
			return nr_no_room(reterr);
		}
	}
	*ret = rows.p;
	*ret_n = rows.n;
	return NR_OK;
}
