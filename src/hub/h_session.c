/* h_session.c -- signing in and out. */
#include "hub/handlers.h"

#include "base/time.h"
#include "hub/out.h"

/* What a signed-in console needs to know; opens the reply object and leaves it open. */
static struct nr_wr *session_reply(struct nr_req *q, const struct nr_person *p, const char *csrf)
{
	struct nr_wr *w = nr_reply_json(q, 200);

	nr_wr_cstr(w, "{\"person\":");
	nr_out_person(w, p);
	if (csrf[0])
		nr_out_str(w, "csrf", nr_str_c(csrf));
	return w;
}

static void refuse_often(struct nr_req *q, unsigned wait)
{
	nr_reply_refuse(q, 429, "limit", "login", "too many tries; wait before the next");
	q->reply.retry_after = wait;
}

enum nr_rc nr_h_sign_in(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_str login, password;
	struct nr_secret token, csrf;
	struct nr_person p = { .id = 0 };
	int64_t now = nr_now_us();
	NR_CLEANUP(nr_json_done) struct nr_json j = { NULL, NULL };
	unsigned wait = 0;
	enum nr_rc rc;

	NR_TRY(nr_json_open(q, &j, reterr));
	NR_TRY(nr_json_str(&j, "login", true, 64, &login, reterr));
	NR_TRY(nr_json_str(&j, "password", true, NR_PASSWORD_MAX, &password, reterr));
	if (!nr_limiter_take(&q->hub->by_address, nr_str_c(q->address), now, &wait) ||
	    !nr_limiter_take(&q->hub->by_login, login, now, &wait)) {
		refuse_often(q, wait);
		return NR_OK;
	}
	rc = nr_people_check(q->store, login, password, &q->a, &p, reterr);
	if (rc == NR_E_DENIED) {
		nr_reply_refuse(q, 401, "unauthenticated", "login",
				"the login or the password is not right");
		return NR_OK;
	}
	NR_TRY(rc);
	nr_limiter_give(&q->hub->by_address, nr_str_c(q->address), now);
	nr_limiter_give(&q->hub->by_login, login, now);
	rc = nr_session_open(nr_hub_write_lock(q->hub), &p, "password", now, &token, &csrf, reterr);
	nr_hub_write_unlock(q->hub);
	NR_TRY(rc);
	nr_access_cookie(q, token.text);
	nr_wr_cstr(session_reply(q, &p, csrf.text), "}\n");
	return NR_OK;
}

enum nr_rc nr_h_sign_in_link(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_str token_text;
	struct nr_secret token, csrf;
	struct nr_person p = { .id = 0 };
	int64_t now = nr_now_us();
	NR_CLEANUP(nr_json_done) struct nr_json j = { NULL, NULL };
	unsigned wait = 0;
	enum nr_rc rc;

	NR_TRY(nr_json_open(q, &j, reterr));
	NR_TRY(nr_json_str(&j, "token", true, 128, &token_text, reterr));
	if (!nr_limiter_take(&q->hub->by_address, nr_str_c(q->address), now, &wait)) {
		refuse_often(q, wait);
		return NR_OK;
	}
	rc = nr_link_use(nr_hub_write_lock(q->hub), token_text, now, &q->a, &p, &token, &csrf,
			 reterr);
	nr_hub_write_unlock(q->hub);
	if (rc == NR_E_DENIED) {
		nr_reply_refuse(q, 401, "unauthenticated", "token",
				"the link is not valid, was used, or has expired");
		return NR_OK;
	}
	NR_TRY(rc);
	nr_limiter_give(&q->hub->by_address, nr_str_c(q->address), now);
	nr_access_cookie(q, token.text);
	nr_wr_cstr(session_reply(q, &p, csrf.text), "}\n");
	return NR_OK;
}

enum nr_rc nr_h_session(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_unit u;
	struct nr_wr *w;
	char csrf[NR_SECRET_TEXT] = "";

	NR_TRY(nr_store_unit_get(q->store, q->person.unit, &q->a, &u, reterr));
	if (q->auth == NR_AUTH_SESSION)
		(void)snprintf(csrf, sizeof(csrf), "%.*s", NR_FMT(q->session.csrf));
	w = session_reply(q, &q->person, csrf);
	nr_out_key(w, "unit");
	nr_out_unit(w, &u);
	nr_out_str(w, "version", nr_str_c(NR_VERSION));
	nr_wr_cstr(w, "}\n");
	return NR_OK;
}

enum nr_rc nr_h_sign_out(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_str token = nr_cookie_get(q->h.cookie, "noroshi_session");
	enum nr_rc rc = nr_session_close(nr_hub_write_lock(q->hub), token, reterr);

	nr_hub_write_unlock(q->hub);
	NR_TRY(rc);
	(void)nr_reply_json(q, 204);
	nr_access_cookie(q, "");
	return NR_OK;
}

enum nr_rc nr_h_health(struct nr_req *q, struct nr_err *reterr)
{
	(void)reterr;
	nr_wr_cstr(nr_reply_json(q, 200), "{\"status\":\"ok\"}\n");
	return NR_OK;
}
