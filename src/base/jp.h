/* jp.h -- bytes of a declared (or undeclared, or lying) charset to UTF-8, Japanese mail first.
 *
 * glibc's own ISO-2022-JP refuses ① and ㈱ and lets kana through undecoded, so the ISO-2022-JP family
 * has its own state machine here; Shift_JIS and EUC-JP mean CP932 and EUC-JP-MS, as every mailer does
 * (docs/eyes/mail.md, "Charsets").  The raw bytes are never changed: evidence points at them.
 * Memory: results in the arena.  Threading: a converter is used under a lock; any thread may call.
 * Jail: nr_jp_warm_up() opens every converter, because iconv loads code from files on first use; a
 * converter not open by then counts as unknown. */
#pragma once

#include "base/arena.h"

enum { NR_JP_MAX = 32 << 20 }; /* bytes decoded in one call */

struct nr_jp {
	struct nr_str text; /* UTF-8; NUL and undecodable bytes became U+FFFD */
	const char *used; /* NR_STATIC name of the charset read: "ISO-2022-JP", "CP932", "UTF-8" */
	const char
		*declared; /* NR_STATIC name the declaration means; NULL: none or unknown        */
	bool lied;         /* another charset than the declared one reads these bytes            */
	size_t lossy;      /* places that became U+FFFD */
	unsigned score;    /* 0..100: how much of it reads like text */
};

/* Decodes bytes.  declared may be empty or anything a header said.  When the declared charset does
 * not read the bytes, the others are tried: UTF-8, ISO-2022-JP (when it has escapes), CP932,
 * EUC-JP-MS, GB18030, Big5, windows-1252.  NR_E_LIMIT above NR_JP_MAX or at the arena's cap. */
NR_MUSTUSE enum nr_rc nr_jp_decode(struct nr_bytes in, struct nr_str declared, struct nr_arena *a,
				   struct nr_jp *ret, struct nr_err *reterr);
/* Opens all converters and tables; later calls open no file. */
void nr_jp_warm_up(void);
/* The static name a charset label stands for, or NULL: "x-sjis" -> "CP932". */
NR_STATIC const char *nr_jp_charset(struct nr_str label);
/* Counts Han characters of text and those of them that CP932 cannot write (simplified Chinese in a
 * "Japanese" text, japan.md section 5.1), and kana. */
struct nr_jp_script {
	size_t han, foreign, kana, hangul, letters;
};
struct nr_jp_script nr_jp_script(struct nr_str text);
