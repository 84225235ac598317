/* verify.h -- the state of one ledger verification, shared by ledger_verify.c (entries, nodes,
 * heads) and verify_dossier.c (what a "dossier" entry vouches for). */
#pragma once

#include "store/store_int.h"

struct nr_verify {
	struct nr_store *s;
	struct nr_err *e;
	bool blobs;
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *ctx;
	struct nr_ledger_report r;
	struct nr_merkle tree;
	int64_t nodes;       /* complete subtrees seen            */
	int64_t signed_size; /* entries the last good head covers */
	bool gap;            /* an index is missing: stop         */
	struct nr_wr bytes;  /* serialised entry                  */
	struct nr_wr seen;   /* bit set of dossier rows           */
	struct nr_arena *a;  /* of the entry at hand              */
};

/* Counts a fault and keeps the first in words. */
void nr_verify_fault(struct nr_verify *v, int64_t idx, const char *fmt, ...) NR_PRINTF(3, 4);
/* Body digest, the columns and rows made from the body, and the blob. */
NR_MUSTUSE enum nr_rc nr_verify_dossier(struct nr_verify *v, const struct nr_ledger_entry *e);
/* Dossiers that no entry vouches for. */
NR_MUSTUSE enum nr_rc nr_verify_strays(struct nr_verify *v);
