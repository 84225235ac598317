#include "base/time.h"

#include <time.h>

static int64_t clock_us(clockid_t id)
{
	struct timespec t = { 0 };

	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * NR_US_PER_S + t.tv_nsec / 1000;
}

int64_t nr_now_us(void)
{
	return clock_us(CLOCK_REALTIME);
}

int64_t nr_mono_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

/* Howard Hinnant's days_from_civil, restated: eras of 400 years starting on 1 March. */
int64_t nr_time_days(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* n decimal digits of v, most significant first. */
static char *put_digits(char *p, unsigned v, unsigned n)
{
	for (unsigned i = n; i-- > 0; v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + n;
}

/* Proleptic Gregorian date of a day count, by the 400-year cycle of 146,097 days from 0000-03-01. */
static void civil(int64_t days, unsigned *ret_year, unsigned *ret_month, unsigned *ret_day)
{
	int64_t z = days + 719468; /* 0000-03-01 to 1970-01-01 */
	int64_t cycle = (z >= 0 ? z : z - 146096) / 146097;
	unsigned d = (unsigned)(z - cycle * 146097);
	unsigned y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	unsigned in_year = d - (365 * y + y / 4 - y / 100);
	unsigned m = (5 * in_year + 2) / 153; /* 0: March */

	*ret_day = in_year - (153 * m + 2) / 5 + 1;
	*ret_month = m < 10 ? m + 3 : m - 9;
	*ret_year = (unsigned)(cycle * 400 + y + (m >= 10));
}

void nr_time_format(int64_t us, char out[NR_TIME_TEXT])
{
	static const char range_end[] = "1970-01-01T00:00:00.000000Z";
	const int64_t day_us = INT64_C(86400) * NR_US_PER_S;
	int64_t days = us / day_us, rest = us % day_us;
	unsigned year, month, day, s;
	char *p = out;

	if (rest < 0) {
		rest += day_us;
		days--;
	}
	if (days < nr_time_days(0, 1, 1) || days >= nr_time_days(10000, 1, 1)) {
		memcpy(out, range_end, sizeof(range_end));
		return;
	}
	civil(days, &year, &month, &day);
	s = (unsigned)(rest / NR_US_PER_S);
	p = put_digits(p, year, 4);
	*p++ = '-';
	p = put_digits(p, month, 2);
	*p++ = '-';
	p = put_digits(p, day, 2);
	*p++ = 'T';
	p = put_digits(p, s / 3600, 2);
	*p++ = ':';
	p = put_digits(p, s / 60 % 60, 2);
	*p++ = ':';
	p = put_digits(p, s % 60, 2);
	*p++ = '.';
	p = put_digits(p, (unsigned)(rest % NR_US_PER_S), 6);
	*p++ = 'Z';
	*p = 0;
}

static bool digits(struct nr_str s, size_t at, size_t n, unsigned *ret)
{
	unsigned v = 0;

	if (at + n > s.n)
		return false;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (unsigned)(s.p[i] - '0');
	}
	*ret = v;
	return true;
}

static bool at_char(struct nr_str s, size_t at, const char *set)
{
	return at < s.n && s.p[at] && strchr(set, s.p[at]);
}

static size_t fraction(struct nr_str s, size_t at, int64_t *ret_us)
{
	int64_t unit = 100000;

	*ret_us = 0;
	if (!at_char(s, at, "."))
		return at;
	for (at++; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++) {
		*ret_us += unit * (s.p[at] - '0');
		unit /= 10;
	}
	return at;
}

static bool zone(struct nr_str s, size_t at, int64_t *ret_us)
{
	unsigned h, m;

	*ret_us = 0;
	if (at_char(s, at, "Zz"))
		return at + 1 == s.n;
	if (!at_char(s, at, "+-") || at + 6 != s.n || !digits(s, at + 1, 2, &h) ||
	    !at_char(s, at + 3, ":") || !digits(s, at + 4, 2, &m) || h > 23 || m > 59)
		return false;
	*ret_us = (int64_t)(h * 3600 + m * 60) * NR_US_PER_S * (s.p[at] == '-' ? -1 : 1);
	return true;
}

/* Whether s begins with the shape: 'd' a digit, 'T' any of "Tt ", else the character itself. */
static bool shaped(struct nr_str s, const char *shape)
{
	size_t i;
	unsigned v;

	for (i = 0; shape[i]; i++) {
		char one[2] = { shape[i], 0 };

		if (shape[i] == 'd' ? !digits(s, i, 1, &v)
				    : !at_char(s, i, shape[i] == 'T' ? "Tt " : one))
			return false;
	}
	return true;
}

static bool day_exists(unsigned y, unsigned mo, unsigned d)
{
	static const uint8_t len[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	if (mo < 1 || mo > 12 || d < 1)
		return false;
	return d <= len[mo - 1] + (mo == 2 && leap ? 1u : 0u);
}

enum nr_rc nr_time_parse(struct nr_str s, int64_t *ret_us, struct nr_err *reterr)
{
	unsigned y, mo, d, h, mi, se;
	int64_t frac, off;
	size_t at;

	if (!shaped(s, "dddd-dd-ddTdd:dd:dd") || !digits(s, 0, 4, &y) || !digits(s, 5, 2, &mo) ||
	    !digits(s, 8, 2, &d) || !digits(s, 11, 2, &h) || !digits(s, 14, 2, &mi) ||
	    !digits(s, 17, 2, &se))
		return nr_fail(reterr, NR_E_MALFORMED, "time", 0, "not an RFC 3339 time");
	at = fraction(s, 19, &frac);
	if (!day_exists(y, mo, d) || h > 23 || mi > 59 || se > 60 || !zone(s, at, &off))
		return nr_fail(reterr, NR_E_MALFORMED, "time", at, "not an RFC 3339 time");
	*ret_us = (nr_time_days(y, mo, d) * 86400 + (int64_t)(h * 3600 + mi * 60 + se)) *
			  NR_US_PER_S +
		  frac - off;
	return NR_OK;
}
