/* sketch.h -- how many different values were seen, in one line of the cache (sense/ only).
 *
 * 64 bytes inside a record: the upper halves of up to 32 hashes, then HyperLogLog with 128 registers
 * of four bits (standard error 1.04/sqrt(128) = 9.2 %).  The hash of a port is unique in its upper
 * half, so ports are exact while they are few; of 32 addresses there is one chance in 130 that two
 * share theirs and the count is one low.
 * Small ranges use linear counting, so no logarithm is needed. */
#pragma once

#include "base/view.h"

enum { NR_SKETCH_EXACT = 32, NR_SKETCH_REGS = 128, NR_SKETCH_ABSENT = 255 };

struct nr_sketch {
	union {
		uint16_t exact[NR_SKETCH_EXACT];
		uint8_t reg[NR_SKETCH_REGS / 2]; /* two a byte */
	} u;
};

/* The mix of two words all sense tables hash with (not keyed: the tables bound every chain). */
static inline uint64_t nr_mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 m = (unsigned __int128)(a ^ UINT64_C(0x9e3779b97f4a7c15)) *
					    (b ^ UINT64_C(0xd6e8feb86659fd93));

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* One multiplication leaves neighbours in step: finishes the mix before bits are counted. */
static inline uint32_t nr_hll_mix(uint32_t h)
{
	h = (h ^ h >> 16) * 0x85ebca6bU;
	h = (h ^ h >> 13) * 0xc2b2ae35U;
	return h ^ h >> 16;
}

/* The hash of a port, unique in its upper half. */
static inline uint32_t nr_port_hash(uint16_t port)
{
	uint16_t v = (uint16_t)(port * 0x9e37U + 0x79b9U);

	v = (uint16_t)((v ^ v >> 7) * 0xa2d5U);
	return (uint32_t)(v ^ v >> 9) << 16 | (nr_hll_mix(port) & 0xffff);
}

/* Raises the register of hash h among m registers of a byte. */
void nr_hll_add(uint8_t *reg, unsigned m, uint32_t h);
/* The estimate of m registers of a byte. */
uint64_t nr_hll_value(const uint8_t *reg, unsigned m);
/* The place of h among the n exact values, or NR_SKETCH_ABSENT. */
unsigned nr_sketch_find(const struct nr_sketch *s, unsigned n, uint32_t h);
/* Adds h (well mixed); *n counts the exact values and becomes NR_SKETCH_ABSENT when the sketch turns
 * into registers.  True when h is new (while exact) or raised a register. */
bool nr_sketch_add(struct nr_sketch *s, uint8_t *n, uint32_t h);
/* Distinct values. */
uint64_t nr_sketch_value(const struct nr_sketch *s, uint8_t n);
/* Adds what one sketch holds to another: exact while both are. */
void nr_sketch_merge(struct nr_sketch *to, uint8_t *n, const struct nr_sketch *from,
		     uint8_t n_from);
