/* h_desk.c -- situation, detectors, units, people, tokens, ledger. */
#include "hub/handlers.h"

#include "base/time.h"
#include "desks/link/view.h"
#include "hub/out.h"

enum { TOP = 50, LATEST = 20, PEOPLE = 500 };
#define DAY_US (INT64_C(86400) * NR_US_PER_S)

static void tallies_out(struct nr_wr *w, const char *name, const struct nr_tally *t, size_t n,
			const char *first, const char *second)
{
	nr_out_key(w, name);
	nr_wr_u8(w, '[');
	for (size_t i = 0; i < n; i++) {
		nr_out_comma(w);
		nr_wr_u8(w, '{');
		nr_out_str(w, "key", t[i].key);
		nr_out_int(w, first, t[i].packets);
		nr_out_int(w, second, t[i].sources);
		nr_wr_u8(w, '}');
	}
	nr_wr_u8(w, ']');
}

static enum nr_rc series_out(struct nr_req *q, const struct nr_scope *sc, const char *series,
			     const char *name, int64_t from, int64_t to, struct nr_err *reterr)
{
	struct nr_tally *t = NULL;
	size_t n = 0;

	NR_TRY(nr_store_tally(q->store, sc, series, from, to, TOP, &q->a, &t, &n, reterr));
	tallies_out(&q->reply.body, name, t, n, "packets", "sources");
	return NR_OK;
}

static enum nr_rc hours_out(struct nr_req *q, const struct nr_scope *sc, int64_t from, int64_t to,
			    struct nr_err *reterr)
{
	struct nr_wr *w = &q->reply.body;
	struct nr_tally *t = NULL;
	size_t n = 0;

	NR_TRY(nr_store_hours(q->store, sc, from, to, &q->a, &t, &n, reterr));
	nr_out_key(w, "hours");
	nr_wr_u8(w, '[');
	for (size_t i = 0; i < n; i++) {
		int64_t hour = 0;

		NR_TRY(nr_number_parse(t[i].key, "hour", 0, INT64_MAX / 3600 / NR_US_PER_S, &hour,
				       reterr));
		nr_out_comma(w);
		nr_wr_u8(w, '{');
		nr_out_time(w, "t", hour * 3600 * NR_US_PER_S);
		nr_out_int(w, "packets", t[i].packets);
		nr_wr_u8(w, '}');
	}
	nr_wr_u8(w, ']');
	return NR_OK;
}

static enum nr_rc situation_tail(struct nr_req *q, const struct nr_scope *sc, int64_t from,
				 int64_t to, struct nr_err *reterr)
{
	struct nr_wr *w = &q->reply.body;
	struct nr_finding_row *f = NULL;
	struct nr_tally *t = NULL;
	size_t n = 0;

	NR_TRY(nr_store_prefectures(q->store, sc, from, to, &q->a, &t, &n, reterr));
	tallies_out(w, "prefectures", t, n, "dossiers", "findings");
	NR_TRY(nr_store_findings(q->store, sc, 0, NR_SEV_INFO, LATEST, &q->a, &f, &n, reterr));
	nr_out_key(w, "latest");
	nr_wr_u8(w, '[');
	for (size_t i = 0; i < n; i++)
		nr_out_finding(w, &f[i]);
	nr_wr_cstr(w, "]}\n");
	return NR_OK;
}

/* The window asked for; by default the day that ends at the newest material in scope. */
static enum nr_rc situation_window(struct nr_req *q, const struct nr_scope *sc, int64_t *ret_from,
				   int64_t *ret_to, struct nr_err *reterr)
{
	struct nr_totals t;
	int64_t to = 0;

	NR_TRY(nr_req_time(q, "to", 0, &to, reterr));
	if (to == 0) {
		NR_TRY(nr_store_totals(q->store, sc, 0, 0, &t, reterr));
		to = t.latest_us ? t.latest_us + 1 : nr_now_us();
	}
	NR_TRY(nr_req_time(q, "from", to - DAY_US, ret_from, reterr));
	*ret_to = to;
	if (*ret_from >= to)
		return nr_fail(reterr, NR_E_INVAL, "from", UINT64_MAX, "from must be before to");
	return NR_OK;
}

enum nr_rc nr_h_situation(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_totals t;
	struct nr_scope sc;
	struct nr_wr *w;
	int64_t from, to, campaigns = 0;

	NR_TRY(nr_req_scope(q, NR_PURPOSE_READ, &sc, reterr));
	NR_TRY(situation_window(q, &sc, &from, &to, reterr));
	NR_TRY(nr_store_totals(q->store, &sc, from, to, &t, reterr));
	NR_TRY(nr_campaigns_count(q->store, &sc, from, to, &q->a, &campaigns, reterr));
	w = nr_reply_json(q, 200);
	nr_wr_u8(w, '{');
	nr_out_time(w, "from", from);
	nr_out_time(w, "to", to);
	nr_out_key(w, "totals");
	nr_wr_u8(w, '{');
	nr_out_int(w, "dossiers", t.dossiers);
	nr_out_int(w, "findings", t.findings);
	nr_out_int(w, "observables", t.observables);
	nr_out_int(w, "campaigns", campaigns);
	nr_out_int(w, "packets", t.packets);
	nr_wr_u8(w, '}');
	NR_TRY(series_out(q, &sc, "port", "ports", from, to, reterr));
	NR_TRY(series_out(q, &sc, "country", "countries", from, to, reterr));
	NR_TRY(hours_out(q, &sc, from, to, reterr));
	return situation_tail(q, &sc, from, to, reterr);
}

enum nr_rc nr_h_units(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_unit *u = NULL;
	struct nr_wr *w;
	size_t n = 0;

	NR_TRY(nr_store_units(q->store, &q->a, &u, &n, reterr));
	w = nr_reply_json(q, 200);
	nr_wr_cstr(w, "{\"items\":[");
	for (size_t i = 0; i < n; i++) {
		nr_out_comma(w);
		nr_out_unit(w, &u[i]);
	}
	nr_wr_cstr(w, "],\"next\":null}\n");
	return NR_OK;
}

/* An administrator governs the own unit and those below it: an account elsewhere would see with
 * another unit's eyes. */
static bool governs(struct nr_req *q, struct nr_str unit)
{
	bool yes;

	pthread_rwlock_rdlock(&q->hub->tree_lock);
	yes = nr_tree_covers(q->hub->tree, q->person.unit, unit);
	pthread_rwlock_unlock(&q->hub->tree_lock);
	return yes;
}

enum nr_rc nr_h_people(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_person *p = NULL;
	struct nr_wr *w;
	size_t n = 0;

	NR_TRY(nr_store_persons(q->store, 0, PEOPLE, &q->a, &p, &n, reterr));
	w = nr_reply_json(q, 200);
	nr_wr_cstr(w, "{\"items\":[");
	for (size_t i = 0; i < n; i++) {
		if (!governs(q, p[i].unit))
			continue;
		nr_out_comma(w);
		nr_out_person(w, &p[i]);
		w->n--; /* one member more than a person has elsewhere */
		nr_out_bool(w, "disabled", p[i].disabled);
		nr_out_time(w, "created", p[i].created_us);
		nr_wr_u8(w, '}');
	}
	nr_wr_cstr(w, "],\"next\":null}\n");
	return NR_OK;
}

static enum nr_rc account_of(const struct nr_json *j, struct nr_account *acc, struct nr_err *reterr)
{
	NR_TRY(nr_json_str(j, "login", true, NR_SLUG_MAX, &acc->login, reterr));
	NR_TRY(nr_json_str(j, "name", true, 256, &acc->name, reterr));
	NR_TRY(nr_json_str(j, "unit", true, NR_SLUG_MAX, &acc->unit, reterr));
	NR_TRY(nr_json_str(j, "password", false, NR_PASSWORD_MAX, &acc->password, reterr));
	return nr_json_roles(j, "roles", &acc->roles, reterr);
}

enum nr_rc nr_h_people_add(struct nr_req *q, struct nr_err *reterr)
{
	NR_CLEANUP(nr_json_done) struct nr_json j = { NULL, NULL };
	struct nr_account acc = { .roles = 0 };
	struct nr_secret link = { "" };
	struct nr_person p;
	struct nr_store *s;
	struct nr_wr *w;
	int64_t id = 0;
	enum nr_rc rc;

	NR_TRY(nr_json_open(q, &j, reterr));
	NR_TRY(account_of(&j, &acc, reterr));
	if (!governs(q, acc.unit))
		return nr_fail(reterr, NR_E_DENIED, "unit", UINT64_MAX,
			       "you may add people to your own unit and those below it");
	s = nr_hub_write_lock(q->hub);
	rc = nr_people_add(s, q->person.login, &acc, nr_now_us(), &id, reterr);
	if (rc == NR_OK)
		rc = nr_store_person_by_id(s, id, &q->a, &p, reterr);
	if (rc == NR_OK && acc.password.n == 0)
		rc = nr_link_make(s, q->person.login, &p, nr_now_us(), &link, reterr);
	nr_hub_write_unlock(q->hub);
	NR_TRY(rc);
	w = nr_reply_json(q, 201);
	nr_out_person(w, &p);
	w->n--;
	if (link.text[0]) {
		nr_wr_fmt(w, ",\"link\":\"/sign-in#link=%s\"", link.text);
	}
	nr_wr_cstr(w, "}\n");
	return NR_OK;
}

enum nr_rc nr_h_tokens(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_api_token *t = NULL;
	struct nr_wr *w;
	size_t n = 0;

	NR_TRY(nr_store_tokens(q->store, q->person.id, &q->a, &t, &n, reterr));
	w = nr_reply_json(q, 200);
	nr_wr_cstr(w, "{\"items\":[");
	for (size_t i = 0; i < n; i++) {
		nr_out_comma(w);
		nr_wr_fmt(w, "{\"id\":\"%lld\"", (long long)t[i].id);
		nr_out_str(w, "name", t[i].name);
		nr_out_roles(w, "roles", t[i].roles);
		nr_out_time(w, "created", t[i].created_us);
		nr_out_time(w, "expires", t[i].expires_us);
		nr_out_time(w, "revoked", t[i].revoked_us);
		nr_wr_u8(w, '}');
	}
	nr_wr_cstr(w, "],\"next\":null}\n");
	return NR_OK;
}

enum nr_rc nr_h_tokens_add(struct nr_req *q, struct nr_err *reterr)
{
	NR_CLEANUP(nr_json_done) struct nr_json j = { NULL, NULL };
	struct nr_secret token;
	struct nr_str name;
	struct nr_wr *w;
	unsigned roles = 0;
	int64_t days, id = 0;
	enum nr_rc rc;

	NR_TRY(nr_json_open(q, &j, reterr));
	NR_TRY(nr_json_str(&j, "name", true, 64, &name, reterr));
	NR_TRY(nr_json_roles(&j, "roles", &roles, reterr));
	NR_TRY(nr_json_int(&j, "days", 90, 1, NR_TOKEN_DAYS_MAX, &days, reterr));
	rc = nr_token_make(nr_hub_write_lock(q->hub), &q->person, name, roles, (unsigned)days,
			   nr_now_us(), &id, &token, reterr);
	nr_hub_write_unlock(q->hub);
	NR_TRY(rc);
	w = nr_reply_json(q, 201);
	nr_wr_fmt(w, "{\"id\":\"%lld\"", (long long)id);
	nr_out_str(w, "token", nr_str_c(token.text));
	nr_wr_cstr(w, "}\n");
	return NR_OK;
}

enum nr_rc nr_h_tokens_revoke(struct nr_req *q, struct nr_err *reterr)
{
	int64_t id = 0;
	enum nr_rc rc;

	if (nr_number_parse(q->params[0], "id", 1, INT64_MAX, &id, NULL) != NR_OK)
		return nr_fail(reterr, NR_E_NOTFOUND, "id", UINT64_MAX, "no such token");
	rc = nr_token_revoke(nr_hub_write_lock(q->hub), &q->person, id, nr_now_us(), reterr);
	nr_hub_write_unlock(q->hub);
	NR_TRY(rc);
	(void)nr_reply_json(q, 204);
	return NR_OK;
}

static void ledger_line(struct nr_wr *w, const struct nr_ledger_entry *e)
{
	nr_out_comma(w);
	nr_wr_u8(w, '{');
	nr_out_int(w, "idx", e->idx);
	nr_out_time(w, "at", e->at_us);
	nr_out_str(w, "kind", nr_str_c(e->kind));
	nr_out_str(w, "actor", e->actor);
	nr_out_str(w, "unit", e->unit);
	nr_out_str(w, "object", e->object);
	nr_out_sha256(w, "digest", &e->digest);
	nr_out_str(w, "detail", e->detail);
	nr_wr_u8(w, '}');
}

/* An auditor reads the lines of the own unit and those below it: a line names what was stored. */
enum nr_rc nr_h_ledger(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_ledger_entry *e = NULL;
	int64_t before, limit;
	struct nr_wr *w;
	size_t n = 0;

	NR_TRY(nr_req_int(q, "before", INT64_MAX, 0, INT64_MAX, &before, reterr));
	NR_TRY(nr_req_int(q, "limit", 50, 1, 500, &limit, reterr));
	NR_TRY(nr_ledger_list(q->store, before, (unsigned)limit, &q->a, &e, &n, reterr));
	w = nr_reply_json(q, 200);
	nr_wr_cstr(w, "{\"items\":[");
	pthread_rwlock_rdlock(&q->hub->tree_lock);
	for (size_t i = 0; i < n; i++)
		if (nr_tree_covers(q->hub->tree, q->person.unit, e[i].unit))
			ledger_line(w, &e[i]);
	pthread_rwlock_unlock(&q->hub->tree_lock);
	nr_wr_cstr(w, "],\"next\":");
	if (n == (size_t)limit && e[n - 1].idx > 0)
		nr_wr_fmt(w, "\"%lld\"", (long long)e[n - 1].idx);
	else
		nr_wr_cstr(w, "null");
	nr_wr_cstr(w, "}\n");
	return NR_OK;
}

enum nr_rc nr_h_ledger_head(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_ledger_head h;
	struct nr_wr *w;

	NR_TRY(nr_ledger_head(q->store, &h, reterr));
	w = nr_reply_json(q, 200);
	nr_wr_u8(w, '{');
	nr_out_int(w, "size", h.size);
	nr_out_time(w, "at", h.at_us);
	nr_out_sha256(w, "root", &h.root);
	nr_wr_cstr(w, ",\"signature\":\"");
	nr_wr_hex(w, h.signature, sizeof(h.signature));
	nr_wr_cstr(w, "\",\"public_key\":\"");
	nr_wr_hex(w, h.public_key, sizeof(h.public_key));
	nr_wr_cstr(w, "\"}\n");
	return NR_OK;
}
