/* tok.h -- how search cuts folded text into tokens, and the same rule as an FTS5 tokenizer.
 *
 * A run of letters and digits of a spaced script is one token.  A run of CJK characters c1 c2 … cn
 * gives the overlapping pairs c1c2, c2c3, … and, closing the run, the single character cn: one
 * token starts at every character, so a phrase finds any stretch of text.  A query leaves out the
 * closing single character of its last run (unless the run is one character long), because the
 * text may go on there. */
#pragma once

#include "base/view.h"

struct sqlite3;

/* Calls each with the byte range of every token in order; stops and returns when it returns
 * non-zero.  query: the rule for the end of a query. */
int nr_tokens(struct nr_str folded, bool query, int (*each)(void *ctx, size_t from, size_t to),
	      void *ctx);
/* Registers the FTS5 tokenizer "noroshi" with a connection; returns an SQLite result code. */
int nr_tok_register(struct sqlite3 *db);
