/* fold.h -- text as search sees it: NFKC_Casefold (Unicode, ICU) plus the Japanese foldings that
 * Unicode leaves out.  For finding, never for showing: display keeps the raw text. */
#pragma once

#include "base/arena.h"

/* The folded text, in the arena (ASCII costs no ICU call).  On top of NFKC_Casefold: 〜→~,
 * hyphens and minus signs (U+2010..2015, U+2212) → -, ー between digits → -, ‖→∥, 髙→高, 﨑→崎,
 * 邊 and 邉→辺.  Hiragana and katakana stay distinct.  Idempotent.  An empty view at the arena's
 * cap (a->exhausted is then set). */
NR_ARENA struct nr_str nr_fold(struct nr_str s, struct nr_arena *a);
/* The code point at *pos, which moves past it; a bad byte reads as U+FFFD and moves by one. */
uint32_t nr_utf8_next(struct nr_str s, size_t *pos);
/* Han, kana, Hangul and their iteration and length marks: scripts written without spaces. */
bool nr_cp_cjk(uint32_t cp);
/* A letter, digit or combining mark of any other script. */
bool nr_cp_word(uint32_t cp);
