/* RFC 8785 canonical JSON over a parsed tree. */
#include "model/stix_jcs.h"

#include <math.h>

enum { DEPTH_MAX = 64, NUM_TEXT = 40 };

void nr_stix_jcs_str(struct nr_wr *w, struct nr_str s)
{
	size_t from = 0;

	nr_wr_u8(w, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		nr_wr_bytes(w, s.p + from, i - from);
		from = i + 1;
		switch (c) {
		case '"': nr_wr_cstr(w, "\\\""); break;
		case '\\': nr_wr_cstr(w, "\\\\"); break;
		case '\b': nr_wr_cstr(w, "\\b"); break;
		case '\f': nr_wr_cstr(w, "\\f"); break;
		case '\n': nr_wr_cstr(w, "\\n"); break;
		case '\r': nr_wr_cstr(w, "\\r"); break;
		case '\t': nr_wr_cstr(w, "\\t"); break;
		default: nr_wr_fmt(w, "\\u%04x", c); break;
		}
	}
	if (from < s.n)
		nr_wr_bytes(w, s.p + from, s.n - from);
	nr_wr_u8(w, '"');
}

/* UTF-8 bytes in the order of UTF-16 code units: the lead bytes F0.. (surrogate pairs, D800..DFFF)
 * go before EE and EF (E000..FFFF); everything else keeps its order. */
static int utf16_rank(unsigned char c)
{
	if (c == 0xee || c == 0xef)
		return c + 0x10;
	return c;
}

static int key_cmp(const void *a, const void *b)
{
	const unsigned char *x = *(const unsigned char *const *)a;
	const unsigned char *y = *(const unsigned char *const *)b;
	size_t i = 0;

	while (x[i] && x[i] == y[i])
		i++;
	return utf16_rank(x[i]) - utf16_rank(y[i]);
}

/* The k shortest digits that read back as v > 0, and n: v = 0.digits x 10^n. */
static void shortest(double v, char digits[NUM_TEXT], int *ret_k, int *ret_n)
{
	char e[NUM_TEXT];
	int k = 0;

	for (int p = 0; p < 17; p++) {
		(void)snprintf(e, sizeof(e), "%.*e", p, v);
		if (strtod(e, NULL) == v)
			break;
	}
	for (const char *s = e; *s && *s != 'e'; s++)
		if (*s != '.')
			digits[k++] = *s;
	*ret_k = k;
	*ret_n = (int)strtol(strchr(e, 'e') + 1, NULL, 10) + 1;
}

static void zeros(struct nr_wr *w, int n)
{
	for (int i = 0; i < n; i++)
		nr_wr_u8(w, '0');
}

static void exponent(struct nr_wr *w, const char *digits, int k, int n)
{
	nr_wr_bytes(w, digits, 1);
	if (k > 1) {
		nr_wr_u8(w, '.');
		nr_wr_bytes(w, digits + 1, (size_t)(k - 1));
	}
	nr_wr_fmt(w, "e%c%d", n > 0 ? '+' : '-', abs(n - 1));
}

/* ECMAScript Number::toString, steps 5 to 10, which RFC 8785 section 3.2.2.3 takes over. */
static void jcs_real(struct nr_wr *w, double v)
{
	char digits[NUM_TEXT];
	int k, n;

	if (v == 0) {
		nr_wr_u8(w, '0'); /* minus zero as well */
		return;
	}
	if (v < 0)
		nr_wr_u8(w, '-');
	shortest(fabs(v), digits, &k, &n);
	if (n > 21 || n <= -6) {
		exponent(w, digits, k, n);
	} else if (k <= n) {
		nr_wr_bytes(w, digits, (size_t)k);
		zeros(w, n - k);
	} else if (n > 0) {
		nr_wr_bytes(w, digits, (size_t)n);
		nr_wr_u8(w, '.');
		nr_wr_bytes(w, digits + n, (size_t)(k - n));
	} else {
		nr_wr_cstr(w, "0.");
		zeros(w, -n);
		nr_wr_bytes(w, digits, (size_t)k);
	}
}

static enum nr_rc jcs_object(struct nr_wr *w, json_t *v, unsigned depth, struct nr_err *reterr)
{
	size_t n = json_object_size(v), i = 0;
	const char **keys, *key;
	enum nr_rc rc = NR_OK;
	json_t *child;

	keys = calloc(n + 1, sizeof(*keys));
	if (!keys)
		return nr_fail(reterr, NR_E_NOMEM, "json", UINT64_MAX, "out of memory");
	json_object_foreach(v, key, child) keys[i++] = key;
	qsort(keys, n, sizeof(*keys), key_cmp);
	nr_wr_u8(w, '{');
	for (i = 0; i < n && rc == NR_OK; i++) {
		if (i)
			nr_wr_u8(w, ',');
		nr_stix_jcs_str(w, nr_str_c(keys[i]));
		nr_wr_u8(w, ':');
		rc = nr_jcs_write(w, json_object_get(v, keys[i]), depth + 1, reterr);
	}
	nr_wr_u8(w, '}');
	free(keys);
	return rc;
}

static enum nr_rc jcs_array(struct nr_wr *w, json_t *v, unsigned depth, struct nr_err *reterr)
{
	nr_wr_u8(w, '[');
	for (size_t i = 0; i < json_array_size(v); i++) {
		if (i)
			nr_wr_u8(w, ',');
		NR_TRY(nr_jcs_write(w, json_array_get(v, i), depth + 1, reterr));
	}
	nr_wr_u8(w, ']');
	return NR_OK;
}

enum nr_rc nr_jcs_write(struct nr_wr *w, json_t *v, unsigned depth, struct nr_err *reterr)
{
	if (depth > DEPTH_MAX)
		return nr_fail(reterr, NR_E_LIMIT, "json", UINT64_MAX,
			       "nested deeper than %d levels", DEPTH_MAX);
	switch (json_typeof(v)) {
	case JSON_OBJECT: return jcs_object(w, v, depth, reterr);
	case JSON_ARRAY: return jcs_array(w, v, depth, reterr);
	case JSON_STRING:
		nr_stix_jcs_str(w, (struct nr_str){ json_string_value(v), json_string_length(v) });
		break;
	case JSON_INTEGER: jcs_real(w, (double)json_integer_value(v)); break;
	case JSON_REAL: jcs_real(w, json_real_value(v)); break;
	case JSON_TRUE: nr_wr_cstr(w, "true"); break;
	case JSON_FALSE: nr_wr_cstr(w, "false"); break;
	case JSON_NULL: nr_wr_cstr(w, "null"); break;
	}
	return NR_OK;
}

enum nr_rc nr_jcs_parse(struct nr_bytes json, json_t **ret, struct nr_err *reterr)
{
	json_error_t je;

	if (json.n > NR_STIX_JSON)
		return nr_fail(reterr, NR_E_LIMIT, "json", NR_STIX_JSON,
			       "%zu bytes of JSON, at most %d are taken", json.n, NR_STIX_JSON);
	*ret = json_loadb((const char *)json.p, json.n,
			  JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &je);
	if (!*ret)
		return nr_fail(reterr, NR_E_MALFORMED, "json",
			       je.position >= 0 ? (uint64_t)je.position : UINT64_MAX, "%s",
			       je.text);
	return NR_OK;
}

enum nr_rc nr_stix_jcs(struct nr_bytes json, struct nr_wr *w, struct nr_err *reterr)
{
	enum nr_rc rc;
	json_t *v;

	NR_TRY(nr_jcs_parse(json, &v, reterr));
	rc = nr_jcs_write(w, v, 0, reterr);
	json_decref(v);
	if (rc == NR_OK && w->rc != NR_OK)
		return nr_fail(reterr, w->rc, "json", UINT64_MAX, "the output does not fit");
	return rc;
}
