/* Any text as the value of any kind: what a format writes must keep its shape, with and without the
 * gate.  First byte: kind; second: severity and level; the rest: value. */
#include "desks/share/feed.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nr_unit producer = { .id = NR_STR("npa"), .name_en = NR_STR("National Police") };
	struct nr_indicator two[2];
	struct nr_str value;

	if (size < 3 ||
	    nr_str_check((struct nr_bytes){ data + 2, size - 2 }, &value, NULL) != NR_OK)
		return 0;
	two[0] = (struct nr_indicator){ .kind = (enum nr_obs_kind)(data[0] % (NR_OBS_KINDS + 1)),
					.value = value,
					.severity = (enum nr_severity)(data[1] % 5),
					.confidence = data[1],
					.tlp = (enum nr_tlp)(data[1] % NR_TLP_RED),
					.first_us = INT64_C(1785000000000000),
					.last_us = INT64_C(1785000000000001),
					.sightings = data[1] };
	two[1] = two[0]; /* the same twice: nothing may be remembered from the first */
	for (size_t f = 0; f < nr_feed_formats_count; f++) {
		struct nr_share_req req = { .format = nr_feed_formats[f], .producer = &producer };

		for (unsigned checked = 0; checked < 2; checked++) {
			struct nr_wr w = NR_WR_INIT(4 << 20);
			struct nr_err e;
			enum nr_rc rc = nr_feed_run(&req, two, 2, checked, &w, &e);

			/* a value too large for one item is refused, never cut */
			if (rc == NR_OK && req.format->check(nr_wr_view(&w), &e) != NR_OK) {
				fprintf(stderr, "%s: %s\n", req.format->name, e.msg);
				abort();
			}
			nr_wr_done(&w);
		}
	}
	return 0;
}
