#include "model/stix_jcs.h"

#define TLP_EXTENSION "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

enum { TYPE_MAX = 34 }; /* bytes of the longest type name an id can hold */

/* Section 6.x "ID Contributing Properties"; "hashes" contributes one hash only.  process has none:
 * its id is random by specification. */
struct sco {
	const char *type;
	const char *props[9];
};

static const struct sco scos[] = {
	{ "artifact", { "hashes", "payload_bin" } },
	{ "autonomous-system", { "number" } },
	{ "directory", { "path" } },
	{ "domain-name", { "value" } },
	{ "email-addr", { "value" } },
	{ "email-message", { "from_ref", "subject", "body" } },
	{ "file", { "hashes", "name", "extensions", "parent_directory_ref" } },
	{ "ipv4-addr", { "value" } },
	{ "ipv6-addr", { "value" } },
	{ "mac-addr", { "value" } },
	{ "mutex", { "name" } },
	{ "network-traffic",
	  { "start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols",
	    "extensions" } },
	{ "process", { NULL } },
	{ "software", { "name", "cpe", "swid", "vendor", "version" } },
	{ "url", { "value" } },
	{ "user-account", { "account_type", "user_id", "account_login" } },
	{ "windows-registry-key", { "key", "values" } },
	{ "x509-certificate", { "hashes", "serial_number" } },
};

/* What one of our kinds is in STIX: the SCO's type, the JSON around the value, the pattern's path. */
struct kind {
	const char *type;
	const char *open, *close;
	const char *path;
};

static const struct kind kinds[NR_OBS_KINDS] = {
	[NR_OBS_IPV4] = { "ipv4-addr", "\"value\":", "", "ipv4-addr:value" },
	[NR_OBS_IPV6] = { "ipv6-addr", "\"value\":", "", "ipv6-addr:value" },
	[NR_OBS_DOMAIN] = { "domain-name", "\"value\":", "", "domain-name:value" },
	[NR_OBS_URL] = { "url", "\"value\":", "", "url:value" },
	[NR_OBS_EMAIL] = { "email-addr", "\"value\":", "", "email-addr:value" },
	[NR_OBS_SHA256] = { "file", "\"hashes\":{\"SHA-256\":", "}", "file:hashes.'SHA-256'" },
	[NR_OBS_SHA1] = { "file", "\"hashes\":{\"SHA-1\":", "}", "file:hashes.'SHA-1'" },
	[NR_OBS_MD5] = { "file", "\"hashes\":{\"MD5\":", "}", "file:hashes.MD5" },
	[NR_OBS_FILE_NAME] = { "file", "\"name\":", "", "file:name" },
	[NR_OBS_MESSAGE_ID] = { NULL, NULL, NULL, "email-message:message_id" },
	[NR_OBS_USER_AGENT] = { NULL, NULL, NULL,
				"network-traffic:extensions.'http-request-ext'."
				"request_header.'User-Agent'" },
};

static const struct {
	const char *id;
	const char *word;
} tlps[NR_TLP_COUNT] = {
	{ "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "clear" },
	{ "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green" },
	{ "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber" },
	{ "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict" },
	{ "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "red" },
};

static void make_id(const struct nr_uuid *ns, const char *type, const struct nr_wr *name,
		    char ret[NR_STIX_ID])
{
	struct nr_uuid u = nr_uuid5(ns, nr_wr_view(name));
	size_t n = strnlen(type, TYPE_MAX);

	memcpy(ret, type, n);
	memcpy(ret + n, "--", 2);
	nr_uuid_format(&u, ret + n + 2);
}

/* The one hash that contributes, as an object of one member; a new reference, NULL when none. */
static json_t *one_hash(json_t *hashes)
{
	static const char *const order[] = { "MD5", "SHA-1", "SHA-256", "SHA-512" };
	const char *best = NULL, *key;
	json_t *v;

	for (size_t i = 0; i < NR_COUNT(order) && !best; i++)
		if (json_object_get(hashes, order[i]))
			best = order[i];
	if (!best)
		json_object_foreach(hashes, key, v) if (!best || strcmp(key, best) < 0) best = key;
	return best ? json_pack("{sO}", best, json_object_get(hashes, best)) : NULL;
}

/* The contributing properties that are present, as a new object. */
static json_t *contribution(const struct sco *t, json_t *object)
{
	json_t *out = json_object();

	for (size_t i = 0; out && i < NR_COUNT(t->props) && t->props[i]; i++) {
		json_t *v = json_object_get(object, t->props[i]);

		if (v && strcmp(t->props[i], "hashes") == 0)
			(void)json_object_set_new(out, "hashes", one_hash(v));
		else if (v)
			(void)json_object_set(out, t->props[i], v);
	}
	return out;
}

static enum nr_rc sco_id(json_t *object, char ret[NR_STIX_ID], struct nr_err *reterr)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(NR_STIX_JSON * 6u);
	const char *type = json_string_value(json_object_get(object, "type"));
	const struct sco *t = NULL;
	enum nr_rc rc;
	json_t *c;

	for (size_t i = 0; type && i < NR_COUNT(scos); i++)
		if (strcmp(scos[i].type, type) == 0)
			t = &scos[i];
	if (!t)
		return nr_fail(reterr, NR_E_UNSUPPORTED, "type", UINT64_MAX,
			       "'%.40s' is no cyber-observable of STIX 2.1", type ? type : "");
	c = contribution(t, object);
	if (!c)
		return nr_fail(reterr, NR_E_NOMEM, "json", UINT64_MAX, "out of memory");
	if (json_object_size(c) == 0) {
		json_decref(c);
		return nr_fail(reterr, NR_E_UNSUPPORTED, t->type, UINT64_MAX,
			       "no property that contributes to a deterministic id");
	}
	rc = nr_jcs_write(&w, c, 0, reterr);
	json_decref(c);
	NR_TRY(rc);
	if (w.rc != NR_OK)
		return nr_fail(reterr, w.rc, t->type, UINT64_MAX, "the object does not fit");
	make_id(&nr_ns_stix, t->type, &w, ret);
	return NR_OK;
}

enum nr_rc nr_stix_sco_id(struct nr_bytes object, char ret[NR_STIX_ID], struct nr_err *reterr)
{
	enum nr_rc rc;
	json_t *v;

	NR_TRY(nr_jcs_parse(object, &v, reterr));
	rc = sco_id(v, ret, reterr);
	json_decref(v);
	return rc;
}

static const struct kind *kind_of(enum nr_obs_kind kind)
{
	return (unsigned)kind < NR_OBS_KINDS && kinds[kind].path ? &kinds[kind] : NULL;
}

const char *nr_stix_obs_type(enum nr_obs_kind kind)
{
	const struct kind *k = kind_of(kind);

	return k ? k->type : NULL;
}

void nr_stix_obs_json(struct nr_wr *w, enum nr_obs_kind kind, struct nr_str value)
{
	const struct kind *k = kind_of(kind);

	if (!k || !k->type)
		return;
	nr_wr_cstr(w, k->open);
	nr_stix_jcs_str(w, value);
	nr_wr_cstr(w, k->close);
}

bool nr_stix_obs_id(enum nr_obs_kind kind, struct nr_str value, char ret[NR_STIX_ID])
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(6 * value.n + 64);
	const struct kind *k = kind_of(kind);

	if (!k || !k->type)
		return false;
	nr_wr_u8(&w, '{');
	nr_stix_obs_json(&w, kind, value);
	nr_wr_u8(&w, '}');
	if (w.rc != NR_OK)
		return false;
	make_id(&nr_ns_stix, k->type, &w, ret);
	return true;
}

void nr_stix_pattern_str(struct nr_wr *w, struct nr_str s)
{
	size_t from = 0;

	nr_wr_u8(w, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\'' && s.p[i] != '\\')
			continue;
		nr_wr_bytes(w, s.p + from, i - from);
		nr_wr_u8(w, '\\');
		from = i;
	}
	if (from < s.n)
		nr_wr_bytes(w, s.p + from, s.n - from);
	nr_wr_u8(w, '\'');
}

bool nr_stix_pattern(struct nr_wr *w, enum nr_obs_kind kind, struct nr_str value)
{
	const struct kind *k = kind_of(kind);

	if (!k)
		return false;
	nr_wr_u8(w, '[');
	nr_wr_cstr(w, k->path);
	nr_wr_cstr(w, " = ");
	nr_stix_pattern_str(w, value);
	nr_wr_u8(w, ']');
	return true;
}

void nr_stix_own_id(const char *type, struct nr_str key, char ret[NR_STIX_ID])
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(key.n + 64);

	nr_wr_bytes(&w, type, strnlen(type, TYPE_MAX));
	nr_wr_u8(&w, '|');
	nr_wr_str(&w, key);
	if (w.rc != NR_OK)
		abort(); /* no memory for a name: a wrong id is worse than a dead process */
	make_id(&nr_ns_noroshi, type, &w, ret);
}

bool nr_stix_time(int64_t us, char ret[NR_TIME_TEXT])
{
	static const int64_t day = INT64_C(86400) * NR_US_PER_S;

	if (us < nr_time_days(0, 1, 1) * day || us >= nr_time_days(10000, 1, 1) * day)
		return false;
	nr_time_format(us, ret);
	return true;
}

static unsigned level(enum nr_tlp t)
{
	return (unsigned)t < NR_TLP_COUNT ? (unsigned)t : (unsigned)NR_TLP_RED;
}

const char *nr_stix_tlp_id(enum nr_tlp t)
{
	return tlps[level(t)].id;
}

void nr_stix_tlp_json(struct nr_wr *w, enum nr_tlp t)
{
	nr_wr_fmt(w,
		  "{\"type\":\"marking-definition\",\"spec_version\":\"2.1\",\"id\":\"%s\","
		  "\"created\":\"2022-10-01T00:00:00.000Z\",\"name\":\"%s\",\"extensions\":{\"%s\":"
		  "{\"extension_type\":\"property-extension\",\"tlp_2_0\":\"%s\"}}}",
		  nr_stix_tlp_id(t), nr_tlp_name((enum nr_tlp)level(t)), TLP_EXTENSION,
		  tlps[level(t)].word);
}
