/* names.h -- names that hosts asked for, and hits on given indicators (sense/ only).
 *
 * Reads the question of DNS messages (UDP and TCP 53), the Host line of HTTP requests and the server
 * name of TLS ClientHellos, each within one packet.  Bounded: at most NR_NAMES different names are
 * kept; indicators are checked against every packet whether the table of names is full or not. */
#pragma once

#include "base/arena.h"
#include "eyes/sense/track.h"
#include "model/dossier.h"

enum {
	NR_NAMES = 4096,
	NR_NAME_BYTES = 253,
	NR_IOCS = 100000,
	NR_IOC_PLACES = 3,
	NR_IOC_PEERS = 4,
};

struct nr_ioc { /* one given indicator and what was seen of it */
	enum nr_obs_kind kind;
	struct nr_str value;
	struct nr_ip ip; /* of an address */
	uint64_t hits;
	int64_t first_us, last_us;
	struct nr_place place[NR_IOC_PLACES];
	uint64_t at[NR_IOC_PLACES]; /* offset of the very bytes */
	struct nr_ip peer[NR_IOC_PEERS];
	unsigned n_place, n_peer;
};

struct nr_name {
	struct nr_str text;
	const char *role; /* queried, contacted */
	uint64_t count;
	struct nr_place place;
};

struct nr_names {
	struct nr_arena *a;
	struct nr_ioc *iocs;
	uint32_t n_iocs, n_ips, n_texts, n_urls;
	uint32_t *by_ip, *by_text; /* open addressing, index + 1; at most half full */
	uint32_t n_slots;
	struct nr_name *names;
	uint32_t *index; /* of names; NR_NAMES * 2 slots */
	uint32_t n_names;
	uint64_t dropped; /* sightings of names beyond NR_NAMES */
};

/* Makes the tables in the arena with room for max indicators; NR_E_LIMIT. */
NR_MUSTUSE enum nr_rc nr_names_open(struct nr_names *n, size_t max, struct nr_arena *a,
				    struct nr_err *reterr);
/* Adds "kind:value" (ipv4, ipv6, domain, url); the text is borrowed.  NR_E_INVAL. */
NR_MUSTUSE enum nr_rc nr_names_indicator(struct nr_names *n, struct nr_str s,
					 struct nr_err *reterr);
/* Looks at one packet. */
void nr_names_packet(struct nr_names *n, const struct nr_pkt *p);
/* Findings for indicators that were hit; observables of the names asked for most. */
void nr_names_report(struct nr_names *n, struct nr_dossier *d);
