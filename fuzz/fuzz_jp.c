/* Charset decoding of hostile bytes: the first byte picks the declared label. */
#include "base/jp.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const labels[] = { "",        "iso-2022-jp", "shift_jis",
					      "euc-jp",  "utf-8",       "utf-7",
					      "gb2312",  "utf-16",      "iso-2022-kr",
					      "us-ascii" };
	NR_CLEANUP(nr_arena_done) struct nr_arena a = NR_ARENA_INIT(64 << 20);
	struct nr_str s;
	struct nr_jp r;

	if (size < 1 || size > 1 << 16)
		return 0;
	if (nr_jp_decode((struct nr_bytes){ data + 1, size - 1 },
			 nr_str_c(labels[data[0] % NR_COUNT(labels)]), &a, &r, NULL) != NR_OK)
		return 0;
	if (nr_str_check(nr_str_bytes(r.text), &s, NULL) != NR_OK)
		abort();
	(void)nr_jp_script(r.text);
	return 0;
}
