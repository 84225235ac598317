/* limits.h -- how often one key may try: token buckets in a table of fixed size.
 *
 * The hash is seeded at start, so nobody can choose keys that collide; when the table is full the
 * fullest (least guilty) bucket near the key gives way.  Threading: one lock inside. */
#pragma once

#include <pthread.h>

#include "base/view.h"

enum { NR_LIMITER_SLOTS = 4096 };

struct nr_limiter {
	pthread_mutex_t lock;
	uint64_t seed;
	unsigned capacity; /* tries at once                  */
	int64_t refill_us; /* one more try after so long     */
	struct {
		uint64_t key;
		int64_t full_at_us; /* when the bucket is full again */
	} slot[NR_LIMITER_SLOTS];
};

enum { NR_LIMITER_ADDRESS = 48 };

/* The key of an address of 4 or 16 bytes: who has one IPv6 address has its whole /64, so that is what
 * counts; an IPv4 address inside an IPv6 one is itself. */
void nr_limiter_address(const uint8_t *addr, size_t n, char out[NR_LIMITER_ADDRESS]);
/* Prepares a limiter. */
void nr_limiter_init(struct nr_limiter *l, unsigned capacity, int64_t refill_us, uint64_t seed);
/* Takes one try; false with the seconds to wait when there is none left. */
bool nr_limiter_take(struct nr_limiter *l, struct nr_str key, int64_t now_us, unsigned *ret_wait_s);
/* Gives one back: the try was a good one. */
void nr_limiter_give(struct nr_limiter *l, struct nr_str key, int64_t now_us);
