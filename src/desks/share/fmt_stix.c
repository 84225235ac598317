/* STIX 2.1 bundle: for each indicator the indicator itself, its cyber-observable, the observed-data
 * that says when and how often, and "based-on" between them; identity and TLP 2.0 markings once.
 *
 * Ids and instants come from the data alone (docs/decisions/0070): the id of an indicator is bound to
 * recipient, kind, value and first sighting, because two recipients may know different parts of it and
 * STIX allows one content for one (id, modified). */
#include "desks/share/feed.h"

/* The day this form of the feed was fixed: created and modified of the identity, which no data dates. */
#define IDENTITY_CREATED "2026-11-22T00:00:00.000000Z"

enum { NUMBER_MAX = 999999999 }; /* of number_observed, by specification */

struct dates {
	char first[NR_TIME_TEXT], last[NR_TIME_TEXT];
};

/* Id of one of the objects of an item, in *out. */
static void item_id(struct nr_feed *f, const char *type, const struct nr_indicator *i,
		    char out[NR_STIX_ID])
{
	struct nr_wr *t = &f->scratch;

	nr_wr_reset(t);
	nr_wr_str(t, f->req->producer->id);
	nr_wr_u8(t, '|');
	nr_wr_str(t, f->req->viewer);
	nr_wr_u8(t, '|');
	nr_wr_cstr(t, nr_obs_kind_name(i->kind));
	nr_wr_u8(t, '|');
	nr_feed_uint(t, (uint64_t)i->first_us);
	nr_wr_u8(t, '|');
	nr_wr_str(t, i->value);
	nr_stix_own_id(type, (struct nr_str){ (const char *)t->p, t->n }, out);
}

static void head(struct nr_wr *w, const char *type, const char *id)
{
	nr_wr_cstr(w, ",\n{\"type\":\"");
	nr_wr_cstr(w, type);
	nr_wr_cstr(w, "\",\"spec_version\":\"2.1\",\"id\":\"");
	nr_wr_cstr(w, id);
	nr_wr_u8(w, '"');
}

static void pair(struct nr_wr *w, const char *name, const char *plain)
{
	nr_wr_cstr(w, ",\"");
	nr_wr_cstr(w, name);
	nr_wr_cstr(w, "\":\"");
	nr_wr_cstr(w, plain);
	nr_wr_u8(w, '"');
}

/* Members that every object made by us carries. */
static void common(struct nr_feed *f, struct nr_wr *w, const struct dates *d)
{
	pair(w, "created_by_ref", f->producer_id);
	pair(w, "created", d->first);
	pair(w, "modified", d->last);
}

static void tail(struct nr_wr *w, enum nr_tlp t)
{
	nr_wr_cstr(w, ",\"object_marking_refs\":[\"");
	nr_wr_cstr(w, nr_stix_tlp_id(t));
	nr_wr_cstr(w, "\"]}");
}

static void indicator(struct nr_feed *f, struct nr_wr *w, const struct nr_indicator *i,
		      const struct dates *d, const char *id)
{
	struct nr_wr *t = &f->scratch;

	head(w, "indicator", id);
	common(f, w, d);
	nr_wr_cstr(w, ",\"name\":");
	nr_stix_jcs_str(w, i->value);
	nr_wr_cstr(w, i->severity >= NR_SEV_MEDIUM
			      ? ",\"indicator_types\":[\"malicious-activity\"]"
			      : ",\"indicator_types\":[\"anomalous-activity\"]");
	nr_wr_cstr(w, ",\"labels\":[\"severity-");
	nr_wr_cstr(w, nr_severity_name(i->severity));
	nr_wr_cstr(w, "\"],\"confidence\":");
	nr_feed_uint(w, i->confidence > 100 ? 100 : i->confidence);
	nr_wr_reset(t);
	(void)nr_stix_pattern(t, i->kind, i->value);
	nr_wr_cstr(w, ",\"pattern\":");
	nr_stix_jcs_str(w, (struct nr_str){ (const char *)t->p, t->n });
	pair(w, "pattern_type", "stix");
	pair(w, "pattern_version", "2.1");
	pair(w, "valid_from", d->first);
	tail(w, i->tlp);
}

static void sighted(struct nr_feed *f, struct nr_wr *w, const struct nr_indicator *i,
		    const struct dates *d, const char *indicator_id)
{
	char sco[NR_STIX_ID], seen[NR_STIX_ID], rel[NR_STIX_ID];
	int64_t n = i->sightings < 1 ? 1 : i->sightings;

	if (!nr_stix_obs_id(i->kind, i->value, sco))
		return;
	head(w, nr_stix_obs_type(i->kind), sco);
	nr_wr_u8(w, ',');
	nr_stix_obs_json(w, i->kind, i->value);
	tail(w, i->tlp);

	item_id(f, "observed-data", i, seen);
	head(w, "observed-data", seen);
	common(f, w, d);
	pair(w, "first_observed", d->first);
	pair(w, "last_observed", d->last);
	nr_wr_cstr(w, ",\"number_observed\":");
	nr_feed_uint(w, (uint64_t)(n > NUMBER_MAX ? NUMBER_MAX : n));
	nr_wr_cstr(w, ",\"object_refs\":[\"");
	nr_wr_cstr(w, sco);
	nr_wr_cstr(w, "\"]");
	tail(w, i->tlp);

	item_id(f, "relationship", i, rel);
	head(w, "relationship", rel);
	common(f, w, d);
	pair(w, "relationship_type", "based-on");
	pair(w, "source_ref", indicator_id);
	pair(w, "target_ref", seen);
	tail(w, i->tlp);
}

static bool item(struct nr_feed *f, const struct nr_indicator *i, struct nr_wr *w)
{
	char id[NR_STIX_ID];
	struct dates d;

	if (!nr_stix_time(i->first_us, d.first) || !nr_stix_time(i->last_us, d.last))
		return false;
	nr_wr_reset(&f->scratch);
	if (!nr_stix_pattern(&f->scratch, i->kind, i->value))
		return false;
	f->tlps |= 1u << (unsigned)i->tlp;
	item_id(f, "indicator", i, id);
	indicator(f, w, i, &d, id);
	sighted(f, w, i, &d, id);
	return true;
}

static void begin(struct nr_feed *f, struct nr_wr *w)
{
	const struct nr_unit *u = f->req->producer;

	nr_stix_own_id("identity", u->id, f->producer_id);
	nr_wr_fmt(w,
		  "{\"type\":\"bundle\",\"objects\":[\n{\"type\":\"identity\","
		  "\"spec_version\":\"2.1\",\"id\":\"%s\",\"created\":\"" IDENTITY_CREATED
		  "\",\"modified\":\"" IDENTITY_CREATED "\",\"name\":",
		  f->producer_id);
	nr_stix_jcs_str(w, u->name_en.n ? u->name_en : u->name_ja.n ? u->name_ja : u->id);
	nr_wr_cstr(w, ",\"identity_class\":\"organization\"}");
}

static void end(struct nr_feed *f, struct nr_wr *w)
{
	char id[NR_STIX_ID], hex[65];
	struct nr_sha256 so_far = nr_hash_value(f->hash);

	for (unsigned t = 0; t < NR_TLP_COUNT; t++) {
		if (!(f->tlps & 1u << t))
			continue;
		nr_wr_cstr(w, ",\n");
		nr_stix_tlp_json(w, (enum nr_tlp)t);
	}
	/* last, so that it can name the content: another content is another bundle */
	nr_hex(so_far.b, sizeof(so_far.b), hex);
	nr_stix_own_id("bundle", nr_str_c(hex), id);
	nr_wr_fmt(w, "\n],\"id\":\"%s\"}\n", id);
}

/* One JSON text without duplicate members, within the size of a self-test. */
static enum nr_rc check(struct nr_bytes feed, struct nr_err *reterr)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr canon = NR_WR_INIT(6 * feed.n + 64);

	return nr_stix_jcs(feed, &canon, reterr);
}

const struct nr_feed_format nr_feed_stix = {
	.name = "stix",
	.media_type = "application/stix+json;version=2.1",
	.file_suffix = ".json",
	.title_en = "STIX 2.1 bundle",
	.title_ja = "STIX 2.1バンドル",
	.description_en =
		"Indicators with patterns, their cyber-observables with deterministic ids, "
		"sighting spans and TLP 2.0 markings, for threat intelligence platforms.",
	.description_ja =
		"パターン付き指標、決定的IDの観測データ、観測期間、TLP 2.0マーキングを含む"
		"STIX 2.1。脅威インテリジェンス基盤向け。",
	.kinds = 1u << NR_OBS_IPV4 | 1u << NR_OBS_IPV6 | 1u << NR_OBS_DOMAIN | 1u << NR_OBS_URL |
		 1u << NR_OBS_EMAIL | 1u << NR_OBS_SHA256 | 1u << NR_OBS_SHA1 | 1u << NR_OBS_MD5 |
		 1u << NR_OBS_FILE_NAME | 1u << NR_OBS_MESSAGE_ID | 1u << NR_OBS_USER_AGENT,
	.max_items = 5000000,
	.begin = begin,
	.item = item,
	.end = end,
	.check = check,
	.selftest = nr_feed_selftest,
	.fuzz = "fuzz_share",
	.doc = "docs/feeds.md",
};
