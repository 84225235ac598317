/* view.h -- links and campaigns as one viewer sees them.
 *
 * Everything here is a function of the dossiers in the scope and of their order of arrival, of nothing
 * else: how many dossiers have an observable, what a link weighs, which dossiers hang together, what a
 * campaign is called.  A campaign is a component of the visible graph: visible dossiers joined by
 * visible links of at least NR_LINK_THRESHOLD.  Memory: the arena given.  Errors: NR_E_NOTFOUND,
 * NR_E_LIMIT (arena), what the store says. */
#pragma once

#include "base/wr.h"
#include "desks/link/link.h"

enum {
	NR_CAMPAIGN_ID = 48,     /* "campaign--" + UUID + NUL                                     */
	NR_VIEW_EDGES = 100000,  /* stored links one view looks at: the newest of the scope       */
	NR_VIEW_CAMPAIGNS = 200, /* campaigns one list may hold                                   */
	NR_VIEW_MEMBERS = 2000,  /* members (and links, observables) one campaign shows in full   */
};

struct nr_view_link {
	struct nr_uuid a, b; /* a came before b */
	enum nr_obs_kind kind;
	struct nr_str value;
	unsigned weight; /* thousandths, 300..1000 */
};

struct nr_view_obs {
	enum nr_obs_kind kind;
	struct nr_str value;
	int64_t dossiers; /* visible ones that have it */
	unsigned weight;
};

struct nr_campaign {
	char id[NR_CAMPAIGN_ID];   /* from the oldest visible member */
	int64_t updated_us;        /* when its newest visible member arrived */
	int64_t first_us, last_us; /* span the members speak of */
	enum nr_severity severity; /* the highest of the members */
	struct nr_str title;       /* "domain evil.example": its heaviest readable observable */
	size_t n_dossiers;
	const struct nr_str *units, *kinds; /* of the members, sorted */
	size_t n_units, n_kinds;
	/* at most NR_VIEW_MEMBERS of each, filled by nr_campaign_get() only */
	const struct nr_dossier_row *members; /* oldest first */
	size_t n_members;
	const struct nr_view_link *links; /* newest first */
	size_t n_links;
	const struct nr_view_obs *obs; /* heaviest first */
	size_t n_obs;
};

/* Campaigns with the newest member first, at most limit (1..NR_VIEW_CAMPAIGNS). */
NR_MUSTUSE enum nr_rc nr_campaigns(struct nr_store *s, const struct nr_scope *sc, unsigned limit,
				   struct nr_arena *a, NR_ARENA struct nr_campaign **ret,
				   size_t *ret_n, struct nr_err *reterr);
/* How many there are with a member whose material falls in [from_us, to_us); all: 0, INT64_MAX. */
NR_MUSTUSE enum nr_rc nr_campaigns_count(struct nr_store *s, const struct nr_scope *sc,
					 int64_t from_us, int64_t to_us, struct nr_arena *a,
					 int64_t *ret, struct nr_err *reterr);
/* One in full, by its id; NR_E_NOTFOUND also when the scope hides what it was made of. */
NR_MUSTUSE enum nr_rc nr_campaign_get(struct nr_store *s, const struct nr_scope *sc,
				      struct nr_str id, struct nr_arena *a, struct nr_campaign *ret,
				      struct nr_err *reterr);

struct nr_dossier_link { /* one reason why another dossier belongs to this one */
	struct nr_dossier_row other;
	enum nr_obs_kind kind;
	struct nr_str value;
	unsigned weight;
};
struct nr_dossier_links {
	char campaign[NR_CAMPAIGN_ID];      /* empty: none */
	NR_ARENA struct nr_dossier_link *v; /* heaviest first, at most NR_VIEW_MEMBERS */
	size_t n;
};
/* Links of one visible dossier and the id of its campaign. */
NR_MUSTUSE enum nr_rc nr_dossier_links(struct nr_store *s, const struct nr_scope *sc,
				       const struct nr_uuid *id, struct nr_arena *a,
				       struct nr_dossier_links *ret, struct nr_err *reterr);

/* JSON of the list line {id,updated,first,last,dossiers,units,severity,title,kinds}. */
void nr_campaign_write_line(const struct nr_campaign *c, struct nr_wr *w);
/* The same object with members, links and observables.  The TLP of a member's line comes from the
 * marking rows (nr_store_markings()). */
void nr_campaign_write(const struct nr_campaign *c, const struct nr_marking_row *markings, size_t n,
		       struct nr_wr *w);
