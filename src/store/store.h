/* store/ -- the memory.
 *
 * What it is for: units, people, dossiers, observables, sightings, links, search text, blobs and the
 * ledger, behind one interface; two-engine SQL lives here and nowhere else.  What it may touch: base
 * and model.  It decides nothing about who may see what: every function that returns knowledge takes a
 * struct nr_scope, which only policy/ makes.
 * Threading: one struct nr_store per thread (SQLite WAL: many readers, one writer at a time).
 * Memory: results live in the arena given.  Errors: NR_E_NOTFOUND, NR_E_IO (no store, disk full),
 * NR_E_BUSY, NR_E_UNSUPPORTED (store of a newer version), NR_E_DENIED (read-only), NR_E_MALFORMED (not
 * a store, or damaged), NR_E_LIMIT (the answer does not fit the arena).
 * How to add a query: a function in a q_<area>.c here, its prototype in store.h or q_<area>.h, a test. */
#pragma once

#include "base/src.h"
#include "model/dossier.h"
#include "model/ids.h"
#include "model/unit.h"

struct nr_store;

/* What a viewer may see: the ids of the marking rows for which nr_policy_decide() said yes.  all is for
 * the ledger's own verification and for nothing that leaves. */
struct nr_scope {
	bool all;
	const int64_t *markings; /* sorted */
	size_t n;
};

enum nr_store_flags { NR_STORE_CREATE = 1 << 0, NR_STORE_READ_ONLY = 1 << 1 };

/* Opens "sqlite:PATH" (or a bare path).  NR_STORE_CREATE makes it when it is not there; a store of an
 * older schema is brought up to date unless NR_STORE_READ_ONLY.  Blobs live in PATH.blobs/, the
 * ledger's signing key in PATH.key (0600).  Every refusal is one clear line. */
NR_MUSTUSE enum nr_rc nr_store_open(struct nr_str url, unsigned flags,
				    NR_OWNED struct nr_store **ret, struct nr_err *reterr);
void nr_store_close(struct nr_store **p); /* NULL ok; sets *p = NULL */
/* Schema version in the store and in this program. */
int64_t nr_store_schema(struct nr_store *s);
int64_t nr_store_schema_program(void);
/* Changes whenever another connection or process has committed. */
int64_t nr_store_data_version(struct nr_store *s);
/* Quick integrity check of the engine (PRAGMA quick_check); NR_E_MALFORMED names the fault. */
NR_MUSTUSE enum nr_rc nr_store_check(struct nr_store *s, struct nr_err *reterr);

/* One write transaction at a time; everything between begin and commit is durable or absent.
 * commit appends and signs a new ledger head when leaves were added. */
NR_MUSTUSE enum nr_rc nr_store_begin(struct nr_store *s, struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_store_commit(struct nr_store *s, struct nr_err *reterr);
void nr_store_rollback(struct nr_store *s);

/* --- units and sensors (q_unit.c) --- */
NR_MUSTUSE enum nr_rc nr_store_unit_put(struct nr_store *s, const struct nr_unit *u,
					struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_store_unit_get(struct nr_store *s, struct nr_str id, struct nr_arena *a,
					struct nr_unit *ret, struct nr_err *reterr);
/* All units in the order they were put (demonstration: JIS X 0401). */
NR_MUSTUSE enum nr_rc nr_store_units(struct nr_store *s, struct nr_arena *a,
				     NR_ARENA struct nr_unit **ret, size_t *ret_n,
				     struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_store_sensor_put(struct nr_store *s, const struct nr_sensor *v,
					  struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_store_sensor_get(struct nr_store *s, struct nr_str id, struct nr_arena *a,
					  struct nr_sensor *ret, struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_store_sensors(struct nr_store *s, struct nr_arena *a,
				       NR_ARENA struct nr_sensor **ret, size_t *ret_n,
				       struct nr_err *reterr);

/* --- markings (q_marking.c) --- */
struct nr_marking_row {
	int64_t id;
	struct nr_marking m;
};
/* Finds or adds the row of a marking; inside a transaction. */
NR_MUSTUSE enum nr_rc nr_store_marking_put(struct nr_store *s, const struct nr_marking *m,
					   int64_t *ret_id, struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_store_markings(struct nr_store *s, struct nr_arena *a,
					NR_ARENA struct nr_marking_row **ret, size_t *ret_n,
					struct nr_err *reterr);

/* --- dossiers (q_dossier.c) --- */
struct nr_put { /* what nr_store_dossier_put() did */
	int64_t row;
	bool duplicate;          /* the same id was there: nothing was written */
	const int64_t *obs_rows; /* observable row ids, parallel to d->obs; NR_ARENA */
};
/* Writes the dossier, its observables, sightings, findings, counters and search text; inside a
 * transaction.  json is its wire form.  Counters go in under the hour of material.first_us, or of
 * received_us when the material has no time.  After a failure the transaction can only be rolled
 * back: no half of a dossier is ever committed. */
NR_MUSTUSE enum nr_rc nr_store_dossier_put(struct nr_store *s, const struct nr_dossier *d,
					   struct nr_bytes json, struct nr_arena *a,
					   struct nr_put *ret, struct nr_err *reterr);

struct nr_dossier_row { /* a line of a list */
	int64_t row;
	struct nr_uuid id;
	struct nr_str kind, name, unit, sensor;
	struct nr_sha256 sha256;
	uint64_t size;
	int64_t received_us, first_us, last_us, marking;
	enum nr_class cls;
	unsigned score;
	enum nr_severity severity;
	int64_t n_findings, n_observables;
};
/* One dossier's line, NR_E_NOTFOUND also when the scope hides it (no existence oracle). */
NR_MUSTUSE enum nr_rc nr_store_dossier_get(struct nr_store *s, const struct nr_scope *sc,
					   const struct nr_uuid *id, struct nr_arena *a,
					   struct nr_dossier_row *ret, struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_store_dossier_by_row(struct nr_store *s, const struct nr_scope *sc,
					      int64_t row, struct nr_arena *a,
					      struct nr_dossier_row *ret, struct nr_err *reterr);
/* Its JSON, verbatim. */
NR_MUSTUSE enum nr_rc nr_store_dossier_json(struct nr_store *s, const struct nr_scope *sc,
					    const struct nr_uuid *id, struct nr_arena *a,
					    struct nr_bytes *ret, struct nr_err *reterr);
struct nr_dossier_filter {
	struct nr_str kind;   /* empty: any */
	struct nr_str unit;   /* empty: any */
	int64_t min_severity; /* 0: any     */
	int64_t before_row;   /* keyset: rows below this, newest first; 0: from the newest */
	unsigned limit;       /* 1..500 */
};
NR_MUSTUSE enum nr_rc nr_store_dossiers(struct nr_store *s, const struct nr_scope *sc,
					const struct nr_dossier_filter *f, struct nr_arena *a,
					NR_ARENA struct nr_dossier_row **ret, size_t *ret_n,
					struct nr_err *reterr);

struct nr_finding_row {
	int64_t id;
	struct nr_uuid dossier;
	int64_t dossier_row;
	unsigned seq; /* index in the dossier's findings */
	struct nr_str detector, name, unit;
	enum nr_severity severity;
	unsigned confidence;
	int64_t at_us;
};
/* Newest first; after_id > 0 returns those with a greater id (live stream), oldest first. */
NR_MUSTUSE enum nr_rc nr_store_findings(struct nr_store *s, const struct nr_scope *sc,
					int64_t after_id, enum nr_severity min, unsigned limit,
					struct nr_arena *a, NR_ARENA struct nr_finding_row **ret,
					size_t *ret_n, struct nr_err *reterr);

/* --- observables and sightings (q_observable.c) --- */
struct nr_obs_row {
	int64_t row;
	enum nr_obs_kind kind;
	struct nr_str value;
	unsigned warn;             /* class of warning list, 0: none */
	int64_t df;                /* dossiers with it, all markings: never leaves the building */
	int64_t seen;              /* dossiers with it in the scope (nr_store_observable only) */
	enum nr_severity severity; /* highest in the scope */
};
/* Point look-up by canonical value; NR_E_NOTFOUND when no dossier in scope has it. */
NR_MUSTUSE enum nr_rc nr_store_observable(struct nr_store *s, const struct nr_scope *sc,
					  enum nr_obs_kind kind, struct nr_str value,
					  struct nr_arena *a, struct nr_obs_row *ret,
					  struct nr_err *reterr);
/* Dossiers in scope that have it, newest first, at most limit. */
NR_MUSTUSE enum nr_rc nr_store_sightings(struct nr_store *s, const struct nr_scope *sc, int64_t obs,
					 unsigned limit, struct nr_arena *a,
					 NR_ARENA struct nr_dossier_row **ret, size_t *ret_n,
					 struct nr_err *reterr);
/* What a feed may carry: observables that a finding of severity >= min asserts in a dossier of the
 * scope and that are on no warning list, ordered by (kind, value); each is called once an observable.
 * Everything in the row comes from the dossiers at its TLP level alone (docs/decisions/0012). */
struct nr_indicator {
	enum nr_obs_kind kind;
	struct nr_str value;
	enum nr_severity severity;
	unsigned confidence;
	enum nr_tlp tlp; /* the mildest level among the dossiers in scope that assert it */
	int64_t first_us, last_us; /* received_us of the first and last of them at that level */
	int64_t sightings;         /* how many they are */
};
NR_MUSTUSE enum nr_rc nr_store_indicators(struct nr_store *s, const struct nr_scope *sc,
					  enum nr_severity min,
					  bool (*each)(void *ctx, const struct nr_indicator *i),
					  void *ctx, struct nr_err *reterr);

/* --- linking (q_link.c), inside the intake transaction --- */
NR_MUSTUSE enum nr_rc nr_store_obs_warn_set(struct nr_store *s, int64_t obs, unsigned warn,
					    struct nr_err *reterr);
/* Document frequency of an observable row and total dossiers. */
NR_MUSTUSE enum nr_rc nr_store_obs_df(struct nr_store *s, int64_t obs, int64_t *ret_df,
				      unsigned *ret_warn, struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_store_dossier_count(struct nr_store *s, int64_t *ret,
					     struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_store_link_put(struct nr_store *s, int64_t a, int64_t b, int64_t obs,
					int64_t weight, struct nr_err *reterr);
/* Campaign row of a dossier; 0: none. */
NR_MUSTUSE enum nr_rc nr_store_campaign_of(struct nr_store *s, int64_t dossier, int64_t *ret,
					   struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_store_campaign_new(struct nr_store *s, int64_t now_us, int64_t *ret,
					    struct nr_err *reterr);
/* Puts a dossier in a campaign (moving it when it was in another). */
NR_MUSTUSE enum nr_rc nr_store_campaign_put(struct nr_store *s, int64_t campaign, int64_t dossier,
					    int64_t now_us, struct nr_err *reterr);
/* Moves every member of from into into, and drops from. */
NR_MUSTUSE enum nr_rc nr_store_campaign_merge(struct nr_store *s, int64_t into, int64_t from,
					      int64_t now_us, struct nr_err *reterr);
/* --- the graph, for desks/link (q_graph.c) --- */
struct nr_obs_seen { /* one sighting of an observable, whatever its marking: never leaves */
	int64_t dossier, marking;
	bool asserted;
};
struct nr_obs_seen_list {
	NR_ARENA struct nr_obs_seen *v;
	size_t n;
};
/* Sightings of an observable in other dossiers, newest first, at most limit; inside the intake
 * transaction. */
NR_MUSTUSE enum nr_rc nr_store_obs_seen(struct nr_store *s, int64_t obs, int64_t not_row,
					unsigned limit, struct nr_arena *a,
					struct nr_obs_seen_list *ret, struct nr_err *reterr);
/* Members of a campaign row, whatever their marking; for merging the smaller into the larger. */
NR_MUSTUSE enum nr_rc nr_store_campaign_size(struct nr_store *s, int64_t campaign, int64_t *ret,
					     struct nr_err *reterr);
/* Dossiers in scope. */
NR_MUSTUSE enum nr_rc nr_store_visible_count(struct nr_store *s, const struct nr_scope *sc,
					     int64_t *ret, struct nr_err *reterr);
struct nr_edge {      /* a stored link, both ends visible */
	int64_t a, b; /* dossier rows, a < b */
	int64_t obs;
	enum nr_obs_kind kind;
	struct nr_str value;
	int64_t strength; /* the lesser of the two sightings' strengths, thousandths */
};
struct nr_edge_list {
	NR_ARENA struct nr_edge *v;
	size_t n;
};
/* Stored links with both ends in scope, the newest first, at most limit; of one campaign row, or of all
 * (campaign 0). */
NR_MUSTUSE enum nr_rc nr_store_edges(struct nr_store *s, const struct nr_scope *sc,
				     int64_t campaign, unsigned limit, struct nr_arena *a,
				     struct nr_edge_list *ret, struct nr_err *reterr);

/* --- search (search.c) --- */
struct nr_search_hit {
	struct nr_dossier_row dossier;
	struct nr_str snippet; /* folded text around the first match */
};
struct nr_search {
	struct nr_str query; /* words; "quoted phrase"; one CJK character scans, bounded */
	int64_t before_row;  /* keyset */
	unsigned limit;      /* 1..200 */
};
/* Newest first.  *ret_bounded: a one-character scan stopped at its bound before the end. */
NR_MUSTUSE enum nr_rc nr_store_search(struct nr_store *s, const struct nr_scope *sc,
				      const struct nr_search *q, struct nr_arena *a,
				      NR_ARENA struct nr_search_hit **ret, size_t *ret_n,
				      bool *ret_bounded, struct nr_err *reterr);

/* --- situation (q_situation.c) --- */
struct nr_tally {
	struct nr_str key;
	int64_t packets, sources;
};
/* Sums counters of one series over [from_us, to_us), hour resolution, in scope, largest first. */
NR_MUSTUSE enum nr_rc nr_store_tally(struct nr_store *s, const struct nr_scope *sc,
				     const char *series, int64_t from_us, int64_t to_us,
				     unsigned limit, struct nr_arena *a,
				     NR_ARENA struct nr_tally **ret, size_t *ret_n,
				     struct nr_err *reterr);
/* Packets an hour over the span (hour starts as keys, epoch hours), ascending. */
NR_MUSTUSE enum nr_rc nr_store_hours(struct nr_store *s, const struct nr_scope *sc, int64_t from_us,
				     int64_t to_us, struct nr_arena *a,
				     NR_ARENA struct nr_tally **ret, size_t *ret_n,
				     struct nr_err *reterr);
struct nr_totals {
	int64_t dossiers, findings, observables, packets; /* observables: distinct */
	int64_t latest_us; /* just after the newest instant in scope: the end of the default window */
};
NR_MUSTUSE enum nr_rc nr_store_totals(struct nr_store *s, const struct nr_scope *sc,
				      int64_t from_us, int64_t to_us, struct nr_totals *ret,
				      struct nr_err *reterr);
/* Dossiers and findings by submitting unit's prefecture (key "01".."47"; packets = dossiers, sources =
 * findings), in scope. */
NR_MUSTUSE enum nr_rc nr_store_prefectures(struct nr_store *s, const struct nr_scope *sc,
					   int64_t from_us, int64_t to_us, struct nr_arena *a,
					   NR_ARENA struct nr_tally **ret, size_t *ret_n,
					   struct nr_err *reterr);

/* --- blobs (blob.c) --- */
/* Stores the content of a source under its SHA-256: temporary file, fsync, rename, fsync of the
 * folder, so a name never has half a content.  Already there: nothing to do. */
NR_MUSTUSE enum nr_rc nr_store_blob_put(struct nr_store *s, const struct nr_src *src,
					const struct nr_sha256 *sha256, struct nr_err *reterr);
/* Opens it for reading; NR_E_NOTFOUND.  The caller has shown a dossier in scope that refers to it. */
NR_MUSTUSE enum nr_rc nr_store_blob_open(struct nr_store *s, const struct nr_sha256 *sha256,
					 int *ret_fd, struct nr_err *reterr);

/* --- ledger (ledger.c): RFC 6962 Merkle tree, heads signed with Ed25519 --- */
struct nr_ledger_entry {
	int64_t idx;
	int64_t at_us;
	const char *kind; /* dossier, refused, read, unit, person, token, sign-in, export, ... */
	struct nr_str actor, unit, object;
	struct nr_sha256 digest; /* of the object's bytes: for a dossier, of its JSON */
	struct nr_str detail;
};
/* Appends; inside a transaction.  idx is filled in; *ret_leaf may be NULL. */
NR_MUSTUSE enum nr_rc nr_ledger_append(struct nr_store *s, struct nr_ledger_entry *e,
				       struct nr_sha256 *ret_leaf, struct nr_err *reterr);
struct nr_ledger_head {
	int64_t size;
	int64_t at_us;
	struct nr_sha256 root;
	uint8_t signature[64];
	uint8_t public_key[32];
};
NR_MUSTUSE enum nr_rc nr_ledger_head(struct nr_store *s, struct nr_ledger_head *ret,
				     struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_ledger_list(struct nr_store *s, int64_t before, unsigned limit,
				     struct nr_arena *a, NR_ARENA struct nr_ledger_entry **ret,
				     size_t *ret_n, struct nr_err *reterr);
/* Root of the tree of the first size entries, put together from the stored nodes: worth as much as
 * nr_ledger_verify() says they are.  NR_E_INVAL beyond the ledger. */
NR_MUSTUSE enum nr_rc nr_ledger_root(struct nr_store *s, int64_t size, struct nr_sha256 *ret,
				     struct nr_err *reterr);
/* The audit path of entry idx in the tree of the first size entries, and the proof that the tree
 * of old_size entries is its beginning; merkle.h checks both.  NR_E_INVAL beyond the ledger. */
NR_MUSTUSE enum nr_rc nr_ledger_inclusion(struct nr_store *s, int64_t idx, int64_t size,
					  struct nr_arena *a, NR_ARENA struct nr_sha256 **ret,
					  size_t *ret_n, struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_ledger_consistency(struct nr_store *s, int64_t old_size, int64_t size,
					    struct nr_arena *a, NR_ARENA struct nr_sha256 **ret,
					    size_t *ret_n, struct nr_err *reterr);
struct nr_ledger_report {
	int64_t entries, heads, dossiers, blobs; /* checked */
	int64_t bare; /* dossiers without raw material: nothing signed says whether they had any */
	int64_t bad;  /* faults found             */
	int64_t bad_entry; /* index of the first, or -1 */
	char what[256];    /* the first fault in words  */
};
/* Recomputes every leaf, node and head, every signature, every dossier's digest, what its line,
 * marking, sightings and findings say against its body, and (blobs true) the SHA-256 of its raw
 * material where it is kept.  An entry of kind "dossier" has the dossier's UUID text as object and
 * the SHA-256 of its JSON as digest.  progress may be NULL.  NR_OK with ret->bad > 0 is a negative finding. */
NR_MUSTUSE enum nr_rc nr_ledger_verify(struct nr_store *s, bool blobs,
				       void (*progress)(void *ctx, int64_t done, int64_t total),
				       void *ctx, struct nr_ledger_report *ret,
				       struct nr_err *reterr);
