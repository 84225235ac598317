/* json_in.c -- JSON bodies: strict, small, each member named when it is wrong. */
#include "hub/handlers.h"

void nr_json_done(struct nr_json *j)
{
	json_decref(j->root);
	j->root = NULL;
}

enum nr_rc nr_json_open(struct nr_req *q, struct nr_json *ret, struct nr_err *reterr)
{
	struct nr_bytes in = nr_wr_view(&q->body);
	json_error_t e;

	if (in.n == 0)
		return nr_fail(reterr, NR_E_INVAL, "body", 0, "a JSON object is wanted");
	ret->a = &q->a;
	ret->root = json_loadb((const char *)in.p, in.n, JSON_REJECT_DUPLICATES, &e);
	if (!ret->root)
		return nr_fail(reterr, NR_E_INVAL, "body",
			       e.position > 0 ? (uint64_t)e.position : 0, "not JSON");
	if (!json_is_object(ret->root))
		return nr_fail(reterr, NR_E_INVAL, "body", 0, "a JSON object is wanted");
	return NR_OK;
}

enum nr_rc nr_json_str(const struct nr_json *j, const char *name, bool required, size_t max,
		       struct nr_str *ret, struct nr_err *reterr)
{
	const json_t *v = json_object_get(j->root, name);
	struct nr_str s;

	if (!v || json_is_null(v)) {
		*ret = (struct nr_str){ "", 0 };
		return required ? nr_fail(reterr, NR_E_INVAL, name, UINT64_MAX, "%s is missing",
					  name)
				: NR_OK;
	}
	if (!json_is_string(v))
		return nr_fail(reterr, NR_E_INVAL, name, UINT64_MAX, "%s must be text", name);
	s = (struct nr_str){ json_string_value(v), json_string_length(v) };
	if (s.n > max || (required && s.n == 0))
		return nr_fail(reterr, NR_E_INVAL, name, UINT64_MAX, "%s has 1 to %zu bytes", name,
			       max);
	*ret = nr_arena_str(j->a, s);
	return NR_OK;
}

enum nr_rc nr_json_int(const struct nr_json *j, const char *name, int64_t def, int64_t min,
		       int64_t max, int64_t *ret, struct nr_err *reterr)
{
	const json_t *v = json_object_get(j->root, name);

	if (!v) {
		*ret = def;
		return NR_OK;
	}
	if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max)
		return nr_fail(reterr, NR_E_INVAL, name, UINT64_MAX,
			       "%s must be a whole number within %lld to %lld", name,
			       (long long)min, (long long)max);
	*ret = json_integer_value(v);
	return NR_OK;
}

enum nr_rc nr_json_roles(const struct nr_json *j, const char *name, unsigned *ret,
			 struct nr_err *reterr)
{
	const json_t *list = json_object_get(j->root, name);
	unsigned roles = 0;
	const json_t *v;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) > 16)
		return nr_fail(reterr, NR_E_INVAL, name, UINT64_MAX,
			       "%s must be a list of role names", name);
	json_array_foreach(list, i, v)
	{
		unsigned one = 0;

		if (!json_is_string(v))
			return nr_fail(reterr, NR_E_INVAL, name, UINT64_MAX, "%s: not a role",
				       name);
		if (nr_roles_parse((struct nr_str){ json_string_value(v), json_string_length(v) },
				   &one, NULL) != NR_OK)
			return nr_fail(reterr, NR_E_INVAL, name, UINT64_MAX,
				       "roles are viewer, submitter, analyst, auditor, admin");
		roles |= one;
	}
	*ret = roles;
	return NR_OK;
}
