/* Two spellings of one thing must become one value, and nothing else may. */
#include "model/observable.h"
#include "tap.h"

struct pair {
	enum nr_obs_kind kind;
	const char *raw, *want; /* want NULL: refused */
};

static bool canon_is(struct nr_arena *a, enum nr_obs_kind k, const char *raw, const char *want)
{
	struct nr_str got = { 0 }, again = { 0 };
	enum nr_rc rc = nr_obs_canon(k, nr_str_c(raw), a, &got, NULL);

	if (!want)
		return rc == NR_E_MALFORMED;
	if (rc != NR_OK || !nr_str_eq(got, nr_str_c(want))) {
		printf("# '%s' -> '%.*s' (%s), want '%s'\n", raw, NR_FMT(got), nr_rc_name(rc),
		       want);
		return false;
	}
	return nr_obs_canon(k, got, a, &again, NULL) == NR_OK && nr_str_eq(got, again);
}

static const struct pair pairs[] = {
	{ NR_OBS_IPV4, "192.0.2.1", "192.0.2.1" },
	{ NR_OBS_IPV4, " １９２．０．２．１ ", "192.0.2.1" },
	{ NR_OBS_IPV4, "::ffff:192.0.2.1", "192.0.2.1" },
	{ NR_OBS_IPV4, "::FFFF:c000:201", "192.0.2.1" },
	{ NR_OBS_IPV4, "[192.0.2.1]", "192.0.2.1" },
	{ NR_OBS_IPV4, "192.0.2.01", NULL }, /* octal to some, decimal to others */
	{ NR_OBS_IPV4, "192.0.2", NULL },
	{ NR_OBS_IPV4, "192.0.2.256", NULL },
	{ NR_OBS_IPV4, "192.0.2.1.", NULL },
	{ NR_OBS_IPV4, "192.0.2.1.5", NULL },
	{ NR_OBS_IPV4, "0x7f.0.0.1", NULL },
	{ NR_OBS_IPV4, "", NULL },
	{ NR_OBS_IPV6, "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
	{ NR_OBS_IPV6, "[2001:db8::1]", "2001:db8::1" },
	{ NR_OBS_IPV6, "::ffff:192.0.2.1", NULL },
	{ NR_OBS_IPV6, "fe80::1%eth0", NULL },
	{ NR_OBS_DOMAIN, "Update.Kyoei-Portal.EXAMPLE.", "update.kyoei-portal.example" },
	{ NR_OBS_DOMAIN, "ｗｗｗ．ｅｘａｍｐｌｅ．ｊｐ", "www.example.jp" },
	{ NR_OBS_DOMAIN, "日本語。jp", "xn--wgv71a119e.jp" },
	{ NR_OBS_DOMAIN, "日本語｡ＪＰ", "xn--wgv71a119e.jp" },
	{ NR_OBS_DOMAIN, "XN--WGV71A119E.jp", "xn--wgv71a119e.jp" },
	{ NR_OBS_DOMAIN, "faß.de", "xn--fa-hia.de" }, /* non-transitional */
	{ NR_OBS_DOMAIN, "r3---sn-a.example", "r3---sn-a.example" },
	{ NR_OBS_DOMAIN, "_dmarc.example.jp", "_dmarc.example.jp" },
	{ NR_OBS_DOMAIN, "localhost", NULL },
	{ NR_OBS_DOMAIN, "192.0.2.1", NULL },
	{ NR_OBS_DOMAIN, "a..b", NULL },
	{ NR_OBS_DOMAIN, "a b.example", NULL },
	{ NR_OBS_DOMAIN, "a/b.example", NULL },
	{ NR_OBS_URL, "HTTP://Www.Example.JP:80", "http://www.example.jp/" },
	{ NR_OBS_URL, "https://a.example:443/%7euser/%c3%a9?q=%2f#F",
	  "https://a.example/~user/%C3%A9?q=%2F#F" },
	{ NR_OBS_URL, "http://a.example/x/./y/../z", "http://a.example/x/z" },
	{ NR_OBS_URL, "http://a.example/../../z/..", "http://a.example/" },
	{ NR_OBS_URL, "http://a.example/%2e%2e/z", "http://a.example/z" },
	{ NR_OBS_URL, "http:\\\\a.example\\b", "http://a.example/b" },
	{ NR_OBS_URL, "http://good.example@evil.example/", "http://good.example@evil.example/" },
	{ NR_OBS_URL, "http://evil.example\\@good.example/", "http://evil.example/@good.example/" },
	{ NR_OBS_URL, "http://a.exam\r\nple/long\n/path", "http://a.example/long/path" },
	{ NR_OBS_URL, "http://日本語.jp/資料", "http://xn--wgv71a119e.jp/%E8%B3%87%E6%96%99" },
	{ NR_OBS_URL, "http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/" },
	{ NR_OBS_URL, "http://a.example:99999/", NULL },
	{ NR_OBS_URL, "mailto:a@b.example", NULL },
	{ NR_OBS_URL, "javascript:alert(1)", NULL },
	{ NR_OBS_URL, "http:///x", NULL },
	{ NR_OBS_EMAIL, "<Taro@Example.JP>", "Taro@example.jp" },
	{ NR_OBS_EMAIL, "mailto:taro＠example．jp", "taro@example.jp" },
	{ NR_OBS_EMAIL, "a@[192.0.2.1]", "a@[192.0.2.1]" },
	{ NR_OBS_EMAIL, "\"a b\"@example.jp", "\"a b\"@example.jp" },
	{ NR_OBS_EMAIL, "a b@example.jp", NULL },
	{ NR_OBS_EMAIL, "@example.jp", NULL },
	{ NR_OBS_MD5, "D41D8CD9 8F00B204 E9800998 ECF8427E", "d41d8cd98f00b204e9800998ecf8427e" },
	{ NR_OBS_MD5, "d41d8cd98f00b204e9800998ecf8427", NULL },
	{ NR_OBS_SUBJECT, "Re: RE[2]: Ｆｗ：  資料事前送付 ", "資料事前送付" },
	{ NR_OBS_SUBJECT, "転送: ㈱見積　〜１〜", "(株)見積 ~1~" },
	{ NR_OBS_SUBJECT, "Report", "report" },
	{ NR_OBS_SUBJECT, "Re:", NULL },
	{ NR_OBS_FILE_NAME, "カ\u3099", "ガ" },
	{ NR_OBS_MESSAGE_ID, "<AbC@Mail.Example>", "AbC@mail.example" },
	{ NR_OBS_USER_AGENT, "  curl/7.88   x ", "curl/7.88 x" },
};

static void test_observable__spellings_meet(struct nr_arena *a)
{
	for (size_t i = 0; i < NR_COUNT(pairs); i++)
		OK(canon_is(a, pairs[i].kind, pairs[i].raw, pairs[i].want));
}

static void test_observable__too_long_is_a_limit(struct nr_arena *a)
{
	char *big = nr_arena_zalloc(a, 9001, 1);
	struct nr_str v;

	memset(big, 'a', 9000);
	for (unsigned k = 1; k < NR_OBS_KINDS; k++)
		OK(nr_obs_canon((enum nr_obs_kind)k, (struct nr_str){ big, 9000 }, a, &v, NULL) ==
		   NR_E_LIMIT);
}

static const struct pair guesses[] = {
	{ NR_OBS_URL, "hxxp://evil[.]example/a", "http://evil.example/a" },
	{ NR_OBS_URL, "hXXps://evil(.)example/a", "https://evil.example/a" },
	{ NR_OBS_URL, "ｈｔｔｐ：／／ｅｖｉｌ．ｅｘａｍｐｌｅ／", "http://evil.example/" },
	{ NR_OBS_URL, "h**p://evil.example/", "http://evil.example/" },
	{ NR_OBS_URL, "ttp://evil.example/x", "http://evil.example/x" },
	{ NR_OBS_URL, "hxxp[:]//evil[.]example[/]a", "http://evil.example/a" },
	{ NR_OBS_URL, "http://evil.example/aaaa\n  /bbbb", "http://evil.example/aaaa/bbbb" },
	{ NR_OBS_URL, "evil.example/login", "http://evil.example/login" },
	{ NR_OBS_DOMAIN, "evil［．］example", "evil.example" },
	{ NR_OBS_DOMAIN, "evil【.】example", "evil.example" },
	{ NR_OBS_DOMAIN, "evil{.}example", "evil.example" },
	{ NR_OBS_DOMAIN, "evil[dot]example", "evil.example" },
	{ NR_OBS_DOMAIN, "evil(ドット)example", "evil.example" },
	{ NR_OBS_DOMAIN, "evil . example", "evil.example" },
	{ NR_OBS_DOMAIN, "evil。example", "evil.example" },
	{ NR_OBS_DOMAIN, "evil．example", "evil.example" },
	{ NR_OBS_DOMAIN, "evil・example・jp", "evil.example.jp" },
	{ NR_OBS_DOMAIN, "「evil.example」", "evil.example" },
	{ NR_OBS_DOMAIN, "evil.example:8080", "evil.example" },
	{ NR_OBS_EMAIL, "taro[@]evil[.]example", "taro@evil.example" },
	{ NR_OBS_EMAIL, "taro(at)evil.example", "taro@evil.example" },
	{ NR_OBS_EMAIL, "taro★evil.example", "taro@evil.example" },
	{ NR_OBS_IPV4, "192.0.2[.]1", "192.0.2.1" },
	{ NR_OBS_IPV4, "192．0．2．1", "192.0.2.1" },
	{ NR_OBS_IPV4, "192 . 0 . 2 . 1", "192.0.2.1" },
	{ NR_OBS_IPV4, "::ffff:192.0.2.1", "192.0.2.1" },
	{ NR_OBS_IPV6, "2001:db8[:]:1", "2001:db8::1" },
	{ NR_OBS_MD5, "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e" },
	{ NR_OBS_SUBJECT, "subject:Re: 資料事前送付", "資料事前送付" },
	{ NR_OBS_DOMAIN, "domain:x.example", "x.example" },
	{ NR_OBS_IPV4, "192.0.2.x", NULL },
	{ NR_OBS_IPV4, "192.0.2.***", NULL },
	{ NR_OBS_DOMAIN, "○○.example", NULL },
	{ NR_OBS_DOMAIN, "[redacted]", NULL },
	{ NR_OBS_DOMAIN, "xxxx.example", NULL },
	{ NR_OBS_DOMAIN, "two words", NULL },
	{ NR_OBS_DOMAIN, "資料事前送付", NULL },
};

static void test_observable__guess_undoes_defanging(struct nr_arena *a)
{
	for (size_t i = 0; i < NR_COUNT(guesses); i++) {
		enum nr_obs_kind k = 0;
		struct nr_str v = { 0 };
		enum nr_rc rc = nr_obs_guess(nr_str_c(guesses[i].raw), a, &k, &v, NULL);

		if (!guesses[i].want) {
			OK(rc == NR_E_MALFORMED);
			continue;
		}
		if (!OK(rc == NR_OK && k == guesses[i].kind &&
			nr_str_eq(v, nr_str_c(guesses[i].want))))
			printf("# '%s' -> %s '%.*s'\n", guesses[i].raw, nr_obs_kind_name(k),
			       NR_FMT(v));
	}
}

struct found {
	struct nr_str text;
	char line[4096];
	size_t n, last;
	bool ordered, exact;
};

static bool note(void *ctx, const struct nr_obs_hit *hit)
{
	struct found *f = ctx;
	int n = snprintf(f->line + f->n, sizeof(f->line) - f->n, "%s%s%.*s", f->n ? " " : "",
			 hit->defanged ? "!" : "", NR_FMT(hit->value));

	if (n > 0 && f->n + (size_t)n < sizeof(f->line))
		f->n += (size_t)n;
	f->ordered = f->ordered && hit->offset >= f->last;
	f->exact = f->exact && hit->length > 0 && hit->offset + hit->length <= f->text.n;
	f->last = hit->offset;
	return true;
}

static bool scan_is(struct nr_arena *a, const char *text, const char *want)
{
	struct found f = { .text = nr_str_c(text), .ordered = true, .exact = true };

	(void)nr_obs_scan(f.text, 100, a, note, &f);
	if (strcmp(f.line, want) != 0)
		printf("# '%s' -> '%s', want '%s'\n", text, f.line, want);
	return strcmp(f.line, want) == 0 && f.ordered && f.exact;
}

static void test_observable__scan_finds_what_stands_there(struct nr_arena *a)
{
	OK(scan_is(a, "通信先は hxxp://evil[.]example/a.php です。",
		   "!http://evil.example/a.php !evil.example"));
	OK(scan_is(a, "接続先 192.0.2[.]1、203.0.113.9:8080 を遮断", "!192.0.2.1 203.0.113.9"));
	OK(scan_is(a, "（http://a.example/x）。", "http://a.example/x a.example"));
	OK(scan_is(a, "see http://a.example/x(1), or http://b.example.",
		   "http://a.example/x(1) a.example http://b.example/ b.example"));
	OK(scan_is(a, "連絡先：taro@kyoei.example、jiro＠kyoei．example",
		   "taro@kyoei.example jiro@kyoei.example"));
	OK(scan_is(a,
		   "MD5 d41d8cd98f00b204e9800998ecf8427e; DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
		   "d41d8cd98f00b204e9800998ecf8427e da39a3ee5e6b4b0d3255bfef95601890afd80709"));
	OK(scan_is(a, "from 2001:db8::1 at 12:30:45", "2001:db8::1"));
	OK(scan_is(a, "C2は update.kyoei-portal.example。次に", "update.kyoei-portal.example"));
	OK(scan_is(a, "http://long.example/aaaaaaaaaaaaaaaaaaaaaaaaaaa/\nbbbb.php 次",
		   "http://long.example/aaaaaaaaaaaaaaaaaaaaaaaaaaa/bbbb.php long.example"));
}

static void test_observable__scan_leaves_what_is_no_indicator(struct nr_arena *a)
{
	OK(scan_is(a, "○○.co.jp と ●●@evil.example と 203.0.113.x と 203.0.113.***", ""));
	OK(scan_is(a, "[redacted].evil.example, xxxx.example", ""));
	OK(scan_is(a, "www.example.com, a@example.org, http://example.net/x", ""));
	OK(scan_is(a, "report.doc setup.exe main.py e.g. i.e. 3.14 1.2.3 a.b", ""));
	OK(scan_is(a, "That is it . In summary", ""));
	OK(scan_is(a, "127.0.0.1 0.0.0.0 255.255.255.255", ""));
	OK(scan_is(a, "std::string a::b 12:30:45", ""));
}

static void test_observable__scan_reports_raw_places(struct nr_arena *a)
{
	struct found f = { .text = NR_STR("通信先 evil［．］example です"),
			   .ordered = true,
			   .exact = true };

	OK(nr_obs_scan(f.text, 100, a, note, &f) == 1);
	OK(f.last == strlen("通信先 "));
}

/* Fixed-seed noise over the bytes that matter to these parsers. */
static void test_observable__noise_is_idempotent_or_refused(struct nr_arena *a)
{
	static const char *const bits[] = { "http", "://", "hxxp", ".", "[.]", "@",
					    "%",    "%2e", "%25",  "/", "..",  "a",
					    "日",   "。",  "．",   ":", "[",   "]",
					    "1",    "255", "xn--", "-", "re:", "\u3099",
					    "ﾊ",    "ß",   "\\",   "?", "#" };
	uint64_t x = 88172645463325252ull;
	unsigned broken = 0, accepted = 0;

	for (int round = 0; round < 20000; round++) {
		struct nr_arena_mark m = nr_arena_mark(a);
		char text[128];
		size_t n = 0;
		struct nr_str v, w;

		for (int i = 0; i < 12; i++) {
			const char *b;

			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			b = bits[x % NR_COUNT(bits)];
			memcpy(text + n, b, strlen(b));
			n += strlen(b);
		}
		for (unsigned k = 1; k < NR_OBS_KINDS; k++) {
			if (nr_obs_canon((enum nr_obs_kind)k, (struct nr_str){ text, n }, a, &v,
					 NULL) != NR_OK)
				continue;
			accepted++;
			if (nr_obs_canon((enum nr_obs_kind)k, v, a, &w, NULL) == NR_OK &&
			    nr_str_eq(v, w))
				continue;
			if (broken++ == 0)
				printf("# %s '%.*s' -> '%.*s'\n", nr_obs_kind_name(k), (int)n, text,
				       NR_FMT(v));
		}
		nr_arena_rewind(a, m);
	}
	OK(broken == 0);
	OK(accepted > 40000);
}

static void test_observable__url_host(void)
{
	enum nr_obs_kind k;
	struct nr_str h;

	OK(nr_obs_url_host(NR_STR("http://u@a.example:81/x"), &k, &h) && k == NR_OBS_DOMAIN &&
	   nr_str_eq(h, NR_STR("a.example")));
	OK(nr_obs_url_host(NR_STR("http://192.0.2.1/"), &k, &h) && k == NR_OBS_IPV4);
	OK(nr_obs_url_host(NR_STR("http://[2001:db8::1]/"), &k, &h) && k == NR_OBS_IPV6 &&
	   nr_str_eq(h, NR_STR("2001:db8::1")));
	OK(!nr_obs_url_host(NR_STR("nothing"), &k, &h));
}

int main(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);

	test_observable__spellings_meet(&a);
	test_observable__too_long_is_a_limit(&a);
	test_observable__guess_undoes_defanging(&a);
	test_observable__scan_finds_what_stands_there(&a);
	test_observable__scan_leaves_what_is_no_indicator(&a);
	test_observable__scan_reports_raw_places(&a);
	test_observable__noise_is_idempotent_or_refused(&a);
	test_observable__url_host();
	return tap_done();
}
