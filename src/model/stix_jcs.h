/* stix_jcs.h -- canonical JSON over jansson trees: shared by the files of stix, by no other room. */
#pragma once

#include "model/stix.h"

#include <jansson.h>

/* Parses text strictly (duplicates refused, at most NR_STIX_JSON bytes); the caller decrefs. */
NR_MUSTUSE enum nr_rc nr_jcs_parse(struct nr_bytes json, json_t **ret, struct nr_err *reterr);
/* Appends the canonical form of a tree; NR_E_LIMIT when it is nested deeper than 64. */
NR_MUSTUSE enum nr_rc nr_jcs_write(struct nr_wr *w, json_t *v, unsigned depth,
				   struct nr_err *reterr);
