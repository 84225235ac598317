/* ids.h -- identifiers.  Objects carry a UUID in 16 bytes; units and sensors carry a slug. */
#pragma once

#include "base/arena.h"

struct nr_uuid {
	uint8_t b[16];
};

enum { NR_UUID_TEXT = 37, NR_SLUG_MAX = 64 };

/* UUID version 5 (RFC 9562 section 5.5) of name in namespace ns. */
struct nr_uuid nr_uuid5(const struct nr_uuid *ns, struct nr_bytes name);
/* Canonical 36-character text with terminator. */
void nr_uuid_format(const struct nr_uuid *u, char out[NR_UUID_TEXT]);
/* The canonical text, either case; NR_E_MALFORMED. */
NR_MUSTUSE enum nr_rc nr_uuid_parse(struct nr_str s, struct nr_uuid *ret, struct nr_err *reterr);
/* A slug: 1..64 of a-z 0-9 '-' '.', starting with a letter or digit. */
bool nr_slug_ok(struct nr_str s);

/* Namespace of STIX 2.1 cyber-observables (section 2.9). */
extern const struct nr_uuid nr_ns_stix;
/* Namespace of Noroshi's own objects. */
extern const struct nr_uuid nr_ns_noroshi;
