/* Charset labels, converters, and the ISO-2022-JP state machine. */
#include "base/jp_int.h"

#include <iconv.h>
#include <pthread.h>

/* Every converter we ever open; the order is the index of the handles. */
static const char *const converters[] = {
	"EUC-JP-MS",   "CP932",       "GB18030",     "BIG5-HKSCS",  "UHC",         "EUC-JISX0213",
	"CP1250",      "CP1251",      "CP1252",      "CP1253",      "CP1254",      "CP1255",
	"CP1256",      "CP1257",      "CP1258",      "CP874",       "KOI8-R",      "KOI8-U",
	"ISO-8859-2",  "ISO-8859-3",  "ISO-8859-4",  "ISO-8859-5",  "ISO-8859-6",  "ISO-8859-7",
	"ISO-8859-8",  "ISO-8859-10", "ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16",
	"CP437",       "CP850",       "CP852",       "CP866",       "MACINTOSH",   "ISO-2022-KR",
	"ISO-2022-CN", "UTF-7",       "UTF-16",      "UTF-16LE",    "UTF-16BE",    "UTF-32",
	"TCVN",        "VISCII",
};

static iconv_t handles[NR_COUNT(converters)];
static bool tried[NR_COUNT(converters)];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Labels by what they mean; a label equal to a converter's own name needs no row. */
static const struct {
	const char *label, *name;
} aliases[] = {
	{ "utf-8", "UTF-8" },
	{ "utf8", "UTF-8" },
	{ "unicode-1-1-utf-8", "UTF-8" },
	{ "us-ascii", "US-ASCII" },
	{ "ascii", "US-ASCII" },
	{ "ansi_x3.4-1968", "US-ASCII" },
	{ "iso646-us", "US-ASCII" },
	{ "646", "US-ASCII" },
	{ "iso-2022-jp", "ISO-2022-JP" },
	{ "iso-2022-jp-1", "ISO-2022-JP" },
	{ "iso-2022-jp-2", "ISO-2022-JP" },
	{ "iso-2022-jp-3", "ISO-2022-JP" },
	{ "iso-2022-jp-ms", "ISO-2022-JP" },
	{ "csiso2022jp", "ISO-2022-JP" },
	{ "cp50220", "ISO-2022-JP" },
	{ "cp50221", "ISO-2022-JP" },
	{ "cp50222", "ISO-2022-JP" },
	{ "jis", "ISO-2022-JP" },
	{ "x-jis", "ISO-2022-JP" },
	{ "shift_jis", "CP932" },
	{ "shift-jis", "CP932" },
	{ "sjis", "CP932" },
	{ "x-sjis", "CP932" },
	{ "x-shift-jis", "CP932" },
	{ "csshiftjis", "CP932" },
	{ "ms_kanji", "CP932" },
	{ "ms932", "CP932" },
	{ "windows-31j", "CP932" },
	{ "sjis-win", "CP932" },
	{ "shift_jisx0213", "CP932" },
	{ "euc-jp", "EUC-JP-MS" },
	{ "euc_jp", "EUC-JP-MS" },
	{ "eucjp", "EUC-JP-MS" },
	{ "ujis", "EUC-JP-MS" },
	{ "x-euc-jp", "EUC-JP-MS" },
	{ "x-euc", "EUC-JP-MS" },
	{ "eucjp-ms", "EUC-JP-MS" },
	{ "cp51932", "EUC-JP-MS" },
	{ "cseucpkdfmtjapanese", "EUC-JP-MS" },
	{ "gb2312", "GB18030" },
	{ "gbk", "GB18030" },
	{ "x-gbk", "GB18030" },
	{ "cp936", "GB18030" },
	{ "windows-936", "GB18030" },
	{ "euc-cn", "GB18030" },
	{ "big5", "BIG5-HKSCS" },
	{ "cp950", "BIG5-HKSCS" },
	{ "ks_c_5601-1987", "UHC" },
	{ "euc-kr", "UHC" },
	{ "cp949", "UHC" },
	{ "iso-8859-1", "CP1252" }, /* as every mailer reads it */
	{ "latin1", "CP1252" },
	{ "iso8859-1", "CP1252" },
	{ "iso-8859-9", "CP1254" },
	{ "iso-8859-11", "CP874" },
	{ "tis-620", "CP874" },
	{ "windows-874", "CP874" },
	{ "windows-1250", "CP1250" },
	{ "windows-1251", "CP1251" },
	{ "windows-1252", "CP1252" },
	{ "windows-1253", "CP1253" },
	{ "windows-1254", "CP1254" },
	{ "windows-1255", "CP1255" },
	{ "windows-1256", "CP1256" },
	{ "windows-1257", "CP1257" },
	{ "windows-1258", "CP1258" },
	{ "iso-8859-8-i", "ISO-8859-8" },
	{ "koi8", "KOI8-R" },
	{ "macintosh", "MACINTOSH" },
	{ "unicode-1-1-utf-7", "UTF-7" },
	{ "ucs-2", "UTF-16" },
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same_label(struct nr_str a, const char *b)
{
	size_t n = strlen(b);

	if (a.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(a.p[i]) != lower(b[i]))
			return false;
	return true;
}

const char *nr_jp_charset(struct nr_str label)
{
	while (label.n && (label.p[0] == ' ' || label.p[0] == '"' || label.p[0] == '\''))
		label = (struct nr_str){ label.p + 1, label.n - 1 };
	while (label.n && strchr(" \"'", label.p[label.n - 1]))
		label.n--;
	for (size_t i = 0; i < NR_COUNT(aliases); i++)
		if (same_label(label, aliases[i].label))
			return aliases[i].name;
	for (size_t i = 0; i < NR_COUNT(converters); i++)
		if (same_label(label, converters[i]))
			return converters[i];
	return NULL;
}

/* The handle of a converter, opened on first use; (iconv_t)-1 when iconv has none.  Under lock. */
static iconv_t handle_of(const char *name)
{
	for (size_t i = 0; i < NR_COUNT(converters); i++) {
		if (strcmp(converters[i], name) != 0)
			continue;
		if (!tried[i]) {
			tried[i] = true;
			handles[i] = iconv_open("UTF-8", name);
		}
		return handles[i];
	}
	return (iconv_t)-1; /* NOLINT: iconv's own error value */
}

void nr_jp_warm_up(void)
{
	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < NR_COUNT(converters); i++)
		(void)handle_of(converters[i]);
	(void)pthread_mutex_unlock(&lock);
	nr_jp_tables();
}

static void put_lost(struct nr_jp_buf *out, size_t *lossy)
{
	static const uint8_t replacement[3] = { 0xef, 0xbf, 0xbd };

	++*lossy;
	if (out->room - out->n >= 3) {
		memcpy(out->p + out->n, replacement, 3);
		out->n += 3;
	}
}

/* One run of the converter until it stops; returns the bytes it consumed, or SIZE_MAX when out is
 * full. */
static size_t run_once(iconv_t cd, struct nr_bytes in, struct nr_jp_buf *out)
{
	union { /* iconv's parameter is not const but the bytes are not written */
		const uint8_t *in;
		char *p;
	} from = { .in = in.p };
	char *to = (char *)out->p + out->n;
	size_t in_left = in.n, out_left = out->room - out->n;
	size_t r = iconv(cd, &from.p, &in_left, &to, &out_left);

	out->n = out->room - out_left;
	if (r == (size_t)-1 && out_left < 8 && in_left > out_left)
		return SIZE_MAX;
	return in.n - in_left;
}

bool nr_jp_iconv(const char *charset, struct nr_bytes in, struct nr_jp_buf *out, size_t *lossy)
{
	size_t at = 0;
	iconv_t cd;
	bool ok = true;

	(void)pthread_mutex_lock(&lock);
	cd = handle_of(charset);
	ok = cd != (iconv_t)-1;
	if (ok)
		(void)iconv(cd, NULL, NULL, NULL, NULL);
	while (ok && at < in.n) {
		size_t k = run_once(cd, (struct nr_bytes){ in.p + at, in.n - at }, out);

		ok = k != SIZE_MAX;
		at += ok ? k : 0;
		if (ok && at < in.n) { /* stopped at a byte it does not know */
			put_lost(out, lossy);
			at++;
		}
	}
	(void)pthread_mutex_unlock(&lock);
	return ok;
}

/* U+0000 has no place in a struct nr_str: same treatment as an undecodable byte.  In place when
 * there is none. */
static struct nr_str without_nul(struct nr_jp_buf b, struct nr_arena *a, size_t *lossy)
{
	struct nr_jp_buf out;
	size_t nuls = 0;

	for (size_t i = 0; i < b.n; i++)
		nuls += b.p[i] == 0;
	if (nuls == 0)
		return (struct nr_str){ (const char *)b.p, b.n };
	out = (struct nr_jp_buf){ .room = b.n + 2 * nuls };
	out.p = nr_arena_zalloc(a, out.room, 1);
	if (!out.p)
		return (struct nr_str){ NULL, 0 };
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i])
			out.p[out.n++] = b.p[i];
		else
			put_lost(&out, lossy);
	return (struct nr_str){ (const char *)out.p, out.n };
}

/* UTF-8 strict, each bad byte replaced. */
static void repair_utf8(struct nr_bytes in, struct nr_jp_buf *out, size_t *lossy)
{
	size_t at = 0;

	while (at < in.n) {
		struct nr_bytes rest = { in.p + at, in.n - at };
		struct nr_err e = { .offset = 0 };
		struct nr_str s;
		size_t good = nr_str_check(rest, &s, &e) == NR_OK ? rest.n : (size_t)e.offset;

		memcpy(out->p + out->n, rest.p, good);
		out->n += good;
		at += good;
		if (at < in.n) {
			put_lost(out, lossy);
			at++;
		}
	}
}

static void repair_ascii(struct nr_bytes in, struct nr_jp_buf *out, size_t *lossy)
{
	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] < 0x80)
			out->p[out->n++] = in.p[i];
		else
			put_lost(out, lossy);
}

bool nr_jp_convert(const char *charset, struct nr_bytes in, struct nr_arena *a, struct nr_str *ret,
		   size_t *lossy)
{
	struct nr_jp_buf out = { .room = in.n * 3 + 16 };

	if (strcmp(charset, "ISO-2022-JP") == 0)
		return nr_jp_iso2022(in, a, ret, lossy);
	out.p = nr_arena_zalloc(a, out.room, 1);
	if (!out.p)
		return false;
	if (strcmp(charset, "UTF-8") == 0)
		repair_utf8(in, &out, lossy);
	else if (strcmp(charset, "US-ASCII") == 0)
		repair_ascii(in, &out, lossy);
	else if (!nr_jp_iconv(charset, in, &out, lossy))
		return false;
	*ret = without_nul(out, a, lossy);
	return !a->exhausted;
}

/* ---- ISO-2022-JP ---- */

enum set { SET_ASCII, SET_KANA, SET_X0208, SET_X0212, SET_OTHER };

struct jis {
	struct nr_bytes in;
	size_t i;
	enum set set;
	bool shifted;         /* between SO and SI: kana */
	struct nr_jp_buf euc; /* pending EUC-JP-MS bytes */
	struct nr_jp_buf out;
	size_t *lossy;
	bool ok;
};

static void flush(struct jis *j)
{
	j->ok = j->ok && nr_jp_iconv("EUC-JP-MS", (struct nr_bytes){ j->euc.p, j->euc.n }, &j->out,
				     j->lossy);
	j->euc.n = 0;
}

static void put(struct jis *j, unsigned b)
{
	if (j->euc.n == j->euc.room)
		flush(j);
	j->euc.p[j->euc.n++] = (uint8_t)b;
}

static const struct {
	const char *seq; /* after ESC */
	enum set set;
} escapes[] = {
	{ "(B", SET_ASCII },  { "(J", SET_ASCII },  { "(H", SET_ASCII },  { "(I", SET_KANA },
	{ "$@", SET_X0208 },  { "$B", SET_X0208 },  { "$(D", SET_X0212 }, { "$(@", SET_X0208 },
	{ "$(B", SET_X0208 }, { "$(O", SET_X0208 }, { "$(Q", SET_X0208 }, { "$(P", SET_OTHER },
	{ "$A", SET_OTHER },  { "$(C", SET_OTHER }, { "$(A", SET_OTHER }, { "&@", SET_X0208 },
};

/* An escape sequence at i; returns its length, 0: none known. */
static size_t escape(struct jis *j)
{
	for (size_t k = 0; k < NR_COUNT(escapes); k++) {
		size_t n = strlen(escapes[k].seq);

		if (j->in.n - j->i > n && memcmp(j->in.p + j->i + 1, escapes[k].seq, n) == 0) {
			j->set = escapes[k].set;
			j->shifted = false;
			return n + 1;
		}
	}
	return 0;
}

/* Rows 0x79..0x7C are NEC's selection of IBM characters; EUC-JP-MS has private characters there, CP932
 * has the real ones. */
static void put_nec_ibm(struct jis *j, unsigned b1, unsigned b2)
{
	unsigned row = b1 - 0x21, cell = b2 - 0x21;
	uint8_t sjis[2] = { (uint8_t)(row / 2 + 0xc1),
			    (uint8_t)(row % 2 ? cell + 0x9f : cell + (cell >= 63 ? 0x41 : 0x40)) };

	flush(j);
	j->ok = j->ok && nr_jp_iconv("CP932", (struct nr_bytes){ sjis, 2 }, &j->out, j->lossy);
}

static size_t two_bytes(struct jis *j)
{
	unsigned b1 = j->in.p[j->i];
	unsigned b2 = j->i + 1 < j->in.n ? j->in.p[j->i + 1] : 0;
	bool high = b1 >= 0xa1 && b2 >= 0xa1;

	if (high) {
		b1 &= 0x7f;
		b2 &= 0x7f;
	}
	if (b1 < 0x21 || b1 > 0x7e || b2 < 0x21 || b2 > 0x7e || j->set == SET_OTHER) {
		put(j, 0xff); /* no character: one lossy place */
		return j->set == SET_OTHER && b2 > 0x20 ? 2 : 1;
	}
	if (j->set == SET_X0208 && b1 >= 0x79 && b1 <= 0x7c) {
		put_nec_ibm(j, b1, b2);
		return 2;
	}
	if (j->set == SET_X0212)
		put(j, 0x8f);
	put(j, b1 | 0x80);
	put(j, b2 | 0x80);
	return 2;
}

static size_t one_byte(struct jis *j)
{
	unsigned b = j->in.p[j->i];

	if ((j->set == SET_KANA || j->shifted) && b >= 0x21 && b <= 0x5f) {
		put(j, 0x8e);
		put(j, b | 0x80);
	} else if (b >= 0xa1 && b <= 0xdf) { /* stray 8-bit kana */
		put(j, 0x8e);
		put(j, b);
	} else {
		put(j, b < 0x80 ? b : 0xff);
	}
	return 1;
}

static size_t jis_step(struct jis *j)
{
	unsigned b = j->in.p[j->i];

	if (b == 0x1b) {
		size_t n = escape(j);

		if (n)
			return n;
	}
	if (b == 0x0e || b == 0x0f) {
		j->shifted = b == 0x0e;
		return 1;
	}
	if (b <= 0x20 || b == 0x7f) {
		/* RFC 1468: a line ends in ASCII, so a cut line does not garble the next */
		if (b == '\n' || b == '\r') {
			j->set = SET_ASCII;
			j->shifted = false;
		}
		put(j, b);
		return 1;
	}
	return j->set >= SET_X0208 && !j->shifted ? two_bytes(j) : one_byte(j);
}

bool nr_jp_iso2022(struct nr_bytes in, struct nr_arena *a, struct nr_str *ret, size_t *lossy)
{
	uint8_t pending[4096];
	struct jis j = { .in = in,
			 .euc = { pending, 0, sizeof(pending) },
			 .out = { .room = in.n * 3 + 16 },
			 .lossy = lossy,
			 .ok = true };

	j.out.p = nr_arena_zalloc(a, j.out.room, 1);
	if (!j.out.p)
		return false;
	while (j.i < in.n && j.ok) {
		if (j.euc.n + 8 > j.euc.room)
			flush(&j); /* never in the middle of a character */
		j.i += jis_step(&j);
	}
	flush(&j);
	*ret = without_nul(j.out, a, lossy);
	return j.ok && !a->exhausted;
}
