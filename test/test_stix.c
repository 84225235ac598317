#include "model/stix.h"
#include "tap.h"

#include <jansson.h>

static bool jcs_is(const char *in, const char *want)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(1 << 16);
	struct nr_err e = { .rc = NR_OK };

	if (nr_stix_jcs(nr_str_bytes(nr_str_c(in)), &w, &e) != NR_OK) {
		printf("# refused: %s\n", e.msg);
		return false;
	}
	if (w.n == strlen(want) && memcmp(w.p, want, w.n) == 0)
		return true;
	printf("# got %.*s\n", (int)w.n, (const char *)w.p);
	return false;
}

static void test_stix__golden_ids(void)
{
	char path[1024];
	json_t *all, *o;
	size_t i, same = 0;

	(void)snprintf(path, sizeof(path), "%.900s/test/data/sco_golden.json",
		       getenv("NR_SOURCE_ROOT"));
	all = json_load_file(path, 0, NULL);
	OK(json_array_size(all) == 16);
	json_array_foreach(all, i, o)
	{
		const char *want = json_string_value(json_object_get(o, "id"));
		char *text = json_dumps(o, 0), got[NR_STIX_ID] = "";
		struct nr_err e = { .rc = NR_OK };
		enum nr_rc rc = nr_stix_sco_id(nr_str_bytes(nr_str_c(text)), got, &e);

		if (rc == NR_OK && strcmp(got, want) == 0)
			same++;
		else
			printf("# want %s, got %s %s\n", want, got, e.msg);
		free(text);
	}
	OK(same == 16);
	json_decref(all);
}

static void test_stix__our_kinds_agree_with_the_general_way(void)
{
	static const struct {
		enum nr_obs_kind kind;
		const char *value, *id;
	} t[] = {
		{ NR_OBS_IPV4, "198.51.100.3", "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4" },
		{ NR_OBS_IPV6, "2001:db8::1", "ipv6-addr--6469e3a9-b053-5e34-a025-9396ae051d26" },
		{ NR_OBS_DOMAIN, "example.com",
		  "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7" },
		{ NR_OBS_URL, "https://example.com/研究/foo",
		  "url--ad9d5c87-44f7-5792-8b5a-fc891e7fdc91" },
		{ NR_OBS_EMAIL, "taro@example.jp",
		  "email-addr--e75faa28-9f8e-5afd-9929-42f945e2190d" },
		{ NR_OBS_MD5, "d41d8cd98f00b204e9800998ecf8427e",
		  "file--02fff920-f614-527c-81d1-6353633a6d21" },
		{ NR_OBS_FILE_NAME, "a\"\\\n\x7f資料.lnk", NULL },
	};

	for (size_t i = 0; i < NR_COUNT(t); i++) {
		NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(4096);
		char fast[NR_STIX_ID] = "", slow[NR_STIX_ID] = "-";
		struct nr_str v = nr_str_c(t[i].value);

		nr_wr_fmt(&w, "{\"type\":\"%s\",", nr_stix_obs_type(t[i].kind));
		nr_stix_obs_json(&w, t[i].kind, v);
		nr_wr_u8(&w, '}');
		OK(nr_stix_obs_id(t[i].kind, v, fast));
		OK(nr_stix_sco_id(nr_wr_view(&w), slow, NULL) == NR_OK);
		OK(strcmp(fast, slow) == 0);
		OK(!t[i].id || strcmp(fast, t[i].id) == 0);
	}
}

static void test_stix__only_one_hash_contributes(void)
{
	char a[NR_STIX_ID], b[NR_STIX_ID], c[NR_STIX_ID];

	OK(nr_stix_sco_id(nr_str_bytes(NR_STR("{\"type\":\"file\",\"hashes\":{\"SHA-256\":\"00\","
					      "\"MD5\":\"11\"},\"size\":5}")),
			  a, NULL) == NR_OK);
	OK(nr_stix_sco_id(nr_str_bytes(NR_STR("{\"hashes\":{\"MD5\":\"11\"},\"type\":\"file\"}")),
			  b, NULL) == NR_OK);
	OK(strcmp(a, b) == 0);
	OK(nr_stix_sco_id(nr_str_bytes(NR_STR("{\"hashes\":{\"SHA-256\":\"00\"},"
					      "\"type\":\"file\"}")),
			  c, NULL) == NR_OK);
	OK(strcmp(a, c) != 0);
}

static void test_stix__refuses_what_has_no_deterministic_id(void)
{
	char id[NR_STIX_ID];
	struct nr_err e;

	OK(nr_stix_sco_id(nr_str_bytes(NR_STR("{\"type\":\"process\",\"pid\":1}")), id, &e) ==
	   NR_E_UNSUPPORTED);
	OK(nr_stix_sco_id(nr_str_bytes(NR_STR("{\"type\":\"indicator\"}")), id, &e) ==
	   NR_E_UNSUPPORTED);
	OK(nr_stix_sco_id(nr_str_bytes(NR_STR("[1]")), id, &e) == NR_E_UNSUPPORTED);
	OK(nr_stix_sco_id(nr_str_bytes(NR_STR("{\"type\":\"url\",\"type\":\"url\"}")), id, &e) ==
	   NR_E_MALFORMED);
	OK(nr_stix_sco_id(nr_str_bytes(NR_STR("{\"type\":\"url\"")), id, &e) == NR_E_MALFORMED);
	OK(e.offset > 0 && e.offset != UINT64_MAX);
	OK(!nr_stix_obs_id(NR_OBS_SUBJECT, NR_STR("x"), id));
}

static void test_jcs__rfc8785_examples(void)
{
	/* section 3.2.3: order by UTF-16 code units, in which U+1F600 goes before U+FB33 */
	OK(jcs_is("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew "
		  "Letter Dalet With Dagesh\",\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning "
		  "Face\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin Small Letter O With "
		  "Diaeresis\"}",
		  "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
		  "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
		  "\"😀\":\"Emoji: Grinning Face\","
		  "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}"));
	/* section 3.2.2 */
	OK(jcs_is("{ \"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, "
		  "0.000000000000000000000000001], \"literals\": [null, true, false] }",
		  "{\"literals\":[null,true,false],"
		  "\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27]}"));
	OK(jcs_is("\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"",
		  "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\""));
	/* appendix B */
	OK(jcs_is("[-0.0,5e-324,1.7976931348623157e308,9007199254740992,295147905179352830000,"
		  "9.999999999999997e22,1e23,0.000001,1e-7,-1e-7,-2000]",
		  "[0,5e-324,1.7976931348623157e+308,9007199254740992,295147905179352830000,"
		  "9.999999999999997e+22,1e+23,0.000001,1e-7,-1e-7,-2000]"));
}

static void test_jcs__depth_is_bounded(void)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(1 << 16);
	char deep[401];

	memset(deep, '[', 200);
	memset(deep + 200, ']', 200);
	deep[400] = 0;
	OK(nr_stix_jcs(nr_str_bytes(nr_str_c(deep)), &w, NULL) == NR_E_LIMIT);
}

static bool pattern_is(enum nr_obs_kind k, const char *value, const char *want)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(4096);

	if (!nr_stix_pattern(&w, k, nr_str_c(value)))
		return !want;
	return want && w.n == strlen(want) && memcmp(w.p, want, w.n) == 0;
}

static void test_stix__patterns(void)
{
	OK(pattern_is(NR_OBS_IPV4, "192.0.2.1", "[ipv4-addr:value = '192.0.2.1']"));
	OK(pattern_is(NR_OBS_SHA256, "00", "[file:hashes.'SHA-256' = '00']"));
	OK(pattern_is(NR_OBS_FILE_NAME, "a'] OR [file:name = 'b\\",
		      "[file:name = 'a\\'] OR [file:name = \\'b\\\\']"));
	OK(pattern_is(NR_OBS_USER_AGENT, "x",
		      "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' "
		      "= 'x']"));
	OK(pattern_is(NR_OBS_SUBJECT, "folded", NULL));
	OK(pattern_is((enum nr_obs_kind)99, "x", NULL));
}

static void test_stix__instants_are_exact(void)
{
	char t[NR_TIME_TEXT];

	OK(nr_stix_time(INT64_C(1795305600123456), t));
	OK(strcmp(t, "2026-11-22T00:00:00.123456Z") == 0);
	OK(nr_stix_time(INT64_C(1795305600000000), t));
	OK(strcmp(t, "2026-11-22T00:00:00.000000Z") == 0);
	OK(nr_stix_time(-1, t) && strcmp(t, "1969-12-31T23:59:59.999999Z") == 0);
	OK(!nr_stix_time(INT64_MAX, t) && !nr_stix_time(INT64_MIN, t));
}

static void test_stix__own_ids_are_not_in_the_stix_namespace(void)
{
	char a[NR_STIX_ID], b[NR_STIX_ID];
	struct nr_uuid u = nr_uuid5(&nr_ns_noroshi, nr_str_bytes(NR_STR("indicator|k")));
	char text[NR_UUID_TEXT];

	nr_uuid_format(&u, text);
	nr_stix_own_id("indicator", NR_STR("k"), a);
	nr_stix_own_id("identity", NR_STR("k"), b);
	OK(strncmp(a, "indicator--", 11) == 0 && strcmp(a + 11, text) == 0);
	OK(strcmp(a + 11, b + 10) != 0); /* one UUID, one object, whatever its type */
}

static void test_stix__tlp2_as_published(void)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(4096);
	json_t *o;

	nr_stix_tlp_json(&w, NR_TLP_AMBER_STRICT);
	o = json_loadb((const char *)w.p, w.n, 0, NULL);
	OK(strcmp(json_string_value(json_object_get(o, "id")),
		  "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003") == 0);
	OK(strcmp(json_string_value(json_object_get(o, "created")), "2022-10-01T00:00:00.000Z") ==
	   0);
	OK(strcmp(json_string_value(json_object_get(
			  json_object_get(json_object_get(o, "extensions"),
					  "extension-definition--60a3c5c5-0d10-413e-aab3-"
					  "9e08dde9e88d"),
			  "tlp_2_0")),
		  "amber+strict") == 0);
	json_decref(o);
}

int main(void)
{
	test_stix__golden_ids();
	test_stix__our_kinds_agree_with_the_general_way();
	test_stix__only_one_hash_contributes();
	test_stix__refuses_what_has_no_deterministic_id();
	test_jcs__rfc8785_examples();
	test_jcs__depth_is_bounded();
	test_stix__patterns();
	test_stix__instants_are_exact();
	test_stix__own_ids_are_not_in_the_stix_namespace();
	test_stix__tlp2_as_published();
	return tap_done();
}
