#include "intake/intake.h"

#include "intake/gate.h"
#include "intake/geo.h"
#include "model/dossier_json.h"

enum { SCRATCH = 256 << 20, DETAIL_MAX = 512 };

/* One dossier inside the open transaction. */
static enum nr_rc put_one(struct nr_intake *in, const struct nr_submit *sub, struct nr_dossier *d,
			  struct nr_bytes json, struct nr_arena *a, struct nr_receipt *ret,
			  struct nr_err *reterr)
{
	char id[NR_UUID_TEXT];
	struct nr_put put = { 0 };
	struct nr_ledger_entry e = { .at_us = sub->now_us,
				     .kind = "dossier",
				     .actor = sub->actor,
				     .unit = sub->unit,
				     .detail = d->material.name };
	struct nr_receipt r = { .id = d->id, .sha256 = d->material.sha256 };

	NR_TRY(nr_store_dossier_put(in->store, d, json, a, &put, reterr));
	r.row = put.row;
	r.duplicate = put.duplicate;
	if (!put.duplicate) {
		if (in->link)
			NR_TRY(in->link(in->link_ctx, in->store, d, &put, a, reterr));
		nr_uuid_format(&d->id, id);
		e.object = nr_str_c(id);
		e.digest = nr_sha256(json);
		NR_TRY(nr_ledger_append(in->store, &e, &r.leaf, reterr));
	}
	*ret = r;
	return NR_OK;
}

/* What can be known before a transaction is opened: may it come in, what does it look like on the
 * wire; and its raw material, durable before anything refers to it. */
static enum nr_rc prepare(struct nr_intake *in, const struct nr_submit *sub, struct nr_dossier *d,
			  const struct nr_src *src, struct nr_wr *json, struct nr_err *reterr)
{
	NR_TRY(nr_gate_check(in->store, sub, d, reterr));
	NR_TRY(nr_geo_enrich(in->geo, d, reterr));
	if (d->rc != NR_OK)
		return nr_fail(reterr, d->rc, "dossier", UINT64_MAX,
			       "larger than a dossier may be");
	nr_wr_reset(json);
	nr_dossier_write(d, json);
	if (json->rc != NR_OK)
		return nr_fail(reterr, json->rc, "dossier", UINT64_MAX,
			       "its JSON is larger than %d MiB", NR_DOSSIER_JSON >> 20);
	if (src)
		NR_TRY(nr_store_blob_put(in->store, src, &d->material.sha256, reterr));
	return NR_OK;
}

struct batch {
	const struct nr_submit *subs;
	struct nr_dossier *const *ds;
	const struct nr_src *const *srcs;
	size_t n;
	size_t at; /* the one being prepared */
	struct nr_arena a;
	struct nr_bytes *json;
};

static enum nr_rc prepare_all(struct nr_intake *in, struct batch *b, struct nr_wr *w,
			      struct nr_err *reterr)
{
	b->json = NR_NEW_N(&b->a, struct nr_bytes, b->n + 1);
	if (!b->json)
		return nr_fail(reterr, NR_E_NOMEM, "batch", UINT64_MAX, "too large");
	for (size_t i = 0; i < b->n; i++) {
		b->at = i;
		NR_TRY(prepare(in, &b->subs[i], b->ds[i], b->srcs ? b->srcs[i] : NULL, w, reterr));
		b->json[i] = nr_arena_dup(&b->a, nr_wr_view(w));
		if (b->a.exhausted)
			return nr_fail(reterr, NR_E_LIMIT, "batch", UINT64_MAX,
				       "over %d MiB of dossiers: give fewer at once",
				       SCRATCH >> 20);
	}
	return NR_OK;
}

static enum nr_rc put_all(struct nr_intake *in, struct batch *b, struct nr_receipt *ret,
			  struct nr_err *reterr)
{
	for (size_t i = 0; i < b->n; i++) {
		struct nr_arena_mark m = nr_arena_mark(&b->a);

		NR_TRY(put_one(in, &b->subs[i], b->ds[i], b->json[i], &b->a, &ret[i], reterr));
		nr_arena_rewind(&b->a, m);
	}
	return NR_OK;
}

/* All of a batch in one transaction. */
static enum nr_rc commit_all(struct nr_intake *in, struct batch *b, struct nr_receipt *ret,
			     struct nr_err *reterr)
{
	enum nr_rc rc;

	NR_TRY(nr_store_begin(in->store, reterr));
	rc = put_all(in, b, ret, reterr);
	if (rc == NR_OK)
		rc = nr_store_commit(in->store, reterr);
	if (rc != NR_OK)
		nr_store_rollback(in->store);
	return rc;
}

/* Refused by rule or by format, not by the state of the machine: worth a ledger line. */
static bool is_refusal(enum nr_rc rc)
{
	return nr_rc_is_input_fault(rc) || rc == NR_E_DENIED || rc == NR_E_NOTFOUND ||
	       rc == NR_E_INVAL;
}

enum nr_rc nr_intake_batch(struct nr_intake *in, const struct nr_submit *subs,
			   struct nr_dossier *const *ds, const struct nr_src *const *srcs, size_t n,
			   struct nr_receipt *ret, struct nr_err *reterr)
{
	struct batch b = {
		.subs = subs, .ds = ds, .srcs = srcs, .n = n, .a = NR_ARENA_INIT(SCRATCH)
	};
	struct nr_wr w = NR_WR_INIT(NR_DOSSIER_JSON);
	struct nr_err why = { .rc = NR_OK };
	enum nr_rc rc;

	if (n == 0)
		return NR_OK;
	rc = prepare_all(in, &b, &w, &why);
	nr_wr_done(&w);
	if (rc == NR_OK)
		rc = commit_all(in, &b, ret, &why);
	else if (is_refusal(rc)) /* the line about the refusal must not hide the refusal */
		(void)!nr_intake_refused(in, &subs[b.at], ds[b.at]->material.name, &why, NULL);
	nr_arena_done(&b.a);
	if (rc != NR_OK && reterr)
		*reterr = why;
	return rc;
}

enum nr_rc nr_intake_check(struct nr_intake *in, const struct nr_submit *sub, struct nr_dossier *d,
			   struct nr_err *reterr)
{
	return nr_gate_check(in->store, sub, d, reterr);
}

enum nr_rc nr_intake_add(struct nr_intake *in, const struct nr_submit *sub, struct nr_dossier *d,
			 const struct nr_src *src, struct nr_receipt *ret, struct nr_err *reterr)
{
	struct nr_receipt r = { 0 };

	NR_TRY(nr_intake_batch(in, sub, &d, &src, 1, &r, reterr));
	*ret = r;
	return NR_OK;
}

enum nr_rc nr_intake_refused(struct nr_intake *in, const struct nr_submit *sub, struct nr_str name,
			     const struct nr_err *why, struct nr_err *reterr)
{
	char detail[DETAIL_MAX];
	struct nr_ledger_entry e = { .at_us = sub->now_us,
				     .kind = "refused",
				     .actor = sub->actor,
				     .unit = sub->unit,
				     .object = name };
	struct nr_str text;
	enum nr_rc rc;
	int n;

	if (!nr_slug_ok(sub->unit))
		e.unit = NR_STR(""); /* what was typed may not even be text */
	if (nr_gate_secret(name))
		e.object = NR_STR("(name withheld)"); /* the ledger must not carry it either */
	n = snprintf(detail, sizeof(detail), "%s: %s: %s", nr_rc_name(why->rc),
		     why->what ? why->what : "", why->msg);
	if (n > 0 && why->offset != UINT64_MAX && (size_t)n < sizeof(detail))
		n += snprintf(detail + n, sizeof(detail) - (size_t)n, " (at byte %llu)",
			      (unsigned long long)why->offset);
	if (n < 0)
		n = 0;
	if ((size_t)n >= sizeof(detail))
		n = (int)sizeof(detail) - 1;
	/* A message may have been cut in the middle of a character. */
	while (n > 0 && nr_str_check((struct nr_bytes){ (uint8_t *)detail, (size_t)n }, &text,
				     NULL) != NR_OK)
		n--;
	e.detail = (struct nr_str){ detail, (size_t)n };
	NR_TRY(nr_store_begin(in->store, reterr));
	rc = nr_ledger_append(in->store, &e, NULL, reterr);
	if (rc == NR_OK)
		rc = nr_store_commit(in->store, reterr);
	if (rc != NR_OK)
		nr_store_rollback(in->store);
	return rc;
}
