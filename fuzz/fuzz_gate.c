/* What the door and the linker ask of hostile text: the marks of state secrets, the warning lists, and
 * the country of an address.  A mark found in a text is found in every text that contains it. */
#include "desks/link/warn.h"
#include "fuzz.h"
#include "intake/gate.h"

enum { TEXT_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(1 << 20);
	struct nr_str text, canon;
	const char *mark;

	if (size > TEXT_MAX || nr_str_check((struct nr_bytes){ data, size }, &text, NULL) != NR_OK)
		return 0;
	mark = nr_gate_secret(text);
	if (mark && !nr_gate_secret(nr_arena_fmt(&a, "x%.*s", NR_FMT(text))))
		abort();
	for (unsigned k = 1; k < NR_OBS_KINDS; k++) {
		(void)nr_warn_class((enum nr_obs_kind)k, text);
		if (nr_obs_canon((enum nr_obs_kind)k, text, &a, &canon, NULL) == NR_OK)
			(void)nr_warn_class((enum nr_obs_kind)k, canon);
	}
	return 0;
}
