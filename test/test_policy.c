#include "policy/policy.h"
#include "store_util.h"
#include "world.h"

static struct nr_tree *tree;

static bool may(const char *unit, enum nr_tlp tlp, const char *origin, const char *release)
{
	struct nr_str rel = nr_str_c(release);
	struct nr_viewer v = { .unit = nr_str_c(unit) };
	struct nr_marking m = { .tlp = tlp,
				.origin = nr_str_c(origin),
				.release = &rel,
				.n_release = release ? 1 : 0 };
	bool read = nr_policy_decide(tree, &v, &m, NR_PURPOSE_READ);

	OK(read == nr_policy_decide(tree, &v, &m, NR_PURPOSE_EXPORT));
	return read;
}

/* One row a viewer: yes at CLEAR, GREEN, AMBER, AMBER+STRICT, RED; origin and release given. */
static void row(const char *unit, const char *origin, const char *release, const char *want)
{
	for (unsigned t = 0; t < NR_TLP_COUNT; t++) {
		bool got = may(unit, (enum nr_tlp)t, origin, release);

		if (got != (want[t] == 'y'))
			printf("# viewer '%s' origin %s release %s %s: %s\n", unit, origin,
			       release ? release : "-", nr_tlp_name((enum nr_tlp)t),
			       got ? "allowed" : "refused");
		OK(got == (want[t] == 'y'));
	}
}

static void test_decide__prefecture_material(void)
{
	row("", "osaka", NULL, "ynnnn");
	row("not-enrolled", "osaka", NULL, "ynnnn");
	row("osaka", "osaka", NULL, "yyyyy");
	row("kinki", "osaka", NULL, "yyynn"); /* command line  */
	row("cfc", "osaka", NULL, "yyynn");   /* technical line */
	row("npa", "osaka", NULL, "yyynn");
	row("minato-ginko", "osaka", NULL, "yyyyn"); /* below */
	row("kyoto", "osaka", NULL, "yynnn");        /* sibling */
	row("kanto", "osaka", NULL, "yynnn");
	row("aozora-koku", "osaka", NULL, "yynnn");
	row("mamori-security", "osaka", NULL, "yynnn");
	row("ruritania-cert", "osaka", NULL, "yynnn");
}

static void test_decide__member_material(void)
{
	row("minato-ginko", "minato-ginko", NULL, "yyyyy");
	row("osaka", "minato-ginko", NULL, "yyynn");
	row("cfc", "minato-ginko", NULL, "yyynn");
	row("npa", "minato-ginko", NULL, "yyynn");
	row("kinki", "minato-ginko", NULL, "yynnn"); /* on the other line only */
	row("hinode-denryoku", "minato-ginko", NULL, "yynnn");
	row("tate-labs", "minato-ginko", NULL, "yynnn");
}

static void test_decide__partner_and_top_material(void)
{
	row("npa", "ruritania-cert", NULL, "yynnn");
	row("npa", "ruritania-cert", "npa", "yyyyy");
	row("osaka", "ruritania-cert", "npa", "yyynn"); /* with all below, AMBER only */
	row("mamori-security", "ruritania-cert", "npa", "yynnn");
	row("osaka", "npa", NULL, "yyyyn");
	row("minato-ginko", "npa", NULL, "yyyyn"); /* the technical line down */
	row("tate-labs", "npa", NULL, "yynnn");
	row("tate-labs", "npa", "tate-labs", "yyyyy");
	row("mamori-security", "npa", "tate-labs", "yynnn");
}

static void test_decide__release_is_exact_above_amber(void)
{
	row("osaka", "tokyo", "osaka", "yyyyy");
	row("minato-ginko", "tokyo", "osaka", "yyynn"); /* below the named unit */
	row("kinki", "tokyo", "osaka", "yynnn");        /* above the named unit */
	row("", "tokyo", "osaka", "ynnnn");
}

static void test_decide__unknown_words_are_refused(void)
{
	struct nr_viewer v = { .unit = NR_STR("osaka") };
	struct nr_marking m = { .tlp = (enum nr_tlp)5, .origin = NR_STR("osaka") };
	struct nr_marking none = { .tlp = NR_TLP_AMBER };
	struct nr_marking clear = { .tlp = NR_TLP_CLEAR, .origin = NR_STR("osaka") };

	OK(!nr_policy_decide(tree, &v, &m, NR_PURPOSE_READ));
	OK(!nr_policy_decide(tree, &v, &none, NR_PURPOSE_READ));
	OK(!nr_policy_decide(tree, &v, &clear, (enum nr_purpose)7));
	v.roles = NR_ROLE_ADMIN | NR_ROLE_AUDITOR;
	m.tlp = NR_TLP_RED;
	m.origin = NR_STR("tokyo");
	OK(!nr_policy_decide(tree, &v, &m, NR_PURPOSE_READ)); /* a role opens no marking */
}

/* G18: mixing RED and GREEN gives RED; and by property over the whole tree: whoever may have the join
 * may have both sources. */
static void test_join__red_and_green_is_red(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 16);
	struct nr_marking red = { .tlp = NR_TLP_RED, .origin = NR_STR("osaka") };
	struct nr_marking green = { .tlp = NR_TLP_GREEN, .origin = NR_STR("kyoto") };
	struct nr_marking j = nr_policy_join(&a, &green, &red);

	OK(j.tlp == NR_TLP_RED);
	OK(nr_str_eq(j.origin, red.origin));
	OK(j.n_release == 0);
}

static void test_join__releases_are_intersected(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 16);
	struct nr_str r1[] = { NR_STR("kyoto"), NR_STR("nara"), NR_STR("tate-labs") };
	struct nr_str r2[] = { NR_STR("nara"), NR_STR("npa"), NR_STR("tate-labs") };
	struct nr_marking x = {
		.tlp = NR_TLP_AMBER, .origin = NR_STR("osaka"), .release = r1, .n_release = 3
	};
	struct nr_marking y = {
		.tlp = NR_TLP_AMBER_STRICT, .origin = NR_STR("osaka"), .release = r2, .n_release = 3
	};
	struct nr_marking j = nr_policy_join(&a, &x, &y);

	OK(j.tlp == NR_TLP_AMBER_STRICT);
	OK(nr_str_eq(j.origin, x.origin));
	OK(j.n_release == 2 && nr_str_eq(j.release[0], r1[1]) && nr_str_eq(j.release[1], r1[2]));
	y.origin = NR_STR("nara");
	j = nr_policy_join(&a, &x, &y);
	OK(j.tlp == NR_TLP_RED);
	OK(nr_str_eq(j.origin, y.origin)); /* osaka named nara; nara did not name osaka */
	OK(j.n_release == 1 && nr_str_eq(j.release[0], r1[2]));
}

static uint64_t rng = 0x9e3779b97f4a7c15u;
static size_t pick(size_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (size_t)(rng >> 11) % n;
}

static int cmp_str(const void *a, const void *b)
{
	const struct nr_str *x = a, *y = b;

	return strcmp(x->p, y->p);
}

static struct nr_marking any_marking(const struct nr_unit *u, size_t n, struct nr_str store[4])
{
	struct nr_marking m = { .tlp = (enum nr_tlp)pick(5),
				.origin = u[pick(n)].id,
				.release = store };
	size_t k = pick(4);

	for (size_t i = 0; i < k; i++)
		store[i] = u[pick(n)].id;
	qsort(store, k, sizeof(*store), cmp_str);
	for (size_t i = 0; i < k; i++)
		if (m.n_release == 0 || !nr_str_eq(store[m.n_release - 1], store[i]))
			store[m.n_release++] = store[i];
	return m;
}

static void test_join__never_wider_than_either(void)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	size_t n, wide = 0, same = 0, some = 0;
	const struct nr_unit *u = world_units(&n);

	for (unsigned i = 0; i < 20000; i++) {
		struct nr_str s1[4], s2[4];
		/* few origins, so that they meet often */
		struct nr_marking x = any_marking(u, 12 + i % 40, s1);
		struct nr_marking y = any_marking(u, 12 + i % 40, s2);
		struct nr_marking j = nr_policy_join(&a, &x, &y);
		struct nr_marking k = nr_policy_join(&a, &y, &x);

		for (size_t v = 0; v < n; v++) {
			struct nr_viewer who = { .unit = u[v].id };
			bool jo = nr_policy_decide(tree, &who, &j, NR_PURPOSE_READ);

			wide += jo && !(nr_policy_decide(tree, &who, &x, NR_PURPOSE_READ) &&
					nr_policy_decide(tree, &who, &y, NR_PURPOSE_READ));
			same += jo != nr_policy_decide(tree, &who, &k, NR_PURPOSE_READ);
			some += jo;
		}
	}
	OK(wide == 0);
	OK(same == 0); /* either order */
	OK(some > 1000);
}

static void test_tree__refuses_cycles_and_strangers(void)
{
	struct nr_unit u[3] = { { .id = NR_STR("a"), .command_parent = NR_STR("b") },
				{ .id = NR_STR("b"), .technical_parent = NR_STR("c") },
				{ .id = NR_STR("c") } };
	struct nr_tree *t = NULL;
	struct nr_err e;

	OK(nr_tree_build(u, 3, &t, &e) == NR_OK);
	OK(nr_tree_covers(t, u[1].id, u[0].id));
	OK(!nr_tree_covers(t, u[2].id, u[0].id)); /* a's line is command, b's is technical */
	OK(!nr_tree_covers(t, u[0].id, u[1].id));
	nr_tree_free(&t);
	OK(t == NULL);
	u[2].command_parent = NR_STR("a");
	OK(nr_tree_build(u, 3, &t, &e) == NR_E_MALFORMED && strstr(e.msg, "above itself"));
	u[2].command_parent = NR_STR("c");
	OK(nr_tree_build(u, 3, &t, &e) == NR_E_MALFORMED && strstr(e.msg, "'c'"));
	u[2].command_parent = NR_STR("nobody");
	OK(nr_tree_build(u, 3, &t, &e) == NR_E_MALFORMED && strstr(e.msg, "'nobody'"));
	u[2].command_parent = NR_STR("");
	u[2].id = NR_STR("b");
	u[1].technical_parent = NR_STR("");
	OK(nr_tree_build(u, 3, &t, &e) == NR_E_MALFORMED && strstr(e.msg, "twice"));
	OK(t == NULL);
	OK(nr_tree_build(u, 0, &t, &e) == NR_OK && !nr_tree_has(t, u[0].id));
	nr_tree_free(&t);
}

/* One row a distinct marking; the scope is the rows for which the decision says yes, and nothing else:
 * not everything, not by role. */
static void test_scope__is_the_decision_row_by_row(void)
{
	static const char *const viewers[] = { "osaka", "npa", "tate-labs", "kyoto", "", "nobody" };
	struct nr_str rel = NR_STR("tate-labs");
	struct tmp_store t;
	struct nr_marking_row *rows;
	struct nr_err e;
	size_t n, some = 0;

	OK(tmp_open(&t));
	OK(world_enrol(t.s, &e) == NR_OK && nr_store_begin(t.s, &e) == NR_OK);
	for (unsigned i = 0; i < NR_TLP_COUNT * 2; i++) {
		struct nr_marking m = { .tlp = (enum nr_tlp)(i % NR_TLP_COUNT),
					.origin = NR_STR("osaka"),
					.release = &rel,
					.n_release = i / NR_TLP_COUNT };
		int64_t id, again;

		OK(nr_store_marking_put(t.s, &m, &id, &e) == NR_OK);
		OK(nr_store_marking_put(t.s, &m, &again, &e) == NR_OK && again == id);
	}
	OK(nr_store_commit(t.s, &e) == NR_OK);
	OK(nr_store_markings(t.s, &t.a, &rows, &n, &e) == NR_OK && n == NR_TLP_COUNT * 2);
	for (unsigned v = 0; v < NR_COUNT(viewers); v++) {
		struct nr_viewer who = { .unit = nr_str_c(viewers[v]), .roles = NR_ROLE_ADMIN };
		struct nr_scope sc;
		size_t at = 0;

		OK(nr_policy_scope(t.s, tree, &who, NR_PURPOSE_READ, &t.a, &sc, &e) == NR_OK);
		OK(!sc.all);
		for (size_t i = 0; i < n; i++)
			if (nr_policy_decide(tree, &who, &rows[i].m, NR_PURPOSE_READ))
				OK(at < sc.n && sc.markings[at++] == rows[i].id);
		OK(at == sc.n);
		some += sc.n;
	}
	OK(some == 10 + 6 + 7 + 4 + 2 + 2);
	tmp_close(&t);
}

int main(void)
{
	size_t n;
	const struct nr_unit *u = world_units(&n);
	struct nr_err e;

	OK(nr_tree_build(u, n, &tree, &e) == NR_OK);
	test_decide__prefecture_material();
	test_decide__member_material();
	test_decide__partner_and_top_material();
	test_decide__release_is_exact_above_amber();
	test_decide__unknown_words_are_refused();
	test_join__red_and_green_is_red();
	test_join__releases_are_intersected();
	test_join__never_wider_than_either();
	test_tree__refuses_cycles_and_strangers();
	test_scope__is_the_decision_row_by_row();
	nr_tree_free(&tree);
	return tap_done();
}
