/* time.h -- instants as signed 64-bit microseconds since 1970-01-01T00:00:00Z (POSIX, no leap
 * seconds).  The only clock of the house; eyes must not call nr_now_us(). */
#pragma once

#include "base/view.h"

#define NR_US_PER_S INT64_C(1000000)
/* Longest text nr_time_format() writes, with terminator: 2026-11-22T00:00:00.000000Z */
enum { NR_TIME_TEXT = 32 };

/* Wall clock now. */
int64_t nr_now_us(void);
/* Monotonic clock, for durations only. */
int64_t nr_mono_us(void);
/* RFC 3339 in UTC with exactly six fraction digits. */
void nr_time_format(int64_t us, char out[NR_TIME_TEXT]);
/* RFC 3339 with any number of fraction digits (those after the sixth are dropped) and Z or
 * +hh:mm.  NR_E_MALFORMED. */
NR_MUSTUSE enum nr_rc nr_time_parse(struct nr_str s, int64_t *ret_us, struct nr_err *reterr);
/* Days since 1970-01-01 of a proleptic Gregorian date; month 1..12, day 1..31. */
int64_t nr_time_days(int64_t year, unsigned month, unsigned day);
