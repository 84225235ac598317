/* The whole mail eye on hostile bytes: every offset it reports stays inside the material. */
#include "eyes/eye.h"
#include "fuzz.h"

static void inside(const struct nr_evidence *ev, size_t size)
{
	if (ev->kind != NR_EV_NONE && (ev->offset > size || ev->length > size - ev->offset))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(256 << 20);
	const struct nr_eye *eye = nr_eye_find(NR_STR("mail"));
	struct nr_eye_in in = { .src = nr_src_mem((struct nr_bytes){ data, size }) };
	struct nr_dossier d;
	struct nr_str s;

	if (size == 0)
		return 0;
	nr_dossier_init(&d, &a);
	(void)eye->probe((struct nr_bytes){ data, size < 4096 ? size : 4096 });
	if (nr_eye_look(eye, &in, &d, NULL) != NR_OK)
		return 0;
	for (size_t i = 0; i < d.n_obs; i++)
		inside(&d.obs[i].ev, size);
	for (size_t i = 0; i < d.n_facts; i++)
		inside(&d.facts[i].ev, size);
	for (size_t i = 0; i < d.n_findings; i++)
		for (unsigned k = 0; k < d.findings[i].n_ev; k++)
			inside(&d.findings[i].ev[k], size);
	if (nr_str_check(nr_str_bytes(d.text), &s, NULL) != NR_OK)
		abort();
	return 0;
}
