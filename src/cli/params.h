/* params.h -- what several commands hand to an eye, and who asks; shared by intake, sense, unit. */
#pragma once

#include "base/wr.h"

/* Appends an "indicator=kind:value" line for every line of a file (addresses, domains and URLs, defanged
 * or not; '#' begins a comment line; at most 100,000 lines).  NR_E_MALFORMED names the line. */
NR_MUSTUSE enum nr_rc nr_params_indicators(const char *path, struct nr_wr *w,
					   struct nr_err *reterr);
/* Who types: "cli:<account>" for the ledger; static storage. */
NR_STATIC const char *nr_params_actor(void);
