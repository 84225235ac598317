/* world.h -- worlds for tests: the police tree as it is, and random worlds over it.
 *
 * The tree has two lines that differ: on the command line a prefecture answers to its bureau, on the
 * technical line to the centre.  Members hang on a prefecture by the technical line only; vendors and
 * the partner stand alone.
 *
 * A random world is a list of pieces of material: who submitted it, with which marking, sharing which
 * observables, each with a secret word of its own.  world_fill() brings it into a store through the
 * real door; with a viewer given, only what nr_policy_decide() lets that viewer have: the twin world
 * that every exit of the full one is compared with. */
#pragma once

#include "intake/intake.h"

/* NPA, centre, 6 bureaus, 47 prefectures, 6 members, 2 vendors, 1 partner; static storage. */
const struct nr_unit *world_units(size_t *ret_n);

enum { WORLD_MAX = 64, WORLD_RELEASES = 3, WORLD_TOKEN = 24 };

struct world_item {
	struct nr_marking marking;
	struct nr_str release[WORLD_RELEASES];
	struct nr_str unit;
	char token
		[WORLD_TOKEN]; /* stands in name, text, observables and a finding of this one only */
	uint64_t seed;         /* everything else about it */
	unsigned spread;       /* > 0: material that several units sent, same bytes */
};

struct world {
	struct world_item items[WORLD_MAX];
	size_t n;
	uint64_t seed;
};

/* Makes world number seed with n pieces of material. */
void world_make(struct world *w, uint64_t seed, size_t n);
/* Builds piece i as an eye would, in the arena, and how it is submitted. */
void world_dossier(const struct world *w, size_t i, struct nr_arena *a, struct nr_dossier *ret,
		   struct nr_submit *ret_sub, struct nr_bytes *ret_material);
/* Enrols the units and brings in every piece (v NULL) or those v may have. */
NR_MUSTUSE enum nr_rc world_fill(const struct world *w, struct nr_intake *in,
				 const struct nr_tree *t, const struct nr_viewer *v,
				 struct nr_err *reterr);
/* Enrols the units of the tree. */
NR_MUSTUSE enum nr_rc world_enrol(struct nr_store *s, struct nr_err *reterr);
/* The next number of a generator (xorshift64*), below n. */
size_t world_pick(uint64_t *rng, size_t n);
