/* The demonstration world: the police tree as it really is (japan.md section 0.2), and companies,
 * vendors and a partner that do not exist. */
#include "cli/demo_world.h"

#define POLICE "警察法第2条・第36条（犯罪の予防・捜査のための自庁設置センサーの観測）"
#define CCI    "サイバーインテリジェンス情報共有ネットワーク参加規約に基づく任意提供"
#define VENDOR "不正通信防止協議会における任意提供"

struct prefecture {
	const char *ja, *en, *bureau;
};

/* JIS X 0401 order, 01 to 47.  Tokyo and Hokkaido answer to no regional bureau. */
static const struct prefecture prefectures[47] = {
	{ "北海道警察", "Hokkaido Police", "" },
	{ "青森県警察", "Aomori Police", "bureau-tohoku" },
	{ "岩手県警察", "Iwate Police", "bureau-tohoku" },
	{ "宮城県警察", "Miyagi Police", "bureau-tohoku" },
	{ "秋田県警察", "Akita Police", "bureau-tohoku" },
	{ "山形県警察", "Yamagata Police", "bureau-tohoku" },
	{ "福島県警察", "Fukushima Police", "bureau-tohoku" },
	{ "茨城県警察", "Ibaraki Police", "bureau-kanto" },
	{ "栃木県警察", "Tochigi Police", "bureau-kanto" },
	{ "群馬県警察", "Gunma Police", "bureau-kanto" },
	{ "埼玉県警察", "Saitama Police", "bureau-kanto" },
	{ "千葉県警察", "Chiba Police", "bureau-kanto" },
	{ "警視庁", "Tokyo Metropolitan Police Department", "" },
	{ "神奈川県警察", "Kanagawa Police", "bureau-kanto" },
	{ "新潟県警察", "Niigata Police", "bureau-kanto" },
	{ "富山県警察", "Toyama Police", "bureau-chubu" },
	{ "石川県警察", "Ishikawa Police", "bureau-chubu" },
	{ "福井県警察", "Fukui Police", "bureau-chubu" },
	{ "山梨県警察", "Yamanashi Police", "bureau-kanto" },
	{ "長野県警察", "Nagano Police", "bureau-kanto" },
	{ "岐阜県警察", "Gifu Police", "bureau-chubu" },
	{ "静岡県警察", "Shizuoka Police", "bureau-kanto" },
	{ "愛知県警察", "Aichi Police", "bureau-chubu" },
	{ "三重県警察", "Mie Police", "bureau-chubu" },
	{ "滋賀県警察", "Shiga Police", "bureau-kinki" },
	{ "京都府警察", "Kyoto Police", "bureau-kinki" },
	{ "大阪府警察", "Osaka Police", "bureau-kinki" },
	{ "兵庫県警察", "Hyogo Police", "bureau-kinki" },
	{ "奈良県警察", "Nara Police", "bureau-kinki" },
	{ "和歌山県警察", "Wakayama Police", "bureau-kinki" },
	{ "鳥取県警察", "Tottori Police", "bureau-chugoku-shikoku" },
	{ "島根県警察", "Shimane Police", "bureau-chugoku-shikoku" },
	{ "岡山県警察", "Okayama Police", "bureau-chugoku-shikoku" },
	{ "広島県警察", "Hiroshima Police", "bureau-chugoku-shikoku" },
	{ "山口県警察", "Yamaguchi Police", "bureau-chugoku-shikoku" },
	{ "徳島県警察", "Tokushima Police", "bureau-chugoku-shikoku" },
	{ "香川県警察", "Kagawa Police", "bureau-chugoku-shikoku" },
	{ "愛媛県警察", "Ehime Police", "bureau-chugoku-shikoku" },
	{ "高知県警察", "Kochi Police", "bureau-chugoku-shikoku" },
	{ "福岡県警察", "Fukuoka Police", "bureau-kyushu" },
	{ "佐賀県警察", "Saga Police", "bureau-kyushu" },
	{ "長崎県警察", "Nagasaki Police", "bureau-kyushu" },
	{ "熊本県警察", "Kumamoto Police", "bureau-kyushu" },
	{ "大分県警察", "Oita Police", "bureau-kyushu" },
	{ "宮崎県警察", "Miyazaki Police", "bureau-kyushu" },
	{ "鹿児島県警察", "Kagoshima Police", "bureau-kyushu" },
	{ "沖縄県警察", "Okinawa Police", "bureau-kyushu" },
};

struct seed {
	const char *id;
	enum nr_unit_kind kind;
	const char *ja, *en, *command, *technical;
	unsigned prefecture;
	const char *sector, *basis;
};

static const struct seed before[] = {
	/* above the prefectures */
	{ "npa", NR_UNIT_NPA, "警察庁", "National Police Agency", "", "", 0, "", POLICE },
	{ "cfc", NR_UNIT_CENTRE, "サイバーフォースセンター", "Cyber Force Center", "npa", "npa", 0,
	  "", POLICE },
	{ "analysis-centre", NR_UNIT_CENTRE, "サイバー攻撃分析センター",
	  "Cyber-Attack Analysis Centre", "npa", "cfc", 0, "", POLICE },
	{ "bureau-tohoku", NR_UNIT_BUREAU, "東北管区警察局", "Tohoku Regional Police Bureau", "npa",
	  "cfc", 0, "", POLICE },
	{ "bureau-kanto", NR_UNIT_BUREAU, "関東管区警察局", "Kanto Regional Police Bureau", "npa",
	  "cfc", 0, "", POLICE },
	{ "bureau-chubu", NR_UNIT_BUREAU, "中部管区警察局", "Chubu Regional Police Bureau", "npa",
	  "cfc", 0, "", POLICE },
	{ "bureau-kinki", NR_UNIT_BUREAU, "近畿管区警察局", "Kinki Regional Police Bureau", "npa",
	  "cfc", 0, "", POLICE },
	{ "bureau-chugoku-shikoku", NR_UNIT_BUREAU, "中国四国管区警察局",
	  "Chugoku-Shikoku Regional Police Bureau", "npa", "cfc", 0, "", POLICE },
	{ "bureau-kyushu", NR_UNIT_BUREAU, "九州管区警察局", "Kyushu Regional Police Bureau", "npa",
	  "cfc", 0, "", POLICE },
};

static const struct seed after[] = {
	/* fictional: any likeness is chance */
	{ "member-akebono-power", NR_UNIT_MEMBER, "あけぼの電力株式会社", "Akebono Power Co.", "",
	  "pref-13", 13, "energy", CCI },
	{ "member-shiosai-bank", NR_UNIT_MEMBER, "株式会社しおさい銀行", "Shiosai Bank", "",
	  "pref-27", 27, "finance", CCI },
	{ "member-tsubame-seimitsu", NR_UNIT_MEMBER, "つばめ精密工業株式会社",
	  "Tsubame Precision Works", "", "pref-23", 23, "manufacturing", CCI },
	{ "member-hinata-medical", NR_UNIT_MEMBER, "医療法人ひなた会", "Hinata Medical Group", "",
	  "pref-40", 40, "medical", CCI },
	{ "member-minato-logistics", NR_UNIT_MEMBER, "みなと物流株式会社", "Minato Logistics", "",
	  "pref-14", 14, "logistics", CCI },
	{ "vendor-hayate-security", NR_UNIT_VENDOR, "はやてセキュリティ株式会社",
	  "Hayate Security, Inc.", "", "cfc", 0, "", VENDOR },
	{ "vendor-kumo-labs", NR_UNIT_VENDOR, "雲研究所株式会社", "Kumo Labs", "", "cfc", 0, "",
	  VENDOR },
	{ "partner-nordhavn-cert", NR_UNIT_PARTNER, "ノルドハウンCERT（架空）",
	  "Nordhavn CERT (fictional)", "", "", 0, "",
	  "国際捜査共助・情報交換の枠組みに基づく提供" },
};

struct sensor_seed {
	const char *id, *unit, *kind, *name, *darknet;
	uint64_t addresses;
};

static const struct sensor_seed sensors[] = {
	{ "sensor-13-a", "pref-13", "silent", "警視庁 第一観測点", "192.0.2.0/26", 64 },
	{ "sensor-27-a", "pref-27", "silent", "大阪 観測点", "192.0.2.64/26", 64 },
	{ "sensor-01-a", "pref-01", "silent", "札幌 観測点", "192.0.2.128/26", 64 },
	{ "sensor-40-a", "pref-40", "responding", "福岡 応答型観測点", "198.51.100.0/26", 64 },
	{ "sensor-04-a", "pref-04", "silent", "仙台 観測点", "198.51.100.64/26", 64 },
	{ "sensor-13-edge", "pref-13", "edge", "警視庁 庁内境界", "", 16 },
};

static enum nr_rc put_seed(struct nr_store *s, const struct seed *d, struct nr_err *reterr)
{
	struct nr_unit u = {
		.id = nr_str_c(d->id),
		.kind = d->kind,
		.name_ja = nr_str_c(d->ja),
		.name_en = nr_str_c(d->en),
		.command_parent = nr_str_c(d->command),
		.technical_parent = nr_str_c(d->technical),
		.prefecture = d->prefecture,
		.sector = nr_str_c(d->sector),
		.basis = nr_str_c(d->basis),
	};

	return nr_store_unit_put(s, &u, reterr);
}

static enum nr_rc put_prefecture(struct nr_store *s, unsigned code, struct nr_err *reterr)
{
	const struct prefecture *p = &prefectures[code - 1];
	char id[16];
	struct seed d = {
		.id = id,
		.kind = NR_UNIT_PREFECTURE,
		.ja = p->ja,
		.en = p->en,
		.command = p->bureau[0] ? p->bureau : "npa",
		.technical = p->bureau[0] ? p->bureau : "cfc",
		.prefecture = code,
		.sector = "",
		.basis = POLICE,
	};

	(void)snprintf(id, sizeof(id), "pref-%02u", code);
	return put_seed(s, &d, reterr);
}

static enum nr_rc put_sensor(struct nr_store *s, const struct sensor_seed *d, struct nr_err *reterr)
{
	struct nr_sensor v = {
		.id = nr_str_c(d->id),
		.unit = nr_str_c(d->unit),
		.kind = nr_str_c(d->kind),
		.name = nr_str_c(d->name),
		.basis = NR_STR(POLICE),
		.purpose = NR_STR("リアルタイム検知ネットワーク"),
		.darknet = nr_str_c(d->darknet),
		.addresses = d->addresses,
	};

	return nr_store_sensor_put(s, &v, reterr);
}

enum nr_rc nr_demo_units(struct nr_store *s, struct nr_err *reterr)
{
	for (size_t i = 0; i < NR_COUNT(before); i++)
		NR_TRY(put_seed(s, &before[i], reterr));
	for (unsigned code = 1; code <= NR_COUNT(prefectures); code++)
		NR_TRY(put_prefecture(s, code, reterr));
	for (size_t i = 0; i < NR_COUNT(after); i++)
		NR_TRY(put_seed(s, &after[i], reterr));
	for (size_t i = 0; i < NR_COUNT(sensors); i++)
		NR_TRY(put_sensor(s, &sensors[i], reterr));
	return NR_OK;
}
