/* h_intake.c -- material comes in: file, jailed worker, dossier, door. */
#include "hub/handlers.h"

#include "base/time.h"
#include "desks/link/view.h"
#include "hub/out.h"
#include "hub/stream.h"
#include "model/dossier_json.h"

enum { LOOK_SECONDS = 120 };

static int str_cmp(struct nr_str a, struct nr_str b)
{
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* "a,b": units beside the rule of the level itself, sorted. */
static enum nr_rc releases_of(struct nr_req *q, struct nr_marking *m, struct nr_err *reterr)
{
	struct nr_str text = nr_query_get(&q->query, "release");
	struct nr_str *list = NR_NEW_N(&q->a, struct nr_str, NR_RELEASE_MAX);
	size_t from = 0, n = 0;

	if (!list)
		return nr_fail(reterr, NR_E_NOMEM, "release", UINT64_MAX, "no memory");
	for (size_t i = 0; text.n && i <= text.n; i++) {
		struct nr_str one = { text.p + from, i - from };
		size_t at = n;

		if (i < text.n && text.p[i] != ',')
			continue;
		from = i + 1;
		if (!nr_slug_ok(one) || n == NR_RELEASE_MAX)
			return nr_fail(reterr, NR_E_INVAL, "release", UINT64_MAX,
				       "at most %d unit ids with commas between", NR_RELEASE_MAX);
		while (at > 0 && str_cmp(list[at - 1], one) > 0) {
			list[at] = list[at - 1];
			at--;
		}
		list[at] = one;
		n++;
	}
	m->release = list;
	m->n_release = n;
	return NR_OK;
}

static enum nr_rc submission_of(struct nr_req *q, struct nr_submit *ret, struct nr_err *reterr)
{
	struct nr_str tlp = nr_query_get(&q->query, "tlp");
	struct nr_submit sub = { .unit = q->person.unit,
				 .sensor = nr_query_get(&q->query, "sensor"),
				 .basis = nr_query_get(&q->query, "basis"),
				 .actor = q->person.login,
				 .now_us = nr_now_us() };

	sub.marking.tlp = NR_TLP_AMBER;
	sub.marking.origin = q->person.unit;
	if (tlp.n && nr_tlp_parse(tlp, &sub.marking.tlp, NULL) != NR_OK)
		return nr_fail(reterr, NR_E_INVAL, "tlp", UINT64_MAX,
			       "TLP:CLEAR, GREEN, AMBER, AMBER+STRICT or RED is wanted");
	if (sub.basis.n > 1024 || sub.sensor.n > NR_SLUG_MAX)
		return nr_fail(reterr, NR_E_INVAL, "basis", UINT64_MAX, "too long");
	NR_TRY(releases_of(q, &sub.marking, reterr));
	*ret = sub;
	return NR_OK;
}

/* What the sensor watches goes to the worker with the material. */
static enum nr_rc sensor_params(struct nr_req *q, const struct nr_submit *sub, struct nr_str *ret,
				struct nr_err *reterr)
{
	struct nr_sensor v;
	struct nr_wr w = NR_WR_INIT(64 << 10);
	size_t from = 0;

	*ret = NR_STR("");
	if (sub->sensor.n == 0)
		return NR_OK;
	NR_TRY(nr_store_sensor_get(q->store, sub->sensor, &q->a, &v, reterr));
	if (!nr_str_eq(v.unit, sub->unit))
		return nr_fail(reterr, NR_E_NOTFOUND, "sensor", UINT64_MAX, "no sensor '%.*s'",
			       NR_FMT(sub->sensor)); /* as if it were nobody's */
	for (size_t i = 0; v.darknet.n && i <= v.darknet.n; i++) {
		if (i < v.darknet.n && v.darknet.p[i] != ',')
			continue;
		nr_wr_fmt(&w, "darknet=%.*s\n", (int)(i - from), v.darknet.p + from);
		from = i + 1;
	}
	*ret = nr_arena_str(&q->a, (struct nr_str){ (const char *)w.p, w.n });
	nr_wr_done(&w);
	return NR_OK;
}

/* A worker looks; what it says is read as hostile text. */
static enum nr_rc look(struct nr_req *q, const struct nr_submit *sub, struct nr_str name,
		       struct nr_dossier *ret, struct nr_err *reterr)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr json = NR_WR_INIT(NR_DOSSIER_JSON);
	struct nr_job job = { .name = name, .fd = q->body_fd, .timeout_s = LOOK_SECONDS };

	NR_TRY(sensor_params(q, sub, &job.params, reterr));
	NR_TRY(nr_pool_look(q->hub->pool, &job, &json, reterr));
	NR_TRY(nr_dossier_read(nr_wr_view(&json), &q->a, ret, reterr));
	/* A worker that was taken over must not name other material than what came: the digest is
	 * what opens a blob. */
	if (ret->material.size != q->body_size ||
	    memcmp(ret->material.sha256.b, q->body_sha256.b, sizeof(q->body_sha256.b)) != 0)
		return nr_fail(reterr, NR_E_MALFORMED, "worker", 0,
			       "the worker spoke of other material than was sent");
	return NR_OK;
}

static enum nr_rc note_refused(struct nr_req *q, const struct nr_submit *sub, struct nr_str name,
			       const struct nr_err *why)
{
	struct nr_err e;
	enum nr_rc rc;

	(void)nr_hub_write_lock(q->hub);
	rc = nr_intake_refused(&q->hub->intake, sub, name, why, &e);
	nr_hub_write_unlock(q->hub);
	return rc;
}

static enum nr_rc store(struct nr_req *q, const struct nr_submit *sub, struct nr_dossier *d,
			struct nr_receipt *ret, struct nr_err *reterr)
{
	struct nr_src src;
	enum nr_rc rc;

	NR_TRY(nr_src_fd(q->body_fd, &src, reterr));
	(void)nr_hub_write_lock(q->hub);
	rc = nr_intake_add(&q->hub->intake, sub, d, &src, ret, reterr);
	nr_hub_write_unlock(q->hub);
	return rc;
}

static enum nr_rc receipt_out(struct nr_req *q, const struct nr_dossier *d,
			      const struct nr_receipt *r, struct nr_err *reterr)
{
	struct nr_dossier_links links;
	char number[NR_UUID_TEXT];
	struct nr_scope sc;
	struct nr_wr *w;

	NR_TRY(nr_req_scope(q, NR_PURPOSE_READ, &sc, reterr));
	NR_TRY(nr_dossier_links(q->store, &sc, &r->id, &q->a, &links, reterr));
	nr_hex(r->id.b, 6, number);
	w = nr_reply_json(q, 201);
	nr_wr_fmt(w, "{\"receipt\":\"NR-%s\"", number);
	nr_out_uuid(w, "dossier", &r->id);
	nr_out_sha256(w, "sha256", &r->sha256);
	nr_out_bool(w, "duplicate", r->duplicate);
	nr_out_str(w, "kind", d->material.kind);
	nr_out_str(w, "class", nr_str_c(nr_class_name(d->verdict.cls)));
	nr_out_int(w, "score", d->verdict.score);
	nr_out_int(w, "findings", (int64_t)d->n_findings);
	nr_out_key(w, "reasons");
	nr_wr_u8(w, '[');
	for (unsigned i = 0; i < d->verdict.n_reasons; i++) {
		nr_out_comma(w);
		nr_wr_json(w, d->verdict.reasons[i]);
	}
	nr_wr_u8(w, ']');
	if (r->duplicate)
		nr_wr_cstr(w, ",\"ledger_leaf\":null");
	else
		nr_out_sha256(w, "ledger_leaf", &r->leaf);
	nr_out_key(w, "campaign");
	if (links.campaign[0])
		nr_wr_json(w, nr_str_c(links.campaign));
	else
		nr_wr_cstr(w, "null");
	nr_wr_cstr(w, "}\n");
	return NR_OK;
}

enum nr_rc nr_h_intake(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_str name = nr_query_get(&q->query, "name");
	struct nr_receipt receipt;
	struct nr_dossier d;
	struct nr_submit sub;
	struct nr_err why;
	enum nr_rc rc;

	if (name.n == 0 || name.n > 255)
		return nr_fail(reterr, NR_E_INVAL, "name", UINT64_MAX,
			       "the name of the file is wanted, 1 to 255 bytes");
	NR_TRY(submission_of(q, &sub, reterr));
	rc = look(q, &sub, name, &d, &why);
	if (nr_rc_is_input_fault(rc) || rc == NR_E_DENIED) /* the door notes its own refusals */
		(void)!note_refused(q, &sub, name, &why);
	if (rc == NR_OK)
		rc = store(q, &sub, &d, &receipt, &why);
	if (rc != NR_OK)
		return *reterr = why, rc;
	return receipt_out(q, &d, &receipt, reterr);
}

enum nr_rc nr_h_stream(struct nr_req *q, struct nr_err *reterr)
{
	NR_TRY(nr_stream_join(q->hub->stream, q, &q->reply.stream, reterr));
	q->reply.status = 200;
	q->reply.media = "text/event-stream; charset=utf-8";
	return NR_OK;
}
