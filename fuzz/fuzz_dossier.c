/* The door's reader of dossiers: hostile JSON is refused as input, and what is taken writes back to
 * text that is taken again, to the same text. */
#include "fuzz.h"
#include "model/dossier_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	NR_CLEANUP(nr_wr_done) struct nr_wr once = NR_WR_INIT(64 << 20);
	NR_CLEANUP(nr_wr_done) struct nr_wr twice = NR_WR_INIT(64 << 20);
	struct nr_dossier d, e;
	struct nr_err err;
	enum nr_rc rc = nr_dossier_read((struct nr_bytes){ data, size }, &a, &d, &err);

	if (rc != NR_OK && !nr_rc_is_input_fault(rc))
		abort();
	if (rc != NR_OK)
		return 0;
	nr_dossier_write(&d, &once);
	if (nr_dossier_read(nr_wr_view(&once), &a, &e, &err) != NR_OK)
		abort();
	nr_dossier_write(&e, &twice);
	if (!nr_bytes_eq(nr_wr_view(&once), nr_wr_view(&twice)))
		abort();
	return 0;
}
