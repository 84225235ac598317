/* share/ -- what leaves the house as a machine feed (DESIGN section 4, docs/share.md).
 *
 * What it is for: indicators of one viewer's scope as STIX, CSV, RPZ, Suricata rules or a hosts file.
 * What it may touch: base model store policy; of the store only nr_store_indicators() and the ledger.
 * How to add a format (4 things): 1. src/desks/share/fmt_<name>.c with one `const struct
 * nr_feed_format` row; 2. its line in the table of share.c; 3. its section in docs/feeds.md; 4. tests
 * in test/test_share.c (the fuzz target takes every row).
 *
 * Rules that hold for every format: TLP:RED never leaves in a feed; nothing that would hurt its
 * reader leaves (nr_share_check()); the same store state gives the same bytes; memory does not grow
 * with the number of indicators, except for 16 bytes a rule in `suricata`. */
#pragma once

#include "base/hash.h"
#include "base/wr.h"
#include "model/unit.h"
#include "store/store.h"

struct nr_feed; /* one export under way; private to share/ */

struct nr_feed_format {
	const char *name;        /* "stix"                 */
	const char *media_type;  /* of the HTTP answer     */
	const char *file_suffix; /* ".json"                */
	const char *title_en, *title_ja;
	const char *description_en, *description_ja;
	uint32_t kinds;     /* mask of 1 << enum nr_obs_kind that it can carry            */
	uint64_t max_items; /* an export with more is refused: never silently shortened    */
	bool wants_newest;  /* begin() needs feed->newest_us: the store is read twice       */
	/* Writers append to w, which is emptied between calls.  item returns false, having written
	 * nothing, when the value cannot be said in this format. */
	void (*begin)(struct nr_feed *f, struct nr_wr *w);
	bool (*item)(struct nr_feed *f, const struct nr_indicator *i, struct nr_wr *w);
	void (*end)(struct nr_feed *f, struct nr_wr *w);
	/* Is this a whole feed, every line or record of the shape it must have?  NR_E_BUG with the
	 * offset when not. */
	enum nr_rc (*check)(struct nr_bytes feed, struct nr_err *reterr);
	/* Writes a small feed with hostile values and checks it. */
	enum nr_rc (*selftest)(const struct nr_feed_format *fmt, struct nr_err *reterr);
	const char *fuzz; /* fuzz target that exercises it */
	const char *doc;  /* page that describes it */
};

extern const struct nr_feed_format *const nr_feed_formats[];
extern const size_t nr_feed_formats_count;
/* Row by name; NR_E_NOTFOUND names the formats there are. */
NR_MUSTUSE enum nr_rc nr_feed_format_find(struct nr_str name,
					  NR_STATIC const struct nr_feed_format **ret,
					  struct nr_err *reterr);

/* Why an indicator does not leave. */
enum nr_share_gate {
	NR_SHARE_OK = 0,
	NR_SHARE_RED,       /* TLP:RED: people may be told, machines are not          */
	NR_SHARE_RESERVED,  /* private, loopback, link-local, multicast ... address   */
	NR_SHARE_SUFFIX,    /* one label or a public suffix: would block strangers    */
	NR_SHARE_OWN,       /* a name of government or police of Japan                */
	NR_SHARE_MALFORMED, /* not what its kind says, or no instant of sighting      */
	NR_SHARE_KIND,      /* the format has no word for this kind or value          */
	NR_SHARE_GATES,
};
/* "ok" "tlp-red" "reserved-address" "public-suffix" "own-name" "malformed" "not-in-format" */
NR_STATIC const char *nr_share_gate_name(enum nr_share_gate g);
/* The last look before anything leaves, the same for every format. */
enum nr_share_gate nr_share_check(const struct nr_indicator *i);

struct nr_share_req {
	const struct nr_feed_format *format;
	const struct nr_scope *scope;   /* of nr_policy_scope(..., NR_PURPOSE_EXPORT) */
	struct nr_str viewer;           /* unit it is for; empty: anyone              */
	const struct nr_unit *producer; /* who publishes it                           */
	enum nr_severity min;
};

struct nr_share_result {
	uint64_t items; /* indicators written                          */
	uint64_t bytes;
	struct nr_sha256 sha256;           /* of the bytes: the strong ETag */
	uint64_t withheld[NR_SHARE_GATES]; /* indicators in scope that did not leave, by reason */
};

/* Where the bytes go; false from write stops the export: NR_E_IO with errno, or NR_E_LIMIT when errno is
 * 0 (the receiver has enough). */
struct nr_share_sink {
	bool (*write)(void *ctx, struct nr_bytes b);
	void *ctx;
};

/* Streams the feed into the sink in pieces of at most 1 MiB.  NR_E_LIMIT: more items than the format
 * takes; NR_E_IO from the sink.  On failure the sink holds a part, which the caller throws away. */
NR_MUSTUSE enum nr_rc nr_share_export(struct nr_store *s, const struct nr_share_req *req,
				      const struct nr_share_sink *sink, struct nr_share_result *ret,
				      struct nr_err *reterr);
/* The same into an open file, from where it stands. */
NR_MUSTUSE enum nr_rc nr_share_to_fd(struct nr_store *s, const struct nr_share_req *req, int fd,
				     struct nr_share_result *ret, struct nr_err *reterr);
/* The same into an unnamed file in TMPDIR, else /tmp, rewound.  Close *ret_fd. */
NR_MUSTUSE enum nr_rc nr_share_spool(struct nr_store *s, const struct nr_share_req *req,
				     int *ret_fd, struct nr_share_result *ret,
				     struct nr_err *reterr);
/* Writes the ledger line "export" (who, for whom, format, items, SHA-256) in a transaction of its
 * own.  Call it before the first byte leaves; when it fails nothing may leave. */
NR_MUSTUSE enum nr_rc nr_share_record(struct nr_store *s, const struct nr_share_req *req,
				      const struct nr_share_result *result, struct nr_str actor,
				      struct nr_err *reterr);

/* The unit in whose name this store publishes: its first unit of kind npa, else a nameless
 * "noroshi".  Strings live in the arena. */
NR_MUSTUSE enum nr_rc nr_share_producer(struct nr_store *s, struct nr_arena *a, struct nr_unit *ret,
					struct nr_err *reterr);
