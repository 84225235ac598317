/* marking.h -- handling: TLP 2.0 (FIRST, 2022) plus origin and releasability.
 *
 * Markings form a lattice; a derived object takes nr_policy_join() of its sources. */
#pragma once

#include "base/arena.h"

enum nr_tlp {
	NR_TLP_CLEAR = 0,
	NR_TLP_GREEN = 1,
	NR_TLP_AMBER = 2,
	NR_TLP_AMBER_STRICT = 3,
	NR_TLP_RED = 4,
};

enum { NR_TLP_COUNT = 5, NR_RELEASE_MAX = 64 };

struct nr_marking {
	enum nr_tlp tlp;
	struct nr_str origin;         /* unit that set it                                       */
	const struct nr_str *release; /* extra units it may go to, sorted, no duplicates         */
	size_t n_release;
};

/* "TLP:CLEAR" "TLP:GREEN" "TLP:AMBER" "TLP:AMBER+STRICT" "TLP:RED". */
NR_STATIC const char *nr_tlp_name(enum nr_tlp t);
/* Either case, with or without the prefix "TLP:"; "WHITE" is refused (TLP 1.0). NR_E_MALFORMED */
NR_MUSTUSE enum nr_rc nr_tlp_parse(struct nr_str s, enum nr_tlp *ret, struct nr_err *reterr);
