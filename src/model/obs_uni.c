/* Text helpers of the observables: buffers, narrowing, and ICU for the Unicode forms. */
#include "model/obs_int.h"

#include <unicode/uidna.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

bool nr_has_prefix_ci(struct nr_str s, const char *lit)
{
	size_t i = 0;

	for (; lit[i]; i++)
		if (i >= s.n || nr_c_lower(s.p[i]) != nr_c_lower(lit[i]))
			return false;
	return true;
}

struct nr_obuf nr_obuf_new(struct nr_arena *a, size_t room)
{
	char *p = nr_arena_zalloc(a, room ? room : 1, 1);

	return (struct nr_obuf){ .p = p, .room = p ? room : 0, .full = !p };
}

void nr_obuf_c(struct nr_obuf *b, char c)
{
	if (b->n >= b->room) {
		b->full = true;
		return;
	}
	b->p[b->n++] = c;
}

void nr_obuf_str(struct nr_obuf *b, struct nr_str s)
{
	for (size_t i = 0; i < s.n && !b->full; i++)
		nr_obuf_c(b, s.p[i]);
}

struct nr_str nr_obs_trim(struct nr_str s)
{
	size_t from = 0, to = s.n;

	while (from < to && nr_c_space(s.p[from]))
		from++;
	while (to > from && nr_c_space(s.p[to - 1]))
		to--;
	return nr_sub(s, from, to - from);
}

char nr_obs_narrow1(struct nr_str s, size_t i)
{
	const unsigned char *p = (const unsigned char *)s.p + i;
	unsigned lead;

	if (s.n - i < 3)
		return 0;
	lead = (unsigned)p[0] << 8 | p[1];
	if (lead == 0xefbc && p[2] >= 0x81)
		return (char)(p[2] - 0x81 + '!'); /* U+FF01..FF3F */
	if (lead == 0xefbd && p[2] <= 0x9e)
		return (char)(p[2] - 0x80 + '`'); /* U+FF40..FF5E */
	if (lead == 0xe380 && p[2] == 0x80)
		return ' ';
	return (lead == 0xe380 && p[2] == 0x82) || (lead == 0xefbd && p[2] == 0xa1) ? '.' : 0;
}

struct nr_str nr_obs_narrow(struct nr_str s, struct nr_arena *a)
{
	struct nr_obuf b = nr_obuf_new(a, s.n);

	for (size_t i = 0; i < s.n && !b.full; i++) {
		char c = (unsigned char)s.p[i] >= 0xe3 ? nr_obs_narrow1(s, i) : 0;

		nr_obuf_c(&b, c ? c : s.p[i]);
		i += c ? 2 : 0;
	}
	return (struct nr_str){ b.p, b.n };
}

/* UTF-8 to UTF-16 in the arena. */
static UChar *to_utf16(struct nr_str s, struct nr_arena *a, int32_t *ret_n)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar *u = NR_NEW_N(a, UChar, s.n + 1);

	if (u)
		(void)u_strFromUTF8(u, (int32_t)s.n + 1, ret_n, s.p, (int32_t)s.n, &err);
	return U_SUCCESS(err) ? u : NULL;
}

static enum nr_rc from_utf16(const UChar *u, int32_t n, struct nr_arena *a, struct nr_str *ret,
			     struct nr_err *reterr)
{
	UErrorCode err = U_ZERO_ERROR;
	int32_t len = 0;
	int32_t room = n < NR_OBS_MAX / 3 ? n * 3 + 1 : NR_OBS_MAX + 1;
	char *p = NR_NEW_N(a, char, (size_t)room);

	if (!p)
		return nr_fail(reterr, NR_E_LIMIT, "observable", UINT64_MAX, "arena exhausted");
	(void)u_strToUTF8(p, room, &len, u, n, &err);
	if (U_FAILURE(err) || len > NR_OBS_MAX)
		return nr_fail(reterr, NR_E_LIMIT, "observable", UINT64_MAX,
			       "longer than 8,192 bytes when normalised");
	*ret = (struct nr_str){ p, (size_t)len };
	return NR_OK;
}

static enum nr_rc normalise(const UNormalizer2 *form, struct nr_str s, struct nr_arena *a,
			    struct nr_str *ret, struct nr_err *reterr)
{
	/* One character grows to 18 at most; past twice the longest value it is refused anyway. */
	int32_t room = s.n < NR_OBS_MAX / 9 ? (int32_t)s.n * 18 + 1 : NR_OBS_MAX * 2, n = 0, m;
	UErrorCode err = U_ZERO_ERROR;
	UChar *in = to_utf16(s, a, &n), *out = NR_NEW_N(a, UChar, (size_t)room);

	if (!in || !out || !form)
		return nr_fail(reterr, NR_E_LIMIT, "observable", UINT64_MAX, "arena exhausted");
	m = unorm2_normalize(form, in, n, out, room, &err);
	if (U_FAILURE(err))
		return nr_fail(reterr, NR_E_LIMIT, "observable", UINT64_MAX,
			       "too long when normalised");
	return from_utf16(out, m, a, ret, reterr);
}

static bool is_ascii(struct nr_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

enum nr_rc nr_obs_nfc(struct nr_str s, struct nr_arena *a, struct nr_str *ret,
		      struct nr_err *reterr)
{
	UErrorCode err = U_ZERO_ERROR;

	if (is_ascii(s)) {
		*ret = nr_arena_str(a, s);
		return NR_OK;
	}
	return normalise(unorm2_getNFCInstance(&err), s, a, ret, reterr);
}

enum nr_rc nr_obs_nfkc_cf(struct nr_str s, struct nr_arena *a, struct nr_str *ret,
			  struct nr_err *reterr)
{
	UErrorCode err = U_ZERO_ERROR;

	return normalise(unorm2_getNFKCCasefoldInstance(&err), s, a, ret, reterr);
}

/* The UTS 46 instance is immutable and shared: ICU says so, and opening one a name is slow. */
static UIDNA *idna_instance;

static void __attribute__((constructor)) idna_open(void)
{
	UErrorCode err = U_ZERO_ERROR;

	idna_instance = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI, &err);
}

static void __attribute__((destructor)) idna_close(void)
{
	uidna_close(idna_instance);
	idna_instance = NULL;
}

enum nr_rc nr_obs_idna(struct nr_str s, struct nr_arena *a, struct nr_str *ret,
		       struct nr_err *reterr)
{
	/* Names with odd hyphens are in the DNS and in mails: they are observables all the same. */
	const uint32_t tolerated =
		UIDNA_ERROR_HYPHEN_3_4 | UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN;
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UErrorCode err = U_ZERO_ERROR;
	char out[512];
	int32_t n;

	if (!idna_instance)
		return nr_fail(reterr, NR_E_UNSUPPORTED, "domain", 0, "ICU has no UTS 46 data");
	n = uidna_nameToASCII_UTF8(idna_instance, s.p, (int32_t)s.n, out, sizeof(out), &info, &err);
	if (U_FAILURE(err) || (info.errors & ~tolerated) || n <= 0 || (size_t)n >= sizeof(out))
		return nr_fail(reterr, NR_E_MALFORMED, "domain", 0,
			       "not an internationalised domain name (UTS 46 errors 0x%x)",
			       (unsigned)info.errors);
	*ret = nr_arena_str(a, (struct nr_str){ out, (size_t)n });
	return NR_OK;
}
