/* stix.h -- STIX 2.1 identifiers, canonical JSON, instants, patterns and TLP 2.0 markings.
 *
 * The words of the exchange format that are a matter of fact and not of a feed's taste: a
 * cyber-observable (SCO) has the same id whoever computes it (section 2.9); our own objects take a
 * UUIDv5 in our own namespace, never in that of STIX.
 * Memory: heap while JSON is parsed, else none.  Threading: pure functions. */
#pragma once

#include "base/time.h"
#include "base/wr.h"
#include "model/ids.h"
#include "model/marking.h"
#include "model/observable.h"

enum {
	NR_STIX_ID = 80,        /* longest "type--uuid" with terminator     */
	NR_STIX_JSON = 4 << 20, /* most bytes of JSON taken from a stranger */
};

/* Appends the RFC 8785 (JCS) form of a JSON text: members ordered by UTF-16 code units, shortest
 * numbers, minimal escapes.  NR_E_MALFORMED with the offset: no JSON, duplicate member, bad UTF-8;
 * NR_E_LIMIT above NR_STIX_JSON. */
NR_MUSTUSE enum nr_rc nr_stix_jcs(struct nr_bytes json, struct nr_wr *w, struct nr_err *reterr);
/* Appends one JSON string in JCS form (RFC 8785 section 3.2.2.2). */
void nr_stix_jcs_str(struct nr_wr *w, struct nr_str s);

/* The deterministic id of a cyber-observable given as JSON object.  NR_E_UNSUPPORTED when its type
 * is not an SCO of STIX 2.1 or none of its contributing properties is there (the specification then
 * asks for a random id); NR_E_MALFORMED, NR_E_LIMIT as above. */
NR_MUSTUSE enum nr_rc nr_stix_sco_id(struct nr_bytes object, char ret[NR_STIX_ID],
				     struct nr_err *reterr);

/* SCO type that carries a kind ("ipv4-addr", "file", ...), NULL when STIX has none for it. */
NR_STATIC const char *nr_stix_obs_type(enum nr_obs_kind kind);
/* The SCO id of one of our observables: equal to nr_stix_sco_id() of what nr_stix_obs_json() writes.
 * False when the kind has no SCO. */
bool nr_stix_obs_id(enum nr_obs_kind kind, struct nr_str value, char ret[NR_STIX_ID]);
/* Appends the members that make the value (`"value":"..."`, `"hashes":{"MD5":"..."}`), no braces.
 * Nothing for a kind without SCO. */
void nr_stix_obs_json(struct nr_wr *w, enum nr_obs_kind kind, struct nr_str value);
/* Appends the STIX pattern that matches the observable ("[ipv4-addr:value = '192.0.2.1']"); false,
 * and nothing, when the kind has none. */
bool nr_stix_pattern(struct nr_wr *w, enum nr_obs_kind kind, struct nr_str value);
/* Appends a string literal of a STIX pattern (section 9.2): quotes, and \' and \\ escaped. */
void nr_stix_pattern_str(struct nr_wr *w, struct nr_str s);

/* Id of an object of our own (SDO, SRO, marking, bundle): UUIDv5 of "type|key" in Noroshi's
 * namespace.  type is at most 34 bytes. */
void nr_stix_own_id(const char *type, struct nr_str key, char ret[NR_STIX_ID]);

/* A STIX timestamp: RFC 3339, Z, six digits, which is exactly what a microsecond clock knows.
 * False, and nothing written, before year 0 or after 9999. */
bool nr_stix_time(int64_t us, char ret[NR_TIME_TEXT]);

/* Id of the TLP 2.0 marking definition that OASIS published for the level. */
NR_STATIC const char *nr_stix_tlp_id(enum nr_tlp t);
/* Appends that marking definition as JSON object, as published. */
void nr_stix_tlp_json(struct nr_wr *w, enum nr_tlp t);
