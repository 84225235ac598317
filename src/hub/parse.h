/* parse.h -- the hostile text of an HTTP request, taken apart by pure functions.
 *
 * Everything here works on views, has a stated maximum, and knows nothing of the server: that is why
 * fuzz_http.c can reach all of it.  Memory: the arena given, or none. */
#pragma once

#include "base/arena.h"

enum {
	NR_QUERY_PAIRS = 32,       /* pairs in one query string   */
	NR_QUERY_BYTES = 8192,     /* bytes of one query string   */
	NR_PATH_BYTES = 1024,      /* bytes of one path           */
	NR_PATH_PARAMS = 4,        /* {names} in one pattern      */
	NR_COOKIE_BYTES = 8192,    /* bytes of one Cookie header  */
	NR_ETAG_LIST_BYTES = 4096, /* bytes of one If-None-Match  */
};

struct nr_pair {
	struct nr_str name;
	struct nr_str value;
};

struct nr_query {
	struct nr_pair at[NR_QUERY_PAIRS];
	size_t n;
};

/* Splits "a=1&b=%E6%94%BB" and decodes it; a name may stand once.  NR_E_INVAL with the offset of
 * what is wrong: bad escape, bad UTF-8, NUL, too many pairs, too long, a name twice. */
NR_MUSTUSE enum nr_rc nr_query_parse(struct nr_bytes raw, struct nr_arena *a, struct nr_query *ret,
				     struct nr_err *reterr);
/* The value of a name, or an empty view with p NULL when absent. */
NR_BORROWED struct nr_str nr_query_get(const struct nr_query *q, const char *name);
/* Percent-decodes one piece into validated text; plus: '+' is a blank.  NR_E_INVAL. */
NR_MUSTUSE enum nr_rc nr_percent_decode(struct nr_bytes raw, bool plus, struct nr_arena *a,
					struct nr_str *ret, struct nr_err *reterr);

/* Does path (still encoded) fit a pattern such as "/api/v1/dossiers/{id}/bytes"?  A {name} takes
 * one segment of 1..128 of A-Z a-z 0-9 - . _ ; its text goes to params in order of appearance. */
bool nr_path_match(const char *pattern, struct nr_str path, struct nr_str params[NR_PATH_PARAMS]);

/* The value of one cookie in a Cookie header; empty when absent, twice there, or not of A-Z a-z 0-9
 * - _ only. */
NR_BORROWED struct nr_str nr_cookie_get(struct nr_str header, const char *name);
/* Does an If-None-Match header name this entity tag (quotes included)?  Weak comparison; "*" fits. */
bool nr_etag_listed(struct nr_str header, struct nr_str etag);

struct nr_host {
	struct nr_str name; /* without brackets and port */
	unsigned port;      /* 0: none given             */
	bool literal;       /* an IPv4 or IPv6 address   */
	bool loopback;      /* 127.0.0.0/8, ::1, localhost, *.localhost */
};
/* Takes a Host header apart.  NR_E_INVAL. */
NR_MUSTUSE enum nr_rc nr_host_parse(struct nr_str header, struct nr_host *ret,
				    struct nr_err *reterr);
/* Is origin ("https://name:port") exactly this scheme and Host header? */
bool nr_origin_is(struct nr_str origin, const char *scheme, struct nr_str host);

/* A decimal number within min..max, nothing else around it.  NR_E_INVAL naming what. */
NR_MUSTUSE enum nr_rc nr_number_parse(struct nr_str s, const char *what, int64_t min, int64_t max,
				      int64_t *ret, struct nr_err *reterr);
/* "media/type; charset=utf-8" begins with exactly this media type, either case. */
bool nr_media_is(struct nr_str header, const char *media);
