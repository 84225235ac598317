/* gate.h -- what is checked before anything is written: guard-rails G16 (a legal basis) and G19
 * (state secrets are refused at the door), unit, sensor and marking.  Private to intake/. */
#pragma once

#include "intake/intake.h"

/* Checks a submission and fills in what the door decides: submission, marking and id of the dossier
 * (texts live in the dossier's arena).  NR_E_DENIED: no basis, or a state secret's mark;
 * NR_E_NOTFOUND: unknown unit, sensor or release; NR_E_INVAL: the sensor is another unit's. */
NR_MUSTUSE enum nr_rc nr_gate_check(struct nr_store *s, const struct nr_submit *sub,
				    struct nr_dossier *d, struct nr_err *reterr);
/* Does the text carry the mark of a state secret?  Returns the mark (NR_STATIC) or NULL.  Spaces
 * inside are ignored; the names of the two statutes are not marks. */
NR_STATIC const char *nr_gate_secret(struct nr_str text);
