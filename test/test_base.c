/* The small tools everything stands on: writer, time, hashes, sources. */
#include "base/hash.h"
#include "base/src.h"
#include "base/time.h"
#include "base/wr.h"
#include "tap.h"

static bool says(const struct nr_wr *w, const char *text)
{
	return w->rc == NR_OK && w->n == strlen(text) && memcmp(w->p, text, w->n) == 0;
}

static void test_wr__json_escapes_what_must_be_and_nothing_else(void)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(1 << 10);

	nr_wr_json(&w, (struct nr_str){ "a\"\\\n\t\x01\x7f/添", 11 });
	OK(says(&w, "\"a\\\"\\\\\\n\\t\\u0001\\u007f/添\""));
}

static void test_wr__maximum_is_hard_and_sticky(void)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(4);

	nr_wr_cstr(&w, "abcd");
	OK(w.rc == NR_OK);
	nr_wr_u8(&w, 'e');
	OK(w.rc == NR_E_LIMIT && w.n == 4);
	nr_wr_reset(&w);
	nr_wr_cstr(&w, "x");
	OK(says(&w, "x"));
}

static void test_wr__base64_of_rfc_4648_section_10(void)
{
	static const char *const v[][2] = {
		{ "", "" },        { "f", "Zg==" },        { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "foobar", "Zm9vYmFy" }
	};

	for (size_t i = 0; i < NR_COUNT(v); i++) {
		NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(64);

		nr_wr_base64(&w, (const uint8_t *)v[i][0], strlen(v[i][0]));
		OK(w.n == strlen(v[i][1]) && (w.n == 0 || says(&w, v[i][1])));
	}
}

static int64_t parsed(const char *s)
{
	int64_t us = -1;

	return nr_time_parse(nr_str_c(s), &us, NULL) == NR_OK ? us : -1;
}

static void test_time__rfc_3339_there_and_back(void)
{
	char t[NR_TIME_TEXT];

	OK(parsed("1970-01-01T00:00:00Z") == 0);
	OK(parsed("2011-08-26T21:30:00+09:00") == parsed("2011-08-26T12:30:00.000000Z"));
	OK(parsed("2012-02-29T00:00:00.5Z") == INT64_C(1330473600500000));
	OK(parsed("2011-08-26T21:30:00.1234569Z") % 1000000 == 123456);
	nr_time_format(INT64_C(1330473600500000), t);
	OK(strcmp(t, "2012-02-29T00:00:00.500000Z") == 0);
	nr_time_format(-1, t);
	OK(strcmp(t, "1969-12-31T23:59:59.999999Z") == 0);
}

static void test_time__refuses_what_is_not_a_time(void)
{
	static const char *const bad[] = { "",
					   "2011-08-26",
					   "2011-13-01T00:00:00Z",
					   "2011-08-26T24:00:00Z",
					   "2011-08-26T21:30:00",
					   "2011-08-26T21:30:00+0900",
					   "2011-08-26T21:30:00Zx" };

	for (size_t i = 0; i < NR_COUNT(bad); i++)
		OK(parsed(bad[i]) == -1);
}

static void test_hash__known_digests(void)
{
	struct nr_sha256 one = nr_sha256((struct nr_bytes){ (const uint8_t *)"abc", 3 });
	struct nr_sha256 two = nr_sha256_2((struct nr_bytes){ (const uint8_t *)"a", 1 },
					   (struct nr_bytes){ (const uint8_t *)"bc", 2 });
	struct nr_digests d;
	char hex[65];

	nr_hex(one.b, 32, hex);
	OK(strcmp(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") == 0);
	OK(memcmp(&one, &two, sizeof(one)) == 0);
	nr_digests((struct nr_bytes){ (const uint8_t *)"", 0 }, &d);
	nr_hex(d.md5, 16, hex);
	OK(strcmp(hex, "d41d8cd98f00b204e9800998ecf8427e") == 0);
	OK(!nr_unhex(NR_STR("0g"), d.md5, 1) && !nr_unhex(NR_STR("000"), d.md5, 1));
	OK(nr_unhex(NR_STR("fF"), d.md5, 1) && d.md5[0] == 0xff);
}

static void test_src__reads_stop_at_the_end(void)
{
	struct nr_src s = nr_src_mem((struct nr_bytes){ (const uint8_t *)"0123456789", 10 });
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 12);
	struct nr_bytes all;
	char buf[8];
	size_t n = 99;

	OK(nr_src_read(&s, 7, buf, sizeof(buf), &n, NULL) == NR_OK && n == 3);
	OK(nr_src_read(&s, 10, buf, sizeof(buf), &n, NULL) == NR_OK && n == 0);
	OK(nr_src_read(&s, UINT64_MAX, buf, sizeof(buf), &n, NULL) == NR_OK && n == 0);
	OK(nr_src_all(&s, 9, &a, &all, NULL) == NR_E_LIMIT);
	OK(nr_src_all(&s, 10, &a, &all, NULL) == NR_OK && all.n == 10);
}

int main(void)
{
	test_wr__json_escapes_what_must_be_and_nothing_else();
	test_wr__maximum_is_hard_and_sticky();
	test_wr__base64_of_rfc_4648_section_10();
	test_time__rfc_3339_there_and_back();
	test_time__refuses_what_is_not_a_time();
	test_hash__known_digests();
	test_src__reads_stop_at_the_end();
	return tap_done();
}
