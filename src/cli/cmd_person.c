/* person, token: accounts from the command line of the machine that holds the store. */
#include "cli/cmd.h"

#include "base/time.h"
#include "desks/people/people.h"

#include <unistd.h>

enum { ARENA = 4 << 20, LIST = 500 };

/* Opens the store of --store for writing; the actor of its ledger lines is "cli:<user id>". */
static enum nr_rc open_store(struct nr_cmd_ctx *c, struct nr_store **ret, char actor[32],
			     struct nr_err *e)
{
	(void)snprintf(actor, 32, "cli:%u", (unsigned)getuid());
	NR_TRY(nr_people_start(e));
	return nr_store_open(nr_str_c(nr_cmd_opt(c, "store")), 0, ret, e);
}

static void print_link(struct nr_cmd_ctx *c, struct nr_str login, const struct nr_secret *link)
{
	if (nr_cmd_json(c))
		printf("{\"login\":\"%.*s\",\"link\":\"/sign-in#link=%s\"}\n", NR_FMT(login),
		       link->text);
	else
		printf("%s/sign-in#link=%s\n", nr_cmd_opt(c, "url"), link->text);
}

static enum nr_rc link_for(struct nr_store *s, const char *actor, struct nr_str login,
			   struct nr_arena *a, struct nr_secret *ret, struct nr_err *e)
{
	struct nr_person p;

	NR_TRY(nr_store_person_by_login(s, login, a, &p, e));
	return nr_link_make(s, nr_str_c(actor), &p, nr_now_us(), ret, e);
}

/* A password is read from standard input, never from the command line, where others can see it. */
static enum nr_rc read_password(struct nr_arena *a, struct nr_str *ret, struct nr_err *e)
{
	char line[NR_PASSWORD_MAX + 2];
	size_t n;

	if (!fgets(line, sizeof(line), stdin))
		return nr_fail(e, NR_E_INVAL, "password", UINT64_MAX,
			       "one line with the password is wanted on standard input");
	n = strcspn(line, "\n");
	NR_TRY(nr_str_check((struct nr_bytes){ (const uint8_t *)line, n }, ret, e));
	*ret = nr_arena_str(a, *ret);
	return NR_OK;
}

static enum nr_rc person_add(struct nr_cmd_ctx *c, struct nr_store *s, const char *actor,
			     struct nr_arena *a, struct nr_err *e)
{
	const char *name = nr_cmd_opt(c, "name");
	struct nr_account acc = { .login = nr_str_c(nr_cmd_opt(c, "login")),
				  .unit = nr_str_c(nr_cmd_opt(c, "unit")) };
	struct nr_secret link;
	int64_t id = 0;

	if (!acc.login.n || !acc.unit.n)
		return nr_fail(e, NR_E_INVAL, "person", UINT64_MAX,
			       "--login and --unit are wanted");
	acc.name = name ? nr_str_c(name) : acc.login;
	NR_TRY(nr_roles_parse(nr_str_c(nr_cmd_opt(c, "roles")), &acc.roles, e));
	if (nr_cmd_flag(c, "password"))
		NR_TRY(read_password(a, &acc.password, e));
	NR_TRY(nr_people_add(s, nr_str_c(actor), &acc, nr_now_us(), &id, e));
	if (!nr_cmd_flag(c, "link")) {
		if (nr_cmd_json(c))
			printf("{\"login\":\"%.*s\"}\n", NR_FMT(acc.login));
		else
			printf("added %.*s\n", NR_FMT(acc.login));
		return NR_OK;
	}
	NR_TRY(link_for(s, actor, acc.login, a, &link, e));
	print_link(c, acc.login, &link);
	return NR_OK;
}

static enum nr_rc person_link(struct nr_cmd_ctx *c, struct nr_store *s, const char *actor,
			      struct nr_arena *a, struct nr_err *e)
{
	struct nr_secret link;

	NR_TRY(link_for(s, actor, nr_str_c(nr_cmd_arg(c, 0)), a, &link, e));
	print_link(c, nr_str_c(nr_cmd_arg(c, 0)), &link);
	return NR_OK;
}

static enum nr_rc person_list(struct nr_cmd_ctx *c, struct nr_store *s, const char *actor,
			      struct nr_arena *a, struct nr_err *e)
{
	struct nr_person *p = NULL;
	int64_t after = 0;
	size_t n = LIST;

	(void)actor;
	while (n == LIST) {
		struct nr_arena_mark m = nr_arena_mark(a);

		NR_TRY(nr_store_persons(s, after, LIST, a, &p, &n, e));
		for (size_t i = 0; i < n; i++) {
			struct nr_wr w = NR_WR_INIT(4096);

			after = p[i].id;
			nr_wr_cstr(&w, "{\"login\":");
			nr_wr_json(&w, p[i].login);
			nr_wr_cstr(&w, ",\"name\":");
			nr_wr_json(&w, p[i].name);
			nr_wr_cstr(&w, ",\"unit\":");
			nr_wr_json(&w, p[i].unit);
			nr_wr_cstr(&w, ",\"roles\":");
			nr_wr_json(&w, nr_roles_format(p[i].roles, a));
			nr_wr_fmt(&w, ",\"disabled\":%s}\n", p[i].disabled ? "true" : "false");
			if (nr_cmd_json(c))
				(void)fwrite(w.p, 1, w.n, stdout);
			else
				printf("%-20.*s %-24.*s %-24.*s %.*s%s\n", NR_FMT(p[i].login),
				       NR_FMT(p[i].unit), NR_FMT(nr_roles_format(p[i].roles, a)),
				       NR_FMT(p[i].name), p[i].disabled ? " (kept out)" : "");
			nr_wr_done(&w);
		}
		nr_arena_rewind(a, m);
	}
	return NR_OK;
}

static enum nr_rc person_set(struct nr_cmd_ctx *c, struct nr_store *s, const char *actor,
			     struct nr_arena *a, bool disabled, struct nr_err *e)
{
	const char *login = nr_cmd_arg(c, 0);
	struct nr_person p;

	NR_TRY(nr_store_person_by_login(s, nr_str_c(login), a, &p, e));
	NR_TRY(nr_people_disable(s, nr_str_c(actor), &p, disabled, e));
	if (nr_cmd_json(c))
		printf("{\"login\":\"%.*s\",\"disabled\":%s}\n", NR_FMT(p.login),
		       disabled ? "true" : "false");
	else
		printf("%.*s is %s\n", NR_FMT(p.login), disabled ? "kept out" : "let in again");
	return NR_OK;
}

static enum nr_rc person_disable(struct nr_cmd_ctx *c, struct nr_store *s, const char *actor,
				 struct nr_arena *a, struct nr_err *e)
{
	return person_set(c, s, actor, a, true, e);
}

static enum nr_rc person_enable(struct nr_cmd_ctx *c, struct nr_store *s, const char *actor,
				struct nr_arena *a, struct nr_err *e)
{
	return person_set(c, s, actor, a, false, e);
}

static enum nr_rc token_add(struct nr_cmd_ctx *c, struct nr_store *s, const char *actor,
			    struct nr_arena *a, struct nr_err *e)
{
	const char *roles = nr_cmd_opt(c, "roles");
	struct nr_secret token;
	struct nr_person p;
	unsigned mask = 0;
	int64_t id = 0;

	(void)actor;
	NR_TRY(nr_store_person_by_login(s, nr_str_c(nr_cmd_arg(c, 0)), a, &p, e));
	NR_TRY(nr_roles_parse(nr_str_c(roles), &mask, e));
	NR_TRY(nr_token_make(s, &p, nr_str_c(nr_cmd_opt(c, "name")), mask,
			     (unsigned)nr_cmd_int(c, "days"), nr_now_us(), &id, &token, e));
	if (nr_cmd_json(c))
		printf("{\"id\":\"%lld\",\"token\":\"%s\"}\n", (long long)id, token.text);
	else
		printf("%s\n", token.text);
	return NR_OK;
}

static int with_store(struct nr_cmd_ctx *c,
		      enum nr_rc (*run)(struct nr_cmd_ctx *c, struct nr_store *s, const char *actor,
					struct nr_arena *a, struct nr_err *e))
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(ARENA);
	struct nr_store *s = NULL;
	struct nr_err e = { .rc = NR_OK };
	char actor[32];
	enum nr_rc rc = open_store(c, &s, actor, &e);

	if (rc == NR_OK)
		rc = run(c, s, actor, &a, &e);
	nr_store_close(&s);
	return rc == NR_OK ? 0 : nr_cmd_error(c, nr_cmd_opt(c, "store"), &e);
}

static int run_add(struct nr_cmd_ctx *c)
{
	return with_store(c, person_add);
}
static int run_list(struct nr_cmd_ctx *c)
{
	return with_store(c, person_list);
}
static int run_link(struct nr_cmd_ctx *c)
{
	return with_store(c, person_link);
}
static int run_disable(struct nr_cmd_ctx *c)
{
	return with_store(c, person_disable);
}
static int run_enable(struct nr_cmd_ctx *c)
{
	return with_store(c, person_enable);
}
static int run_token(struct nr_cmd_ctx *c)
{
	return with_store(c, token_add);
}

#define OPT_STORE                                                                                  \
	{                                                                                          \
		"store", NR_OPT_TEXT, "URL", "the store", "noroshi.db", 0, 0                       \
	}
#define OPT_URL                                                                                    \
	{                                                                                          \
		"url", NR_OPT_TEXT, "URL", "address of the console, put before the link",          \
			"http://127.0.0.1:8470", 0, 0                                              \
	}
static const struct nr_opt opts_add[] = {
	OPT_STORE,
	OPT_URL,
	{ "login", NR_OPT_TEXT, "LOGIN", "a-z 0-9 - .", NULL, 0, 0 },
	{ "name", NR_OPT_TEXT, "NAME", "as shown; by default the login", NULL, 0, 0 },
	{ "unit", NR_OPT_TEXT, "ID", "unit of the person", NULL, 0, 0 },
	{ "roles", NR_OPT_TEXT, "LIST", "of viewer,submitter,analyst,auditor,admin", "viewer", 0,
	  0 },
	{ "link", NR_OPT_FLAG, NULL, "print a one-time sign-in link", NULL, 0, 0 },
	{ "password", NR_OPT_FLAG, NULL, "read a password from standard input", NULL, 0, 0 },
	{ .name = NULL },
};
static const struct nr_opt opts_store[] = { OPT_STORE, { .name = NULL } };
static const struct nr_opt opts_link[] = { OPT_STORE, OPT_URL, { .name = NULL } };
static const struct nr_opt opts_token[] = {
	OPT_STORE,
	{ "name", NR_OPT_TEXT, "TEXT", "what it is for", "command line", 0, 0 },
	{ "roles", NR_OPT_TEXT, "LIST", "among the person's own", "viewer", 0, 0 },
	{ "days", NR_OPT_INT, "N", "how long it lasts", "90", 1, NR_TOKEN_DAYS_MAX },
	{ .name = NULL },
};

extern const struct nr_cmd nr_cmd_person_add, nr_cmd_person_list, nr_cmd_person_link,
	nr_cmd_person_disable, nr_cmd_person_enable, nr_cmd_token_add;
const struct nr_cmd nr_cmd_person_add = {
	.area = "person",
	.verb = "add",
	.summary = "add a person who may sign in",
	.args = "",
	.opts = opts_add,
	.run = run_add,
};
const struct nr_cmd nr_cmd_person_list = {
	.area = "person",
	.verb = "list",
	.summary = "list the people who may sign in",
	.args = "",
	.opts = opts_store,
	.run = run_list,
};
const struct nr_cmd nr_cmd_person_disable = {
	.area = "person",
	.verb = "disable",
	.summary = "keep a person out: sessions, links, tokens and password stop at once",
	.args = "LOGIN",
	.min_args = 1,
	.max_args = 1,
	.opts = opts_store,
	.run = run_disable,
};
const struct nr_cmd nr_cmd_person_enable = {
	.area = "person",
	.verb = "enable",
	.summary = "let a person in again",
	.args = "LOGIN",
	.min_args = 1,
	.max_args = 1,
	.opts = opts_store,
	.run = run_enable,
};
const struct nr_cmd nr_cmd_person_link = {
	.area = "person",
	.verb = "link",
	.summary = "print a one-time sign-in link",
	.args = "LOGIN",
	.min_args = 1,
	.max_args = 1,
	.opts = opts_link,
	.run = run_link,
};
const struct nr_cmd nr_cmd_token_add = {
	.area = "token",
	.verb = "add",
	.summary = "make an API token; it is printed once",
	.args = "LOGIN",
	.min_args = 1,
	.max_args = 1,
	.opts = opts_token,
	.run = run_token,
};
