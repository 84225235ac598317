/* dossier_json.h -- the wire form of a dossier, schema noroshi.dossier/1 (docs/dossier.schema.json).
 *
 * Writing is a straight stream; reading treats the text as hostile (it comes from a worker that has
 * just parsed hostile bytes): strict JSON, duplicate keys refused, every limit of dossier.h,
 * every observable must be canonical, every index in range. */
#pragma once

#include "base/wr.h"
#include "model/dossier.h"

/* Appends the dossier as one JSON object without trailing newline. */
void nr_dossier_write(const struct nr_dossier *d, struct nr_wr *w);
/* Fills *ret (in the arena) from JSON text; NR_E_MALFORMED with the field, NR_E_LIMIT. */
NR_MUSTUSE enum nr_rc nr_dossier_read(struct nr_bytes json, struct nr_arena *a,
				      struct nr_dossier *ret, struct nr_err *reterr);
