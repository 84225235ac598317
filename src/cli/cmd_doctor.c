/* doctor: what of the jail this kernel gives, versions, and the health of a store. */
#include "cli/cmd.h"
#include "eyes/eye.h"
#include "proc/jail.h"
#include "store/store.h"

#include <jansson.h>
#include <microhttpd.h>
#include <openssl/crypto.h>
#include <sodium.h>
#include <sqlite3.h>
#include <sys/utsname.h>

struct line { /* one thing looked at */
	const char *name;
	bool ok;
	char text[160];
};

struct report {
	struct line lines[24];
	size_t n;
	bool bad;
};

static void add(struct report *r, const char *name, bool ok, const char *fmt, ...) NR_PRINTF(4, 5);

#include <stdarg.h>

static void add(struct report *r, const char *name, bool ok, const char *fmt, ...)
{
	struct line *l = &r->lines[r->n];
	va_list ap;

	if (r->n == NR_COUNT(r->lines))
		return;
	r->n++;
	l->name = name;
	l->ok = ok;
	va_start(ap, fmt);
	(void)vsnprintf(l->text, sizeof(l->text), fmt, ap);
	va_end(ap);
	r->bad |= !ok;
}

static void look_at_jail(struct report *r)
{
	struct nr_jail_report j;
	struct utsname u;

	nr_jail_probe(&j);
	add(r, "kernel", uname(&u) == 0, "%s %s", u.sysname, u.release);
	add(r, "seccomp", j.seccomp, j.seccomp ? "filters available" : "not available: no jail");
	add(r, "landlock", j.landlock, j.landlock ? "ABI %d: files%s%s" : "not available (ABI %d)",
	    j.landlock_abi, j.landlock_abi >= 4 ? ", TCP" : "",
	    j.landlock_abi >= 6 ? ", signals and abstract sockets" : "");
}

static void look_at_versions(struct report *r)
{
	add(r, "noroshi", true, "%s, store schema %lld", NR_VERSION,
	    (long long)nr_store_schema_program());
	add(r, "sqlite", true, "%s", sqlite3_libversion());
	add(r, "openssl", true, "%s", OpenSSL_version(OPENSSL_VERSION));
	add(r, "libsodium", true, "%s", sodium_version_string());
	add(r, "jansson", true, "%s", jansson_version_str());
	add(r, "libmicrohttpd", true, "%s", MHD_get_version());
}

static void look_at_store(struct report *r, const char *url)
{
	struct nr_ledger_head h;
	struct nr_store *s = NULL;
	struct nr_err e = { .rc = NR_OK };

	if (nr_store_open(nr_str_c(url), NR_STORE_READ_ONLY, &s, &e) != NR_OK) {
		add(r, "store", false, "%s: %s", url, e.msg);
		return;
	}
	add(r, "store", true, "%s, schema %lld", url, (long long)nr_store_schema(s));
	if (nr_store_check(s, &e) == NR_OK)
		add(r, "integrity", true, "the engine's quick check found nothing");
	else
		add(r, "integrity", false, "%s", e.msg);
	if (nr_ledger_head(s, &h, &e) == NR_OK)
		add(r, "ledger", true, "%lld entries under the signed head", (long long)h.size);
	else
		add(r, "ledger", false, "%s", e.msg);
	nr_store_close(&s);
}

static void print_json(const struct report *r)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(1 << 20);

	nr_wr_fmt(&w, "{\"schema\":\"noroshi.doctor/1\",\"ok\":%s,\"checks\":[",
		  r->bad ? "false" : "true");
	for (size_t i = 0; i < r->n; i++) {
		nr_wr_fmt(&w, "%s{\"name\":\"%s\",\"ok\":%s,\"text\":", i ? "," : "",
			  r->lines[i].name, r->lines[i].ok ? "true" : "false");
		nr_wr_json(&w, nr_str_c(r->lines[i].text));
		nr_wr_u8(&w, '}');
	}
	nr_wr_cstr(&w, "]}\n");
	(void)fwrite(w.p, 1, w.n, stdout);
}

static int run(struct nr_cmd_ctx *c)
{
	const char *url = nr_cmd_opt(c, "store");
	struct report r = { .n = 0 };

	look_at_jail(&r);
	look_at_versions(&r);
	if (url)
		look_at_store(&r, url);
	if (nr_cmd_json(c)) {
		print_json(&r);
		return r.bad;
	}
	for (size_t i = 0; i < r.n; i++)
		printf("%-4s %-14s %s\n", r.lines[i].ok ? "ok" : "BAD", r.lines[i].name,
		       r.lines[i].text);
	return r.bad;
}

static const struct nr_opt opts[] = {
	{ "store", NR_OPT_TEXT, "URL", "also examine this store", NULL, 0, 0 },
	{ NULL, NR_OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};

extern const struct nr_cmd nr_cmd_doctor;
const struct nr_cmd nr_cmd_doctor = {
	.area = "doctor",
	.summary = "what of the jail this kernel gives, versions, health of a store",
	.args = "",
	.opts = opts,
	.run = run,
};
