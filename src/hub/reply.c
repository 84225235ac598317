#include "base/time.h"
#include "hub/priv.h"
#include "hub/route.h"

#include <sodium.h>
#include <unistd.h>

struct nr_wr *nr_reply_json(struct nr_req *q, unsigned status)
{
	nr_wr_done(&q->reply.body);
	q->reply.body = NR_WR_INIT(NR_REPLY_MAX);
	q->reply.status = status;
	q->reply.media = "application/json";
	return &q->reply.body;
}

void nr_reply_no_file(struct nr_req *q)
{
	if (q->reply.file)
		(void)close(q->reply.fd);
	q->reply.file = false;
}

void nr_reply_file(struct nr_req *q, int fd, uint64_t size)
{
	nr_reply_no_file(q);
	q->reply.file = true;
	q->reply.fd = fd;
	q->reply.fd_size = size;
}

static void error_body(struct nr_req *q, unsigned status, const char *code, const char *what,
		       struct nr_str message, uint64_t offset)
{
	struct nr_wr *w = nr_reply_json(q, status);

	nr_wr_fmt(w, "{\"error\":{\"code\":\"%s\",\"message\":", code);
	nr_wr_json(w, message);
	nr_wr_cstr(w, ",\"what\":");
	nr_wr_json(w, nr_str_c(what ? what : ""));
	if (offset == UINT64_MAX)
		nr_wr_cstr(w, ",\"offset\":null}}\n");
	else
		nr_wr_fmt(w, ",\"offset\":%llu}}\n", (unsigned long long)offset);
	q->reply.asset = NULL;
	nr_reply_no_file(q);
	q->reply.etag[0] = 0;
	q->reply.cache = NULL;
}

void nr_reply_refuse(struct nr_req *q, unsigned status, const char *code, const char *what,
		     const char *message)
{
	error_body(q, status, code, what, nr_str_c(message), UINT64_MAX);
}

struct wire { /* how a result code leaves */
	unsigned status;
	const char *code;
};

static struct wire wire_of(enum nr_rc rc)
{
	switch (rc) {
	case NR_E_TRUNCATED:
	case NR_E_MALFORMED:
	case NR_E_UNSUPPORTED: return (struct wire){ 422, "refused" };
	case NR_E_LIMIT: return (struct wire){ 422, "limit" };
	case NR_E_INVAL: return (struct wire){ 400, "usage" };
	case NR_E_NOTFOUND: return (struct wire){ 404, "not-found" };
	case NR_E_DENIED: return (struct wire){ 403, "denied" };
	case NR_E_BUSY: return (struct wire){ 503, "busy" };
	case NR_E_IO:
	case NR_E_NOMEM: return (struct wire){ 503, "environment" };
	case NR_OK:
	case NR_E_BUG: break;
	}
	return (struct wire){ 500, "bug" };
}

/* What is wrong with the machine is for its operator: paths and the like do not leave. */
static void reply_fault(struct nr_req *q, struct wire w, const struct nr_err *e)
{
	fprintf(stderr, "noroshi: hub: %s: %s: %s\n", q->route ? q->route->path : "request",
		e->what ? e->what : "", e->msg);
	error_body(q, w.status, w.code, "server",
		   w.status == 500 ? NR_STR("a fault of ours; the server's log says more")
				   : NR_STR("the server cannot do this now; its log says why"),
		   UINT64_MAX);
}

void nr_reply_error(struct nr_req *q, const struct nr_err *e)
{
	struct wire w = wire_of(e->rc);
	struct nr_str text;
	struct nr_err bad;

	/* A message may quote hostile bytes: what is not text does not leave. */
	if (nr_str_check((struct nr_bytes){ (const uint8_t *)e->msg, strlen(e->msg) }, &text,
			 &bad) != NR_OK)
		text = (struct nr_str){ e->msg, (size_t)bad.offset };
	if (e->rc == NR_E_IO || e->rc == NR_E_NOMEM || w.status == 500)
		reply_fault(q, w, e);
	else
		error_body(q, w.status, w.code, e->what, text, e->offset);
	if (w.status == 503)
		q->reply.retry_after = 2;
}

void nr_reply_etag(struct nr_req *q, const struct nr_sha256 *digest)
{
	char hex[33];

	nr_hex(digest->b, 16, hex);
	(void)snprintf(q->reply.etag, sizeof(q->reply.etag), "\"%s\"", hex);
	if (q->method == NR_GET && nr_etag_listed(q->h.if_none_match, nr_str_c(q->reply.etag))) {
		nr_wr_reset(&q->reply.body);
		q->reply.asset = NULL;
		nr_reply_no_file(q);
		q->reply.status = 304;
	}
}

enum nr_rc nr_req_int(const struct nr_req *q, const char *name, int64_t def, int64_t min,
		      int64_t max, int64_t *ret, struct nr_err *reterr)
{
	struct nr_str v = nr_query_get(&q->query, name);

	if (!v.p) {
		*ret = def;
		return NR_OK;
	}
	return nr_number_parse(v, name, min, max, ret, reterr);
}

enum nr_rc nr_req_time(const struct nr_req *q, const char *name, int64_t def_us, int64_t *ret,
		       struct nr_err *reterr)
{
	struct nr_str v = nr_query_get(&q->query, name);

	if (!v.p) {
		*ret = def_us;
		return NR_OK;
	}
	if (nr_time_parse(v, ret, NULL) != NR_OK)
		return nr_fail(reterr, NR_E_INVAL, name, UINT64_MAX,
			       "an instant such as 2026-11-22T00:00:00Z is wanted");
	return NR_OK;
}

enum nr_rc nr_req_uuid(const struct nr_req *q, struct nr_uuid *ret, struct nr_err *reterr)
{
	if (nr_dossier_id_parse(q->params[0], ret, NULL) != NR_OK)
		return nr_fail(reterr, NR_E_NOTFOUND, "id", UINT64_MAX, "no such dossier");
	return NR_OK;
}

struct nr_viewer nr_req_viewer(const struct nr_req *q)
{
	return (struct nr_viewer){ .unit = q->person.unit,
				   .roles = q->person.roles,
				   .person = q->person.id,
				   .login = q->person.login };
}

enum nr_rc nr_req_scope(struct nr_req *q, enum nr_purpose p, struct nr_scope *ret,
			struct nr_err *reterr)
{
	struct nr_viewer v = nr_req_viewer(q);
	enum nr_rc rc;

	pthread_rwlock_rdlock(&q->hub->tree_lock);
	rc = nr_policy_scope(q->store, q->hub->tree, &v, p, &q->a, ret, reterr);
	pthread_rwlock_unlock(&q->hub->tree_lock);
	return rc;
}

enum {
	SEAL_TEXT = 8 + 8,
	SEAL_ALL = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + SEAL_TEXT +
		   crypto_aead_xchacha20poly1305_ietf_ABYTES
};

/* What a cursor is bound to: the list, the viewer's unit, and every parameter but the cursor. */
static struct nr_sha256 cursor_bond(const struct nr_req *q, const char *what)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(NR_QUERY_BYTES * 4);

	nr_wr_fmt(&w, "%s|%.*s|", what, NR_FMT(q->person.unit));
	for (size_t i = 0; i < q->query.n; i++) {
		if (nr_str_eq(q->query.at[i].name, NR_STR("cursor")))
			continue;
		nr_wr_json(&w, q->query.at[i].name);
		nr_wr_json(&w, q->query.at[i].value);
	}
	return nr_sha256(nr_wr_view(&w));
}

static void put64(uint8_t *p, int64_t v)
{
	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)((uint64_t)v >> (8 * i));
}

static int64_t get64(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return (int64_t)v;
}

void nr_cursor_make(const struct nr_req *q, const char *what, int64_t a, int64_t b,
		    struct nr_wr *out)
{
	struct nr_sha256 bond = cursor_bond(q, what);
	uint8_t plain[SEAL_TEXT], sealed[SEAL_ALL];
	const size_t nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
	char text[SEAL_ALL * 2];

	put64(plain, a);
	put64(plain + 8, b);
	randombytes_buf(sealed, nonce);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + nonce, NULL, plain, sizeof(plain),
							 bond.b, sizeof(bond.b), NULL, sealed,
							 q->hub->cursor_key);
	sodium_bin2base64(text, sizeof(text), sealed, sizeof(sealed),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	nr_wr_cstr(out, text);
}

enum nr_rc nr_cursor_open(const struct nr_req *q, const char *what, struct nr_str text,
			  int64_t *ret_a, int64_t *ret_b, struct nr_err *reterr)
{
	struct nr_sha256 bond = cursor_bond(q, what);
	const size_t nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
	uint8_t plain[SEAL_TEXT], sealed[SEAL_ALL];
	size_t n = 0;

	if (sodium_base642bin(sealed, sizeof(sealed), text.p, text.n, NULL, &n, NULL,
			      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    n != sizeof(sealed) ||
	    crypto_aead_xchacha20poly1305_ietf_decrypt(
		    plain, NULL, NULL, sealed + nonce, sizeof(sealed) - nonce, bond.b,
		    sizeof(bond.b), sealed, q->hub->cursor_key) != 0)
		return nr_fail(reterr, NR_E_INVAL, "cursor", UINT64_MAX,
			       "the cursor belongs to another query; start from the first page");
	*ret_a = get64(plain);
	*ret_b = get64(plain + 8);
	return NR_OK;
}
