#include "hub/stream.h"

#include "base/time.h"
#include "hub/out.h"
#include "hub/priv.h"
#include "hub/server.h"

#include <errno.h>

enum {
	CLIENTS = 256,      /* streams at once                        */
	CLIENTS_EACH = 8,   /* of one person                          */
	BUFFER = 256 << 10, /* unread bytes before a client is dropped */
	BATCH = 200,        /* events of one look                     */
	POLL_MS = 100,
	ROUND_ARENA = 16 << 20,
};
#define TICK_US (INT64_C(15) * NR_US_PER_S)

struct nr_stream_client {
	struct nr_stream *stream;
	struct nr_stream_client *next;
	struct nr_req *req; /* lives as long as the client: the connection owns both */
	struct nr_str unit;
	int64_t person;
	int64_t dossier, finding; /* highest rows sent or passed */
	struct nr_wr out;
	size_t sent; /* bytes of out that left */
	struct MHD_Connection *asleep;
	bool ended;
	int64_t ticked_us;
	struct nr_str token;  /* session cookie, or empty; looked at again at each tick */
	struct nr_str bearer; /* API token, or empty */
};

struct nr_stream {
	struct nr_hub *hub;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock;
	pthread_cond_t bell;
	bool rung, stopping;
	struct nr_stream_client *clients;
	size_t n;
};

/* --- one client; all under the lock --- */

static void wake(struct nr_stream_client *c)
{
	struct MHD_Connection *con = c->asleep;

	c->asleep = NULL;
	if (con)
		nr_server_wake(con);
}

static void end_client(struct nr_stream_client *c)
{
	c->ended = true;
	wake(c);
}

/* Starts an event; its data follow on one line, then event_end(). */
static struct nr_wr *event_begin(struct nr_stream_client *c, const char *name)
{
	if (c->sent) { /* what left makes room */
		size_t left = c->out.n - c->sent;

		memmove(c->out.p, c->out.p + c->sent, left);
		c->out.n = left;
		c->sent = 0;
	}
	nr_wr_cstr(&c->out, "id: ");
	nr_cursor_make(c->req, "stream", c->dossier, c->finding, &c->out);
	nr_wr_fmt(&c->out, "\nevent: %s\ndata:", name);
	return &c->out;
}

static void event_end(struct nr_stream_client *c)
{
	nr_wr_cstr(&c->out, "\n\n");
	if (c->out.rc != NR_OK) /* it does not read: it will come again with its last id */
		end_client(c);
	else
		wake(c);
}

static void tick(struct nr_stream_client *c)
{
	char now[NR_TIME_TEXT];

	nr_time_format(nr_now_us(), now);
	nr_wr_fmt(event_begin(c, "tick"), "{\"as_of\":\"%s\"}", now);
	event_end(c);
}

/* --- looking --- */

struct round {                           /* what is new in one unit's scope */
	struct nr_dossier_row *dossiers; /* newest first */
	size_t n_dossiers;
	struct nr_finding_row *findings; /* oldest first */
	size_t n_findings;
	struct nr_tlps tlps;
};

static enum nr_rc look(struct nr_hub *h, struct nr_str unit, int64_t finding, struct nr_arena *a,
		       struct round *ret, struct nr_err *reterr)
{
	struct nr_store *s = nr_hub_reader(h, reterr);
	struct nr_dossier_filter f = { .limit = BATCH };
	struct nr_viewer v = { .unit = unit };
	struct nr_scope sc;
	enum nr_rc rc;

	if (!s)
		return NR_E_IO;
	pthread_rwlock_rdlock(&h->tree_lock);
	rc = nr_policy_scope(s, h->tree, &v, NR_PURPOSE_READ, a, &sc, reterr);
	pthread_rwlock_unlock(&h->tree_lock);
	NR_TRY(rc);
	NR_TRY(nr_store_dossiers(s, &sc, &f, a, &ret->dossiers, &ret->n_dossiers, reterr));
	NR_TRY(nr_store_findings(s, &sc, finding, NR_SEV_INFO, BATCH, a, &ret->findings,
				 &ret->n_findings, reterr));
	for (size_t i = 0; finding == 0 && i < ret->n_findings / 2; i++) {
		struct nr_finding_row *other = &ret->findings[ret->n_findings - 1 - i];
		struct nr_finding_row swap = ret->findings[i];

		ret->findings[i] =
			*other; /* without a place to start from they come newest first */
		*other = swap;
	}
	return nr_out_tlps(s, a, &ret->tlps, reterr);
}

/* Gives a client what it has not had. */
static void deliver(struct nr_stream_client *c, const struct round *r)
{
	for (size_t i = r->n_dossiers; i-- > 0 && !c->ended;) {
		const struct nr_dossier_row *d = &r->dossiers[i];

		if (d->row <= c->dossier)
			continue;
		c->dossier = d->row;
		event_begin(c, "dossier");
		nr_out_dossier(&c->out, d, &r->tlps);
		event_end(c);
	}
	for (size_t i = 0; i < r->n_findings && !c->ended; i++) {
		const struct nr_finding_row *f = &r->findings[i];

		if (f->id <= c->finding)
			continue;
		c->finding = f->id;
		event_begin(c, "finding");
		nr_out_finding(&c->out, f);
		event_end(c);
	}
}

/* The lowest place among the clients of one unit, and that unit's name in the arena. */
static bool next_unit(struct nr_stream *s, size_t index, struct nr_arena *a,
		      struct nr_str *ret_unit, int64_t *ret_finding)
{
	const struct nr_stream_client *first = NULL;

	for (struct nr_stream_client *c = s->clients; c && !first; c = c->next) {
		bool seen = c->ended; /* one that waits to be let go must not hold up the others */

		for (struct nr_stream_client *b = s->clients; b != c; b = b->next)
			seen = seen || (!b->ended && nr_str_eq(b->unit, c->unit));
		if (!seen && index-- == 0)
			first = c;
	}
	if (!first)
		return false;
	*ret_unit = nr_arena_str(a, first->unit);
	*ret_finding = INT64_MAX;
	for (struct nr_stream_client *c = s->clients; c; c = c->next)
		if (!c->ended && nr_str_eq(c->unit, first->unit) && c->finding < *ret_finding)
			*ret_finding = c->finding;
	return true;
}

/* One pass over the units that have clients.  The store is read without the lock. */
static void pass(struct nr_stream *s)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(ROUND_ARENA);
	struct nr_str unit;
	int64_t finding;

	for (size_t i = 0; i < CLIENTS; i++) {
		struct nr_arena_mark m = nr_arena_mark(&a);
		struct round r = { .n_dossiers = 0 };
		struct nr_err e;
		bool any;

		pthread_mutex_lock(&s->lock);
		any = next_unit(s, i, &a, &unit, &finding);
		pthread_mutex_unlock(&s->lock);
		if (!any)
			break;
		if (look(s->hub, unit, finding, &a, &r, &e) == NR_OK) {
			pthread_mutex_lock(&s->lock);
			for (struct nr_stream_client *c = s->clients; c; c = c->next)
				if (nr_str_eq(c->unit, unit))
					deliver(c, &r);
			s->rung = s->rung ||
				  (finding > 0 && r.n_findings == BATCH); /* there may be more */
			pthread_mutex_unlock(&s->lock);
		}
		nr_arena_rewind(&a, m);
	}
}

/* Is the client still signed in, in the same unit and as a viewer? */
static bool still_welcome(const struct nr_stream_client *c, struct nr_store *store)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 16);
	struct nr_person p = { .id = 0 };
	struct nr_session v;
	bool stale;
	enum nr_rc rc;

	if (c->bearer.n)
		rc = nr_token_find(store, c->bearer, nr_now_us(), &a, &p, NULL);
	else
		rc = nr_session_find(store, c->token, nr_now_us(), &a, &v, &p, &stale, NULL);
	return rc == NR_OK && nr_str_eq(p.unit, c->unit) && (p.roles & NR_ROLE_VIEWER);
}

/* Ticks, and ends the streams of people who are no longer signed in. */
static void keep_alive(struct nr_stream *s, struct nr_store *store)
{
	int64_t now = nr_mono_us();

	pthread_mutex_lock(&s->lock);
	for (struct nr_stream_client *c = s->clients; c; c = c->next) {
		if (c->ended || now - c->ticked_us < TICK_US)
			continue;
		c->ticked_us = now;
		if (store && still_welcome(c, store))
			tick(c);
		else
			end_client(c);
	}
	pthread_mutex_unlock(&s->lock);
}

/* Ends the streams whose browsers have gone on, so that they do not count against the person. */
static void hang_up(struct nr_stream *s)
{
	pthread_mutex_lock(&s->lock);
	for (struct nr_stream_client *c = s->clients; c; c = c->next)
		if (c->asleep && nr_server_gone(c->asleep))
			end_client(c);
	pthread_mutex_unlock(&s->lock);
}

/* Waits for the bell or a tenth of a second; false when the stream ends. */
static bool wait_bell(struct nr_stream *s, bool *ret_rung)
{
	struct timespec until;
	bool go;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += POLL_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&s->lock);
	while (!s->rung && !s->stopping)
		if (pthread_cond_timedwait(&s->bell, &s->lock, &until) == ETIMEDOUT)
			break;
	*ret_rung = s->rung;
	s->rung = false;
	go = !s->stopping;
	pthread_mutex_unlock(&s->lock);
	return go;
}

static void *run(void *arg)
{
	struct nr_stream *s = arg;
	struct nr_err e;
	struct nr_store *store = nr_hub_reader(s->hub, &e);
	int64_t seen = store ? nr_store_data_version(store) : 0;
	int64_t swept = 0;
	bool rung = false;

	while (wait_bell(s, &rung)) {
		int64_t version = store ? nr_store_data_version(store) : 0;

		if (rung || version != seen) {
			if (version != seen && store)
				(void)!nr_hub_tree_refresh(s->hub, store, &e);
			seen = version;
			pass(s);
		}
		keep_alive(s, store);
		if (nr_mono_us() - swept > NR_US_PER_S / 2) {
			struct nr_server *server = s->hub->server;

			if (server)
				nr_server_sweep(server);
			hang_up(s);
			swept = nr_mono_us();
		}
	}
	return NULL;
}

/* --- for the rest of the room --- */

enum nr_rc nr_stream_open(struct nr_hub *h, struct nr_stream **ret, struct nr_err *reterr)
{
	struct nr_stream *s = calloc(1, sizeof(*s));
	pthread_condattr_t attr;
	int rc;

	if (!s)
		return nr_fail(reterr, NR_E_NOMEM, "stream", UINT64_MAX, "no memory");
	s->hub = h;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->bell, &attr);
	pthread_condattr_destroy(&attr);
	rc = pthread_create(&s->thread, NULL, run, s);
	if (rc != 0) {
		free(s);
		return nr_fail_errno(reterr, "stream", rc, "no thread");
	}
	s->started = true;
	*ret = s;
	return NR_OK;
}

void nr_stream_stop(struct nr_stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	for (struct nr_stream_client *c = s->clients; c; c = c->next)
		end_client(c);
	pthread_cond_signal(&s->bell);
	pthread_mutex_unlock(&s->lock);
}

void nr_stream_close(struct nr_stream **p)
{
	struct nr_stream *s = *p;

	*p = NULL;
	if (!s)
		return;
	nr_stream_stop(s);
	pthread_join(s->thread, NULL);
	pthread_cond_destroy(&s->bell);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void nr_stream_ring(struct nr_stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->rung = true;
	pthread_cond_signal(&s->bell);
	pthread_mutex_unlock(&s->lock);
}

/* Where a new client starts: after its last event, or now. */
static enum nr_rc start_place(struct nr_req *q, struct nr_stream_client *c, bool *ret_resumed,
			      struct nr_err *reterr)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(ROUND_ARENA);
	struct round r = { .n_dossiers = 0 };

	*ret_resumed =
		q->h.last_event_id.n && nr_cursor_open(q, "stream", q->h.last_event_id, &c->dossier,
						       &c->finding, NULL) == NR_OK;
	if (*ret_resumed)
		return NR_OK;
	NR_TRY(look(q->hub, q->person.unit, 0, &a, &r, reterr));
	c->dossier = r.n_dossiers ? r.dossiers[0].row : 0;
	c->finding = r.n_findings ? r.findings[r.n_findings - 1].id : 0;
	return NR_OK;
}

static enum nr_rc admit(struct nr_stream *s, struct nr_stream_client *c, struct nr_err *reterr)
{
	enum nr_rc rc = NR_OK;
	size_t mine = 0;

	pthread_mutex_lock(&s->lock);
	for (struct nr_stream_client *o = s->clients; o; o = o->next)
		mine += o->person == c->person;
	if (s->stopping || s->n >= CLIENTS || mine >= CLIENTS_EACH) {
		rc = nr_fail(reterr, NR_E_BUSY, "stream", UINT64_MAX, "too many live streams");
	} else {
		c->next = s->clients;
		s->clients = c;
		s->n++;
		tick(c);
		s->rung = true; /* what a resumed client missed comes at once */
		pthread_cond_signal(&s->bell);
	}
	pthread_mutex_unlock(&s->lock);
	return rc;
}

enum nr_rc nr_stream_join(struct nr_stream *s, struct nr_req *q, struct nr_stream_client **ret,
			  struct nr_err *reterr)
{
	struct nr_stream_client *c = calloc(1, sizeof(*c));
	bool resumed = false;
	enum nr_rc rc;

	if (!c)
		return nr_fail(reterr, NR_E_NOMEM, "stream", UINT64_MAX, "no memory");
	c->stream = s;
	c->req = q;
	c->unit = q->person.unit;
	c->person = q->person.id;
	c->out = NR_WR_INIT(BUFFER);
	c->ticked_us = nr_mono_us();
	if (q->auth == NR_AUTH_SESSION)
		c->token = nr_arena_str(&q->a, nr_cookie_get(q->h.cookie, "noroshi_session"));
	else if (q->h.authorization.n > 7)
		c->bearer = nr_arena_str(&q->a, (struct nr_str){ q->h.authorization.p + 7,
								 q->h.authorization.n - 7 });
	rc = start_place(q, c, &resumed, reterr);
	if (rc == NR_OK)
		rc = admit(s, c, reterr);
	if (rc != NR_OK) {
		nr_wr_done(&c->out);
		free(c);
		return rc;
	}
	*ret = c;
	return NR_OK;
}

ssize_t nr_stream_read(struct nr_stream_client *c, struct MHD_Connection *con, char *buf,
		       size_t max)
{
	ssize_t n = 0;

	pthread_mutex_lock(&c->stream->lock);
	if (c->sent < c->out.n && c->out.rc == NR_OK) {
		n = (ssize_t)(c->out.n - c->sent < max ? c->out.n - c->sent : max);
		memcpy(buf, c->out.p + c->sent, (size_t)n);
		c->sent += (size_t)n;
	} else if (c->ended) {
		n = -1;
	} else {
		c->asleep = con;
		nr_server_sleep(con);
	}
	pthread_mutex_unlock(&c->stream->lock);
	return n;
}

void nr_stream_leave(struct nr_stream_client **p)
{
	struct nr_stream_client *c = *p;
	struct nr_stream_client **at;

	*p = NULL;
	if (!c)
		return;
	pthread_mutex_lock(&c->stream->lock);
	for (at = &c->stream->clients; *at; at = &(*at)->next)
		if (*at == c)
			break;
	if (*at) {
		*at = c->next;
		c->stream->n--;
	}
	pthread_mutex_unlock(&c->stream->lock);
	nr_wr_done(&c->out);
	free(c);
}
