#include "desks/link/link.h"

#include "desks/link/warn.h"

#include <math.h>

struct kind_weight {
	uint16_t asserted, bystander;
	bool identity;
};

/* A bystander address is the recipient, a relay, the sensor itself: it links nothing.  Subjects, user
 * agents and the names of unsuspected files (image001.png) are too easily alike to link alone. */
static const struct kind_weight kinds[NR_OBS_KINDS] = {
	[NR_OBS_IPV4] = { 700, 0, false },          [NR_OBS_IPV6] = { 700, 0, false },
	[NR_OBS_DOMAIN] = { 700, 0, false },        [NR_OBS_URL] = { 900, 600, false },
	[NR_OBS_EMAIL] = { 800, 0, false },         [NR_OBS_SHA256] = { 1000, 1000, true },
	[NR_OBS_SHA1] = { 1000, 1000, true },       [NR_OBS_MD5] = { 1000, 1000, true },
	[NR_OBS_FILE_NAME] = { 450, 200, false },   [NR_OBS_SUBJECT] = { 250, 200, false },
	[NR_OBS_MESSAGE_ID] = { 1000, 1000, true }, [NR_OBS_JA3] = { 400, 0, false },
	[NR_OBS_USER_AGENT] = { 100, 50, false },   [NR_OBS_TEXT_HASH] = { 950, 950, true },
};

/* From how many visible dossiers on an observable says nothing.  A bystander shared by nine is a
 * coincidence.  What findings assert on both sides is the adversary's own, and a campaign that grows past
 * eight members must not fall apart for its success: up to half of all dossiers, at most 64, or 1 %. */
enum { CAP_LEAST = 8, CAP_ASSERTED = 64, CAP_DIVISOR = 100 };

static int64_t cap_of(bool asserted, int64_t n)
{
	int64_t cap = n / CAP_DIVISOR > CAP_LEAST ? n / CAP_DIVISOR : CAP_LEAST;
	int64_t half = n / 2 < CAP_ASSERTED ? n / 2 : CAP_ASSERTED;

	return asserted && half > cap ? half : cap;
}

unsigned nr_link_strength(enum nr_obs_kind kind, bool asserted)
{
	if ((unsigned)kind >= NR_OBS_KINDS)
		return 0;
	return asserted ? kinds[kind].asserted : kinds[kind].bystander;
}

unsigned nr_link_weight(enum nr_obs_kind kind, unsigned strength, int64_t df, int64_t n)
{
	int64_t cap;
	double left;

	if ((unsigned)kind >= NR_OBS_KINDS || df < 2)
		return 0;
	cap = cap_of(strength > kinds[kind].bystander, n);
	if (kinds[kind].identity)
		return strength;
	if (df > cap)
		return 0;
	left = 1.0 - 0.75 * log2((double)df / 2) / log2((double)cap / 2);
	return (unsigned)lround((double)strength * left);
}

struct work {
	struct nr_store *s;
	const struct nr_dossier *d;
	int64_t row;
	int64_t campaign; /* of this dossier, 0: none yet */
	int64_t now_us;
	struct nr_arena *a;
	struct met { /* dossiers already united with */
		int64_t row;
		bool by_sha256;
	} * met;
	size_t n_met, cap_met;
	unsigned considered;
};

/* Moves the smaller campaign into the larger. */
static enum nr_rc merge(struct work *k, int64_t other, struct nr_err *reterr)
{
	int64_t mine, theirs, into = k->campaign, from = other;

	NR_TRY(nr_store_campaign_size(k->s, k->campaign, &mine, reterr));
	NR_TRY(nr_store_campaign_size(k->s, other, &theirs, reterr));
	if (theirs > mine) {
		into = other;
		from = k->campaign;
	}
	k->campaign = into;
	return nr_store_campaign_merge(k->s, into, from, k->now_us, reterr);
}

static enum nr_rc unite(struct work *k, int64_t row, struct nr_err *reterr)
{
	int64_t other;

	NR_TRY(nr_store_campaign_of(k->s, row, &other, reterr));
	if (other == 0) {
		if (k->campaign == 0) {
			NR_TRY(nr_store_campaign_new(k->s, k->now_us, &k->campaign, reterr));
			NR_TRY(nr_store_campaign_put(k->s, k->campaign, k->row, k->now_us, reterr));
		}
		return nr_store_campaign_put(k->s, k->campaign, row, k->now_us, reterr);
	}
	if (k->campaign == 0) {
		k->campaign = other;
		return nr_store_campaign_put(k->s, other, k->row, k->now_us, reterr);
	}
	return other == k->campaign ? NR_OK : merge(k, other, reterr);
}

static struct met *met(struct work *k, int64_t row)
{
	for (size_t i = 0; i < k->n_met; i++)
		if (k->met[i].row == row)
			return &k->met[i];
	return NULL;
}

/* The first (newest) of each (marking, asserted) is enough: whatever part of the store a viewer may
 * see, the newest visible one of each strength is among them, so that the visible dossiers of one
 * observable hang together as they would if the others did not exist. */
static bool seen_before(const struct nr_obs_seen *v, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (v[j].marking == v[i].marking && v[j].asserted == v[i].asserted)
			return true;
	return false;
}

/* The same file by its other names, once its SHA-256 has linked the two. */
static bool said(struct work *k, enum nr_obs_kind kind, int64_t row)
{
	const struct met *m = met(k, row);

	return (kind == NR_OBS_SHA1 || kind == NR_OBS_MD5) && m && m->by_sha256;
}

static enum nr_rc link_pair(struct work *k, enum nr_obs_kind kind, int64_t obs, int64_t row,
			    unsigned strength, struct nr_err *reterr)
{
	struct met *m = met(k, row);

	NR_TRY(nr_store_link_put(k->s, row < k->row ? row : k->row, row < k->row ? k->row : row,
				 obs, strength, reterr));
	if (!m) {
		NR_TRY(unite(k, row, reterr));
		if (k->n_met == k->cap_met)
			return NR_OK;
		m = &k->met[k->n_met++];
		*m = (struct met){ .row = row };
	}
	m->by_sha256 |= kind == NR_OBS_SHA256;
	return NR_OK;
}

static enum nr_rc link_obs(struct work *k, const struct nr_obs *o, int64_t obs, bool asserted,
			   struct nr_err *reterr)
{
	unsigned mine = nr_link_strength(o->kind, asserted), made = 0;
	struct nr_arena_mark mark = nr_arena_mark(k->a);
	struct nr_obs_seen_list seen;

	NR_TRY(nr_store_obs_seen(k->s, obs, k->row, NR_LINK_SCAN, k->a, &seen, reterr));
	for (size_t i = 0; i < seen.n && made < NR_LINK_PAIRS; i++) {
		unsigned theirs = nr_link_strength(o->kind, seen.v[i].asserted);
		unsigned weight = mine < theirs ? mine : theirs;

		if (weight < NR_LINK_THRESHOLD || seen_before(seen.v, i) ||
		    said(k, o->kind, seen.v[i].dossier))
			continue;
		NR_TRY(link_pair(k, o->kind, obs, seen.v[i].dossier, weight, reterr));
		made++;
	}
	nr_arena_rewind(k->a, mark);
	return NR_OK;
}

static enum nr_rc consider(struct work *k, const struct nr_obs *o, int64_t obs, bool asserted,
			   struct nr_err *reterr)
{
	enum nr_warn warn;
	unsigned known;
	int64_t df;

	if (nr_link_strength(o->kind, asserted) < NR_LINK_THRESHOLD)
		return NR_OK;
	NR_TRY(nr_store_obs_df(k->s, obs, &df, &known, reterr));
	warn = nr_warn_class(o->kind, o->value);
	if (warn != NR_WARN_NONE)
		return known == (unsigned)warn ? NR_OK
					       : nr_store_obs_warn_set(k->s, obs, warn, reterr);
	if (df < 2 || k->considered == NR_LINK_OBS)
		return NR_OK;
	k->considered++;
	return link_obs(k, o, obs, asserted, reterr);
}

/* What a finding asserts comes first, should a dossier have more than are considered; of a file's
 * names the SHA-256. */
static enum nr_rc link_all(struct work *k, const struct nr_put *put, const uint8_t *asserted,
			   struct nr_err *reterr)
{
	for (unsigned turn = 0; turn < 4; turn++)
		for (size_t i = 0; i < k->d->n_obs; i++) {
			const struct nr_obs *o = &k->d->obs[i];
			unsigned other = o->kind == NR_OBS_SHA1 || o->kind == NR_OBS_MD5;
			unsigned mine = (asserted[i] ? 0 : 1) + other * 2;

			if (mine == turn)
				NR_TRY(consider(k, o, put->obs_rows[i], asserted[i] != 0, reterr));
		}
	return NR_OK;
}

enum nr_rc nr_link_dossier(void *ctx, struct nr_store *s, const struct nr_dossier *d,
			   const struct nr_put *put, struct nr_arena *a, struct nr_err *reterr)
{
	struct work k = { .s = s,
			  .d = d,
			  .row = put->row,
			  .a = a,
			  .cap_met = 1024,
			  .now_us = d->submission.received_us };
	uint8_t *asserted = NR_NEW_N(a, uint8_t, d->n_obs + 1);

	(void)ctx;
	k.met = NR_NEW_N(a, struct met, k.cap_met);
	if (!asserted || !k.met)
		return nr_fail(reterr, NR_E_NOMEM, "link", UINT64_MAX, "out of memory");
	for (size_t i = 0; i < d->n_findings; i++)
		for (unsigned j = 0; j < d->findings[i].n_obs; j++)
			if (d->findings[i].obs[j] < d->n_obs)
				asserted[d->findings[i].obs[j]] = 1;
	return link_all(&k, put, asserted, reterr);
}
