/* The capture eye over arbitrary bytes: read, or refused as input; the door reads what the eye writes; and
 * salvage changes nothing for a whole capture. */
#include "eyes/eye.h"
#include "fuzz.h"
#include "model/dossier_json.h"

extern const struct nr_eye nr_eye_sense;

static enum nr_rc look(struct nr_bytes in, const char *salvage, struct nr_wr *out)
{
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	struct nr_eye_param params[] = {
		{ NR_STR("memory"), NR_STR("8") },
		{ NR_STR("salvage"), nr_str_c(salvage) },
		{ NR_STR("indicator"), NR_STR("domain:example.com") },
		{ NR_STR("indicator"), NR_STR("ipv4:192.0.2.1") },
	};
	struct nr_eye_in e = { .src = nr_src_mem(in),
			       .params = params,
			       .n_params = NR_COUNT(params) };
	struct nr_dossier d, back;
	struct nr_err err;
	enum nr_rc rc;

	nr_dossier_init(&d, &a);
	rc = nr_eye_look(&nr_eye_sense, &e, &d, &err);
	if (rc != NR_OK)
		return rc;
	nr_dossier_write(&d, out);
	/* What an eye writes, the door must be able to read. */
	if (nr_dossier_read(nr_wr_view(out), &a, &back, &err) != NR_OK)
		abort();
	return NR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr once = NR_WR_INIT(64 << 20);
	NR_CLEANUP(nr_wr_done) struct nr_wr twice = NR_WR_INIT(64 << 20);
	enum nr_rc rc = look((struct nr_bytes){ data, size }, "0", &once);

	if (rc != NR_OK && !nr_rc_is_input_fault(rc))
		abort();
	rc = look((struct nr_bytes){ data, size }, "1", &twice);
	if (rc != NR_OK && !nr_rc_is_input_fault(rc))
		abort();
	if (once.n && !nr_bytes_eq(nr_wr_view(&once), nr_wr_view(&twice)))
		abort();
	return 0;
}
