/* jp_int.h -- shared by the jp files only. */
#pragma once

#include "base/jp.h"

/* A buffer of bounded room in the arena. */
struct nr_jp_buf {
	uint8_t *p;
	size_t n, room;
};

/* Decodes with one charset by its static name; adds to *lossy.  false: no such converter, or no
 * room in the arena. */
NR_MUSTUSE bool nr_jp_convert(const char *charset, struct nr_bytes in, struct nr_arena *a,
			      struct nr_str *ret, size_t *lossy);
/* The ISO-2022-JP family. */
NR_MUSTUSE bool nr_jp_iso2022(struct nr_bytes in, struct nr_arena *a, struct nr_str *ret,
			      size_t *lossy);
/* Runs one converter over in, replacing what does not decode by U+FFFD. */
NR_MUSTUSE bool nr_jp_iconv(const char *charset, struct nr_bytes in, struct nr_jp_buf *out,
			    size_t *lossy);
/* 0..100: share of the characters outside ASCII that running Japanese, or for latin == true Western,
 * text would have. */
unsigned nr_jp_score(struct nr_str text, bool latin);
/* Fills the Han tables from CP932. */
void nr_jp_tables(void);
/* The next character of valid UTF-8 at *i; moves *i. */
uint32_t nr_jp_next(struct nr_str s, size_t *i);
