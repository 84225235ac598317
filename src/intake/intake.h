/* intake/ -- the door: the only way in.
 *
 * What it is for: takes a dossier that a jailed eye made, checks that it may be stored (guard-rail
 * G16: a legal basis), and in one transaction deduplicates, stores, links and appends to the ledger.
 * What it may touch: base model store policy, and the linker given to it as a function (desks/link), so
 * that the door does not depend on a desk.  A dossier acknowledged is never lost. */
#pragma once

#include "policy/policy.h"

/* The linker the door calls inside its transaction; set once at start by hub and CLI. */
typedef enum nr_rc nr_linker(void *ctx, struct nr_store *s, const struct nr_dossier *d,
			     const struct nr_put *put, struct nr_arena *a, struct nr_err *reterr);

struct nr_intake {
	struct nr_store *store;
	nr_linker *link;
	void *link_ctx;
	const char *geo; /* path of the country database (MMDB), or NULL: no country counters */
};

struct nr_submit {            /* who brings what, on what ground */
	struct nr_str unit;   /* required                                                       */
	struct nr_str sensor; /* may be empty                                                   */
	struct nr_str basis;  /* may be empty: the sensor's, then the unit's standing basis      */
	struct nr_marking marking; /* origin empty: the unit */
	struct nr_str actor;       /* login or "cli:<user>" for the ledger */
	int64_t now_us;
};

struct nr_receipt {
	struct nr_uuid id;
	struct nr_sha256 sha256;
	struct nr_sha256 leaf; /* of the ledger entry; a duplicate's is zero */
	bool duplicate;
	int64_t row;
};

/* Stores the raw material as a blob, then the dossier.  src may be NULL when there is none to keep.
 * NR_E_DENIED without a basis (message says which one is missing) or with the mark of a state secret
 * in a name, basis or subject (G19), NR_E_NOTFOUND for an unknown unit, sensor or release.  A refusal
 * writes its own ledger line ("refused") and nothing else. */
NR_MUSTUSE enum nr_rc nr_intake_add(struct nr_intake *in, const struct nr_submit *sub,
				    struct nr_dossier *d, const struct nr_src *src,
				    struct nr_receipt *ret, struct nr_err *reterr);
/* Would it be taken?  The same checks as nr_intake_add() and the same errors; writes nothing. */
NR_MUSTUSE enum nr_rc nr_intake_check(struct nr_intake *in, const struct nr_submit *sub,
				      struct nr_dossier *d, struct nr_err *reterr);
/* Many dossiers in one transaction (durable together, acknowledged together).  All or none: when one
 * is refused the ledger names it and nothing is stored; give the others again without it. */
NR_MUSTUSE enum nr_rc nr_intake_batch(struct nr_intake *in, const struct nr_submit *subs,
				      struct nr_dossier *const *ds,
				      const struct nr_src *const *srcs, size_t n,
				      struct nr_receipt *ret, struct nr_err *reterr);
/* Writes the ledger line of material that was refused before it came here (an eye could not read it):
 * what, where, by whom.  The calls above do this for their own refusals. */
NR_MUSTUSE enum nr_rc nr_intake_refused(struct nr_intake *in, const struct nr_submit *sub,
					struct nr_str name, const struct nr_err *why,
					struct nr_err *reterr);
