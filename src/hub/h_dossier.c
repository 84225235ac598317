/* h_dossier.c -- dossiers: lists, one, its bytes; search and observables. */
#include "hub/handlers.h"

#include "base/time.h"
#include "hub/out.h"

#include <unistd.h>

enum { PAGE = 50, PAGE_MAX = 200, BYTES_MAX = 4096, SIGHTINGS = 100 };

/* {"items":[ … ],"next":cursor|null}: ends a list of n rows that was asked for at most limit. */
static void list_end(struct nr_req *q, struct nr_wr *w, const char *what, size_t n, int64_t limit,
		     int64_t last_row)
{
	nr_wr_cstr(w, "]");
	nr_out_key(w, "next");
	if ((int64_t)n < limit) {
		nr_wr_cstr(w, "null");
		return;
	}
	nr_wr_u8(w, '"');
	nr_cursor_make(q, what, last_row, 0, w);
	nr_wr_u8(w, '"');
}

static enum nr_rc page_of(struct nr_req *q, const char *what, int64_t *ret_before,
			  int64_t *ret_limit, struct nr_err *reterr)
{
	struct nr_str cursor = nr_query_get(&q->query, "cursor");
	int64_t unused;

	*ret_before = 0;
	if (cursor.n)
		NR_TRY(nr_cursor_open(q, what, cursor, ret_before, &unused, reterr));
	return nr_req_int(q, "limit", PAGE, 1, PAGE_MAX, ret_limit, reterr);
}

static enum nr_rc severity_of(struct nr_req *q, const char *name, enum nr_severity *ret,
			      struct nr_err *reterr)
{
	struct nr_str v = nr_query_get(&q->query, name);

	*ret = NR_SEV_INFO;
	if (v.n && nr_severity_parse(v, ret, NULL) != NR_OK)
		return nr_fail(reterr, NR_E_INVAL, name, UINT64_MAX,
			       "info, low, medium, high or critical is wanted");
	return NR_OK;
}

enum nr_rc nr_h_dossiers(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_dossier_filter f = { .kind = nr_query_get(&q->query, "kind"),
				       .unit = nr_query_get(&q->query, "unit") };
	struct nr_dossier_row *rows = NULL;
	enum nr_severity min;
	struct nr_tlps tlps;
	struct nr_scope sc;
	struct nr_wr *w;
	int64_t limit;
	size_t n = 0;

	NR_TRY(page_of(q, "dossiers", &f.before_row, &limit, reterr));
	NR_TRY(severity_of(q, "min_severity", &min, reterr));
	f.limit = (unsigned)limit;
	f.min_severity = min;
	NR_TRY(nr_req_scope(q, NR_PURPOSE_READ, &sc, reterr));
	NR_TRY(nr_store_dossiers(q->store, &sc, &f, &q->a, &rows, &n, reterr));
	NR_TRY(nr_out_tlps(q->store, &q->a, &tlps, reterr));
	w = nr_reply_json(q, 200);
	nr_wr_cstr(w, "{\"items\":[");
	for (size_t i = 0; i < n; i++)
		nr_out_dossier(w, &rows[i], &tlps);
	list_end(q, w, "dossiers", n, limit, n ? rows[n - 1].row : 0);
	nr_wr_cstr(w, "}\n");
	return NR_OK;
}

enum nr_rc nr_h_dossier(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_bytes json;
	struct nr_scope sc;
	struct nr_uuid id;

	NR_TRY(nr_req_uuid(q, &id, reterr));
	NR_TRY(nr_req_scope(q, NR_PURPOSE_READ, &sc, reterr));
	NR_TRY(nr_store_dossier_json(q->store, &sc, &id, &q->a, &json, reterr));
	nr_wr_bytes(nr_reply_json(q, 200), json.p, json.n);
	return NR_OK;
}

/* The ledger's line that somebody looked at raw bytes: before they leave, not after. */
static enum nr_rc note_read(struct nr_req *q, const struct nr_dossier_row *d, int64_t offset,
			    int64_t length, struct nr_err *reterr)
{
	struct nr_store *s = nr_hub_write_lock(q->hub);
	char object[NR_DOSSIER_ID_TEXT], detail[64];
	struct nr_ledger_entry e = { .at_us = nr_now_us(),
				     .kind = "read",
				     .actor = q->person.login,
				     .unit = q->person.unit,
				     .digest = d->sha256 };
	enum nr_rc rc;

	nr_dossier_id_format(&d->id, object);
	(void)snprintf(detail, sizeof(detail), "bytes %lld+%lld", (long long)offset,
		       (long long)length);
	e.object = nr_str_c(object);
	e.detail = nr_str_c(detail);
	rc = nr_store_begin(s, reterr);
	if (rc == NR_OK) {
		rc = nr_ledger_append(s, &e, NULL, reterr);
		if (rc == NR_OK)
			rc = nr_store_commit(s, reterr);
		if (rc != NR_OK)
			nr_store_rollback(s);
	}
	nr_hub_write_unlock(q->hub);
	return rc;
}

static enum nr_rc read_bytes(struct nr_req *q, const struct nr_dossier_row *d, int64_t offset,
			     int64_t length, uint8_t *buf, size_t *ret_n, struct nr_err *reterr)
{
	struct nr_src src;
	int fd = -1;
	enum nr_rc rc;

	NR_TRY(nr_store_blob_open(q->store, &d->sha256, &fd, reterr));
	rc = nr_src_fd(fd, &src, reterr);
	if (rc == NR_OK)
		rc = nr_src_read(&src, (uint64_t)offset, buf, (size_t)length, ret_n, reterr);
	close(fd);
	return rc;
}

enum nr_rc nr_h_dossier_bytes(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_dossier_row d;
	uint8_t buf[BYTES_MAX];
	struct nr_scope sc;
	struct nr_uuid id;
	struct nr_wr *w;
	int64_t offset, length;
	size_t n = 0;

	NR_TRY(nr_req_uuid(q, &id, reterr));
	NR_TRY(nr_req_int(q, "offset", 0, 0, INT64_MAX, &offset, reterr));
	NR_TRY(nr_req_int(q, "length", 512, 1, BYTES_MAX, &length, reterr));
	NR_TRY(nr_req_scope(q, NR_PURPOSE_READ, &sc, reterr));
	NR_TRY(nr_store_dossier_get(q->store, &sc, &id, &q->a, &d, reterr));
	if ((uint64_t)offset > d.size)
		return nr_fail(reterr, NR_E_INVAL, "offset", d.size, "beyond the end");
	NR_TRY(note_read(q, &d, offset, length, reterr));
	NR_TRY(read_bytes(q, &d, offset, length, buf, &n, reterr));
	w = nr_reply_json(q, 200);
	nr_wr_u8(w, '{');
	nr_out_int(w, "offset", offset);
	nr_out_int(w, "length", (int64_t)n);
	nr_out_int(w, "size", (int64_t)d.size);
	nr_wr_cstr(w, ",\"base64\":\"");
	nr_wr_base64(w, buf, n);
	nr_wr_cstr(w, "\"}\n");
	return NR_OK;
}

enum nr_rc nr_h_findings(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_finding_row *rows = NULL;
	enum nr_severity min;
	struct nr_scope sc;
	struct nr_wr *w;
	int64_t limit;
	size_t n = 0;

	NR_TRY(severity_of(q, "min", &min, reterr));
	NR_TRY(nr_req_int(q, "limit", PAGE, 1, PAGE_MAX, &limit, reterr));
	NR_TRY(nr_req_scope(q, NR_PURPOSE_READ, &sc, reterr));
	NR_TRY(nr_store_findings(q->store, &sc, 0, min, (unsigned)limit, &q->a, &rows, &n, reterr));
	w = nr_reply_json(q, 200);
	nr_wr_cstr(w, "{\"items\":[");
	for (size_t i = 0; i < n; i++)
		nr_out_finding(w, &rows[i]);
	nr_wr_cstr(w, "],\"next\":null}\n");
	return NR_OK;
}

/* Everything the viewer may know about one observable. */
static enum nr_rc observable_out(struct nr_req *q, const struct nr_scope *sc,
				 const struct nr_obs_row *o, struct nr_err *reterr)
{
	struct nr_dossier_row *rows = NULL;
	struct nr_tlps tlps;
	struct nr_wr *w;
	size_t n = 0;

	NR_TRY(nr_store_sightings(q->store, sc, o->row, SIGHTINGS, &q->a, &rows, &n, reterr));
	NR_TRY(nr_out_tlps(q->store, &q->a, &tlps, reterr));
	w = nr_reply_json(q, 200);
	nr_wr_u8(w, '{');
	nr_out_str(w, "kind", nr_str_c(nr_obs_kind_name(o->kind)));
	nr_out_str(w, "value", o->value);
	nr_out_int(w, "seen", o->seen);
	nr_out_str(w, "severity", nr_str_c(nr_severity_name(o->severity)));
	nr_wr_cstr(w, ",\"dossiers\":[");
	for (size_t i = 0; i < n; i++)
		nr_out_dossier(w, &rows[i], &tlps);
	nr_wr_cstr(w, "]}\n");
	return NR_OK;
}

enum nr_rc nr_h_observables(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_str raw = nr_query_get(&q->query, "value");
	struct nr_str kind_name = nr_query_get(&q->query, "kind");
	enum nr_obs_kind kind;
	struct nr_obs_row o;
	struct nr_scope sc;
	struct nr_str value;

	if (raw.n == 0)
		return nr_fail(reterr, NR_E_INVAL, "value", UINT64_MAX, "a value is wanted");
	if (kind_name.n) {
		if (nr_obs_kind_parse(kind_name, &kind, NULL) != NR_OK)
			return nr_fail(reterr, NR_E_INVAL, "kind", UINT64_MAX, "no such kind");
		if (nr_obs_canon(kind, raw, &q->a, &value, NULL) != NR_OK)
			return nr_fail(reterr, NR_E_INVAL, "value", UINT64_MAX,
				       "the value is not of that kind");
	} else if (nr_obs_guess(raw, &q->a, &kind, &value, NULL) != NR_OK) {
		return nr_fail(reterr, NR_E_INVAL, "value", UINT64_MAX,
			       "neither an address, domain, URL, mail address nor hash");
	}
	NR_TRY(nr_req_scope(q, NR_PURPOSE_READ, &sc, reterr));
	NR_TRY(nr_store_observable(q->store, &sc, kind, value, &q->a, &o, reterr));
	return observable_out(q, &sc, &o, reterr);
}

/* When the query is itself an observable, what is known about it. */
static enum nr_rc search_observable(struct nr_req *q, const struct nr_scope *sc, struct nr_str text,
				    struct nr_wr *w, struct nr_err *reterr)
{
	enum nr_obs_kind kind;
	struct nr_obs_row o;
	struct nr_str value;
	enum nr_rc rc;

	if (nr_obs_guess(text, &q->a, &kind, &value, NULL) != NR_OK)
		return NR_OK;
	rc = nr_store_observable(q->store, sc, kind, value, &q->a, &o, reterr);
	if (rc == NR_E_NOTFOUND)
		return NR_OK;
	NR_TRY(rc);
	nr_out_key(w, "observable");
	nr_wr_u8(w, '{');
	nr_out_str(w, "kind", nr_str_c(nr_obs_kind_name(o.kind)));
	nr_out_str(w, "value", o.value);
	nr_out_int(w, "seen", o.seen);
	nr_out_str(w, "severity", nr_str_c(nr_severity_name(o.severity)));
	nr_wr_u8(w, '}');
	return NR_OK;
}

enum nr_rc nr_h_search(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_search s = { .query = nr_query_get(&q->query, "q") };
	struct nr_search_hit *hits = NULL;
	struct nr_tlps tlps;
	struct nr_scope sc;
	struct nr_wr *w;
	bool bounded = false;
	int64_t limit;
	size_t n = 0;

	if (s.query.n == 0 || s.query.n > 512)
		return nr_fail(reterr, NR_E_INVAL, "q", UINT64_MAX, "1 to 512 bytes are wanted");
	NR_TRY(page_of(q, "search", &s.before_row, &limit, reterr));
	s.limit = (unsigned)limit;
	NR_TRY(nr_req_scope(q, NR_PURPOSE_READ, &sc, reterr));
	NR_TRY(nr_store_search(q->store, &sc, &s, &q->a, &hits, &n, &bounded, reterr));
	NR_TRY(nr_out_tlps(q->store, &q->a, &tlps, reterr));
	w = nr_reply_json(q, 200);
	nr_wr_cstr(w, "{\"items\":[");
	for (size_t i = 0; i < n; i++) {
		nr_out_comma(w);
		nr_wr_cstr(w, "{\"dossier\":");
		nr_out_dossier(w, &hits[i].dossier, &tlps);
		nr_out_str(w, "snippet", hits[i].snippet);
		nr_wr_u8(w, '}');
	}
	list_end(q, w, "search", n, limit, n ? hits[n - 1].dossier.row : 0);
	nr_out_bool(w, "bounded", bounded);
	NR_TRY(search_observable(q, &sc, s.query, w, reterr));
	nr_wr_cstr(w, "}\n");
	return NR_OK;
}
