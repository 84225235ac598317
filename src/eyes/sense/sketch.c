#include "eyes/sense/sketch.h"

uint64_t nr_hll_value(const uint8_t *reg, unsigned m)
{
	double sum = 0, alpha = 0.7213 / (1 + 1.079 / m), e;
	unsigned zero = 0;

	for (unsigned i = 0; i < m; i++) {
		sum += 1.0 / (double)(UINT64_C(1) << reg[i]);
		zero += reg[i] == 0;
	}
	e = alpha * m * m / sum;
	if (e <= 2.5 * m && zero) {
		/* m ln(m / zero), as the sum of a harmonic series. */
		e = 0;
		for (unsigned i = zero + 1; i <= m; i++)
			e += (double)m / i;
	}
	return (uint64_t)(e + 0.5);
}

unsigned nr_sketch_find(const struct nr_sketch *s, unsigned n, uint32_t h)
{
	for (unsigned i = 0; i < n; i++)
		if (s->u.exact[i] == h)
			return i;
	return NR_SKETCH_ABSENT;
}

bool nr_sketch_add(struct nr_sketch *s, uint8_t *n, uint32_t h)
{
	struct nr_sketch old;

	if (*n == NR_SKETCH_ABSENT)
		return nr_hll_add(s->u.reg, NR_SKETCH_REGS, h);
	if (nr_sketch_find(s, *n, h) != NR_SKETCH_ABSENT)
		return false;
	if (*n < NR_SKETCH_EXACT) {
		s->u.exact[(*n)++] = h;
		return true;
	}
	old = *s;
	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < NR_SKETCH_EXACT; i++)
		(void)nr_hll_add(s->u.reg, NR_SKETCH_REGS, old.u.exact[i]);
	*n = NR_SKETCH_ABSENT;
	(void)nr_hll_add(s->u.reg, NR_SKETCH_REGS, h);
	return true;
}

uint64_t nr_sketch_value(const struct nr_sketch *s, uint8_t n)
{
	return n == NR_SKETCH_ABSENT ? nr_hll_value(s->u.reg, NR_SKETCH_REGS) : n;
}
