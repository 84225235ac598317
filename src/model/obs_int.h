/* obs_int.h -- shared inside the observable files of the model, nobody else includes it.
 *
 * A struct nr_obuf is a text buffer in the arena with a fixed room: writes past it latch full.
 * Memory: the arena given.  Errors: NR_E_MALFORMED, NR_E_LIMIT. */
#pragma once

#include "model/observable.h"

enum { NR_OBS_MAX = 8192 }; /* longest raw and longest canonical value, bytes */

struct nr_obuf {
	char *p;
	size_t n;
	size_t room;
	bool full;
};

/* ASCII character classes, without a locale. */
static inline bool nr_c_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool nr_c_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool nr_c_alnum(char c)
{
	return nr_c_digit(c) || nr_c_alpha(c);
}
static inline bool nr_c_hex(char c)
{
	return nr_c_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
static inline char nr_c_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
static inline bool nr_c_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}
/* The part of s from byte `from`, n bytes at most; never outside s. */
static inline struct nr_str nr_sub(struct nr_str s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return (struct nr_str){ s.n ? s.p + from : s.p, n };
}
/* s begins with the literal, ASCII case ignored. */
bool nr_has_prefix_ci(struct nr_str s, const char *lit);

/* A buffer with this room in the arena; full at once when the arena is at its cap. */
struct nr_obuf nr_obuf_new(struct nr_arena *a, size_t room);
/* Appends one byte, a view. */
void nr_obuf_c(struct nr_obuf *b, char c);
void nr_obuf_str(struct nr_obuf *b, struct nr_str s);

/* ASCII white space off both ends. */
struct nr_str nr_obs_trim(struct nr_str s);
/* Full-width ASCII to ASCII, ideographic space to space, the ideographic full stops to '.'; other
 * text is copied.  Never longer than s. */
NR_ARENA struct nr_str nr_obs_narrow(struct nr_str s, struct nr_arena *a);
/* One narrowed byte for the three-byte character at s[i], or 0. */
char nr_obs_narrow1(struct nr_str s, size_t i);
/* Unicode forms; NR_E_LIMIT when the result is longer than NR_OBS_MAX. */
NR_MUSTUSE enum nr_rc nr_obs_nfc(struct nr_str s, struct nr_arena *a, struct nr_str *ret,
				 struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_obs_nfkc_cf(struct nr_str s, struct nr_arena *a, struct nr_str *ret,
				     struct nr_err *reterr);
/* UTS 46 non-transitional ToASCII of a name with characters outside ASCII. */
NR_MUSTUSE enum nr_rc nr_obs_idna(struct nr_str s, struct nr_arena *a, struct nr_str *ret,
				  struct nr_err *reterr);

/* The canonical forms by kind. */
NR_MUSTUSE enum nr_rc nr_obs_ipv4(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
				  struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_obs_ipv6(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
				  struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_obs_domain(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
				    struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_obs_url(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
				 struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_obs_email(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
				   struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_obs_subject(struct nr_str raw, struct nr_arena *a, struct nr_str *ret,
				     struct nr_err *reterr);
/* True when a last label is one that names in running text end with; *ret_weak when it is also a
 * common file extension or English word, so that two bare labels are no evidence of a name. */
bool nr_obs_tld(struct nr_str label, bool *ret_weak);

/* Text with the defanged spellings undone and, for each byte of it, where its raw spelling starts:
 * at[n] is the end of the raw text. */
struct nr_refang {
	struct nr_str text;
	const uint32_t *at;
	const uint8_t *undone; /* 1 where a defanged spelling was replaced */
};
/* NR_E_LIMIT above 16 MiB or at the arena's cap. */
NR_MUSTUSE enum nr_rc nr_obs_refang(struct nr_str raw, struct nr_arena *a, struct nr_refang *ret,
				    struct nr_err *reterr);
/* Length of a URL scheme at the front of s with its "://", defanged spellings (hxxp, h**p, ttp)
 * included, and the scheme it stands for ("http"); 0 when there is none. */
size_t nr_obs_scheme(struct nr_str s, const char **ret_scheme);
/* A host with a label of x's only, which stands for something else ("203.0.113.xxx"). */
bool nr_obs_masked(struct nr_str host);
