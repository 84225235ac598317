#include "model/unit.h"

static const char *const kinds[] = { "npa",    "bureau", "prefecture", "centre",
				     "member", "vendor", "partner" };
static const char *const roles[] = { "viewer", "submitter", "analyst", "auditor", "admin" };

const char *nr_unit_kind_name(enum nr_unit_kind k)
{
	return (unsigned)k < NR_COUNT(kinds) ? kinds[k] : "member";
}

enum nr_rc nr_unit_kind_parse(struct nr_str s, enum nr_unit_kind *ret, struct nr_err *reterr)
{
	for (unsigned i = 0; i < NR_COUNT(kinds); i++)
		if (nr_str_eq(nr_str_c(kinds[i]), s)) {
			*ret = (enum nr_unit_kind)i;
			return NR_OK;
		}
	return nr_fail(reterr, NR_E_MALFORMED, "unit-kind", UINT64_MAX,
		       "unknown kind of unit '%.*s'", s.n > 40 ? 40 : (int)s.n, s.p);
}

struct nr_str nr_roles_format(unsigned mask, struct nr_arena *a)
{
	struct nr_str s = { "", 0 };

	for (unsigned i = 0; i < NR_COUNT(roles); i++)
		if (mask & 1u << i)
			s = nr_arena_fmt(a, "%.*s%s%s", NR_FMT(s), s.n ? "," : "", roles[i]);
	return s;
}

static bool role_bit(struct nr_str w, unsigned *mask)
{
	for (unsigned i = 0; i < NR_COUNT(roles); i++)
		if (nr_str_eq(nr_str_c(roles[i]), w)) {
			*mask |= 1u << i;
			return true;
		}
	return false;
}

enum nr_rc nr_roles_parse(struct nr_str s, unsigned *ret, struct nr_err *reterr)
{
	unsigned mask = 0;
	size_t from = 0;

	for (size_t i = 0; i <= s.n; i++) {
		struct nr_str w = { s.p + from, i - from };

		if (i < s.n && s.p[i] != ',')
			continue;
		if (!role_bit(w, &mask))
			return nr_fail(reterr, NR_E_MALFORMED, "roles", UINT64_MAX,
				       "unknown role '%.*s': viewer, submitter, analyst, auditor, "
				       "admin",
				       w.n > 40 ? 40 : (int)w.n, w.p);
		from = i + 1;
	}
	*ret = mask;
	return NR_OK;
}
