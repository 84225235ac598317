/* dossier.h -- what an eye saw in one piece of material: the unit of everything (docs/dossier.md).
 *
 * An eye builds one with the add functions below; they copy into the dossier's arena, enforce the
 * limits, and are no-ops after the first failure (d->rc, like the reader).  Indexes returned are
 * positions in the arrays and stay valid.  JSON form: schema noroshi.dossier/1 (dossier_json.h).
 * Memory: all in the arena given at init.  Threading: one dossier, one thread. */
#pragma once

#include "base/hash.h"
#include "model/ids.h"
#include "model/marking.h"
#include "model/observable.h"

enum nr_severity { /* of a finding */
		   NR_SEV_INFO = 0,
		   NR_SEV_LOW = 1,
		   NR_SEV_MEDIUM = 2,
		   NR_SEV_HIGH = 3,
		   NR_SEV_CRITICAL = 4,
};

enum nr_class { /* of a verdict */
		NR_CLASS_INFORMATIONAL = 0,
		NR_CLASS_BENIGN = 1,
		NR_CLASS_UNDECIDABLE = 2, /* "not decidable from text" is a verdict */
		NR_CLASS_SUSPICIOUS = 3,
		NR_CLASS_DECEPTIVE = 4,
		NR_CLASS_MALICIOUS = 5,
};

enum nr_ev_kind { NR_EV_NONE = 0, NR_EV_PACKET = 1, NR_EV_BYTES = 2, NR_EV_PART = 3 };

/* Where the bytes are that show it.  offset and length always refer to the raw material, also for
 * a packet (its record) or a MIME part (its encoded bytes), so that a hex view can walk there. */
struct nr_evidence {
	enum nr_ev_kind kind;
	uint64_t offset;
	uint64_t length;
	uint64_t packet;    /* 1-based, NR_EV_PACKET           */
	struct nr_str part; /* "1.2", NR_EV_PART               */
};

struct nr_material {
	struct nr_str kind; /* "capture", "mail", ... = the eye's kind */
	struct nr_str name; /* as submitted                            */
	struct nr_str media_type;
	uint64_t size;
	struct nr_sha256 sha256;
	int64_t first_us; /* span the material itself speaks of (packet times, Date); 0: none */
	int64_t last_us;
};

struct nr_submission { /* filled at the door, never by an eye */
	struct nr_str unit;
	struct nr_str sensor; /* may be empty */
	struct nr_str basis;
	int64_t received_us;
};

struct nr_obs {
	enum nr_obs_kind kind;
	struct nr_str value; /* canonical */
	const char
		*role;  /* NR_STATIC or arena: source, destination, victim, sender, link, ...; "" */
	uint64_t count; /* times seen in this material */
	struct nr_evidence ev; /* first place seen */
};

struct nr_rel { /* observable -> observable */
	uint32_t from;
	uint32_t to;
	const char *type; /* scanned, contacted, sent, contains, redirects-to, resolves-to, ... */
};

struct nr_param { /* a number or word of a finding, for the page to phrase in either language */
	const char *name;
	struct nr_str value;
};

enum { NR_FINDING_OBS = 16, NR_FINDING_EV = 8, NR_FINDING_PARAMS = 12 };

struct nr_finding {
	const char *detector; /* row of the eye's detector table, e.g. "scan.horizontal"  */
	enum nr_severity severity;
	unsigned confidence;          /* 0..100 */
	const char *attack;           /* ATT&CK technique id or ""                                */
	struct nr_str summary;        /* one English sentence with the numbers in it              */
	int64_t at_us;                /* when it happened, from the material; 0: unknown          */
	uint32_t obs[NR_FINDING_OBS]; /* the adversary's artefacts it asserts             */
	unsigned n_obs;
	struct nr_evidence ev[NR_FINDING_EV];
	unsigned n_ev;
	struct nr_param params[NR_FINDING_PARAMS];
	unsigned n_params;
};

struct nr_counter { /* what the situation page adds up */
	const char
		*series; /* "port" key "23/tcp"; "source" key address; "minute" key epoch minute */
	struct nr_str key;
	uint64_t packets;
	uint64_t sources;
};

struct nr_part {            /* a piece inside the material: MIME part, attachment, archive member */
	struct nr_str id;   /* "1.2" */
	struct nr_str name; /* may be empty */
	struct nr_str media_type;
	uint64_t offset; /* encoded bytes in the raw material */
	uint64_t length;
	uint64_t size;           /* decoded bytes */
	struct nr_sha256 sha256; /* of the decoded bytes */
	bool attachment;
};

struct nr_fact { /* a readable fact with its place: header, hop, charset oddity */
	const char *name;
	struct nr_str value;
	int64_t at_us; /* 0: none */
	struct nr_evidence ev;
};

struct nr_verdict {
	enum nr_class cls;
	unsigned score; /* 0..100 */
	struct nr_str reasons[16];
	unsigned n_reasons;
};

struct nr_dossier {
	struct nr_arena *a;
	enum nr_rc rc; /* sticky: NR_E_LIMIT when a table is full */
	struct nr_uuid id;
	struct nr_str eye; /* "sense", "mail" */
	unsigned eye_version;
	struct nr_material material;
	struct nr_submission submission;
	struct nr_marking marking;
	struct nr_obs *obs;
	size_t n_obs, cap_obs;
	struct nr_rel *rels;
	size_t n_rels, cap_rels;
	struct nr_finding *findings;
	size_t n_findings, cap_findings;
	struct nr_counter *counters;
	size_t n_counters, cap_counters;
	struct nr_part *parts;
	size_t n_parts, cap_parts;
	struct nr_fact *facts;
	size_t n_facts, cap_facts;
	struct nr_verdict verdict;
	struct nr_str text; /* searchable text, UTF-8, at most NR_DOSSIER_TEXT bytes */
	/* private: open-addressing index of obs by (kind, value) */
	uint32_t *obs_index;
	size_t n_index;
};

enum {
	NR_DOSSIER_OBS = 20000, /* limits of one dossier */
	NR_DOSSIER_RELS = 20000,
	NR_DOSSIER_FINDINGS = 5000,
	NR_DOSSIER_COUNTERS = 60000,
	NR_DOSSIER_PARTS = 10000,
	NR_DOSSIER_FACTS = 2000,
	NR_DOSSIER_TEXT = 1 << 20,
	NR_DOSSIER_JSON = 64 << 20,
};

/* The three kinds of evidence pointer: a place in packet number packet (from 1), in the raw bytes, in
 * the decoded bytes of a part. */
static inline struct nr_evidence nr_ev_packet(uint64_t packet, uint64_t offset, uint64_t length)
{
	return (struct nr_evidence){
		.kind = NR_EV_PACKET, .packet = packet, .offset = offset, .length = length
	};
}
static inline struct nr_evidence nr_ev_bytes(uint64_t offset, uint64_t length)
{
	return (struct nr_evidence){ .kind = NR_EV_BYTES, .offset = offset, .length = length };
}
static inline struct nr_evidence nr_ev_part(struct nr_str part, uint64_t offset, uint64_t length)
{
	return (struct nr_evidence){
		.kind = NR_EV_PART, .part = part, .offset = offset, .length = length
	};
}

/* Empties *d and ties it to the arena. */
void nr_dossier_init(struct nr_dossier *d, struct nr_arena *a);
/* Adds or finds an observable by (kind, canonical value): count grows, first role and evidence
 * stay.  value must already be canonical (nr_obs_canon).  role is NR_STATIC.  Returns its index, or
 * UINT32_MAX at the limit. */
uint32_t nr_dossier_obs(struct nr_dossier *d, enum nr_obs_kind kind, struct nr_str value,
			const char *role, struct nr_evidence ev);
/* The same from raw text: canonicalises first; UINT32_MAX (and no error) when raw is not of the
 * kind. */
uint32_t nr_dossier_obs_raw(struct nr_dossier *d, enum nr_obs_kind kind, struct nr_str raw,
			    const char *role, struct nr_evidence ev);
/* Relates two observables; UINT32_MAX indexes are ignored. */
void nr_dossier_rel(struct nr_dossier *d, uint32_t from, uint32_t to, const char *type);
/* Adds a finding and returns it for filling (obs, ev, params); never NULL: at the limit a scratch
 * finding is returned and d->rc is set. */
NR_BORROWED struct nr_finding *nr_dossier_finding(struct nr_dossier *d, const char *detector,
						  enum nr_severity sev, unsigned confidence,
						  const char *attack);
/* Helpers on the finding just added; silently full at their small limits, ignore UINT32_MAX. */
void nr_finding_obs(struct nr_finding *f, uint32_t obs);
void nr_finding_ev(struct nr_finding *f, struct nr_evidence ev);
void nr_finding_param(struct nr_finding *f, const char *name, struct nr_str value);
/* Adds to a counter row (rows are not merged: add each key once). */
void nr_dossier_counter(struct nr_dossier *d, const char *series, struct nr_str key,
			uint64_t packets, uint64_t sources);
/* Adds a part; copies its strings. */
void nr_dossier_part(struct nr_dossier *d, const struct nr_part *p);
/* Adds a fact; name is NR_STATIC. */
void nr_dossier_fact(struct nr_dossier *d, const char *name, struct nr_str value, int64_t at_us,
		     struct nr_evidence ev);
/* Adds a reason to the verdict (at most 16, further ones are dropped). */
void nr_dossier_reason(struct nr_dossier *d, const char *fmt, ...) NR_PRINTF(2, 3);
/* The id the door gives: UUIDv5 of (unit, sensor, eye, SHA-256), so that the same material sent
 * twice by one unit is one dossier, and another unit's copy is no oracle for the first. */
struct nr_uuid nr_dossier_id(struct nr_str unit, struct nr_str sensor, struct nr_str eye,
			     const struct nr_sha256 *sha256);

/* The public text of a dossier's id, "dossier--" and the UUID, with terminator; and back, with or
 * without the prefix.  NR_E_MALFORMED. */
enum { NR_DOSSIER_ID_TEXT = NR_UUID_TEXT + 9 };
void nr_dossier_id_format(const struct nr_uuid *id, char out[NR_DOSSIER_ID_TEXT]);
NR_MUSTUSE enum nr_rc nr_dossier_id_parse(struct nr_str s, struct nr_uuid *ret,
					  struct nr_err *reterr);

/* "info".."critical"; "informational".."malicious". */
NR_STATIC const char *nr_severity_name(enum nr_severity s);
NR_STATIC const char *nr_class_name(enum nr_class c);
/* NR_E_MALFORMED for an unknown word. */
NR_MUSTUSE enum nr_rc nr_severity_parse(struct nr_str s, enum nr_severity *ret,
					struct nr_err *reterr);
NR_MUSTUSE enum nr_rc nr_class_parse(struct nr_str s, enum nr_class *ret, struct nr_err *reterr);
