#include "eyes/sense/sketch.h"

/* The estimate from how many registers hold each rank. */
static uint64_t estimate(const unsigned count[32], unsigned m)
{
	double sum = 0, alpha = 0.7213 / (1 + 1.079 / m), e, weight = 1;

	for (unsigned r = 0; r < 32; r++, weight /= 2)
		sum += count[r] * weight;
	e = alpha * m * m / sum;
	if (e <= 2.5 * m && count[0]) {
		/* m ln(m / zeros), as the sum of a harmonic series. */
		e = 0;
		for (unsigned i = count[0] + 1; i <= m; i++)
			e += (double)m / i;
	}
	return (uint64_t)(e + 0.5);
}

void nr_hll_add(uint8_t *reg, unsigned m, uint32_t h)
{
	unsigned i;
	uint8_t r;

	h = nr_hll_mix(h);
	i = (unsigned)(((uint64_t)h * m) >> 32);
	r = (uint8_t)(__builtin_ctz(h | 1U << 24) + 1);
	if (reg[i] < r)
		reg[i] = r;
}

uint64_t nr_hll_value(const uint8_t *reg, unsigned m)
{
	unsigned count[32] = { 0 };

	for (unsigned i = 0; i < m; i++)
		count[reg[i] & 31]++;
	return estimate(count, m);
}

static bool raise_rank(struct nr_sketch *s, unsigned i, unsigned r)
{
	unsigned shift = i % 2 * 4, byte = s->u.reg[i / 2];

	if ((byte >> shift & 15) >= r)
		return false;
	s->u.reg[i / 2] = (uint8_t)((byte & ~(15U << shift)) | r << shift);
	return true;
}

/* Register and rank come from the upper half as far as it reaches, so that a value kept exactly lands
 * where its whole hash does. */
static bool add_hash(struct nr_sketch *s, uint32_t h)
{
	return raise_rank(s, h >> 25, (unsigned)__builtin_clz(h << 7 | 1U << 18) + 1);
}

unsigned nr_sketch_find(const struct nr_sketch *s, unsigned n, uint32_t h)
{
	uint16_t v = (uint16_t)(h >> 16), any = 0;

	/* All at once, whatever n: the compiler makes four comparisons of vectors of it. */
	for (unsigned i = 0; i < NR_SKETCH_EXACT; i++)
		any |= (uint16_t)(s->u.exact[i] == v);
	for (unsigned i = 0; any && i < n; i++)
		if (s->u.exact[i] == v)
			return i;
	return NR_SKETCH_ABSENT;
}

static void to_registers(struct nr_sketch *s, uint8_t *n)
{
	struct nr_sketch old = *s;
	unsigned many = *n;

	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < many; i++)
		(void)add_hash(s, (uint32_t)old.u.exact[i] << 16 | 1U << 15);
	*n = NR_SKETCH_ABSENT;
}

bool nr_sketch_add(struct nr_sketch *s, uint8_t *n, uint32_t h)
{
	if (*n == NR_SKETCH_ABSENT)
		return add_hash(s, h);
	if (nr_sketch_find(s, *n, h) != NR_SKETCH_ABSENT)
		return false;
	if (*n == NR_SKETCH_EXACT) {
		to_registers(s, n);
		return add_hash(s, h);
	}
	s->u.exact[(*n)++] = (uint16_t)(h >> 16);
	return true;
}

uint64_t nr_sketch_value(const struct nr_sketch *s, uint8_t n)
{
	unsigned count[32] = { 0 };

	if (n != NR_SKETCH_ABSENT)
		return n;
	/* Rank by rank over all registers at once, which the compiler does with vectors. */
	for (uint8_t r = 0; r < 16; r++) {
		uint8_t many = 0;

		for (unsigned i = 0; i < NR_SKETCH_REGS / 2; i++)
			many = (uint8_t)(many + ((uint8_t)(s->u.reg[i] & 15) == r) +
					 ((uint8_t)(s->u.reg[i] >> 4) == r));
		count[r] = many;
	}
	return estimate(count, NR_SKETCH_REGS);
}

void nr_sketch_merge(struct nr_sketch *to, uint8_t *n, const struct nr_sketch *from, uint8_t n_from)
{
	if (n_from != NR_SKETCH_ABSENT) {
		for (unsigned i = 0; i < n_from; i++)
			(void)nr_sketch_add(to, n, (uint32_t)from->u.exact[i] << 16 | 1U << 15);
		return;
	}
	if (*n != NR_SKETCH_ABSENT)
		to_registers(to, n);
	for (unsigned i = 0; i < NR_SKETCH_REGS / 2; i++) {
		uint8_t a = to->u.reg[i], b = from->u.reg[i];
		unsigned low = (a & 15) > (b & 15) ? a & 15 : b & 15;
		unsigned high = (a & 240) > (b & 240) ? a & 240 : b & 240;

		to->u.reg[i] = (uint8_t)(low | high);
	}
}
