#include "world.h"

#include "base/time.h"

#define S(x)                                                                                       \
	{                                                                                          \
		.p = (x), .n = sizeof(x) - 1                                                       \
	}
#define BUREAU(id_, ja_)                                                                           \
	{                                                                                          \
		.id = S(id_), .kind = NR_UNIT_BUREAU, .name_ja = S(ja_), .name_en = S(id_),        \
		.command_parent = S("npa"), .technical_parent = S("cfc"),                          \
		.basis = S("police act 5")                                                         \
	}
#define PREF(code_, id_, ja_, bureau_)                                                             \
	{                                                                                          \
		.id = S(id_), .kind = NR_UNIT_PREFECTURE, .name_ja = S(ja_), .name_en = S(id_),    \
		.command_parent = S(bureau_), .technical_parent = S("cfc"), .prefecture = (code_), \
		.basis = S("police act 2")                                                         \
	}
#define MEMBER(id_, pref_, sector_)                                                                \
	{                                                                                          \
		.id = S(id_), .kind = NR_UNIT_MEMBER, .name_ja = S(id_), .name_en = S(id_),        \
		.technical_parent = S(pref_), .sector = S(sector_), .basis = S("member agreement") \
	}
#define ALONE(id_, kind_)                                                                          \
	{                                                                                          \
		.id = S(id_), .kind = (kind_), .name_ja = S(id_), .name_en = S(id_),               \
		.basis = S("exchange agreement")                                                   \
	}

static const struct nr_unit units[] = {
	{ .id = S("npa"),
	  .kind = NR_UNIT_NPA,
	  .name_ja = S("警察庁"),
	  .name_en = S("NPA"),
	  .basis = S("police act 5") },
	{ .id = S("cfc"),
	  .kind = NR_UNIT_CENTRE,
	  .name_ja = S("サイバーフォースセンター"),
	  .name_en = S("Cyber Force Center"),
	  .command_parent = S("npa"),
	  .technical_parent = S("npa"),
	  .basis = S("police act 5") },
	BUREAU("tohoku", "東北管区警察局"),
	BUREAU("kanto", "関東管区警察局"),
	BUREAU("chubu", "中部管区警察局"),
	BUREAU("kinki", "近畿管区警察局"),
	BUREAU("chugoku-shikoku", "中国四国管区警察局"),
	BUREAU("kyushu", "九州管区警察局"),
	PREF(1, "hokkaido", "北海道警察", "npa"),
	PREF(2, "aomori", "青森県警察", "tohoku"),
	PREF(3, "iwate", "岩手県警察", "tohoku"),
	PREF(4, "miyagi", "宮城県警察", "tohoku"),
	PREF(5, "akita", "秋田県警察", "tohoku"),
	PREF(6, "yamagata", "山形県警察", "tohoku"),
	PREF(7, "fukushima", "福島県警察", "tohoku"),
	PREF(8, "ibaraki", "茨城県警察", "kanto"),
	PREF(9, "tochigi", "栃木県警察", "kanto"),
	PREF(10, "gunma", "群馬県警察", "kanto"),
	PREF(11, "saitama", "埼玉県警察", "kanto"),
	PREF(12, "chiba", "千葉県警察", "kanto"),
	PREF(13, "tokyo", "警視庁", "npa"),
	PREF(14, "kanagawa", "神奈川県警察", "kanto"),
	PREF(15, "niigata", "新潟県警察", "kanto"),
	PREF(16, "toyama", "富山県警察", "chubu"),
	PREF(17, "ishikawa", "石川県警察", "chubu"),
	PREF(18, "fukui", "福井県警察", "chubu"),
	PREF(19, "yamanashi", "山梨県警察", "kanto"),
	PREF(20, "nagano", "長野県警察", "kanto"),
	PREF(21, "gifu", "岐阜県警察", "chubu"),
	PREF(22, "shizuoka", "静岡県警察", "kanto"),
	PREF(23, "aichi", "愛知県警察", "chubu"),
	PREF(24, "mie", "三重県警察", "chubu"),
	PREF(25, "shiga", "滋賀県警察", "kinki"),
	PREF(26, "kyoto", "京都府警察", "kinki"),
	PREF(27, "osaka", "大阪府警察", "kinki"),
	PREF(28, "hyogo", "兵庫県警察", "kinki"),
	PREF(29, "nara", "奈良県警察", "kinki"),
	PREF(30, "wakayama", "和歌山県警察", "kinki"),
	PREF(31, "tottori", "鳥取県警察", "chugoku-shikoku"),
	PREF(32, "shimane", "島根県警察", "chugoku-shikoku"),
	PREF(33, "okayama", "岡山県警察", "chugoku-shikoku"),
	PREF(34, "hiroshima", "広島県警察", "chugoku-shikoku"),
	PREF(35, "yamaguchi", "山口県警察", "chugoku-shikoku"),
	PREF(36, "tokushima", "徳島県警察", "chugoku-shikoku"),
	PREF(37, "kagawa", "香川県警察", "chugoku-shikoku"),
	PREF(38, "ehime", "愛媛県警察", "chugoku-shikoku"),
	PREF(39, "kochi", "高知県警察", "chugoku-shikoku"),
	PREF(40, "fukuoka", "福岡県警察", "kyushu"),
	PREF(41, "saga", "佐賀県警察", "kyushu"),
	PREF(42, "nagasaki", "長崎県警察", "kyushu"),
	PREF(43, "kumamoto", "熊本県警察", "kyushu"),
	PREF(44, "oita", "大分県警察", "kyushu"),
	PREF(45, "miyazaki", "宮崎県警察", "kyushu"),
	PREF(46, "kagoshima", "鹿児島県警察", "kyushu"),
	PREF(47, "okinawa", "沖縄県警察", "kyushu"),
	MEMBER("hinode-denryoku", "osaka", "energy"),
	MEMBER("minato-ginko", "osaka", "finance"),
	MEMBER("aozora-koku", "tokyo", "aviation"),
	MEMBER("midori-byoin", "fukuoka", "medical"),
	MEMBER("kitano-suido", "hokkaido", "water"),
	MEMBER("sakura-kagaku", "aichi", "chemistry"),
	ALONE("mamori-security", NR_UNIT_VENDOR),
	ALONE("tate-labs", NR_UNIT_VENDOR),
	ALONE("ruritania-cert", NR_UNIT_PARTNER),
};

const struct nr_unit *world_units(size_t *ret_n)
{
	*ret_n = NR_COUNT(units);
	return units;
}

size_t world_pick(uint64_t *rng, size_t n)
{
	*rng ^= *rng >> 12;
	*rng ^= *rng << 25;
	*rng ^= *rng >> 27;
	return (size_t)((*rng * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % n;
}

static int cmp_str(const void *a, const void *b)
{
	return strcmp(((const struct nr_str *)a)->p, ((const struct nr_str *)b)->p);
}

static void mark_item(struct world_item *it, uint64_t *rng)
{
	size_t k = world_pick(rng, 3) ? 0 : 1 + world_pick(rng, WORLD_RELEASES), n = 0;

	for (size_t i = 0; i < k; i++)
		it->release[i] = units[world_pick(rng, NR_COUNT(units))].id;
	qsort(it->release, k, sizeof(*it->release), cmp_str);
	for (size_t i = 0; i < k; i++)
		if (n == 0 || !nr_str_eq(it->release[n - 1], it->release[i]))
			it->release[n++] = it->release[i];
	it->marking = (struct nr_marking){ .tlp = (enum nr_tlp)world_pick(rng, NR_TLP_COUNT),
					   .origin = it->unit,
					   .n_release = n };
}

/* One unit sends the same bytes once: a second time would be the same dossier. */
static unsigned spread_of(const struct world *w, size_t i, uint64_t *rng)
{
	unsigned k = world_pick(rng, 5) ? 0 : 1 + (unsigned)world_pick(rng, 3);

	for (size_t j = 0; j < i; j++)
		if (w->items[j].spread == k && nr_str_eq(w->items[j].unit, w->items[i].unit))
			return 0;
	return k;
}

void world_make(struct world *w, uint64_t seed, size_t n)
{
	uint64_t rng = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	/* Few submitters, so that viewers have something to see and something not to. */
	size_t base = world_pick(&rng, NR_COUNT(units) - 12);

	*w = (struct world){ .n = n < WORLD_MAX ? n : WORLD_MAX, .seed = seed };
	for (size_t i = 0; i < w->n; i++) {
		struct world_item *it = &w->items[i];
		size_t at = world_pick(&rng, 3) ? base + world_pick(&rng, 12)
						: world_pick(&rng, NR_COUNT(units));

		it->unit = units[at].id;
		mark_item(it, &rng);
		it->spread = spread_of(w, i, &rng);
		it->seed = (uint64_t)world_pick(&rng, SIZE_MAX >> 32) << 8 | 1;
		(void)snprintf(it->token, sizeof(it->token), "zq%06zx%06zx",
			       world_pick(&rng, 1 << 24), world_pick(&rng, 1 << 24));
	}
}

static void add_observables(const struct world_item *it, uint64_t *rng, struct nr_arena *a,
			    struct nr_dossier *d)
{
	size_t n = 1 + world_pick(rng, 4);
	struct nr_evidence ev = nr_ev_bytes(0, 1);
	uint32_t own;

	own = nr_dossier_obs_raw(d, NR_OBS_DOMAIN, nr_arena_fmt(a, "%s.example", it->token), "link",
				 ev);
	for (size_t i = 0; i < n; i++) {
		/* a few values that many share, and many that few do */
		size_t which = world_pick(rng, 3) ? 10 + world_pick(rng, 90) : world_pick(rng, 10);
		uint32_t o[4] = {
			nr_dossier_obs_raw(d, NR_OBS_DOMAIN,
					   nr_arena_fmt(a, "c2-%zu.example", which), "link", ev),
			nr_dossier_obs_raw(d, NR_OBS_IPV4, nr_arena_fmt(a, "198.51.100.%zu", which),
					   "source", ev),
			nr_dossier_obs_raw(d, NR_OBS_SUBJECT,
					   nr_arena_fmt(a, "請求書の件 %zu", which % 5), "subject",
					   ev),
			nr_dossier_obs_raw(
				d, NR_OBS_URL,
				nr_arena_fmt(a, "http://c2-%zu.example/a/%zu", which, which),
				"link", ev),
		};
		struct nr_finding *f;

		if (world_pick(rng, 4) == 0)
			continue; /* bystanders */
		f = nr_dossier_finding(d, which & 1 ? "scan.horizontal" : "mail.lure",
				       (enum nr_severity)world_pick(rng, 5),
				       (unsigned)world_pick(rng, 101), "T1566");
		f->summary = nr_arena_fmt(a, "seen with %s", it->token);
		f->at_us = d->material.first_us;
		nr_finding_obs(f, o[0]);
		nr_finding_obs(f, o[1]);
		nr_finding_obs(f, o[3]);
		nr_finding_obs(f, own);
		nr_finding_ev(f, ev);
	}
}

static struct nr_str i_country(uint64_t *rng)
{
	static const char *const codes[] = { "CN", "JP", "RU", "US", "ZZ" };

	return nr_str_c(codes[world_pick(rng, NR_COUNT(codes))]);
}

static void add_counters(const struct nr_submit *sub, uint64_t *rng, struct nr_arena *a,
			 struct nr_dossier *d)
{
	for (size_t i = 0; i < 3; i++)
		nr_dossier_counter(d, "port", nr_arena_fmt(a, "%zu/tcp", 20 + i * 3),
				   1 + world_pick(rng, 500), 1 + world_pick(rng, 9));
	nr_dossier_counter(d, "country", i_country(rng), 1 + world_pick(rng, 90), 1);
	nr_dossier_counter(d, "minute",
			   nr_arena_fmt(a, "%lld", (long long)(sub->now_us / 60000000 - 60)),
			   1 + world_pick(rng, 500), 0);
}

void world_dossier(const struct world *w, size_t i, struct nr_arena *a, struct nr_dossier *ret,
		   struct nr_submit *ret_sub, struct nr_bytes *ret_material)
{
	const struct world_item *it = &w->items[i];
	uint64_t rng = it->seed;
	/* Some material is sent by several units: same bytes, same digest. */
	struct nr_str body = world_pick(&rng, 5)
				     ? nr_arena_fmt(a, "material of %s", it->token)
				     : nr_arena_fmt(a, "spread %zu", world_pick(&rng, 3));
	struct nr_dossier *d = ret;
	bool mail = world_pick(&rng, 2);

	*ret_sub = (struct nr_submit){
		.unit = it->unit,
		.marking = it->marking,
		.actor = NR_STR("cli:test"),
		.now_us = INT64_C(1785000000000000) + (int64_t)i * 613 * NR_US_PER_S,
	};
	ret_sub->marking.release = it->release;
	*ret_material = nr_str_bytes(body);
	nr_dossier_init(d, a);
	d->eye = mail ? NR_STR("mail") : NR_STR("sense");
	d->eye_version = 1;
	d->material = (struct nr_material){
		.kind = mail ? NR_STR("mail") : NR_STR("capture"),
		.name = nr_arena_fmt(a, "添付-%s.%s", it->token, mail ? "eml" : "pcap"),
		.media_type = NR_STR("application/octet-stream"),
		.size = body.n,
		.sha256 = nr_sha256(nr_str_bytes(body)),
		.first_us = ret_sub->now_us - 3600 * NR_US_PER_S,
		.last_us = ret_sub->now_us - 1800 * NR_US_PER_S,
	};
	if (mail) {
		char hex[65];

		nr_hex(d->material.sha256.b, 32, hex);
		nr_dossier_obs_raw(d, NR_OBS_SHA256, nr_str_c(hex), "material", nr_ev_bytes(0, 1));
	}
	add_observables(it, &rng, a, d);
	add_counters(ret_sub, &rng, a, d);
	d->text = nr_arena_fmt(a, "至急 印刷版の資料を添付します %s 号%zu", it->token,
			       world_pick(&rng, 7));
	d->verdict.cls = (enum nr_class)world_pick(&rng, 6);
	d->verdict.score = (unsigned)world_pick(&rng, 101);
	nr_dossier_reason(d, "because of %s", it->token);
}

enum nr_rc world_enrol(struct nr_store *s, struct nr_err *reterr)
{
	enum nr_rc rc = NR_OK;

	NR_TRY(nr_store_begin(s, reterr));
	for (size_t i = 0; i < NR_COUNT(units) && rc == NR_OK; i++)
		rc = nr_store_unit_put(s, &units[i], reterr);
	if (rc == NR_OK)
		rc = nr_store_commit(s, reterr);
	else
		nr_store_rollback(s);
	return rc;
}

struct pieces {
	struct nr_arena a;
	struct nr_submit subs[WORLD_MAX];
	struct nr_dossier dossiers[WORLD_MAX];
	struct nr_dossier *ds[WORLD_MAX];
	struct nr_src srcs[WORLD_MAX];
	const struct nr_src *src[WORLD_MAX];
	struct nr_receipt receipts[WORLD_MAX];
	size_t n;
};

static void gather(const struct world *w, const struct nr_tree *t, const struct nr_viewer *v,
		   struct pieces *p)
{
	for (size_t i = 0; i < w->n; i++) {
		struct nr_marking m = w->items[i].marking;
		struct nr_bytes material;

		m.release = w->items[i].release;
		if (v && !nr_policy_decide(t, v, &m, NR_PURPOSE_READ))
			continue;
		world_dossier(w, i, &p->a, &p->dossiers[p->n], &p->subs[p->n], &material);
		p->ds[p->n] = &p->dossiers[p->n];
		p->srcs[p->n] = nr_src_mem(material);
		p->src[p->n] = &p->srcs[p->n];
		p->n++;
	}
}

enum nr_rc world_fill(const struct world *w, struct nr_intake *in, const struct nr_tree *t,
		      const struct nr_viewer *v, struct nr_err *reterr)
{
	struct pieces *p = calloc(1, sizeof(*p));
	enum nr_rc rc;

	if (!p)
		return nr_fail(reterr, NR_E_NOMEM, "world", UINT64_MAX, "out of memory");
	p->a = NR_ARENA_INIT(64 << 20);
	rc = world_enrol(in->store, reterr);
	gather(w, t, v, p);
	if (rc == NR_OK)
		rc = nr_intake_batch(in, p->subs, p->ds, p->src, p->n, p->receipts, reterr);
	nr_arena_done(&p->a);
	free(p);
	return rc;
}
