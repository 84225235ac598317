#include "base/fold.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

static bool all_ascii(struct nr_str s)
{
	unsigned char any = 0;

	for (size_t i = 0; i < s.n; i++)
		any |= (unsigned char)s.p[i];
	return any < 0x80;
}

static struct nr_str fold_ascii(struct nr_str s, struct nr_arena *a)
{
	char *p = nr_arena_zalloc(a, s.n + 1, 1);

	if (!p)
		return (struct nr_str){ NULL, 0 };
	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
	return (struct nr_str){ p, s.n };
}

static bool digit(UChar c)
{
	return c >= '0' && c <= '9';
}

/* The foldings of Japanese names and punctuation that NFKC does not do, by first code point. */
static const struct {
	UChar lo, hi, to;
} japanese[] = {
	{ 0x2010, 0x2015, '-' },    { 0x2016, 0x2016, 0x2225 }, { 0x2212, 0x2212, '-' },
	{ 0x301c, 0x301c, '~' },    { 0x9089, 0x908a, 0x8fba }, { 0x9ad9, 0x9ad9, 0x9ad8 },
	{ 0xfa11, 0xfa11, 0x5d0e },
};

static UChar fold_one(UChar c)
{
	for (size_t i = 0; i < NR_COUNT(japanese) && c >= japanese[i].lo; i++)
		if (c <= japanese[i].hi)
			return japanese[i].to;
	return c;
}

static void fold_japanese(UChar *t, int32_t n)
{
	for (int32_t i = 0; i < n; i++) {
		/* A long-vowel mark between digits is a hyphen somebody typed in kana mode. */
		if (t[i] == 0x30fc && i > 0 && i + 1 < n && digit(t[i - 1]) && digit(t[i + 1]))
			t[i] = '-';
		else if (t[i] >= japanese[0].lo)
			t[i] = fold_one(t[i]);
	}
}

static struct nr_str to_utf8(const UChar *t, int32_t n, struct nr_arena *a)
{
	UErrorCode e = U_ZERO_ERROR;
	int32_t len = 0;
	char *p = nr_arena_zalloc(a, (size_t)n * 3 + 1, 1);

	if (!p)
		return (struct nr_str){ NULL, 0 };
	u_strToUTF8(p, n * 3, &len, t, n, &e);
	if (U_FAILURE(e))
		len = 0;
	return (struct nr_str){ p, (size_t)len };
}

struct nr_str nr_fold(struct nr_str s, struct nr_arena *a)
{
	/* One code point becomes at most 18 under NFKC; almost all text stays its size, so the second
	 * attempt with the size ICU asked for is rare. */
	UErrorCode e = U_ZERO_ERROR;
	const UNormalizer2 *nfkc;
	int32_t n = 0, cap, m;
	UChar *in, *out;

	if (all_ascii(s))
		return fold_ascii(s, a);
	nfkc = unorm2_getNFKCCasefoldInstance(&e);
	in = s.n < INT32_MAX / 64 ? NR_NEW_N(a, UChar, s.n + 1) : NULL;
	if (!in || U_FAILURE(e)) {
		a->exhausted = true;
		return (struct nr_str){ NULL, 0 };
	}
	u_strFromUTF8WithSub(in, (int32_t)s.n, &n, s.p, (int32_t)s.n, 0xfffd, NULL, &e);
	/* Before, because what these become can compose with a mark that follows; after, because NFKC
	 * makes new ones. */
	fold_japanese(in, n);
	cap = n + n / 8 + 16;
	out = NR_NEW_N(a, UChar, (size_t)cap);
	m = out ? unorm2_normalize(nfkc, in, n, out, cap, &e) : 0;
	if (out && e == U_BUFFER_OVERFLOW_ERROR) {
		e = U_ZERO_ERROR;
		cap = m;
		out = NR_NEW_N(a, UChar, (size_t)cap);
		m = out ? unorm2_normalize(nfkc, in, n, out, cap, &e) : 0;
	}
	if (!out || U_FAILURE(e)) {
		a->exhausted = true;
		return (struct nr_str){ NULL, 0 };
	}
	fold_japanese(out, m);
	return to_utf8(out, m, a);
}

uint32_t nr_utf8_next(struct nr_str s, size_t *pos)
{
	const unsigned char *p = (const unsigned char *)s.p + *pos;
	size_t left = s.n - *pos, n;
	uint32_t c = p[0];

	*pos += 1;
	if (c < 0x80)
		return c;
	n = c >= 0xf0 && c < 0xf8 ? 4 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xc2 && c < 0xe0 ? 2 : 0;
	if (n == 0 || n > left)
		return 0xfffd;
	c &= 0x7fu >> n;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0xfffd;
		c = c << 6 | (p[i] & 0x3fu);
	}
	*pos += n - 1;
	return c;
}

bool nr_cp_cjk(uint32_t c)
{
	static const struct {
		uint32_t lo, hi;
	} cjk[] = {
		{ 0x1100, 0x11ff }, { 0x3005, 0x3007 }, { 0x3041, 0x309f },   { 0x30a1, 0x30fa },
		{ 0x30fc, 0x30ff }, { 0x31f0, 0x31ff }, { 0x3400, 0x4dbf },   { 0x4e00, 0x9fff },
		{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0x20000, 0x3ffff },
	};

	for (size_t i = 0; i < NR_COUNT(cjk) && c >= cjk[i].lo; i++)
		if (c <= cjk[i].hi)
			return true;
	return false;
}

bool nr_cp_word(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
	if (nr_cp_cjk(c))
		return false;
	return (U_GET_GC_MASK((UChar32)c) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK)) != 0;
}
