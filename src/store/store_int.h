/* store_int.h -- what the files of src/store/ share; nobody else includes it. */
#pragma once

#include "base/wr.h"
#include "store/db.h"
#include "store/merkle.h"
#include "store/store.h"

struct nr_store {
	struct nr_db *db;
	char *path;
	char *blobs; /* PATH.blobs */
	bool read_only;
	bool in_txn;
	int64_t schema;
	uint8_t public_key[32];
	uint8_t secret_key[64]; /* all zero in a read-only store */
	struct nr_merkle tree;  /* tree.size < 0: not loaded */
	bool added;             /* leaves in this transaction */
	bool broken;        /* a put failed half-way: this transaction may only be rolled back */
	struct nr_wr scope; /* JSON array of the scope being bound */
};

/* In SQL, $1 and $2 are always the scope when a statement has one:
 * "… WHERE " NR_IN_SCOPE("d.marking") " AND …". */
#define NR_IN_SCOPE(col) "($1 OR " col " IN (SELECT value FROM json_each($2)))"
/* The same where an index on the marking should drive the statement. */
#define NR_BY_SCOPE(col)                                                                           \
	col " IN (SELECT id FROM marking WHERE $1 UNION ALL SELECT value FROM json_each($2))"
/* Prepares a statement that begins with the scope and binds it. */
NR_MUSTUSE enum nr_rc nr_query_scoped(struct nr_store *s, const struct nr_scope *sc,
				      const char *sql, NR_BORROWED struct nr_stmt **ret,
				      struct nr_err *reterr);
/* Refuses outside a transaction. */
NR_MUSTUSE enum nr_rc nr_need_txn(const struct nr_store *s, const char *what,
				  struct nr_err *reterr);
/* The one way to say that an arena ran out. */
enum nr_rc nr_no_room(struct nr_err *reterr);
/* Copies a text column into the arena. */
NR_ARENA struct nr_str nr_q_text(struct nr_stmt *q, int n, struct nr_arena *a);

/* Copies a blob column of exactly n bytes; leaves out alone otherwise. */
void nr_take(struct nr_bytes b, uint8_t *out, size_t n);

/* A growing array in an arena, for results whose number is known only at the end. */
struct nr_rows {
	void *p;
	size_t n, cap, size;
};
/* Room for one more element, zeroed; NULL at the arena's cap. */
NR_ARENA void *nr_rows_add(struct nr_rows *r, struct nr_arena *a);

/* Columns of a dossier's line, in the order nr_dossier_line() reads them. */
#define NR_DOSSIER_LINE                                                                            \
	"d.id,d.uuid,d.kind,d.name,d.unit,d.sensor,d.sha256,d.size,d.received_us,d.first_us,"      \
	"d.last_us,d.marking,d.class,d.score,d.severity,d.n_findings,d.n_observables"
enum { NR_DOSSIER_LINE_COLUMNS = 17 };
void nr_dossier_line(struct nr_stmt *q, struct nr_arena *a, struct nr_dossier_row *r);
/* Steps a query of dossier lines to its end. */
NR_MUSTUSE enum nr_rc nr_dossier_lines(struct nr_stmt *q, struct nr_arena *a,
				       NR_ARENA struct nr_dossier_row **ret, size_t *ret_n,
				       struct nr_err *reterr);

/* Makes or loads PATH.key; must_exist when the store already names a public key. */
NR_MUSTUSE enum nr_rc nr_key_load(struct nr_store *s, bool create, struct nr_err *reterr);
/* Loads the right edge of the ledger's tree unless it is already the current one. */
NR_MUSTUSE enum nr_rc nr_ledger_load(struct nr_store *s, struct nr_err *reterr);
/* Signs and stores the head of the tree as it stands. */
NR_MUSTUSE enum nr_rc nr_ledger_sign(struct nr_store *s, struct nr_err *reterr);
/* The bytes whose hash is an entry's leaf (docs/ledger.md). */
void nr_ledger_bytes(const struct nr_ledger_entry *e, struct nr_wr *w);
/* The bytes a head's signature covers (docs/ledger.md). */
enum { NR_HEAD_BYTES = 64 };
void nr_head_bytes(const struct nr_ledger_head *h, uint8_t out[NR_HEAD_BYTES]);

/* Is the material kept under this digest? */
bool nr_blob_have(const struct nr_store *s, const struct nr_sha256 *sha256);
struct nr_claim { /* what the findings of a dossier say of one of its observables */
	bool asserted;
	enum nr_severity severity;
	unsigned confidence;
};
/* What the line of a dossier has in severity (the highest of its findings) and in at_us (the newest
 * instant the material speaks of, never later than it was received). */
enum nr_severity nr_dossier_severity(const struct nr_dossier *d);
int64_t nr_dossier_at(const struct nr_dossier *d);
/* Parallel to d->obs; NULL at the arena's cap. */
NR_ARENA struct nr_claim *nr_claims(const struct nr_dossier *d, struct nr_arena *a);
/* Opens the kept material of a digest for reading as a source; the caller closes src.fd. */
NR_MUSTUSE enum nr_rc nr_blob_src(struct nr_store *s, const struct nr_sha256 *sha256,
				  struct nr_src *ret, struct nr_err *reterr);
/* releases of a marking as stored: ids joined by commas. */
NR_MUSTUSE enum nr_rc nr_releases_text(const struct nr_marking *m, struct nr_wr *w,
				       struct nr_err *reterr);
/* A stored node (level 0: leaf) of the ledger's tree; NR_E_MALFORMED when it is missing. */
NR_MUSTUSE enum nr_rc nr_ledger_node(struct nr_store *s, unsigned level, int64_t idx,
				     struct nr_sha256 *ret, struct nr_err *reterr);
/* The key an observable is found by. */
int64_t nr_obs_hash(enum nr_obs_kind kind, struct nr_str value);
/* Writes the search text of a dossier. */
NR_MUSTUSE enum nr_rc nr_search_put(struct nr_store *s, int64_t row, const struct nr_dossier *d,
				    struct nr_arena *a, struct nr_err *reterr);
