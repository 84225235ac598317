/* test_people.c -- who may sign in, how, and for how long: with a clock of the test's own. */
#include "desks/people/people.h"
#include "store_util.h"

#define HOUR (INT64_C(3600) * NR_US_PER_S)
#define T0   INT64_C(1785000000000000)

static struct tmp_store t;

static struct nr_str text(const struct nr_secret *s)
{
	return nr_str_c(s->text);
}

static int64_t add(const char *login, unsigned roles, const char *password)
{
	struct nr_account acc = { .login = nr_str_c(login),
				  .name = NR_STR("試験"),
				  .unit = NR_STR("npa"),
				  .roles = roles,
				  .password = nr_str_c(password) };
	struct nr_err e = { .msg = "" };
	int64_t id = 0;

	if (nr_people_add(t.s, NR_STR("test"), &acc, T0, &id, &e) != NR_OK)
		printf("# %s: %s\n", e.what, e.msg);
	return id;
}

static void test_people__accounts_are_checked(void)
{
	struct nr_account acc = { .login = NR_STR("sato"),
				  .name = NR_STR("佐藤"),
				  .unit = NR_STR("npa"),
				  .roles = NR_ROLE_VIEWER };
	struct nr_account bad = acc;
	struct nr_err e;
	int64_t id;

	OK(nr_people_add(t.s, NR_STR("test"), &acc, T0, &id, &e) == NR_OK);
	OK(nr_people_add(t.s, NR_STR("test"), &acc, T0, &id, &e) == NR_E_INVAL);
	bad.login = NR_STR("Sato San");
	OK(nr_people_add(t.s, NR_STR("test"), &bad, T0, &id, &e) == NR_E_INVAL &&
	   strcmp(e.what, "login") == 0);
	bad = acc;
	bad.login = NR_STR("other");
	bad.unit = NR_STR("no-such-unit");
	OK(nr_people_add(t.s, NR_STR("test"), &bad, T0, &id, &e) == NR_E_INVAL);
	bad = acc;
	bad.login = NR_STR("other");
	bad.password = NR_STR("elevenbytes");
	OK(nr_people_add(t.s, NR_STR("test"), &bad, T0, &id, &e) == NR_E_INVAL &&
	   strcmp(e.what, "password") == 0);
	bad.password = NR_STR("");
	bad.roles = 0;
	OK(nr_people_add(t.s, NR_STR("test"), &bad, T0, &id, &e) == NR_E_INVAL);
}

static void test_people__a_password_is_kept_as_argon2id_only(void)
{
	struct nr_person p;
	struct nr_err e, f;

	OK(add("suzuki", NR_ROLE_VIEWER, "right horse battery") > 0);
	OK(nr_people_check(t.s, NR_STR("suzuki"), NR_STR("right horse battery"), &t.a, &p, &e) ==
	   NR_OK);
	OK(p.pwhash.n > 20 && memcmp(p.pwhash.p, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0);
	OK(nr_people_check(t.s, NR_STR("suzuki"), NR_STR("wrong horse battery"), &t.a, &p, &e) ==
	   NR_E_DENIED);
	OK(nr_people_check(t.s, NR_STR("nobody"), NR_STR("right horse battery"), &t.a, &p, &f) ==
	   NR_E_DENIED);
	OK(strcmp(e.msg, f.msg) == 0);
	/* sato has no password: none opens the account, the empty one neither */
	OK(nr_people_check(t.s, NR_STR("sato"), NR_STR(""), &t.a, &p, &e) == NR_E_DENIED);
}

static void test_people__a_session_ends_idle_or_old(void)
{
	struct nr_secret token, csrf;
	struct nr_session v;
	struct nr_person p;
	struct nr_err e;
	int64_t now = T0;
	bool stale, kept = true;

	OK(nr_store_person_by_login(t.s, NR_STR("sato"), &t.a, &p, &e) == NR_OK);
	OK(nr_session_open(t.s, &p, "test", T0, &token, &csrf, &e) == NR_OK);
	OK(nr_session_find(t.s, text(&token), T0 + HOUR, &t.a, &v, &p, &stale, &e) == NR_OK &&
	   stale);
	OK(nr_session_find(t.s, text(&token), T0 + 12 * HOUR, &t.a, &v, &p, &stale, &e) ==
	   NR_E_NOTFOUND);
	for (int i = 0; i < 16; i++) { /* a request every 10 hours: 160 of 168 */
		now += 10 * HOUR;
		kept = kept &&
		       nr_session_find(t.s, text(&token), now, &t.a, &v, &p, &stale, &e) == NR_OK &&
		       nr_session_keep(t.s, text(&token), now, &e) == NR_OK;
	}
	OK(kept);
	OK(nr_session_find(t.s, text(&token), T0 + 168 * HOUR, &t.a, &v, &p, &stale, &e) ==
	   NR_E_NOTFOUND);
	OK(nr_session_open(t.s, &p, "test", now, &token, &csrf, &e) == NR_OK);
	OK(nr_session_close(t.s, text(&token), &e) == NR_OK);
	OK(nr_session_find(t.s, text(&token), now, &t.a, &v, &p, &stale, &e) == NR_E_NOTFOUND);
}

static void test_people__a_link_works_once_and_in_time(void)
{
	struct nr_secret one, two, token, csrf;
	struct nr_person p;
	struct nr_err e;

	OK(nr_store_person_by_login(t.s, NR_STR("sato"), &t.a, &p, &e) == NR_OK);
	OK(nr_link_make(t.s, NR_STR("test"), &p, T0, &one, &e) == NR_OK);
	OK(nr_link_make(t.s, NR_STR("test"), &p, T0, &two, &e) == NR_OK);
	OK(strcmp(one.text, two.text) != 0 && strlen(one.text) == 43);
	OK(nr_link_use(t.s, text(&one), T0 + HOUR, &t.a, &p, &token, &csrf, &e) == NR_OK);
	OK(nr_link_use(t.s, text(&one), T0 + HOUR, &t.a, &p, &token, &csrf, &e) == NR_E_DENIED);
	OK(nr_link_use(t.s, text(&two), T0 + 24 * HOUR, &t.a, &p, &token, &csrf, &e) ==
	   NR_E_DENIED);
	OK(nr_link_use(t.s, NR_STR("made up"), T0, &t.a, &p, &token, &csrf, &e) == NR_E_DENIED);
}

static void test_people__a_token_has_no_more_than_its_person(void)
{
	struct nr_secret token;
	struct nr_person p, q;
	struct nr_err e;
	int64_t id = 0;

	OK(add("tanaka", NR_ROLE_VIEWER | NR_ROLE_SUBMITTER, "") > 0);
	OK(nr_store_person_by_login(t.s, NR_STR("tanaka"), &t.a, &p, &e) == NR_OK);
	OK(nr_token_make(t.s, &p, NR_STR("x"), NR_ROLE_ADMIN, 1, T0, &id, &token, &e) ==
	   NR_E_INVAL);
	OK(nr_token_make(t.s, &p, NR_STR("x"), NR_ROLE_VIEWER, 367, T0, &id, &token, &e) ==
	   NR_E_INVAL);
	OK(nr_token_make(t.s, &p, NR_STR("x"), NR_ROLE_VIEWER, 1, T0, &id, &token, &e) == NR_OK);
	OK(memcmp(token.text, "nrt_", 4) == 0);
	OK(nr_token_find(t.s, text(&token), T0 + HOUR, &t.a, &q, &e) == NR_OK &&
	   q.roles == NR_ROLE_VIEWER);
	OK(nr_token_find(t.s, text(&token), T0 + 24 * HOUR, &t.a, &q, &e) == NR_E_NOTFOUND);
	OK(nr_token_revoke(t.s, &p, id, T0, &e) == NR_OK);
	OK(nr_token_find(t.s, text(&token), T0 + HOUR, &t.a, &q, &e) == NR_E_NOTFOUND);
	OK(nr_token_revoke(t.s, &p, id, T0, &e) == NR_E_NOTFOUND);
}

static void test_people__a_disabled_person_is_out_at_once(void)
{
	struct nr_secret token, session, csrf, link;
	struct nr_person p, q;
	struct nr_session v;
	struct nr_err e;
	int64_t id = 0;
	bool stale;

	OK(nr_store_person_by_login(t.s, NR_STR("tanaka"), &t.a, &p, &e) == NR_OK);
	OK(nr_token_make(t.s, &p, NR_STR("x"), NR_ROLE_VIEWER, 1, T0, &id, &token, &e) == NR_OK);
	OK(nr_session_open(t.s, &p, "test", T0, &session, &csrf, &e) == NR_OK);
	OK(nr_link_make(t.s, NR_STR("test"), &p, T0, &link, &e) == NR_OK);
	OK(nr_people_disable(t.s, NR_STR("test"), &p, true, &e) == NR_OK);
	OK(nr_token_find(t.s, text(&token), T0 + 1, &t.a, &q, &e) == NR_E_NOTFOUND);
	OK(nr_session_find(t.s, text(&session), T0 + 1, &t.a, &v, &q, &stale, &e) == NR_E_NOTFOUND);
	OK(nr_people_disable(t.s, NR_STR("test"), &p, false, &e) == NR_OK);
	OK(nr_token_find(t.s, text(&token), T0 + 1, &t.a, &q, &e) == NR_OK);
	OK(nr_people_disable(t.s, NR_STR("test"), &p, true, &e) == NR_OK);
	OK(nr_link_use(t.s, text(&link), T0 + 1, &t.a, &q, &token, &csrf, &e) == NR_E_DENIED);
}

static void test_people__everything_is_in_the_ledger(void)
{
	struct nr_ledger_report r = { .bad = -1 };
	struct nr_ledger_entry *l = NULL;
	size_t n = 0, person = 0, token = 0, sign_in = 0;
	struct nr_err e;

	OK(nr_ledger_list(t.s, INT64_MAX, 100, &t.a, &l, &n, &e) == NR_OK);
	for (size_t i = 0; i < n; i++) {
		person += strcmp(l[i].kind, "person") == 0;
		token += strcmp(l[i].kind, "token") == 0;
		sign_in += strcmp(l[i].kind, "sign-in") == 0;
	}
	OK(person == 9);
	OK(token == 3);
	OK(sign_in == 4);
	OK(nr_ledger_verify(t.s, false, NULL, NULL, &r, &e) == NR_OK && r.bad == 0);
}

int main(void)
{
	struct nr_err e;

	if (!OK(tmp_open(&t)) || !OK(nr_people_start(&e) == NR_OK))
		return tap_done();
	test_people__accounts_are_checked();
	test_people__a_password_is_kept_as_argon2id_only();
	test_people__a_session_ends_idle_or_old();
	test_people__a_link_works_once_and_in_time();
	test_people__a_token_has_no_more_than_its_person();
	test_people__a_disabled_person_is_out_at_once();
	test_people__everything_is_in_the_ledger();
	tmp_close(&t);
	return tap_done();
}
