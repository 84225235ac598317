/* ledger_verify.c -- recomputes everything the ledger vouches for. */
#include "store/verify.h"

#include <sodium.h>
#include <stdarg.h>
#include <unistd.h>

void nr_verify_fault(struct nr_verify *v, int64_t idx, const char *fmt, ...)
{
	va_list ap;

	if (v->r.bad++ > 0)
		return;
	v->r.bad_entry = idx;
	va_start(ap, fmt);
	(void)vsnprintf(v->r.what, sizeof(v->r.what), fmt, ap);
	va_end(ap);
}

static bool same(const struct nr_sha256 *a, const struct nr_sha256 *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

static enum nr_rc check_node(void *ctx, unsigned level, int64_t idx, const struct nr_sha256 *h)
{
	struct nr_verify *v = ctx;
	struct nr_sha256 stored;
	enum nr_rc rc = nr_ledger_node(v->s, level, idx, &stored, v->e);

	v->nodes++;
	if (rc == NR_E_MALFORMED)
		nr_verify_fault(v, v->tree.size, "node %u/%lld of the tree is missing", level,
				(long long)idx);
	else if (rc == NR_OK && !same(&stored, h))
		nr_verify_fault(v, v->tree.size, "node %u/%lld of the tree was changed", level,
				(long long)idx);
	return rc == NR_E_MALFORMED ? NR_OK : rc;
}

/* The head that vouches for exactly the entries seen so far, if there is one. */
static enum nr_rc check_head(struct nr_verify *v)
{
	struct nr_ledger_head h = { .size = v->tree.size };
	struct nr_sha256 root;
	uint8_t m[NR_HEAD_BYTES];
	struct nr_stmt *q;
	bool row;

	NR_TRY(nr_db_query(v->s->db,
			   "SELECT at_us,root,signature,public_key FROM ledger_head WHERE size=$1",
			   &q, v->e));
	nr_q_int(q, 1, h.size);
	NR_TRY(nr_q_step(q, &row, v->e));
	if (!row)
		return NR_OK;
	h.at_us = nr_q_col_int(q, 0);
	nr_take(nr_q_col_blob(q, 1), h.root.b, 32);
	nr_take(nr_q_col_blob(q, 2), h.signature, 64);
	nr_take(nr_q_col_blob(q, 3), h.public_key, 32);
	nr_q_done(q);
	v->r.heads++;
	v->signed_size = h.size;
	root = nr_merkle_root(&v->tree);
	nr_head_bytes(&h, m);
	if (memcmp(h.public_key, v->s->public_key, 32) != 0)
		nr_verify_fault(v, h.size - 1, "the head of %lld entries names another key",
				(long long)h.size);
	else if (crypto_sign_verify_detached(h.signature, m, sizeof(m), v->s->public_key) != 0)
		nr_verify_fault(v, h.size - 1,
				"the head of %lld entries was changed: its signature is wrong",
				(long long)h.size);
	else if (!same(&root, &h.root))
		nr_verify_fault(v, h.size - 1,
				"the first %lld entries are not those that were signed",
				(long long)h.size);
	return NR_OK;
}

static enum nr_rc check_entry(struct nr_verify *v, const struct nr_ledger_entry *e,
			      const struct nr_sha256 *stored)
{
	struct nr_sha256 leaf;

	nr_wr_reset(&v->bytes);
	nr_ledger_bytes(e, &v->bytes);
	if (v->bytes.rc != NR_OK)
		return nr_fail(v->e, v->bytes.rc, "ledger", UINT64_MAX, "entry %lld is too large",
			       (long long)e->idx);
	leaf = nr_merkle_leaf(nr_wr_view(&v->bytes));
	if (!same(&leaf, stored))
		nr_verify_fault(v, e->idx, "entry %lld (%.24s %.*s) was changed", (long long)e->idx,
				e->kind, e->object.n > 80 ? 80 : (int)e->object.n, e->object.p);
	/* The stored leaf goes on into the tree: one flipped row is then one fault, and a changed
	 * leaf still shows in the nodes and heads above it. */
	NR_TRY(nr_merkle_add(&v->tree, stored, check_node, v));
	NR_TRY(check_head(v));
	if (strcmp(e->kind, "dossier") == 0)
		NR_TRY(nr_verify_dossier(v, e));
	v->r.entries++;
	return NR_OK;
}

static void entry_row(struct nr_stmt *q, struct nr_arena *a, struct nr_ledger_entry *e,
		      struct nr_sha256 *leaf)
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
	*leaf = (struct nr_sha256){ { 0 } };
	nr_take(nr_q_col_blob(q, 6), e->digest.b, 32);
	nr_take(nr_q_col_blob(q, 8), leaf->b, 32);
}

static enum nr_rc next_entry(struct nr_verify *v, struct nr_stmt *q)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(512 << 20);
	struct nr_ledger_entry e;
	struct nr_sha256 leaf;

	entry_row(q, &a, &e, &leaf);
	v->a = &a;
	if (a.exhausted)
		return nr_no_room(v->e);
	if (e.idx != v->tree.size) {
		nr_verify_fault(v, v->tree.size, "entry %lld is missing", (long long)v->tree.size);
		v->gap = true;
		return NR_OK;
	}
	return check_entry(v, &e, &leaf);
}

static enum nr_rc check_entries(struct nr_verify *v)
{
	int64_t total;
	struct nr_stmt *q;
	enum nr_rc rc = NR_OK;
	bool row = true;

	NR_TRY(nr_db_query(v->s->db, "SELECT max(idx)+1 FROM ledger", &q, v->e));
	NR_TRY(nr_q_one(q, 0, &total, v->e));
	NR_TRY(nr_db_query(v->s->db,
			   "SELECT idx,at_us,kind,actor,unit,object,digest,detail,leaf FROM ledger"
			   " ORDER BY idx",
			   &q, v->e));
	while (rc == NR_OK && !v->gap) {
		NR_TRY(nr_q_step(q, &row, v->e));
		if (!row)
			break;
		rc = next_entry(v, q);
		if (v->progress && v->r.entries % 1024 == 0)
			v->progress(v->ctx, v->r.entries, total);
	}
	if (row)
		nr_q_done(q);
	if (v->progress && total > 0)
		v->progress(v->ctx, total, total);
	return rc;
}

/* What is there too much or too little of, once every entry has been read. */
static enum nr_rc check_rest(struct nr_verify *v)
{
	struct nr_stmt *q;
	int64_t last, nodes;

	NR_TRY(nr_db_query(v->s->db, "SELECT max(size) FROM ledger_head", &q, v->e));
	NR_TRY(nr_q_one(q, 0, &last, v->e));
	if (last > v->tree.size)
		nr_verify_fault(v, v->tree.size,
				"entry %lld is missing: a head of %lld entries was signed",
				(long long)v->tree.size, (long long)last);
	else if (v->signed_size < v->tree.size)
		nr_verify_fault(v, v->signed_size, "no head was signed over entry %lld",
				(long long)v->tree.size - 1);
	NR_TRY(nr_db_query(v->s->db, "SELECT count(*) FROM ledger_node", &q, v->e));
	NR_TRY(nr_q_one(q, 0, &nodes, v->e));
	if (nodes != v->nodes)
		nr_verify_fault(v, v->tree.size, "%lld nodes of the tree belong to no entry",
				(long long)(nodes - v->nodes));
	return nr_verify_strays(v);
}

static enum nr_rc verify_all(struct nr_verify *v)
{
	NR_TRY(check_entries(v));
	return v->gap ? NR_OK : check_rest(v);
}

enum nr_rc nr_ledger_verify(struct nr_store *s, bool blobs,
			    void (*progress)(void *ctx, int64_t done, int64_t total), void *ctx,
			    struct nr_ledger_report *ret, struct nr_err *reterr)
{
	struct nr_verify v = { .s = s,
			       .e = reterr,
			       .blobs = blobs,
			       .progress = progress,
			       .ctx = ctx,
			       .bytes = NR_WR_INIT(4 << 20),
			       .seen = NR_WR_INIT(1 << 28) };
	enum nr_rc rc;

	v.r.bad_entry = -1;
	if (s->in_txn)
		return nr_fail(reterr, NR_E_BUG, "ledger", UINT64_MAX,
			       "verify inside a write transaction");
	/* One snapshot: what others commit meanwhile is not half in the answer. */
	NR_TRY(nr_db_exec(s->db, "BEGIN", reterr));
	rc = verify_all(&v);
	if (nr_db_exec(s->db, "ROLLBACK", NULL) != NR_OK && rc == NR_OK)
		rc = nr_fail(reterr, NR_E_IO, "ledger", UINT64_MAX, "the store failed");
	nr_wr_done(&v.bytes);
	nr_wr_done(&v.seen);
	if (rc == NR_OK)
		*ret = v.r;
	return rc;
}
