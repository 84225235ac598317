/* demo_world.h -- the units and sensors of the demonstration world. */
#pragma once

#include "store/store.h"

/* Puts the police tree, the fictional companies, vendors and partner, and the sensors; inside a
 * transaction. */
NR_MUSTUSE enum nr_rc nr_demo_units(struct nr_store *s, struct nr_err *reterr);
