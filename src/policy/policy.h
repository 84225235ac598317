/* policy/ -- the only way out.
 *
 * What it is for: one pure decision, nr_policy_decide(), over (viewer, marking, purpose), and its
 * compilation into the scope that every knowledge query carries.  What it may touch: base model
 * store.  How to add a rule: change decide() and its truth-table test; the scope follows, because it
 * is computed by calling decide() on every distinct marking in the store.
 *
 * TLP 2.0 (FIRST): CLEAR anyone; GREEN any enrolled unit; AMBER the origin, the units above it on
 * either line, the units below it, and the units it names with all below them; AMBER+STRICT the origin
 * and the units below it, and exactly the units it names; RED exactly the origin and the units it
 * names.  Guard-rails G18, G21 of japan.md section 4. */
#pragma once

#include "model/marking.h"
#include "model/unit.h"
#include "store/store.h"

enum nr_purpose {
	NR_PURPOSE_READ = 0,   /* a person or token looks                    */
	NR_PURPOSE_EXPORT = 1, /* a feed leaves to the viewer's unit         */
};

/* Who asks.  unit empty: nobody in particular, may have TLP:CLEAR only. */
struct nr_viewer {
	struct nr_str unit;
	unsigned roles; /* NR_ROLE_*: roles open functions, never markings */
	int64_t person; /* 0: none */
	struct nr_str login;
};

/* The unit tree, both lines; immutable once loaded. */
struct nr_tree;

/* Loads the tree from the store. */
NR_MUSTUSE enum nr_rc nr_tree_load(struct nr_store *s, NR_OWNED struct nr_tree **ret,
				   struct nr_err *reterr);
/* Builds one from units in memory (tests, generators). NR_E_MALFORMED on a cycle (over both lines
 * together), an unknown parent or a unit enrolled twice. */
NR_MUSTUSE enum nr_rc nr_tree_build(const struct nr_unit *units, size_t n,
				    NR_OWNED struct nr_tree **ret, struct nr_err *reterr);
void nr_tree_free(struct nr_tree **p); /* NULL ok; sets *p = NULL */
/* Is above an ancestor of below (or the same) on the command or technical line?  Each line is walked
 * alone: who stands above a technical parent on the command line is not above on the technical line. */
bool nr_tree_covers(const struct nr_tree *t, struct nr_str above, struct nr_str below);
bool nr_tree_has(const struct nr_tree *t, struct nr_str unit);

/* The decision: may viewer have an object with this marking for this purpose?  Pure; default no. */
bool nr_policy_decide(const struct nr_tree *t, const struct nr_viewer *v,
		      const struct nr_marking *m, enum nr_purpose p);
/* The strictest marking that satisfies both: TLP max; origin of the stricter; releases intersected
 * where both restrict.  Two different origins that both restrict (AMBER and above): RED for exactly
 * those whom both name, each origin naming itself; the origin is empty when there is none of those
 * that is an origin.  Whoever may have the join may have both sources. */
NR_ARENA struct nr_marking nr_policy_join(struct nr_arena *a, const struct nr_marking *x,
					  const struct nr_marking *y);
/* Compiles the decision into the scope every knowledge query takes: evaluates decide() on every
 * distinct marking of the store.  In the arena. */
NR_MUSTUSE enum nr_rc nr_policy_scope(struct nr_store *s, const struct nr_tree *t,
				      const struct nr_viewer *v, enum nr_purpose p,
				      struct nr_arena *a, struct nr_scope *ret,
				      struct nr_err *reterr);
