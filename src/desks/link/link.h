/* desks/link -- dossiers that share something rare belong together.
 *
 * What it is for: at the door, finds the earlier dossiers that share a telling observable with a new
 * one and keeps a candidate link for each (docs/linking.md); at view time (view.h), weighs what the
 * viewer may see and gathers it into campaigns.  What it may touch: base model store policy intake.
 *
 * Nothing a viewer sees may depend on what the viewer may not see: so what is stored depends on the
 * two dossiers of a pair alone, and everything that counts (how common, how heavy, which campaign)
 * is computed on the visible dossiers. */
#pragma once

#include "intake/intake.h"

enum {
	NR_LINK_THRESHOLD = 300, /* thousandths; below it there is no link                  */
	NR_LINK_SCAN = 128,      /* newest dossiers looked at for one observable            */
	NR_LINK_PAIRS = 32,      /* links one observable of one dossier may make at the door */
	NR_LINK_OBS = 4096,      /* shared observables of one dossier that are considered   */
};

/* How much one sighting of a kind says, in thousandths: asserted by a finding, or a bystander. */
unsigned nr_link_strength(enum nr_obs_kind kind, bool asserted);
/* What is left of it when df of n visible dossiers have the observable: all for two, ever less for
 * more, nothing above max(8, 1 % of n); where findings assert it on both sides, nothing above half of
 * n, 64 or 1 % of n.  Digests of files, message ids and text fingerprints are identities: they keep
 * their weight however many share them. */
unsigned nr_link_weight(enum nr_obs_kind kind, unsigned strength, int64_t df, int64_t n);

/* The linker the door calls inside its transaction (nr_linker); ctx is not used. */
NR_MUSTUSE enum nr_rc nr_link_dossier(void *ctx, struct nr_store *s, const struct nr_dossier *d,
				      const struct nr_put *put, struct nr_arena *a,
				      struct nr_err *reterr);
