#include "world.h"

#define S(x) { .p = (x), .n = sizeof(x) - 1 }
#define BUREAU(id_, ja_)                                                                           \
	{ .id = S(id_), .kind = NR_UNIT_BUREAU, .name_ja = S(ja_), .name_en = S(id_),              \
	  .command_parent = S("npa"), .technical_parent = S("cfc"), .basis = S("police act 5") }
#define PREF(code_, id_, ja_, bureau_)                                                             \
	{ .id = S(id_), .kind = NR_UNIT_PREFECTURE, .name_ja = S(ja_), .name_en = S(id_),          \
	  .command_parent = S(bureau_), .technical_parent = S("cfc"), .prefecture = (code_),       \
	  .basis = S("police act 2") }
#define MEMBER(id_, pref_, sector_)                                                                \
	{ .id = S(id_), .kind = NR_UNIT_MEMBER, .name_ja = S(id_), .name_en = S(id_),              \
	  .technical_parent = S(pref_), .sector = S(sector_), .basis = S("member agreement") }
#define ALONE(id_, kind_)                                                                          \
	{ .id = S(id_), .kind = (kind_), .name_ja = S(id_), .name_en = S(id_),                     \
	  .basis = S("exchange agreement") }

static const struct nr_unit units[] = {
	{ .id = S("npa"), .kind = NR_UNIT_NPA, .name_ja = S("警察庁"), .name_en = S("NPA"),
	  .basis = S("police act 5") },
	{ .id = S("cfc"), .kind = NR_UNIT_CENTRE, .name_ja = S("サイバーフォースセンター"),
	  .name_en = S("Cyber Force Center"), .command_parent = S("npa"),
	  .technical_parent = S("npa"), .basis = S("police act 5") },
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
