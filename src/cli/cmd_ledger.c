/* ledger verify, ledger head: what an operator or auditor asks of the record itself. */
#include "base/time.h"
#include "cli/cmd.h"
#include "store/store.h"

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

static int verify(struct nr_cmd_ctx *c)
{
	const char *url = nr_cmd_opt(c, "store");
	struct nr_ledger_report r = { .bad_entry = -1 };
	struct nr_err e = { .rc = NR_OK };
	struct nr_store *s = NULL;
	enum nr_rc rc = nr_store_open(nr_str_c(url), NR_STORE_READ_ONLY, &s, &e);

	if (rc == NR_OK)
		rc = nr_ledger_verify(s, !nr_cmd_flag(c, "no-blobs"), progress, c, &r, &e);
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
