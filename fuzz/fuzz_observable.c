/* Canonicalisation, guessing and scanning of hostile text: never crashes, always idempotent. */
#include "fuzz.h"
#include "model/observable.h"

static bool check(void *ctx, const struct nr_obs_hit *hit)
{
	struct nr_arena *a = ctx;
	struct nr_str again;

	if (nr_obs_canon(hit->kind, hit->value, a, &again, NULL) != NR_OK ||
	    !nr_str_eq(hit->value, again))
		abort();
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	struct nr_str s, v, w;
	enum nr_obs_kind k;

	if (size > 1 << 16 || nr_str_check((struct nr_bytes){ data, size }, &s, NULL) != NR_OK)
		return 0;
	for (unsigned i = 1; i < NR_OBS_KINDS; i++)
		if (nr_obs_canon((enum nr_obs_kind)i, s, &a, &v, NULL) == NR_OK)
			if (nr_obs_canon((enum nr_obs_kind)i, v, &a, &w, NULL) != NR_OK ||
			    !nr_str_eq(v, w))
				abort();
	if (nr_obs_guess(s, &a, &k, &v, NULL) == NR_OK &&
	    (nr_obs_canon(k, v, &a, &w, NULL) != NR_OK || !nr_str_eq(v, w)))
		abort();
	(void)nr_obs_scan(s, 1000, &a, check, &a);
	return 0;
}
