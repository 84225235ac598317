#include "hub/limits.h"

#include "base/hash.h"
#include "base/time.h"

#include <arpa/inet.h>

enum { PROBES = 8 };

void nr_limiter_address(const uint8_t *addr, size_t n, char out[NR_LIMITER_ADDRESS])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	uint8_t net[16] = { 0 };

	if (n == 16 && memcmp(addr, mapped, sizeof(mapped)) == 0) {
		addr += sizeof(mapped);
		n = 4;
	}
	memcpy(net, addr, n == 4 ? 4 : 8);
	(void)inet_ntop(n == 4 ? AF_INET : AF_INET6, net, out, NR_LIMITER_ADDRESS);
}

void nr_limiter_init(struct nr_limiter *l, unsigned capacity, int64_t refill_us, uint64_t seed)
{
	memset(l->slot, 0, sizeof(l->slot));
	pthread_mutex_init(&l->lock, NULL);
	l->capacity = capacity;
	l->refill_us = refill_us;
	l->seed = seed;
}

/* The slot of a key, or the one that may best be forgotten. */
static size_t slot_of(const struct nr_limiter *l, uint64_t key, bool *ret_found)
{
	size_t best = key % NR_LIMITER_SLOTS;

	for (size_t i = 0; i < PROBES; i++) {
		size_t at = (key + i) % NR_LIMITER_SLOTS;

		if (l->slot[at].key == key) {
			*ret_found = true;
			return at;
		}
		if (l->slot[at].full_at_us < l->slot[best].full_at_us)
			best = at;
	}
	*ret_found = false;
	return best;
}

bool nr_limiter_take(struct nr_limiter *l, struct nr_str key, int64_t now_us, unsigned *ret_wait_s)
{
	uint64_t k = nr_hash64(nr_str_bytes(key), l->seed) | 1;
	int64_t full, over;
	bool found = false;
	size_t at;

	pthread_mutex_lock(&l->lock);
	at = slot_of(l, k, &found);
	full = found && l->slot[at].full_at_us > now_us ? l->slot[at].full_at_us : now_us;
	full += l->refill_us;
	over = full - now_us - l->refill_us * l->capacity;
	if (over <= 0) {
		l->slot[at].key = k;
		l->slot[at].full_at_us = full;
	}
	pthread_mutex_unlock(&l->lock);
	if (over > 0)
		*ret_wait_s = (unsigned)(over / NR_US_PER_S) + 1;
	return over <= 0;
}

void nr_limiter_give(struct nr_limiter *l, struct nr_str key, int64_t now_us)
{
	uint64_t k = nr_hash64(nr_str_bytes(key), l->seed) | 1;
	bool found = false;
	size_t at;

	pthread_mutex_lock(&l->lock);
	at = slot_of(l, k, &found);
	if (found && l->slot[at].full_at_us > now_us)
		l->slot[at].full_at_us -= l->refill_us;
	pthread_mutex_unlock(&l->lock);
}
