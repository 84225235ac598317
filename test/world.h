/* world.h -- worlds for tests: the police tree as it is, and random worlds over it.
 *
 * The tree has two lines that differ: on the command line a prefecture answers to its bureau, on the
 * technical line to the centre.  Members hang on a prefecture by the technical line only; vendors and
 * the partner stand alone. */
#pragma once

#include "model/unit.h"

/* NPA, centre, 6 bureaus, 47 prefectures, 6 members, 2 vendors, 1 partner; static storage. */
const struct nr_unit *world_units(size_t *ret_n);
