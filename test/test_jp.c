/* Every charset trap of real Japanese mail, byte for byte (docs/eyes/mail.md, "Charsets"). */
#include "base/jp.h"
#include "tap.h"

struct trap {
	const char *in;
	size_t n;
	const char *declared, *want, *used;
	bool lied;
	size_t lossy;
};

static const struct trap traps[] = {
	{ "\x1b$B-!-j;qNA\x1b(I1\x1b(B/8/31(\x1b$B\x3f"
	  "e\x1b(B)",
	  33, "ISO-2022-JP", "①㈱資料ｱ/8/31(水)", "ISO-2022-JP", false, 0 },
	{ "\x1b$B;qNA;vA0AwIU\x1b(B", 18, "iso-2022-jp", "資料事前送付", "ISO-2022-JP", false, 0 },
	{ "\x1b$By\x22\x1b(B", 8, "ISO-2022-JP", "褜", "ISO-2022-JP", false, 0 },
	{ "\x1b$B;qNA\x0a"
	  "abc",
	  11, "ISO-2022-JP", "資料\nabc", "ISO-2022-JP", false, 0 },
	{ "\x1b$(D0!\x1b(B", 9, "ISO-2022-JP-1", "丂", "ISO-2022-JP", false, 0 },
	{ "a\x0e"
	  "12\x0f"
	  "b\x1b$B$\x22\x1b(B",
	  14, "ISO-2022-JP", "aｱｲbあ", "ISO-2022-JP", false, 0 },
	{ "\x1b(J\x5c~\x1b(B", 8, "ISO-2022-JP", "\\~", "ISO-2022-JP", false, 0 },
	{ "\x1b$B;q\x1b(B", 8, "US-ASCII", "資", "ISO-2022-JP", true, 0 },
	{ "\x1b$B;", 4, "ISO-2022-JP", "�", "ISO-2022-JP", false, 1 },
	{ "\x87@\x87\x8a\xee\xe0\xed\x95 8/31(\x90\x85) \x81`\x81|\x81"
	  "a\x83\x5c\x95\x5c",
	  28, "Shift_JIS", "①㈱髙﨑 8/31(水) ～－∥ソ表", "CP932", false, 0 },
	{ "\xca\xdd\xb6\xb8\x8e\x91\x97\xbf", 8, "Shift_JIS", "ﾊﾝｶｸ資料", "CP932", false, 0 },
	{ "\x87@\x87\x8a\x8e\x91\x97\xbf\x82\xc5\x82\xb7", 12, "x-sjis", "①㈱資料です", "CP932",
	  false, 0 },
	{ "\xbb\xf1\xce\xc1\xa4\xf2\xc1\xf7\xc9\xd5\xa4\xb7\xa4\xde\xa4\xb9\xa1\xa3\xa4\xb4\xb3\xce"
	  "\xc7\xa7\xa4\xaf\xa4\xc0\xa4\xb5\xa4\xa4",
	  32, "x-euc-jp", "資料を送付します。ご確認ください", "EUC-JP-MS", false, 0 },
	{ "\xad\xa1\xad\xea", 4, "EUC-JP", "①㈱", "EUC-JP-MS", false, 0 },
	{ "\xe8\xb3\x87\xe6\x96\x99\xe3\x82\x92\xe9\x80\x81\xe4\xbb\x98", 15, "ISO-2022-JP",
	  "資料を送付", "UTF-8", true, 0 },
	{ "\x8e\x91\x97\xbf\x82\xf0\x91\x97\x95t\x82\xb5\x82\xdc\x82\xb7\x81"
	  "B\x82\xe6\x82\xeb\x82\xb5\x82\xad",
	  26, "UTF-8", "資料を送付します。よろしく", "CP932", true, 0 },
	{ "\x8e\x91\x97\xbf\x82\xf0\x91\x97\x95t\x82\xb5\x82\xdc\x82\xb7\x81"
	  "B\x82\xe6\x82\xeb\x82\xb5\x82\xad",
	  26, "", "資料を送付します。よろしく", "CP932", false, 0 },
	{ "\xbb\xf1\xce\xc1\xa4\xf2\xc1\xf7\xc9\xd5\xa4\xb7\xa4\xde\xa4\xb9\xa1\xa3\xa4\xe8\xa4\xed"
	  "\xa4\xb7\xa4\xaf",
	  26, "", "資料を送付します。よろしく", "EUC-JP-MS", false, 0 },
	{ "\xbb\xf1\xce\xc1\xa4\xf2\xc1\xf7\xc9\xd5\xa4\xb7\xa4\xde\xa4\xb9\xa1\xa3\xa4\xe8\xa4\xed"
	  "\xa4\xb7\xa4\xaf",
	  26, "Shift_JIS", "資料を送付します。よろしく", "EUC-JP-MS", true, 0 },
	{ "\xd7\xca\xc1\xcf\xc7\xeb\xc9\xf3\xd2\xe9\xa3\xac\xd0\xbb\xd0\xbb\xc4\xfa\xb6\xd4\xd5\xe2"
	  "\xb8\xf6\xd2\xe9\xcc\xe2\xb5\xc4\xb9\xd8\xd7\xa2",
	  34, "gb2312", "资料请审议，谢谢您对这个议题的关注", "GB18030", false, 0 },
	{ "\xdcn\xef"
	  "c\xf6"
	  "d\xe9 f\xfcr \xd6sterreich",
	  22, "iso-8859-1", "Ünïcödé für Österreich", "CP1252", false, 0 },
	{ "Gr\xfc\xdf"
	  "e aus K\xf6ln, sch\xf6ne Tage",
	  27, "", "Grüße aus Köln, schöne Tage", "CP1252", false, 0 },
	{ "Gr\xc3\xbc\xc3\x9f"
	  "e",
	  7, "iso-8859-1", "Grüße", "UTF-8", true, 0 },
	{ "plain text", 10, "unknown-8bit", "plain text", "US-ASCII", false, 0 },
	{ "plain text", 10, "Shift_JIS", "plain text", "CP932", false, 0 },
	{ "nul\x00here", 8, "UTF-8", "nul�here", "UTF-8", false, 1 },
	{ "\xd0\xd2\xc9\xd7\xc5\xd4 \xcd\xc9\xd2", 10, "KOI8-R", "привет мир", "KOI8-R", false, 0 },
	{ "\xc7\xd1\xb1\xb9\xbe\xee", 6, "ks_c_5601-1987", "한국어", "UHC", false, 0 },
};

static void test_jp__traps(struct nr_arena *a)
{
	for (size_t i = 0; i < NR_COUNT(traps); i++) {
		const struct trap *t = &traps[i];
		struct nr_jp r = { 0 };
		struct nr_bytes in = { (const uint8_t *)t->in, t->n };
		enum nr_rc rc = nr_jp_decode(in, nr_str_c(t->declared), a, &r, NULL);

		if (!OK(rc == NR_OK && nr_str_eq(r.text, nr_str_c(t->want)) &&
			strcmp(r.used, t->used) == 0 && r.lied == t->lied && r.lossy == t->lossy))
			printf("# row %zu (%s): '%.*s' by %s, lied %d, lossy %zu, score %u\n", i,
			       t->declared, NR_FMT(r.text), r.used ? r.used : "none", r.lied,
			       r.lossy, r.score);
	}
}

static void test_jp__labels(void)
{
	OK(strcmp(nr_jp_charset(NR_STR("X-SJIS")), "CP932") == 0);
	OK(strcmp(nr_jp_charset(NR_STR("\"cp50221\"")), "ISO-2022-JP") == 0);
	OK(strcmp(nr_jp_charset(NR_STR("koi8-r")), "KOI8-R") == 0);
	OK(nr_jp_charset(NR_STR("no-such-set")) == NULL);
	OK(nr_jp_charset(NR_STR("")) == NULL);
}

static void test_jp__simplified_han_is_counted(void)
{
	struct nr_jp_script s = nr_jp_script(NR_STR("关于资料的审议"));
	struct nr_jp_script j = nr_jp_script(NR_STR("資料の審議について髙﨑"));

	OK(s.han == 7 && s.foreign == 4 && s.kana == 0);
	OK(j.foreign == 0 && j.kana == 5);
}

/* Any bytes under any label give valid UTF-8 without NUL, or a limit. */
static void test_jp__noise_gives_valid_text(struct nr_arena *a)
{
	static const char *const labels[] = { "",      "ISO-2022-JP", "Shift_JIS", "EUC-JP",
					      "UTF-8", "UTF-7",       "UTF-16",    "gb2312",
					      "big5",  "iso-2022-kr", "koi8-r" };
	uint64_t x = 88172645463325252ull;
	unsigned bad = 0;

	for (int round = 0; round < 4000; round++) {
		struct nr_arena_mark m = nr_arena_mark(a);
		uint8_t raw[64];
		struct nr_jp r;
		struct nr_str s;

		for (size_t i = 0; i < sizeof(raw); i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			raw[i] = (uint8_t)(x >> 32);
			if ((x & 15) == 0)
				raw[i] = 0x1b;
			else if ((x & 15) == 1)
				raw[i] = '$';
		}
		if (nr_jp_decode((struct nr_bytes){ raw, sizeof(raw) },
				 nr_str_c(labels[round % NR_COUNT(labels)]), a, &r,
				 NULL) != NR_OK ||
		    nr_str_check(nr_str_bytes(r.text), &s, NULL) != NR_OK)
			bad++;
		nr_arena_rewind(a, m);
	}
	OK(bad == 0);
}

static void test_jp__arena_cap_is_a_limit(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena small = NR_ARENA_INIT(16);
	struct nr_jp r;

	OK(nr_jp_decode((struct nr_bytes){ (const uint8_t *)"abcdefgh", 8 }, NR_STR("utf-8"),
			&small, &r, NULL) == NR_E_LIMIT);
}

int main(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);

	nr_jp_warm_up();
	test_jp__traps(&a);
	test_jp__labels();
	test_jp__simplified_han_is_counted();
	test_jp__noise_gives_valid_text(&a);
	test_jp__arena_cap_is_a_limit();
	return tap_done();
}
