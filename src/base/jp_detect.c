/* Which charset is it really: scores and the order of trying. */
#include "base/jp_int.h"

#include <pthread.h>

enum { HAN_FIRST = 0x4e00, HAN_LAST = 0x9fff, HAN_BYTES = (HAN_LAST - HAN_FIRST + 8) / 8 };

static uint8_t common[HAN_BYTES];   /* JIS level 1: the kanji people use */
static uint8_t writable[HAN_BYTES]; /* anything CP932 has                */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool bit(const uint8_t *map, uint32_t c)
{
	return c >= HAN_FIRST && c <= HAN_LAST &&
	       (map[(c - HAN_FIRST) / 8] >> ((c - HAN_FIRST) % 8) & 1);
}

static void set_bit(uint8_t *map, uint32_t c)
{
	if (c >= HAN_FIRST && c <= HAN_LAST)
		map[(c - HAN_FIRST) / 8] |= (uint8_t)(1u << ((c - HAN_FIRST) % 8));
}

uint32_t nr_jp_next(struct nr_str s, size_t *i)
{
	const uint8_t *p = (const uint8_t *)s.p + *i;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);

	if (n > s.n - *i)
		n = s.n - *i;
	for (size_t k = 1; k < n; k++)
		c = c << 6 | (p[k] & 0x3f);
	*i += n;
	return c;
}

static void fill_tables(void)
{
	for (unsigned b1 = 0x88; b1 <= 0xfc; b1 += b1 == 0x9f ? 0x41 : 1) {
		for (unsigned b2 = 0x40; b2 <= 0xfc; b2++) {
			uint8_t pair[2] = { (uint8_t)b1, (uint8_t)b2 }, text[16];
			struct nr_jp_buf out = { text, 0, sizeof(text) };
			size_t lossy = 0, i = 0;
			uint32_t c;

			if (!nr_jp_iconv("CP932", (struct nr_bytes){ pair, 2 }, &out, &lossy) ||
			    lossy)
				continue;
			c = nr_jp_next((struct nr_str){ (char *)text, out.n }, &i);
			set_bit(writable, c);
			if (b1 < 0x98 || (b1 == 0x98 && b2 <= 0x72))
				set_bit(common, c);
		}
	}
}

void nr_jp_tables(void)
{
	(void)pthread_once(&once, fill_tables);
}

static bool is_kana(uint32_t c)
{
	return c >= 0x3041 && c <= 0x30ff;
}

static bool is_han(uint32_t c)
{
	return c >= HAN_FIRST && c <= HAN_LAST;
}

/* CJK punctuation and full-width ASCII. */
static bool wide_sign(uint32_t c)
{
	return (c >= 0x3000 && c <= 0x303f) || (c >= 0xff01 && c <= 0xff5e);
}

/* Weight of one character outside ASCII, 0..100. */
static unsigned weight(uint32_t c)
{
	if (is_kana(c) || wide_sign(c))
		return 100;
	if (is_han(c))
		return bit(common, c) ? 100 : bit(writable, c) ? 25 : 60;
	if (c >= 0xff61 && c <= 0xff9f)
		return 30; /* half-width kana: real, but typical of EUC read as Shift_JIS */
	if (c == 0xfffd || (c >= 0xe000 && c <= 0xf8ff) || (c >= 0x80 && c <= 0x9f))
		return 0;
	return 60;
}

static bool ascii_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Western text: an accented letter stands beside other letters. */
static unsigned latin_weight(uint32_t before, uint32_t c, uint32_t after)
{
	if (c == 0xfffd || (c >= 0x80 && c <= 0x9f))
		return 0;
	if (c >= 0xc0 && c <= 0x24f)
		return ascii_letter(before) || ascii_letter(after) ? 90 : 20;
	if (c >= 0x2010 && c <= 0x2122)
		return 80; /* curly quotes, dashes, bullets */
	return 50;
}

unsigned nr_jp_score(struct nr_str text, bool latin)
{
	uint64_t sum = 0, n = 0;
	uint32_t before = 0, c = 0;
	size_t i = 0;

	nr_jp_tables();
	while (i < text.n) {
		size_t peek;

		before = c;
		c = nr_jp_next(text, &i);
		if (c < 0x80)
			continue;
		peek = i;
		n++;
		sum += latin ? latin_weight(before, c, i < text.n ? nr_jp_next(text, &peek) : 0)
			     : weight(c);
	}
	return n ? (unsigned)(sum / n) : 100;
}

struct nr_jp_script nr_jp_script(struct nr_str text)
{
	struct nr_jp_script r = { 0 };

	nr_jp_tables();
	for (size_t i = 0; i < text.n;) {
		uint32_t c = nr_jp_next(text, &i);

		r.letters += ascii_letter(c) || c >= 0xc0;
		r.kana += is_kana(c) || (c >= 0xff66 && c <= 0xff9f);
		r.hangul += c >= 0xac00 && c <= 0xd7a3;
		r.han += is_han(c);
		r.foreign += is_han(c) && !bit(writable, c);
	}
	return r;
}

struct shape {
	bool high;   /* a byte over 0x7F */
	bool escape; /* ESC $ or ESC ( or SO */
	bool utf8;   /* valid UTF-8 with at least one character outside ASCII */
};

static struct shape shape_of(struct nr_bytes in)
{
	struct shape s = { 0 };
	struct nr_str ignored;
	bool nul = false;

	for (size_t i = 0; i < in.n; i++) {
		s.high = s.high || in.p[i] >= 0x80;
		nul = nul || in.p[i] == 0;
		if (in.p[i] == 0x1b && i + 1 < in.n && (in.p[i + 1] == '$' || in.p[i + 1] == '('))
			s.escape = true;
	}
	s.utf8 = s.high && !nul && nr_str_check(in, &ignored, NULL) == NR_OK;
	return s;
}

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

static bool latin_set(const char *name)
{
	return strncmp(name, "CP125", 5) == 0 || strncmp(name, "ISO-8859", 8) == 0;
}

static bool attempt(const char *name, struct nr_bytes in, struct nr_arena *a, struct nr_jp *ret)
{
	*ret = (struct nr_jp){ .used = name };
	if (!nr_jp_convert(name, in, a, &ret->text, &ret->lossy))
		return false;
	ret->score = nr_jp_score(ret->text, latin_set(name));
	return true;
}

/* The declared charset is believed when it reads every byte, unless the bytes say otherwise. */
static bool believable(const struct nr_jp *d, struct shape s)
{
	if (s.escape && !s.high && is(d->used, "ISO-2022-JP"))
		return true; /* cut or damaged, but nothing else writes like this */
	if (d->lossy)
		return false;
	if (s.utf8 && !is(d->used, "UTF-8") && strncmp(d->used, "UTF-", 4) != 0)
		return false;
	if (s.escape && !is(d->used, "ISO-2022-JP") && strncmp(d->used, "ISO-2022", 8) != 0)
		return false;
	if (is(d->used, "CP932") || is(d->used, "EUC-JP-MS"))
		return d->score >= 55;
	return true;
}

static bool better(const struct nr_jp *x, const struct nr_jp *y)
{
	if (!y->used)
		return true;
	if ((x->lossy == 0) != (y->lossy == 0))
		return x->lossy == 0;
	if (x->lossy != y->lossy)
		return x->lossy < y->lossy;
	return x->score > y->score + 5; /* earlier in the order wins a near tie */
}

static struct nr_jp best_of(struct nr_bytes in, struct shape s, struct nr_jp first,
			    struct nr_arena *a)
{
	static const char *const order[] = { "UTF-8",   "ISO-2022-JP", "CP932", "EUC-JP-MS",
					     "GB18030", "BIG5-HKSCS",  "CP1252" };
	struct nr_jp best = first, t;

	if (s.utf8 && attempt("UTF-8", in, a, &t))
		return t;
	for (size_t i = 0; i < NR_COUNT(order); i++) {
		if (is(order[i], "ISO-2022-JP") && !s.escape)
			continue;
		if (is(first.used, order[i]) || !attempt(order[i], in, a, &t))
			continue;
		if (is(order[i], "ISO-2022-JP") && !s.high && t.lossy == 0)
			return t; /* escapes, seven bits, nothing lost: it is */
		if (better(&t, &best))
			best = t;
	}
	return best;
}

/* The same over a prefix of whole lines when there is much text: eight trials of 32 MiB help nobody. */
static struct nr_jp detect(struct nr_bytes in, struct shape s, struct nr_jp first,
			   struct nr_arena *a)
{
	enum { SAMPLE = 65536 };
	struct nr_jp best, t;
	size_t n = SAMPLE;

	if (in.n <= SAMPLE)
		return best_of(in, s, first, a);
	while (n > SAMPLE / 2 && in.p[n - 1] != '\n')
		n--;
	if (first.used && !attempt(first.used, (struct nr_bytes){ in.p, n }, a, &t))
		return first;
	best = best_of((struct nr_bytes){ in.p, n }, s, first.used ? t : first, a);
	if (best.used && attempt(best.used, in, a, &t) && better(&t, &first))
		return t;
	return first;
}

/* Whether the declared reading d stands against the detected one: a few bad bytes in what looks like
 * text are damage, not another charset. */
static bool only_damaged(const struct nr_jp *d, const char *name, const char *detected,
			 struct shape s)
{
	return name && detected && !is(detected, name) && d->lossy && !latin_set(name) &&
	       !is(name, "US-ASCII") && !s.utf8 && d->lossy * 50 < d->text.n && d->score >= 60;
}

enum nr_rc nr_jp_decode(struct nr_bytes in, struct nr_str declared, struct nr_arena *a,
			struct nr_jp *ret, struct nr_err *reterr)
{
	const char *name = nr_jp_charset(declared), *charset;
	struct nr_jp d = { 0 }, best;
	struct shape s = shape_of(in);
	bool plain = !s.high && !s.escape, read;

	if (in.n > NR_JP_MAX)
		return nr_fail(reterr, NR_E_LIMIT, "charset", NR_JP_MAX, "over 32 MiB of text");
	charset = name ? name : plain ? "US-ASCII" : NULL;
	read = charset && attempt(charset, in, a, &d);
	best = d;
	if (!read || !believable(&d, s))
		best = detect(in, s, d, a);
	if (read && only_damaged(&d, name, best.used, s))
		best = d;
	if (!best.used || a->exhausted)
		return nr_fail(reterr, NR_E_LIMIT, "charset", UINT64_MAX, "arena exhausted");
	best.declared = name;
	best.lied = name && !is(best.used, name) && (!is(name, "US-ASCII") || !plain);
	*ret = best;
	return NR_OK;
}
