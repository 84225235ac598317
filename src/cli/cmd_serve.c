/* serve: the platform on a port.  The process started is a small supervisor; it re-executes itself as
 * the hub role, and as workers when the hub asks for one. */
#include "cli/cmd.h"

#include "base/time.h"
#include "desks/people/people.h"
#include "eyes/eye.h"
#include "hub/hub.h"
#include "hub/parse.h"
#include "proc/spawn.h"

/* "127.0.0.1:8470", "[::1]:8470" */
static enum nr_rc parse_listen(const char *text, char *address, size_t size, unsigned *ret_port,
			       struct nr_err *e)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	int64_t port = 0;

	if (n && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (!colon || n == 0 || n >= size ||
	    nr_number_parse(nr_str_c(colon + 1), "listen", 0, 65535, &port, NULL) != NR_OK)
		return nr_fail(e, NR_E_INVAL, "listen", UINT64_MAX,
			       "ADDRESS:PORT is wanted, such as 127.0.0.1:8470 or [::1]:8470");
	memcpy(address, text, n);
	address[n] = 0;
	*ret_port = (unsigned)port;
	return NR_OK;
}

static void write_detectors(struct nr_wr *w)
{
	bool first = true;

	nr_wr_u8(w, '[');
	for (size_t i = 0; i < nr_eyes_count; i++)
		for (const struct nr_detector *d = nr_eyes[i]->detectors; d && d->name; d++) {
			nr_wr_fmt(w, "%s{\"name\":\"%s\",\"eye\":\"%s\",\"title_en\":",
				  first ? "" : ",", d->name, nr_eyes[i]->name);
			nr_wr_json(w, nr_str_c(d->title_en));
			nr_wr_cstr(w, ",\"title_ja\":");
			nr_wr_json(w, nr_str_c(d->title_ja));
			nr_wr_fmt(w, ",\"attack\":\"%s\",\"meaning\":", d->attack);
			nr_wr_json(w, nr_str_c(d->meaning));
			nr_wr_u8(w, '}');
			first = false;
		}
	nr_wr_u8(w, ']');
}

/* The one-time link of --sign-in-link; a login that does not exist costs a line, not the service. */
static enum nr_rc print_link(struct nr_cmd_ctx *c, const char *login, const char *url,
			     struct nr_err *e)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 20);
	struct nr_store *s = NULL;
	struct nr_secret link;
	struct nr_person p;
	enum nr_rc rc;

	NR_TRY(nr_store_open(nr_str_c(nr_cmd_opt(c, "store")), 0, &s, e));
	rc = nr_store_person_by_login(s, nr_str_c(login), &a, &p, e);
	if (rc == NR_OK)
		rc = nr_link_make(s, NR_STR("serve"), &p, nr_now_us(), &link, e);
	nr_store_close(&s);
	if (rc == NR_OK)
		printf("noroshi: sign in once, within 24 hours: %s/sign-in#link=%s\n", url,
		       link.text);
	return rc;
}

static void on_ready(void *ctx, const char *url)
{
	struct nr_cmd_ctx *c = ctx;
	const char *login = nr_cmd_opt(c, "sign-in-link");
	struct nr_err e = { .rc = NR_OK };

	printf("noroshi: serving on %s\n", url);
	if (login && print_link(c, login, url, &e) != NR_OK)
		(void)nr_cmd_error(c, login, &e);
	(void)fflush(stdout);
}

static enum nr_rc ask_supervisor(void *ctx, int *ret_fd, int *ret_pid, struct nr_err *reterr)
{
	(void)ctx;
	return nr_supervisor_worker(ret_fd, ret_pid, reterr);
}

static enum nr_rc config_of(struct nr_cmd_ctx *c, struct nr_hub_config *cfg, char *address,
			    size_t size, struct nr_err *e)
{
	*cfg = (struct nr_hub_config){ .store = nr_str_c(nr_cmd_opt(c, "store")),
				       .tls_cert = nr_cmd_opt(c, "tls-cert"),
				       .tls_key = nr_cmd_opt(c, "tls-key"),
				       .workers = (unsigned)nr_cmd_int(c, "workers"),
				       .geo = nr_cmd_opt(c, "geo"),
				       .detectors = write_detectors,
				       .confine = nr_supervised(),
				       .stop_fd = -1,
				       .ready = on_ready,
				       .ready_ctx = c };
	for (size_t i = 0; i < NR_HUB_NAMES - 1; i++)
		cfg->names[i] = nr_cmd_many(c, "name", i);
	cfg->address = address;
	return parse_listen(nr_cmd_opt(c, "listen"), address, size, &cfg->port, e);
}

static int run_hub(struct nr_cmd_ctx *c)
{
	static const struct nr_pool_spawner supervisor = { ask_supervisor, NULL };
	struct nr_err e = { .rc = NR_OK };
	struct nr_hub_config cfg;
	char address[64];
	enum nr_rc rc = config_of(c, &cfg, address, sizeof(address), &e);

	cfg.spawner = nr_supervised() ? &supervisor : &nr_pool_self;
	if (rc == NR_OK)
		rc = nr_hub_run(&cfg, &e);
	return rc == NR_OK ? 0 : nr_cmd_error(c, "serve", &e);
}

/* The command line of the hub role: what was given to serve, under the role's name. */
static int run_serve(struct nr_cmd_ctx *c)
{
	static const char *const worker[] = { "noroshi", "worker--look", NULL };
	static const char *const one[] = { "store",   "listen", "tls-cert",    "tls-key",
					   "workers", "geo",    "sign-in-link" };
	const char *argv[4 + 2 * (NR_COUNT(one) + NR_HUB_NAMES)] = { "noroshi", "hub--role" };
	char flags[NR_COUNT(one)][24];
	struct nr_err e = { .rc = NR_OK };
	size_t n = 2;
	int code = 70;

	for (size_t i = 0; i < NR_COUNT(one); i++) {
		const char *v = nr_cmd_opt(c, one[i]);

		if (!v)
			continue;
		(void)snprintf(flags[i], sizeof(flags[i]), "--%s", one[i]);
		argv[n++] = flags[i];
		argv[n++] = v;
	}
	for (size_t i = 0; i < NR_HUB_NAMES - 1 && nr_cmd_many(c, "name", i); i++) {
		argv[n++] = "--name";
		argv[n++] = nr_cmd_many(c, "name", i);
	}
	if (nr_cmd_json(c))
		argv[n++] = "--json";
	argv[n] = NULL;
	if (nr_supervise(argv, worker, &code, &e) != NR_OK)
		return nr_cmd_error(c, "serve", &e);
	return code;
}

extern const struct nr_cmd nr_cmd_serve, nr_cmd_hub;
static const struct nr_opt opts_serve[] = {
	{ "store", NR_OPT_TEXT, "URL", "the store", "noroshi.db", 0, 0 },
	{ "listen", NR_OPT_TEXT, "ADDR:PORT", "where to listen; port 0: any free one",
	  "127.0.0.1:8470", 0, 0 },
	{ "tls-cert", NR_OPT_TEXT, "FILE", "PEM certificate with its chain", NULL, 0, 0 },
	{ "tls-key", NR_OPT_TEXT, "FILE", "PEM private key", NULL, 0, 0 },
	{ "name", NR_OPT_MANY, "HOST", "host name browsers call this server by", NULL, 0, 0 },
	{ "workers", NR_OPT_INT, "N", "jailed workers for uploads", "2", 1, 64 },
	{ "sign-in-link", NR_OPT_TEXT, "LOGIN", "print a one-time sign-in link for this person",
	  NULL, 0, 0 },
	{ "geo", NR_OPT_TEXT, "FILE", "country database (MMDB) for the situation page", NULL, 0,
	  0 },
	{ .name = NULL },
};
const struct nr_cmd nr_cmd_serve = {
	.area = "serve",
	.summary = "serve the console, the API and the feeds",
	.args = "",
	.opts = opts_serve,
	.run = run_serve,
};
const struct nr_cmd nr_cmd_hub = {
	.area = "hub--role",
	.flags = NR_CMD_HIDDEN,
	.summary = "the hub itself (started by noroshi serve)",
	.args = "",
	.opts = opts_serve,
	.run = run_hub,
};
