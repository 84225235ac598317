#include "intake/geo.h"

#include <arpa/inet.h>
#include <maxminddb.h>

enum { LETTERS = 26, NOWHERE = 25 * LETTERS + 25 /* "ZZ" */ };

struct country {
	uint64_t packets, sources;
};

static bool has_series(const struct nr_dossier *d, const char *series)
{
	for (size_t i = 0; i < d->n_counters; i++)
		if (strcmp(d->counters[i].series, series) == 0)
			return true;
	return false;
}

static bool to_sockaddr(struct nr_str text, struct sockaddr_storage *ss)
{
	char buf[INET6_ADDRSTRLEN];
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (text.n == 0 || text.n >= sizeof(buf))
		return false;
	memcpy(buf, text.p, text.n);
	buf[text.n] = '\0';
	if (inet_pton(AF_INET, buf, &v4.sin_addr) == 1)
		memcpy(ss, &v4, sizeof(v4));
	else if (inet_pton(AF_INET6, buf, &v6.sin6_addr) == 1)
		memcpy(ss, &v6, sizeof(v6));
	else
		return false;
	return true;
}

static unsigned from_code(const MMDB_entry_data_s *e)
{
	const char *s = e->utf8_string;

	if (!e->has_data || e->type != MMDB_DATA_TYPE_UTF8_STRING || e->data_size != 2 ||
	    s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z')
		return NOWHERE;
	return (unsigned)(s[0] - 'A') * LETTERS + (unsigned)(s[1] - 'A');
}

/* Some databases give the documentation ranges to a country; they belong to nobody. */
static bool is_documentation(const struct sockaddr_storage *ss)
{
	static const uint8_t v4[3][3] = { { 192, 0, 2 }, { 198, 51, 100 }, { 203, 0, 113 } };
	static const uint8_t v6[4] = { 0x20, 0x01, 0x0d, 0xb8 };
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;

	if (ss->ss_family == AF_INET6) {
		memcpy(&in6, ss, sizeof(in6));
		return memcmp(&in6.sin6_addr, v6, sizeof(v6)) == 0;
	}
	memcpy(&in4, ss, sizeof(in4));
	for (unsigned i = 0; i < NR_COUNT(v4); i++)
		if (memcmp(&in4.sin_addr, v4[i], sizeof(v4[i])) == 0)
			return true;
	return false;
}

/* Two shapes are in use: {"country_code": "JP"} and {"country": {"iso_code": "JP"}}. */
static unsigned look_up(const MMDB_s *db, struct nr_str address)
{
	struct sockaddr_storage ss = { 0 };
	MMDB_lookup_result_s r;
	MMDB_entry_data_s e;
	int bad = 0;

	if (!to_sockaddr(address, &ss) || is_documentation(&ss))
		return NOWHERE;
	r = MMDB_lookup_sockaddr(db, (const struct sockaddr *)&ss, &bad);
	if (bad != MMDB_SUCCESS || !r.found_entry)
		return NOWHERE;
	if (MMDB_get_value(&r.entry, &e, "country_code", NULL) == MMDB_SUCCESS && e.has_data)
		return from_code(&e);
	if (MMDB_get_value(&r.entry, &e, "country", "iso_code", NULL) == MMDB_SUCCESS)
		return from_code(&e);
	return NOWHERE;
}

enum nr_rc nr_geo_enrich(const char *path, struct nr_dossier *d, struct nr_err *reterr)
{
	struct country by[LETTERS * LETTERS] = { 0 };
	MMDB_s db;
	int bad;

	if (!path || !has_series(d, "source") || has_series(d, "country"))
		return NR_OK;
	bad = MMDB_open(path, MMDB_MODE_MMAP, &db);
	if (bad != MMDB_SUCCESS)
		return nr_fail(reterr, NR_E_IO, "country database", UINT64_MAX,
			       "'%.150s' cannot be used: %s", path, MMDB_strerror(bad));
	for (size_t i = 0; i < d->n_counters; i++) {
		const struct nr_counter *c = &d->counters[i];
		unsigned at;

		if (strcmp(c->series, "source") != 0)
			continue;
		at = look_up(&db, c->key);
		by[at].packets += c->packets;
		by[at].sources++;
	}
	MMDB_close(&db);
	for (unsigned i = 0; i < NR_COUNT(by); i++) {
		char key[2] = { (char)('A' + i / LETTERS), (char)('A' + i % LETTERS) };

		if (by[i].sources)
			nr_dossier_counter(d, "country", (struct nr_str){ key, 2 }, by[i].packets,
					   by[i].sources);
	}
	return NR_OK;
}
