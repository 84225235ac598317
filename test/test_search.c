#include "base/fold.h"
#include "store_util.h"

/* japan.md section 5.5: what both built-in tokenizers of FTS5 get wrong. */
static const char lure[] =
	"資料事前送付について。会議の資料は印刷版を用意しますが、添付ファイルはご確認ください。";

static size_t hits(struct tmp_store *t, const struct nr_scope *sc, const char *query)
{
	struct nr_search in = { .query = nr_str_c(query), .limit = 50 };
	struct nr_search_hit *h;
	struct nr_err e = { .msg = "" };
	bool bounded;
	size_t n;

	if (nr_store_search(t->s, sc, &in, &t->a, &h, &n, &bounded, &e) != NR_OK) {
		printf("# %s: %s\n", query, e.msg);
		return 999;
	}
	return n;
}

static bool add(struct tmp_store *t, const char *name, const char *text)
{
	struct nr_dossier d;

	make_dossier(&d, &t->a, nr_str_c(name), nr_str_c(text));
	return put_one(t, &d, NULL);
}

static void test_search__japanese_words_of_any_length(void)
{
	struct tmp_store t;

	OK(tmp_open(&t));
	OK(add(&t, "a.eml", lure));
	OK(add(&t, "b.eml", "nothing to see"));
	OK(hits(&t, ALL, "添付") == 1);
	OK(hits(&t, ALL, "資料") == 1);
	OK(hits(&t, ALL, "添付ファイル") == 1);
	OK(hits(&t, ALL, "印刷版") == 1);
	OK(hits(&t, ALL, "送付") == 1);
	OK(hits(&t, ALL, "添") == 1);
	OK(hits(&t, ALL, "添付 資料") == 1);
	OK(hits(&t, ALL, "添付　資料") == 1);
	OK(hits(&t, ALL, "添付資料") == 0);
	OK(hits(&t, ALL, "\"事前送付\"") == 1);
	OK(hits(&t, ALL, "付添") == 0);
	OK(hits(&t, ALL, "鯨") == 0);
	tmp_close(&t);
}

static void test_search__folds_width_case_and_old_forms(void)
{
	struct tmp_store t;

	OK(tmp_open(&t));
	OK(add(&t, "a.eml", "Ｉｎｖｏｉｃｅ ﾌｧｲﾙ 髙橋 渡邊 ①㈱"));
	OK(hits(&t, ALL, "INVOICE") == 1);
	OK(hits(&t, ALL, "ファイル") == 1);
	OK(hits(&t, ALL, "ふぁいる") == 0);
	OK(hits(&t, ALL, "高橋") == 1);
	OK(hits(&t, ALL, "渡辺") == 1);
	OK(hits(&t, ALL, "(株)") == 1);
	tmp_close(&t);
}

static void test_search__names_addresses_and_mixed_runs(void)
{
	struct tmp_store t;

	OK(tmp_open(&t));
	OK(add(&t, "a.eml", "see http://cdn.evil-host.example/x.php from bob@mail.example.jp"));
	OK(add(&t, "b.eml", "evil cdn example host"));
	OK(add(&t, "c.eml", "会社ABC社長"));
	OK(hits(&t, ALL, "cdn.evil-host.example") == 1);
	OK(hits(&t, ALL, "bob@mail.example.jp") == 1);
	OK(hits(&t, ALL, "evil example") == 2);
	OK(hits(&t, ALL, "\"example jp\"") == 1);
	OK(hits(&t, ALL, "a.eml") == 1);
	OK(hits(&t, ALL, "ABC社") == 1);
	OK(hits(&t, ALL, "社ABC") == 1);
	OK(hits(&t, ALL, "会社ABC社長") == 1);
	OK(hits(&t, ALL, "社長ABC") == 0);
	tmp_close(&t);
}

static void test_search__syntax_is_data(void)
{
	static const char *const hostile[] = {
		"\"",           "\"\"",        "\"\"\"",     "*",
		"a*",           "AND",         "OR NOT AND", "NEAR(a b, 2)",
		"folded:alpha", "-alpha",      "^alpha",     "(alpha",
		"alpha)",       "{folded}:a",  "a + b",      "' OR 1=1--",
		"\\",           "alpha\"beta", "。、・",     "",
		"$1 ?1 :x @y",  "%",           "_",          "🙂",
		"\t \n",
	};
	struct tmp_store t;

	OK(tmp_open(&t));
	OK(add(&t, "a.eml", "alpha beta near the gate"));
	for (size_t i = 0; i < NR_COUNT(hostile); i++)
		OK(hits(&t, ALL, hostile[i]) <= 1);
	OK(hits(&t, ALL, "NEAR") == 1);
	OK(hits(&t, ALL, "AND") == 0);
	OK(hits(&t, ALL, "alpha*") == 1);
	OK(hits(&t, ALL, "alph*") == 0);
	OK(hits(&t, ALL, "alpha OR gamma") == 0);
	OK(hits(&t, ALL, "alpha\"beta near") == 1);
	OK(hits(&t, ALL, "\"beta alpha\"") == 0);
	tmp_close(&t);
}

static void test_search__limits_are_refusals(void)
{
	static char big[5000];
	static char words[200];
	struct nr_search in = { .limit = 1 };
	struct nr_search_hit *h;
	struct tmp_store t;
	struct nr_err e;
	bool bounded;
	size_t n;

	OK(tmp_open(&t));
	memset(big, 'a', sizeof(big));
	in.query = (struct nr_str){ big, sizeof(big) };
	OK(nr_store_search(t.s, ALL, &in, &t.a, &h, &n, &bounded, &e) == NR_E_LIMIT);
	for (size_t i = 0; i < sizeof(words); i++)
		words[i] = i % 2 ? ' ' : 'a';
	in.query = (struct nr_str){ words, sizeof(words) };
	OK(nr_store_search(t.s, ALL, &in, &t.a, &h, &n, &bounded, &e) == NR_E_LIMIT);
	tmp_close(&t);
}

static void test_search__newest_first_in_pages_and_in_scope(void)
{
	struct nr_search in = { .query = NR_STR("資料"), .limit = 2 };
	struct nr_scope none = { .all = false };
	struct nr_search_hit *h;
	struct tmp_store t;
	struct nr_err e;
	char name[16];
	bool bounded;
	size_t n;

	OK(tmp_open(&t));
	for (int i = 0; i < 5; i++) {
		(void)snprintf(name, sizeof(name), "%d.eml", i);
		OK(add(&t, name, lure));
	}
	OK(nr_store_search(t.s, ALL, &in, &t.a, &h, &n, &bounded, &e) == NR_OK);
	OK(n == 2 && nr_str_eq(h[0].dossier.name, NR_STR("4.eml")));
	OK(memmem(h[0].snippet.p, h[0].snippet.n, "資料", 6) != NULL);
	in.before_row = h[1].dossier.row;
	OK(nr_store_search(t.s, ALL, &in, &t.a, &h, &n, &bounded, &e) == NR_OK);
	OK(n == 2 && nr_str_eq(h[0].dossier.name, NR_STR("2.eml")) && !bounded);
	OK(hits(&t, &none, "資料") == 0);
	OK(hits(&t, &none, "資") == 0);
	tmp_close(&t);
}

/* A marking's own token must not be found as text, and each sees its own. */
static void test_search__markings_are_not_words(void)
{
	struct nr_marking_row *m;
	struct nr_scope one = { .n = 1 }, many = { .n = 300 };
	struct tmp_store t;
	struct nr_dossier d;
	int64_t ids[300];
	struct nr_err e;
	size_t n;

	OK(tmp_open(&t));
	OK(add(&t, "a.eml", lure));
	make_dossier(&d, &t.a, NR_STR("b.eml"), nr_str_c(lure));
	d.marking.tlp = NR_TLP_RED;
	OK(put_one(&t, &d, NULL));
	OK(nr_store_markings(t.s, &t.a, &m, &n, &e) == NR_OK && n == 2);
	OK(hits(&t, ALL, "m1") == 0 && hits(&t, ALL, "添付 m1") == 0);
	OK(hits(&t, ALL, "添付") == 2);
	for (size_t i = 0; i < n; i++) {
		one.markings = &m[i].id;
		OK(hits(&t, &one, "添付") == 1 && hits(&t, &one, "添") == 1);
		OK(hits(&t, &one, m[i].m.tlp == NR_TLP_RED ? "a.eml" : "b.eml") == 0);
	}
	for (int64_t i = 0; i < 300; i++)
		ids[i] = i + 2;
	many.markings = ids;
	OK(hits(&t, &many, "添付") == 1);
	many.n = 150;
	OK(hits(&t, &many, "添付") == 1);
	tmp_close(&t);
}

static bool folds(struct nr_arena *a, const char *in, const char *out)
{
	struct nr_str f = nr_fold(nr_str_c(in), a);

	return nr_str_eq(f, nr_str_c(out)) && nr_str_eq(nr_fold(f, a), f);
}

static void test_fold__japanese(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 20);

	OK(folds(&a, "ABC xyz", "abc xyz"));
	OK(folds(&a, "ＡＢＣ．ｅｘｅ", "abc.exe"));
	OK(folds(&a, "〜～", "~~"));
	OK(folds(&a, "‐‑‒–—―−－", "--------"));
	OK(folds(&a, "03ー1234", "03-1234"));
	OK(folds(&a, "ファイルー", "ファイルー"));
	OK(folds(&a, "‖∥", "∥∥"));
	OK(folds(&a, "髙﨑邊邉辺", "高崎辺辺辺"));
	OK(folds(&a, "ｶﾞﾊﾟ", "ガパ"));
	OK(folds(&a, "資\xe2\x80\xae料\xe2\x80\x8b", "資料"));
	OK(folds(&a, "㈱㍻", "(株)平成"));
	OK(folds(&a, "", ""));
}

int main(void)
{
	test_search__japanese_words_of_any_length();
	test_search__folds_width_case_and_old_forms();
	test_search__names_addresses_and_mixed_runs();
	test_search__syntax_is_data();
	test_search__limits_are_refusals();
	test_search__newest_first_in_pages_and_in_scope();
	test_search__markings_are_not_words();
	test_fold__japanese();
	return tap_done();
}
