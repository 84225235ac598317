/* migrate.h -- the schema, embedded: migrations/NNNN.sql, applied in order, never edited once
 * released. */
#pragma once

#include "base/base.h"

extern const char *const nr_migrations[]; /* [i] takes schema i to i + 1 */
extern const int64_t nr_migrations_count;
