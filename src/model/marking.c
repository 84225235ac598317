#include "model/marking.h"

#include <strings.h>

static const char *const tlp_names[NR_TLP_COUNT] = { "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER",
						     "TLP:AMBER+STRICT", "TLP:RED" };

const char *nr_tlp_name(enum nr_tlp t)
{
	return (unsigned)t < NR_TLP_COUNT ? tlp_names[t] : "TLP:RED";
}

enum nr_rc nr_tlp_parse(struct nr_str s, enum nr_tlp *ret, struct nr_err *reterr)
{
	for (unsigned i = 0; i < NR_TLP_COUNT; i++) {
		const char *full = tlp_names[i], *bare = full + 4;

		if ((strlen(full) == s.n && strncasecmp(full, s.p, s.n) == 0) ||
		    (strlen(bare) == s.n && strncasecmp(bare, s.p, s.n) == 0)) {
			*ret = (enum nr_tlp)i;
			return NR_OK;
		}
	}
	return nr_fail(reterr, NR_E_MALFORMED, "tlp", UINT64_MAX,
		       "unknown level '%.*s': clear, green, amber, amber+strict or red",
		       s.n > 40 ? 40 : (int)s.n, s.p);
}
