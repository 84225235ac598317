/* feed.h -- what the writers of share/ have in common; included by its files and their tests only. */
#pragma once

#include "desks/share/share.h"
#include "model/stix.h"

enum {
	NR_FEED_ITEM =
		256 << 10, /* most bytes one indicator may become: 6 x 8,192 a few times over */
	NR_FEED_FLUSH = 64 << 10,
};

struct nr_feed {
	const struct nr_share_req *req;
	int64_t newest_us; /* last_us of the newest indicator; 0 unless the format wants it */
	uint64_t items;
	struct nr_hash *hash; /* of all bytes so far */
	struct nr_wr scratch; /* for a writer within one item() */
	/* suricata: signature ids given so far (open addressing, 0 = free) */
	uint32_t *sids;
	size_t n_sids, cap_sids;
	bool nomem;
	/* stix: ids that every object repeats */
	char producer_id[NR_STIX_ID];
	unsigned tlps; /* mask of levels used */
};

/* Is s a name that can be asked in the DNS: 2 or more labels of letters, digits, '-', '_' (lower
 * case), none above 63, no more than 253 in all, last label not all digits. */
bool nr_feed_is_domain(struct nr_str s);
/* Is it a public suffix (our table of those under which strangers register)? */
bool nr_feed_is_suffix(struct nr_str domain);
/* Is it a name of government or police of Japan, which a feed of the police never lists? */
bool nr_feed_is_own(struct nr_str domain);
/* Does it end in a label that is asked inside a house only (local, internal, test, ...)? */
bool nr_feed_is_local(struct nr_str domain);
/* Host of a URL, without user, port and brackets; empty when there is none. */
struct nr_str nr_feed_url_host(struct nr_str url);
/* Appends a decimal number; printf would be half the time of an export. */
void nr_feed_uint(struct nr_wr *w, uint64_t v);
/* The handling of an item on one line: "TLP:GREEN severity=high confidence=90 first=... last=...".
 * Plain ASCII without quotes and semicolons. */
void nr_feed_note(struct nr_wr *w, const struct nr_indicator *i);
/* Runs a format over n indicators without a store into w, as nr_share_export() would. */
NR_MUSTUSE enum nr_rc nr_feed_run(const struct nr_share_req *req, const struct nr_indicator *items,
				  size_t n, bool checked, struct nr_wr *w, struct nr_err *reterr);
/* The same checked into a sink, with the result. */
NR_MUSTUSE enum nr_rc nr_feed_export(const struct nr_share_req *req,
				     const struct nr_indicator *items, size_t n,
				     const struct nr_share_sink *sink, struct nr_share_result *ret,
				     struct nr_err *reterr);
/* Self-test of every format: hostile and plain values through its writers, then its check(). */
NR_MUSTUSE enum nr_rc nr_feed_selftest(const struct nr_feed_format *fmt, struct nr_err *reterr);
/* check() of the line formats: each line must be ok(), the last one must be closed. */
NR_MUSTUSE enum nr_rc nr_feed_check_lines(struct nr_bytes feed, bool (*ok)(struct nr_str line),
					  struct nr_err *reterr);

extern const struct nr_feed_format nr_feed_stix;
extern const struct nr_feed_format nr_feed_csv;
extern const struct nr_feed_format nr_feed_rpz;
extern const struct nr_feed_format nr_feed_suricata;
extern const struct nr_feed_format nr_feed_hosts;
