/* data.h -- where the data files that ship with the program are.
 *
 * Looked for in this order: the folder named by the environment variable NOROSHI_DATA; the folder
 * ../share/noroshi beside the folder of the executable (an installation, and the test programs); the
 * folder share/noroshi beside the executable (the build folder). */
#pragma once

#include "base/arena.h"

/* The path of one data file, NUL-terminated, or NULL when it is in none of those places. */
NR_ARENA const char *nr_data_path(const char *name, struct nr_arena *a);
