#include "hub/assets.h"
#include "hub/priv.h"
#include "hub/route.h"

#include "base/time.h"

#include <sodium.h>
#include <strings.h>

static const char cookie_name[] = "noroshi_session";

static bool name_is_ours(const struct nr_hub *h, const struct nr_host *host)
{
	if (host->literal)
		return host->loopback || h->wildcard ||
		       nr_str_eq(host->name, nr_str_c(h->listen_name));
	if (host->loopback)
		return true;
	for (size_t i = 0; i < NR_HUB_NAMES && h->cfg->names[i]; i++)
		if (strlen(h->cfg->names[i]) == host->name.n &&
		    strncasecmp(h->cfg->names[i], host->name.p, host->name.n) == 0)
			return true;
	return false;
}

bool nr_access_host(struct nr_req *q)
{
	struct nr_host host;
	struct nr_err e;

	if (nr_host_parse(q->h.host, &host, &e) != NR_OK) {
		nr_reply_error(q, &e);
		return false;
	}
	if (name_is_ours(q->hub, &host))
		return true;
	nr_reply_refuse(q, 403, "denied", "Host",
			"this server does not go by that name; start it with --name to allow it");
	return false;
}

static enum nr_rc who_by_token(struct nr_req *q, struct nr_err *reterr)
{
	static const char scheme[] = "Bearer ";
	struct nr_str v = q->h.authorization;
	const size_t n = sizeof(scheme) - 1;

	if (v.n <= n || strncasecmp(v.p, scheme, n) != 0 || v.n > n + 128)
		return nr_fail(reterr, NR_E_NOTFOUND, "Authorization", UINT64_MAX,
			       "a Bearer token is wanted");
	NR_TRY(nr_token_find(q->store, (struct nr_str){ v.p + n, v.n - n }, nr_now_us(), &q->a,
			     &q->person, reterr));
	q->auth = NR_AUTH_TOKEN;
	return NR_OK;
}

enum nr_rc nr_access_who(struct nr_req *q, struct nr_err *reterr)
{
	struct nr_str token = nr_cookie_get(q->h.cookie, cookie_name);
	struct nr_err e;
	bool stale = false;
	enum nr_rc rc;

	if (q->auth != NR_AUTH_NONE)
		return NR_OK;
	if (q->h.authorization.n) {
		rc = who_by_token(q, &e);
		return rc == NR_OK || rc == NR_E_NOTFOUND ? NR_OK : (*reterr = e, rc);
	}
	if (token.n == 0)
		return NR_OK;
	rc = nr_session_find(q->store, token, nr_now_us(), &q->a, &q->session, &q->person, &stale,
			     &e);
	if (rc == NR_E_NOTFOUND)
		return NR_OK;
	if (rc != NR_OK)
		return *reterr = e, rc;
	q->auth = NR_AUTH_SESSION;
	q->stale = stale;
	return NR_OK;
}

/* The idle end of a session moves; failing to note it ends nothing now.  It waits for the lock, so
 * that it is for a lane and not for the threads that take requests apart. */
static void keep_session(struct nr_req *q)
{
	struct nr_str token = nr_cookie_get(q->h.cookie, cookie_name);

	if (!q->stale)
		return;
	(void)!nr_session_keep(nr_hub_write_lock(q->hub), token, nr_now_us(), NULL);
	nr_hub_write_unlock(q->hub);
}

/* A browser says where a request comes from; another site's is not ours. */
static bool same_site(const struct nr_req *q)
{
	const char *scheme = q->hub->tls ? "https" : "http";

	if (q->h.origin.n && !nr_origin_is(q->h.origin, scheme, q->h.host))
		return false;
	return q->h.fetch_site.n == 0 || nr_str_eq(q->h.fetch_site, NR_STR("same-origin")) ||
	       nr_str_eq(q->h.fetch_site, NR_STR("none"));
}

static bool csrf_right(const struct nr_req *q)
{
	return q->h.csrf.n == q->session.csrf.n && q->h.csrf.n > 0 &&
	       sodium_memcmp(q->h.csrf.p, q->session.csrf.p, q->h.csrf.n) == 0;
}

static bool refuse_stranger(struct nr_req *q, bool page)
{
	if (page && q->method == NR_GET) {
		(void)nr_reply_json(q, 303);
		(void)snprintf(q->reply.location, sizeof(q->reply.location), "/sign-in");
		return false;
	}
	nr_reply_refuse(q, 401, "unauthenticated", "session", "sign in first");
	return false;
}

static bool allow_write(struct nr_req *q)
{
	const struct nr_route *r = q->route;

	if (q->method == NR_GET || q->auth == NR_AUTH_TOKEN)
		return true;
	if (!same_site(q) ||
	    (q->auth == NR_AUTH_SESSION && !(r->flags & NR_ROUTE_PUBLIC) && !csrf_right(q))) {
		nr_reply_refuse(q, 403, "denied", "X-CSRF-Token",
				"the request did not come from this console");
		return false;
	}
	return true;
}

static bool allow_media(struct nr_req *q)
{
	const struct nr_route *r = q->route;
	const char *want =
		r->flags & NR_ROUTE_RAW ? "application/octet-stream" : "application/json";

	if (r->body_max == 0 || nr_media_is(q->h.content_type, want))
		return true;
	nr_reply_refuse(q, 415, "usage", "Content-Type",
			r->flags & NR_ROUTE_RAW ? "application/octet-stream is wanted"
						: "application/json is wanted");
	return false;
}

bool nr_access_allow(struct nr_req *q)
{
	const struct nr_route *r = q->route;

	if (!(r->flags & NR_ROUTE_PUBLIC)) {
		if (q->auth == NR_AUTH_NONE)
			return refuse_stranger(q, r->flags & NR_ROUTE_PAGE);
		if ((r->flags & NR_ROUTE_SESSION) && q->auth != NR_AUTH_SESSION) {
			nr_reply_refuse(q, 403, "denied", "Authorization",
					"an API token may not do this; sign in");
			return false;
		}
		if (r->roles && !(r->roles & q->person.roles)) {
			nr_reply_refuse(q, 403, "denied", "roles",
					"your account does not have the role this needs");
			return false;
		}
	}
	return allow_write(q) && allow_media(q);
}

void nr_access_cookie(struct nr_req *q, const char *token)
{
	(void)snprintf(q->reply.cookie, sizeof(q->reply.cookie),
		       "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", cookie_name, token,
		       q->hub->tls ? "; Secure" : "", token[0] ? "" : "; Max-Age=0");
}

/* Nothing in the table: strangers learn nothing, others get 404 or 405. */
static void handle_unknown(struct nr_req *q, const struct nr_match *m)
{
	bool api = q->path.n >= 5 && memcmp(q->path.p, "/api/", 5) == 0;

	if (q->auth == NR_AUTH_NONE && !nr_asset_public(q->path)) {
		(void)refuse_stranger(q, !api);
		return;
	}
	if (m->path_known) {
		nr_reply_refuse(q, 405, "usage", "method", "this path does not take that method");
		(void)snprintf(q->reply.allow, sizeof(q->reply.allow), "%s", m->allow);
		return;
	}
	nr_reply_refuse(q, 404, "not-found", "path", "there is nothing here");
}

static void handle_route(struct nr_req *q)
{
	struct nr_err e = { .rc = NR_OK, .offset = UINT64_MAX };
	enum nr_rc rc;

	if (!nr_access_allow(q))
		return;
	rc = nr_query_parse(q->raw_query, &q->a, &q->query, &e);
	if (rc == NR_OK)
		rc = q->route->run(q, &e);
	if (rc != NR_OK)
		nr_reply_error(q, &e);
	else if (q->reply.body.rc != NR_OK)
		nr_reply_refuse(q, 503, "limit", "answer", "the answer is too large");
}

void nr_hub_handle(struct nr_req *q)
{
	struct nr_err e = { .rc = NR_E_BUG, .offset = UINT64_MAX };
	struct nr_match m = nr_route_match(q->method, q->path);
	enum nr_rc rc = NR_OK;

	if (!q->method_known)
		m.route = NULL;
	q->store = nr_hub_reader(q->hub, &e);
	if (q->store)
		rc = nr_access_who(q, &e);
	if (!q->store || rc != NR_OK) {
		e.rc = rc == NR_E_BUSY ? rc : NR_E_IO;
		nr_reply_error(q, &e);
		return;
	}
	keep_session(q);
	q->route = m.route;
	memcpy(q->params, m.params, sizeof(q->params));
	if (q->route)
		handle_route(q);
	else
		handle_unknown(q, &m);
}
