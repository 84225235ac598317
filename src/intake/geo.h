/* geo.h -- the country of a source address, for the counters of the situation page.
 *
 * Errors: NR_E_IO when the database cannot be opened; an address it does not know is no error. */
#pragma once

#include "model/dossier.h"

/* Adds one "country" counter row a country (ISO 3166-1 alpha-2, ascending) from the dossier's "source"
 * rows; addresses that resolve to nothing (documentation, private, unassigned) count under "ZZ".  path
 * NULL, no source rows, or country rows there already: nothing is added. */
NR_MUSTUSE enum nr_rc nr_geo_enrich(const char *path, struct nr_dossier *d, struct nr_err *reterr);
