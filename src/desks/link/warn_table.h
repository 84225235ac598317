/* warn_table.h -- shape of the tables that scripts/embed-warninglists.py writes; private to link/. */
#pragma once

#include "base/base.h"

struct nr_warn_name {
	const char *name;
	uint8_t cls;
};

struct nr_warn_net {
	uint8_t addr[16]; /* IPv4 as ::ffff:0:0/96 */
	uint8_t bits;
	uint8_t cls;
};

extern const struct nr_warn_name nr_warn_domains[]; /* sorted by name */
extern const size_t nr_warn_domains_count;
extern const struct nr_warn_name nr_warn_hashes[]; /* sorted by name */
extern const size_t nr_warn_hashes_count;
extern const struct nr_warn_net nr_warn_networks[]; /* sorted by (bits, addr) */
extern const size_t nr_warn_networks_count;
extern const uint8_t nr_warn_bits[]; /* the prefix lengths in use, longest first */
extern const size_t nr_warn_bits_count;
