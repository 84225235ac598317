/* ledger verify, ledger head: what an operator or auditor asks of the record itself. */
#include "base/time.h"
#include "cli/cmd.h"
#include "store/store.h"

#include <jansson.h>

static void progress(void *ctx, int64_t done, int64_t total)
{
	nr_cmd_progress(ctx, "entries", done, total);
}

static void print_report(const struct nr_cmd_ctx *c, const struct nr_ledger_report *r)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(64 << 10);

	if (!nr_cmd_json(c)) {
		if (r->bad)
			printf("BAD %lld %s; the first: %s\n", (long long)r->bad,
			       r->bad == 1 ? "fault" : "faults", r->what);
		else
			printf("ok %lld entries, %lld signed heads, %lld dossiers, %lld blobs",
			       (long long)r->entries, (long long)r->heads, (long long)r->dossiers,
			       (long long)r->blobs);
		if (!r->bad && r->bare)
			printf("; %lld without raw material", (long long)r->bare);
		if (!r->bad)
			printf("\n");
		return;
	}
	nr_wr_fmt(&w,
		  "{\"schema\":\"noroshi.ledger-report/1\",\"ok\":%s,\"entries\":%lld,"
		  "\"heads\":%lld,\"dossiers\":%lld,\"blobs\":%lld,\"without_material\":%lld,"
		  "\"faults\":%lld,",
		  r->bad ? "false" : "true", (long long)r->entries, (long long)r->heads,
		  (long long)r->dossiers, (long long)r->blobs, (long long)r->bare,
		  (long long)r->bad);
	if (r->bad_entry >= 0)
		nr_wr_fmt(&w, "\"entry\":%lld,\"first\":", (long long)r->bad_entry);
	else
		nr_wr_cstr(&w, "\"entry\":null,\"first\":");
	nr_wr_json(&w, nr_str_c(r->what));
	nr_wr_cstr(&w, "}\n");
	(void)fwrite(w.p, 1, w.n, stdout);
}

struct kept { /* a head that somebody kept, as ledger head --json printed it */
	int64_t size;
	struct nr_sha256 root;
	uint8_t public_key[32];
};

static bool hex_of(const json_t *o, const char *name, uint8_t out[32])
{
	const char *v = json_string_value(json_object_get(o, name));

	return v && nr_unhex(nr_str_c(v), out, 32);
}

static enum nr_rc read_kept(const char *path, struct kept *ret, struct nr_err *e)
{
	json_t *o = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	bool ok;

	ret->size = json_integer_value(json_object_get(o, "size"));
	ok = ret->size > 0 && hex_of(o, "root", ret->root.b) &&
	     hex_of(o, "public_key", ret->public_key);
	json_decref(o);
	return ok ? NR_OK
		  : nr_fail(e, NR_E_MALFORMED, "kept", UINT64_MAX,
			    "%.160s is no head: keep what 'noroshi ledger head --json' prints",
			    path);
}

static void fault(struct nr_ledger_report *r, int64_t entry, const char *what)
{
	r->bad++;
	r->bad_entry = entry;
	(void)snprintf(r->what, sizeof(r->what), "%s", what);
}

/* The record holds together; is it also the one whose head was kept? */
static enum nr_rc check_kept(struct nr_store *s, const struct kept *k, struct nr_ledger_report *r,
			     struct nr_err *e)
{
	struct nr_ledger_head h = { .size = 0 };
	struct nr_sha256 root;

	if (r->bad)
		return NR_OK;
	if (r->entries < k->size) {
		fault(r, r->entries, "the kept head is of more entries than there are");
		return NR_OK;
	}
	NR_TRY(nr_ledger_head(s, &h, e));
	NR_TRY(nr_ledger_root(s, k->size, &root, e));
	if (memcmp(h.public_key, k->public_key, sizeof(h.public_key)) != 0)
		fault(r, k->size - 1, "the heads are signed by another key than the kept one");
	else if (memcmp(root.b, k->root.b, sizeof(root.b)) != 0)
		fault(r, k->size - 1, "the entries are not those of the kept head");
	return NR_OK;
}

static int verify(struct nr_cmd_ctx *c)
{
	const char *path = nr_cmd_opt(c, "kept");
	struct kept kept;
	const char *url = nr_cmd_opt(c, "store");
	struct nr_ledger_report r = { .bad_entry = -1 };
	struct nr_err e = { .rc = NR_OK };
	struct nr_store *s = NULL;
	enum nr_rc rc = path ? read_kept(path, &kept, &e) : NR_OK;

	if (rc != NR_OK)
		return nr_cmd_error(c, path, &e);
	rc = nr_store_open(nr_str_c(url), NR_STORE_READ_ONLY, &s, &e);
	if (rc == NR_OK)
		rc = nr_ledger_verify(s, !nr_cmd_flag(c, "no-blobs"), progress, c, &r, &e);
	if (rc == NR_OK && path)
		rc = check_kept(s, &kept, &r, &e);
	nr_store_close(&s);
	if (rc != NR_OK)
		return nr_cmd_error(c, url, &e);
	print_report(c, &r);
	return r.bad ? 1 : 0;
}

static void print_head(const struct nr_cmd_ctx *c, const struct nr_ledger_head *h)
{
	char root[65], sig[129], pk[65], at[NR_TIME_TEXT];

	nr_hex(h->root.b, 32, root);
	nr_hex(h->signature, 64, sig);
	nr_hex(h->public_key, 32, pk);
	nr_time_format(h->at_us, at);
	if (nr_cmd_json(c))
		printf("{\"schema\":\"noroshi.ledger-head/1\",\"size\":%lld,\"at\":\"%s\","
		       "\"root\":\"%s\",\"signature\":\"%s\",\"public_key\":\"%s\"}\n",
		       (long long)h->size, at, root, sig, pk);
	else
		printf("size       %lld\nat         %s\nroot       %s\nsignature  %s\n"
		       "public key %s\n",
		       (long long)h->size, at, root, sig, pk);
}

static int head(struct nr_cmd_ctx *c)
{
	const char *url = nr_cmd_opt(c, "store");
	struct nr_err e = { .rc = NR_OK };
	struct nr_ledger_head h;
	struct nr_store *s = NULL;
	enum nr_rc rc = nr_store_open(nr_str_c(url), NR_STORE_READ_ONLY, &s, &e);

	if (rc == NR_OK)
		rc = nr_ledger_head(s, &h, &e);
	nr_store_close(&s);
	if (rc != NR_OK)
		return nr_cmd_error(c, url, &e);
	print_head(c, &h);
	return 0;
}

static const struct nr_opt verify_opts[] = {
	{ "store", NR_OPT_TEXT, "URL", "the store", "noroshi.db", 0, 0 },
	{ "kept", NR_OPT_TEXT, "FILE",
	  "a head kept earlier (ledger head --json): the record must contain it", NULL, 0, 0 },
	{ "no-blobs", NR_OPT_FLAG, NULL, "leave out the raw material", NULL, 0, 0 },
	{ NULL, NR_OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};

static const struct nr_opt head_opts[] = {
	{ "store", NR_OPT_TEXT, "URL", "the store", "noroshi.db", 0, 0 },
	{ NULL, NR_OPT_FLAG, NULL, NULL, NULL, 0, 0 },
};

extern const struct nr_cmd nr_cmd_ledger_verify, nr_cmd_ledger_head;
const struct nr_cmd nr_cmd_ledger_verify = {
	.area = "ledger",
	.verb = "verify",
	.summary = "recompute the whole record and name the first entry that was changed",
	.args = "",
	.opts = verify_opts,
	.run = verify,
};
const struct nr_cmd nr_cmd_ledger_head = {
	.area = "ledger",
	.verb = "head",
	.summary = "print the newest signed head, for a partner to keep",
	.args = "",
	.opts = head_opts,
	.run = head,
};
