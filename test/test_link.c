#include "base/wr.h"
#include "desks/link/view.h"
#include "desks/link/warn.h"
#include "store_util.h"
#include "world.h"

static enum nr_warn warn(enum nr_obs_kind k, const char *v)
{
	return nr_warn_class(k, nr_str_c(v));
}

static void test_warn__names(void)
{
	OK(warn(NR_OBS_DOMAIN, "google.com") == NR_WARN_POPULAR);
	OK(warn(NR_OBS_DOMAIN, "mail.google.com") == NR_WARN_POPULAR);
	OK(warn(NR_OBS_DOMAIN, "google.com.evil.example") == NR_WARN_NONE);
	OK(warn(NR_OBS_DOMAIN, "notgoogle.com") == NR_WARN_NONE);
	OK(warn(NR_OBS_DOMAIN, "docomo.ne.jp") == NR_WARN_MAIL);
	OK(warn(NR_OBS_DOMAIN, "github.io") == NR_WARN_HOSTING);
	OK(warn(NR_OBS_DOMAIN, "evil.github.io") == NR_WARN_NONE); /* somebody's own */
	OK(warn(NR_OBS_DOMAIN, "c2.example") == NR_WARN_NONE);
	OK(warn(NR_OBS_DOMAIN, "example.jp") == NR_WARN_NONE);
	OK(warn(NR_OBS_URL, "http://www.w3.org/1999/xhtml") == NR_WARN_POPULAR);
	OK(warn(NR_OBS_URL, "https://evil.github.io/") == NR_WARN_NONE);
	OK(warn(NR_OBS_URL, "https://drive.google.com/file/d/1AbC") == NR_WARN_NONE);
	OK(warn(NR_OBS_URL, "https://drive.google.com/") == NR_WARN_HOSTING);
	OK(warn(NR_OBS_URL, "http://google.com@evil.example:8080/x") == NR_WARN_NONE);
	OK(warn(NR_OBS_EMAIL, "abuse@evil.example") == NR_WARN_COMMON);
	OK(warn(NR_OBS_EMAIL, "billing@amazon.co.jp") == NR_WARN_POPULAR);
	OK(warn(NR_OBS_EMAIL, "taro.evil@gmail.com") == NR_WARN_NONE);
}

static void test_warn__addresses_and_hashes(void)
{
	OK(warn(NR_OBS_IPV4, "10.1.2.3") == NR_WARN_SPECIAL);
	OK(warn(NR_OBS_IPV4, "172.16.0.1") == NR_WARN_SPECIAL);
	OK(warn(NR_OBS_IPV4, "172.32.0.1") == NR_WARN_NONE);
	OK(warn(NR_OBS_IPV4, "8.8.8.8") == NR_WARN_RESOLVER);
	OK(warn(NR_OBS_IPV4, "8.8.8.9") == NR_WARN_NONE);
	OK(warn(NR_OBS_IPV4, "198.51.100.7") == NR_WARN_NONE);  /* documentation: must link */
	OK(warn(NR_OBS_IPV4, "209.85.220.41") == NR_WARN_MAIL); /* a mail server of Gmail */
	OK(warn(NR_OBS_IPV4, "255.255.255.255") == NR_WARN_SPECIAL);
	OK(warn(NR_OBS_IPV6, "fe80::1") == NR_WARN_SPECIAL);
	OK(warn(NR_OBS_IPV6, "fd00::1") == NR_WARN_SPECIAL);
	OK(warn(NR_OBS_IPV6, "2001:db8::1") == NR_WARN_NONE);
	OK(warn(NR_OBS_IPV6, "2606:4700:4700::1111") == NR_WARN_RESOLVER);
	OK(warn(NR_OBS_MD5, "d41d8cd98f00b204e9800998ecf8427e") == NR_WARN_COMMON);
	OK(warn(NR_OBS_SHA256,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") ==
	   NR_WARN_COMMON);
	OK(warn(NR_OBS_SUBJECT, "google.com") == NR_WARN_NONE);
}

static void test_link__weight_falls_with_commonness(void)
{
	unsigned s = nr_link_strength(NR_OBS_DOMAIN, true), last = 1001;

	OK(s == 700);
	OK(nr_link_weight(NR_OBS_DOMAIN, s, 1, 50) == 0);
	OK(nr_link_weight(NR_OBS_DOMAIN, s, 2, 50) == s);
	for (int64_t df = 2; df <= 8; df++) {
		unsigned w = nr_link_weight(NR_OBS_DOMAIN, s, df, 50);

		OK(w > 0 && w < last);
		last = w;
	}
	OK(nr_link_weight(NR_OBS_DOMAIN, s, 9, 50) > NR_LINK_THRESHOLD); /* a campaign that grew */
	OK(nr_link_weight(NR_OBS_DOMAIN, s, 26, 50) == 0);               /* more than half        */
	OK(nr_link_weight(NR_OBS_DOMAIN, s, 65, 5000) == 0);
	OK(nr_link_weight(NR_OBS_URL, nr_link_strength(NR_OBS_URL, false), 9, 50) == 0);
	OK(nr_link_weight(NR_OBS_DOMAIN, s, 9, 5000) > NR_LINK_THRESHOLD); /* 1 % of 5,000 */
	OK(nr_link_weight(NR_OBS_SHA256, 1000, 40000, 50000) == 1000);
	OK(nr_link_strength(NR_OBS_IPV4, false) < NR_LINK_THRESHOLD);
	OK(nr_link_strength(NR_OBS_SUBJECT, true) < NR_LINK_THRESHOLD);
	OK(nr_link_strength(NR_OBS_USER_AGENT, true) < NR_LINK_THRESHOLD);
}

/* --- dossiers made by hand --- */
static unsigned made;

struct spec {
	const char *unit;
	const char *obs[4]; /* "domain evil.example"; a leading '-': a bystander */
};

static void add_obs(struct nr_dossier *d, const char *text)
{
	bool asserted = text[0] != '-';
	const char *t = asserted ? text : text + 1, *space = strchr(t, ' ');
	struct nr_str kind = { t, (size_t)(space - t) };
	enum nr_obs_kind k;
	uint32_t o;

	OK(nr_obs_kind_parse(kind, &k, NULL) == NR_OK);
	o = nr_dossier_obs_raw(d, k, nr_str_c(space + 1), "", nr_ev_bytes(0, 1));
	OK(o != UINT32_MAX);
	if (asserted)
		nr_finding_obs(nr_dossier_finding(d, "mail.lure", NR_SEV_HIGH, 80, ""), o);
}

static struct nr_receipt give(struct tmp_store *t, const struct spec *sp, const char *material)
{
	struct nr_intake in = { .store = t->s, .link = nr_link_dossier };
	struct nr_submit sub = { .unit = nr_str_c(sp->unit),
				 .marking = { .tlp = NR_TLP_GREEN },
				 .actor = NR_STR("cli:test"),
				 .now_us = INT64_C(1785000000000000) + made * NR_US_PER_S };
	struct nr_receipt r = { 0 };
	struct nr_dossier d;
	struct nr_err e = { .msg = "" };

	made++;
	make_dossier(&d, &t->a,
		     material ? nr_str_c(material) : nr_arena_fmt(&t->a, "m%u.eml", made),
		     NR_STR("x"));
	for (unsigned i = 0; i < 4 && sp->obs[i]; i++)
		add_obs(&d, sp->obs[i]);
	if (material) {
		char hex[65];

		nr_hex(d.material.sha256.b, 32, hex);
		nr_dossier_obs(&d, NR_OBS_SHA256, nr_str_c(hex), "material", nr_ev_bytes(0, 1));
	}
	if (!OK(nr_intake_add(&in, &sub, &d, NULL, &r, &e) == NR_OK))
		printf("# %s\n", e.msg);
	return r;
}

static bool open_tree(struct tmp_store *t)
{
	struct nr_err e;

	return tmp_open(t) && world_enrol(t->s, &e) == NR_OK;
}

static size_t campaigns(struct tmp_store *t, struct nr_campaign **ret)
{
	struct nr_err e;
	size_t n = 999;
	int64_t count = -1;

	if (nr_campaigns(t->s, ALL, 200, &t->a, ret, &n, &e) != NR_OK)
		return 999;
	OK(nr_campaigns_count(t->s, ALL, 0, INT64_MAX, &t->a, &count, &e) == NR_OK);
	OK((size_t)count == n);
	return n;
}

static void test_link__same_mail_at_two_units(void)
{
	struct tmp_store t;
	struct nr_receipt a, b, c;
	struct nr_campaign *list, full;
	struct nr_dossier_links links;
	struct nr_err e;

	OK(open_tree(&t));
	a = give(&t, &(struct spec){ "osaka", { "-subject hello" } }, "same.eml");
	b = give(&t, &(struct spec){ "minato-ginko", { "-subject hello" } }, "same.eml");
	c = give(&t, &(struct spec){ "tokyo", { "-subject hello" } }, NULL);
	OK(campaigns(&t, &list) == 1);
	OK(list[0].n_dossiers == 2 && list[0].n_units == 2 && list[0].severity == NR_SEV_INFO);
	OK(nr_campaign_get(t.s, ALL, nr_str_c(list[0].id), &t.a, &full, &e) == NR_OK);
	OK(full.n_members == 2 && full.n_links == 1 && full.n_obs == 1);
	OK(memcmp(&full.members[0].id, &a.id, 16) == 0);
	OK(full.links[0].kind == NR_OBS_SHA256 && full.links[0].weight == 1000);
	OK(full.obs[0].dossiers == 2);
	OK(nr_dossier_links(t.s, ALL, &b.id, &t.a, &links, &e) == NR_OK);
	OK(links.n == 1 && memcmp(&links.v[0].other.id, &a.id, 16) == 0);
	OK(strcmp(links.campaign, list[0].id) == 0);
	OK(nr_dossier_links(t.s, ALL, &c.id, &t.a, &links, &e) == NR_OK);
	OK(links.n == 0 && links.campaign[0] == '\0');
	OK(nr_campaign_get(t.s, ALL, NR_STR("campaign--x"), &t.a, &full, &e) == NR_E_NOTFOUND);
	tmp_close(&t);
}

static void test_link__common_values_do_not_glue(void)
{
	struct tmp_store t;
	struct nr_campaign *list;
	struct nr_obs_row o;
	struct nr_err e;

	OK(open_tree(&t));
	for (unsigned i = 0; i < 12; i++) /* warning-listed, and too common: 12 of 14 */
		give(&t,
		     &(struct spec){ "osaka",
				     { "domain google.com", "ipv4 10.0.0.1",
				       "domain own-mail.example", "-email a@b.example" } },
		     NULL);
	OK(campaigns(&t, &list) == 0);
	OK(nr_store_observable(t.s, ALL, NR_OBS_DOMAIN, NR_STR("google.com"), &t.a, &o, &e) ==
	   NR_OK);
	OK(o.warn == NR_WARN_POPULAR); /* and so it is in no feed either */
	give(&t, &(struct spec){ "osaka", { "domain google.com", "domain rare.example" } }, NULL);
	give(&t, &(struct spec){ "tokyo", { "domain google.com", "domain rare.example" } }, NULL);
	OK(campaigns(&t, &list) == 1);
	OK(list[0].n_dossiers == 2 && nr_str_eq(list[0].title, NR_STR("domain rare.example")));
	tmp_close(&t);
}

static void test_link__bystanders_do_not_link(void)
{
	struct tmp_store t;
	struct nr_campaign *list;

	OK(open_tree(&t));
	for (unsigned i = 0; i < 3; i++)
		give(&t,
		     &(struct spec){ "osaka",
				     { "-domain victim.example", "-ipv4 203.0.113.5",
				       "-email boss@victim.example" } },
		     NULL);
	OK(campaigns(&t, &list) == 0);
	/* one asserts what the other merely carries: still no reason */
	give(&t, &(struct spec){ "osaka", { "domain victim.example" } }, NULL);
	OK(campaigns(&t, &list) == 0);
	give(&t, &(struct spec){ "tokyo", { "domain victim.example" } }, NULL);
	OK(campaigns(&t, &list) == 1 && list[0].n_dossiers == 2);
	tmp_close(&t);
}

#define MD5_A "md5 0123456789abcdef0123456789abcdef"
#define SHA_A "sha256 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void test_link__one_file_is_one_reason(void)
{
	struct tmp_store t;
	struct nr_receipt a, b, c;
	struct nr_dossier_links l;
	struct nr_campaign *list;
	struct nr_err e;

	OK(open_tree(&t));
	a = give(&t, &(struct spec){ "osaka", { "-" MD5_A, "-" SHA_A } }, NULL);
	b = give(&t, &(struct spec){ "tokyo", { "-" MD5_A, "-" SHA_A } }, NULL);
	OK(nr_dossier_links(t.s, ALL, &a.id, &t.a, &l, &e) == NR_OK);
	OK(l.n == 1 && l.v[0].kind == NR_OBS_SHA256 && memcmp(&l.v[0].other.id, &b.id, 16) == 0);
	c = give(&t, &(struct spec){ "kyoto", { MD5_A } }, NULL); /* a list knows no more */
	OK(nr_dossier_links(t.s, ALL, &c.id, &t.a, &l, &e) == NR_OK);
	OK(l.n >= 1 && l.v[0].kind == NR_OBS_MD5);
	OK(campaigns(&t, &list) == 1 && list[0].n_dossiers == 3);
	OK(memmem(list[0].title.p, list[0].title.n, "md5 0123456789ab, m", 19) != NULL);
	tmp_close(&t);
}

static void test_link__campaigns_merge_and_split_in_view(void)
{
	struct tmp_store t;
	struct nr_campaign *list;
	int64_t row = 0, other = 1;
	struct nr_receipt a, b;

	OK(open_tree(&t));
	a = give(&t, &(struct spec){ "osaka", { "domain a.example" } }, NULL);
	give(&t, &(struct spec){ "tokyo", { "domain a.example" } }, NULL);
	b = give(&t, &(struct spec){ "osaka", { "domain b.example" } }, NULL);
	give(&t, &(struct spec){ "tokyo", { "domain b.example" } }, NULL);
	OK(campaigns(&t, &list) == 2);
	OK(list[0].updated_us > list[1].updated_us); /* newest first */
	give(&t, &(struct spec){ "kyoto", { "domain a.example", "domain b.example" } }, NULL);
	OK(campaigns(&t, &list) == 1 && list[0].n_dossiers == 5);
	OK(nr_store_campaign_of(t.s, a.row, &row, NULL) == NR_OK);
	OK(nr_store_campaign_of(t.s, b.row, &other, NULL) == NR_OK);
	OK(row == other && row > 0);
	tmp_close(&t);
}

/* --- the partition does not depend on the order of arrival --- */
enum { N = 40 };

static int cmp_uuid(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

/* Hash of the partition: each campaign as its sorted members, campaigns combined without order. */
static uint64_t partition(struct tmp_store *t, size_t *ret_n)
{
	struct nr_campaign *list = NULL, full;
	size_t n = campaigns(t, &list);
	uint64_t sum = 0;
	struct nr_err e;

	for (size_t i = 0; i < n && n != 999; i++) {
		struct nr_uuid ids[N] = { 0 };

		OK(nr_campaign_get(t->s, ALL, nr_str_c(list[i].id), &t->a, &full, &e) == NR_OK);
		for (size_t k = 0; k < full.n_members && k < N; k++)
			ids[k] = full.members[k].id;
		qsort(ids, full.n_members, sizeof(*ids), cmp_uuid);
		sum += nr_hash64((struct nr_bytes){ (uint8_t *)ids, sizeof(ids) }, 7);
	}
	*ret_n = n;
	return sum;
}

static uint64_t world_in_order(const struct world *w, uint64_t shuffle, size_t *ret_n)
{
	size_t order[N], n;
	struct tmp_store t;
	uint64_t sum;

	OK(open_tree(&t));
	for (size_t i = 0; i < N; i++)
		order[i] = i;
	for (size_t i = N - 1; shuffle && i > 0; i--) {
		size_t k = world_pick(&shuffle, i + 1), x = order[i];

		order[i] = order[k];
		order[k] = x;
	}
	for (size_t i = 0; i < N; i++) {
		struct nr_intake in = { .store = t.s, .link = nr_link_dossier };
		struct nr_bytes material;
		struct nr_submit sub;
		struct nr_receipt r;
		struct nr_dossier d;
		struct nr_err e = { .msg = "" };

		world_dossier(w, order[i], &t.a, &d, &sub, &material);
		if (nr_intake_add(&in, &sub, &d, NULL, &r, &e) != NR_OK)
			OK(e.rc == NR_OK);
	}
	sum = partition(&t, &n);
	*ret_n = n;
	tmp_close(&t);
	return sum;
}

static void test_link__order_of_arrival_does_not_matter(void)
{
	size_t total = 0;

	for (uint64_t seed = 1; seed <= 4; seed++) {
		static struct world w;
		size_t n, m;
		uint64_t first;

		world_make(&w, seed, N);
		first = world_in_order(&w, 0, &n);
		total += n;
		for (uint64_t k = 1; k <= 3; k++) {
			OK(world_in_order(&w, seed * 1000 + k, &m) == first);
			OK(m == n);
		}
	}
	printf("# %zu campaigns\n", total);
	OK(total > 8);
}

#define HAS(lit) (memmem(w.p, w.n, lit, sizeof(lit) - 1) != NULL)
static void test_view__json(void)
{
	NR_CLEANUP(nr_wr_done) struct nr_wr w = NR_WR_INIT(1 << 20);
	struct tmp_store t;
	struct nr_campaign *list, full;
	struct nr_marking_row *m;
	struct nr_err e;
	size_t n;

	OK(open_tree(&t));
	give(&t, &(struct spec){ "osaka", { "domain a.example" } }, NULL);
	give(&t, &(struct spec){ "tokyo", { "domain a.example" } }, NULL);
	OK(campaigns(&t, &list) == 1);
	OK(nr_store_markings(t.s, &t.a, &m, &n, &e) == NR_OK);
	OK(nr_campaign_get(t.s, ALL, nr_str_c(list[0].id), &t.a, &full, &e) == NR_OK);
	nr_campaign_write(&full, m, n, &w);
	OK(w.rc == NR_OK && w.p[0] == '{' && w.p[w.n - 1] == '}');
	OK(HAS("\"dossiers\":2,\"units\":2,\"severity\":\"high\""));
	OK(HAS("\"title\":\"domain a.example\",\"kinds\":[\"mail\"]"));
	OK(HAS("\"tlp\":\"TLP:GREEN\""));
	OK(HAS("\"value\":\"a.example\",\"weight\":700}"));
	nr_wr_reset(&w);
	nr_campaign_write_line(&list[0], &w);
	OK(!HAS("members") && w.p[w.n - 1] == '}');
	tmp_close(&t);
}

int main(void)
{
	test_warn__names();
	test_warn__addresses_and_hashes();
	test_link__weight_falls_with_commonness();
	test_link__same_mail_at_two_units();
	test_link__common_values_do_not_glue();
	test_link__bystanders_do_not_link();
	test_link__one_file_is_one_reason();
	test_link__campaigns_merge_and_split_in_view();
	test_link__order_of_arrival_does_not_matter();
	test_view__json();
	return tap_done();
}
