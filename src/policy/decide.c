#include "policy/policy.h"

static bool named(const struct nr_marking *m, struct nr_str unit)
{
	for (size_t i = 0; i < m->n_release; i++)
		if (nr_str_eq(m->release[i], unit))
			return true;
	return false;
}

static bool named_or_below(const struct nr_tree *t, const struct nr_marking *m, struct nr_str unit)
{
	for (size_t i = 0; i < m->n_release; i++)
		if (nr_tree_covers(t, m->release[i], unit))
			return true;
	return false;
}

bool nr_policy_decide(const struct nr_tree *t, const struct nr_viewer *v,
		      const struct nr_marking *m, enum nr_purpose p)
{
	if (p != NR_PURPOSE_READ && p != NR_PURPOSE_EXPORT)
		return false;
	if (m->tlp == NR_TLP_CLEAR)
		return true;
	if (v->unit.n == 0 || !nr_tree_has(t, v->unit))
		return false;
	switch (m->tlp) {
	case NR_TLP_CLEAR:
	case NR_TLP_GREEN: return true;
	case NR_TLP_AMBER:
		return nr_tree_covers(t, m->origin, v->unit) ||
		       nr_tree_covers(t, v->unit, m->origin) || named_or_below(t, m, v->unit);
	case NR_TLP_AMBER_STRICT: return nr_tree_covers(t, m->origin, v->unit) || named(m, v->unit);
	case NR_TLP_RED: return nr_str_eq(m->origin, v->unit) || named(m, v->unit);
	}
	return false;
}

static bool restricts(const struct nr_marking *m)
{
	return m->tlp >= NR_TLP_AMBER;
}

static int str_cmp(struct nr_str a, struct nr_str b)
{
	int c = memcmp(a.p ? a.p : "", b.p ? b.p : "", a.n < b.n ? a.n : b.n);

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* The names in both lists, without skip; both lists are sorted. */
static struct nr_marking with_common(struct nr_arena *a, struct nr_marking r,
				     const struct nr_marking *x, const struct nr_marking *y)
{
	struct nr_str *out = NR_NEW_N(a, struct nr_str, x->n_release + 2);
	size_t n = 0;

	r.release = NULL;
	r.n_release = 0;
	if (!out)
		return r; /* nobody by name: the strict side */
	for (size_t i = 0; i < x->n_release; i++)
		if (!nr_str_eq(x->release[i], r.origin) &&
		    (named(y, x->release[i]) || nr_str_eq(y->origin, x->release[i])))
			out[n++] = x->release[i];
	if (named(y, x->origin) && !nr_str_eq(x->origin, r.origin)) {
		size_t at = n++;

		for (; at > 0 && str_cmp(out[at - 1], x->origin) > 0; at--)
			out[at] = out[at - 1];
		out[at] = x->origin;
	}
	r.release = out;
	r.n_release = n;
	return r;
}

/* Two origins that both restrict: only those whom both name (each names itself) may have it. */
static struct nr_marking join_origins(struct nr_arena *a, const struct nr_marking *x,
				      const struct nr_marking *y)
{
	struct nr_marking r = { .tlp = NR_TLP_RED };
	bool xs = named(y, x->origin), ys = named(x, y->origin);

	if (xs && ys)
		r.origin = str_cmp(x->origin, y->origin) < 0 ? x->origin : y->origin;
	else if (xs)
		r.origin = x->origin;
	else if (ys)
		r.origin = y->origin;
	else
		r.origin = (struct nr_str){ "", 0 };
	return with_common(a, r, x, y);
}

struct nr_marking nr_policy_join(struct nr_arena *a, const struct nr_marking *x,
				 const struct nr_marking *y)
{
	const struct nr_marking *hi = x, *lo = y;
	struct nr_marking r;

	if (y->tlp > x->tlp || (y->tlp == x->tlp && str_cmp(y->origin, x->origin) < 0)) {
		hi = y;
		lo = x;
	}
	if (restricts(x) && restricts(y) && !nr_str_eq(x->origin, y->origin))
		return join_origins(a, hi, lo);
	r = *hi;
	if (restricts(lo))
		return with_common(a, r, hi, lo);
	if (!restricts(hi)) {
		r.release = NULL;
		r.n_release = 0;
	}
	return r;
}
