/* sketch.h -- how many different values were seen: exact while few, HyperLogLog beyond (sense/ only).
 *
 * A sketch is 120 bytes inside a record: up to 30 hashes of 32 bits, then 120 registers (standard
 * error 1.04/sqrt(120) = 9.5 %).  Small ranges use linear counting, so no logarithm is needed. */
#pragma once

#include "base/view.h"

enum { NR_SKETCH_EXACT = 30, NR_SKETCH_REGS = 120, NR_SKETCH_ABSENT = 255 };

struct nr_sketch {
	union {
		uint32_t exact[NR_SKETCH_EXACT];
		uint8_t reg[NR_SKETCH_REGS];
	} u;
};

/* The mix of two words all sense tables hash with (not keyed: the tables bound every chain). */
static inline uint64_t nr_mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 m = (unsigned __int128)(a ^ UINT64_C(0x9e3779b97f4a7c15)) *
					    (b ^ UINT64_C(0xd6e8feb86659fd93));

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* Raises the register of hash h among m registers; true when it rose. */
static inline bool nr_hll_add(uint8_t *reg, unsigned m, uint32_t h)
{
	unsigned i;
	uint8_t r;

	/* One multiplication leaves neighbours in step: finish mixing before bits are counted. */
	h = (h ^ h >> 16) * 0x85ebca6bU;
	h = (h ^ h >> 13) * 0xc2b2ae35U;
	h ^= h >> 16;
	i = (unsigned)(((uint64_t)h * m) >> 32);
	r = (uint8_t)(__builtin_ctz(h | 1U << 24) + 1);

	if (reg[i] >= r)
		return false;
	reg[i] = r;
	return true;
}
/* The estimate of m registers. */
uint64_t nr_hll_value(const uint8_t *reg, unsigned m);
/* The place of h among the n exact values, or NR_SKETCH_ABSENT. */
unsigned nr_sketch_find(const struct nr_sketch *s, unsigned n, uint32_t h);
/* Adds h; *n counts the exact values and becomes NR_SKETCH_ABSENT when the sketch turns into
 * registers.  True when h is new (always exact), or raised a register. */
bool nr_sketch_add(struct nr_sketch *s, uint8_t *n, uint32_t h);
/* Distinct values. */
uint64_t nr_sketch_value(const struct nr_sketch *s, uint8_t n);
