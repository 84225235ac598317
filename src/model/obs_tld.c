/* Last labels that names in running text end with.  Not the root zone: a name written without a scheme
 * counts as one only when it ends like the names people register; everything else needs "://" or '@'. */
#include "model/obs_int.h"

/* Two-letter country codes are packed separately. */
static const char *const generic[] = {
	"academy",    "accountant", "adult",       "aero",        "agency",        "app",
	"art",        "arpa",       "asia",        "associates",  "auction",       "baby",
	"band",       "bank",       "bar",         "beauty",      "beer",          "best",
	"bet",        "bid",        "bio",         "biz",         "blog",          "blue",
	"boats",      "bond",       "boutique",    "broker",      "build",         "builders",
	"business",   "buzz",       "cafe",        "cam",         "camera",        "camp",
	"capital",    "cards",      "care",        "careers",     "casa",          "cash",
	"casino",     "cat",        "center",      "ceo",         "chat",          "cheap",
	"church",     "city",       "claims",      "cleaning",    "click",         "clinic",
	"clothing",   "cloud",      "club",        "coach",       "codes",         "coffee",
	"com",        "community",  "company",     "computer",    "consulting",    "contact",
	"cool",       "coop",       "country",     "courses",     "credit",        "cricket",
	"cyou",       "dad",        "date",        "dating",      "day",           "dealer",
	"deals",      "delivery",   "design",      "dev",         "diet",          "digital",
	"direct",     "directory",  "download",    "earth",       "edu",           "education",
	"email",      "energy",     "engineer",    "engineering", "enterprises",   "equipment",
	"estate",     "events",     "example",     "exchange",    "expert",        "exposed",
	"express",    "fail",       "faith",       "family",      "fans",          "farm",
	"fashion",    "finance",    "financial",   "fit",         "fitness",       "flights",
	"fun",        "fund",       "futbol",      "gallery",     "game",          "games",
	"garden",     "gdn",        "gift",        "gifts",       "gives",         "glass",
	"global",     "gold",       "golf",        "gov",         "gratis",        "green",
	"group",      "guide",      "guru",        "hair",        "haus",          "health",
	"healthcare", "help",       "homes",       "hospital",    "host",          "hosting",
	"house",      "how",        "icu",         "inc",         "industries",    "info",
	"ink",        "institute",  "insure",      "int",         "international", "investments",
	"jobs",       "kim",        "kitchen",     "kyoto",       "land",          "lat",
	"lease",      "legal",      "lgbt",        "life",        "lighting",      "limited",
	"limo",       "link",       "live",        "loan",        "loans",         "lol",
	"ltd",        "makeup",     "management",  "market",      "marketing",     "mba",
	"media",      "men",        "mil",         "mobi",        "moda",          "mom",
	"money",      "monster",    "motorcycles", "museum",      "nagoya",        "name",
	"net",        "network",    "news",        "ninja",       "nyc",           "observer",
	"okinawa",    "one",        "onion",       "online",      "ooo",           "org",
	"osaka",      "page",       "partners",    "parts",       "party",         "photo",
	"photos",     "pics",       "pictures",    "pink",        "pizza",         "place",
	"plus",       "poker",      "porn",        "press",       "pro",           "productions",
	"promo",      "properties", "pub",         "qpon",        "quest",         "racing",
	"realtor",    "recipes",    "red",         "rehab",       "ren",           "rent",
	"rentals",    "repair",     "report",      "republican",  "rest",          "review",
	"reviews",    "rip",        "rocks",       "run",         "ryukyu",        "sale",
	"sbs",        "school",     "science",     "security",    "services",      "sex",
	"shop",       "shopping",   "show",        "site",        "skin",          "social",
	"software",   "solar",      "solutions",   "space",       "store",         "stream",
	"studio",     "study",      "style",       "support",     "surf",          "systems",
	"tax",        "taxi",       "team",        "tech",        "technology",    "tel",
	"tennis",     "tips",       "tires",       "today",       "tokyo",         "tools",
	"top",        "tours",      "town",        "toys",        "trade",         "training",
	"travel",     "tube",       "university",  "uno",         "vacations",     "ventures",
	"vet",        "vip",        "vision",      "vodka",       "vote",          "voyage",
	"wang",       "watch",      "webcam",      "website",     "wiki",          "win",
	"wine",       "work",       "works",       "world",       "wtf",           "xin",
	"xyz",        "yoga",       "yokohama",    "zone",
};

static const char countries[] = "acadaeafagaialamaoaqarasatauawaxazbabbbdbebfbgbhbibjbmbnbobrbsbtbw"
				"bybzcacccdcfcgchcickclcmcn"
				"cocrcucvcwcxcyczdedjdkdmdodzeceeegereseteufifjfkfmfofrgagbgdgegfgg"
				"ghgiglgmgngpgqgrgsgtgugwgy"
				"hkhmhnhrhthuidieiliminioiqirisitjejmjojpkekgkhkikmknkpkrkwkykzlalb"
				"lclilklrlsltlulvlymamcmdmemg"
				"mhmkmlmmmnmompmqmrmsmtmumvmwmxmymznancnenfngninlnonpnrnunzompapepf"
				"pgphpkplpmpnprpsptpwpyqarero"
				"rsrurwsasbscsdsesgshsiskslsmsnsosrssstsusvsxsysztctdtftgthtjtktltm"
				"tntotrtttvtwtzuaugukusuyuzva"
				"vcvevgvivnvuwfwsyeytzazmzw";

/* Country codes that are also extensions of files or everyday words. */
static const char *const weak[] = { "ai", "am", "as", "at", "be", "by", "cc", "do", "hm", "id",
				    "im", "in", "is", "it", "la", "ly", "md", "me", "ml", "mm",
				    "mo", "mt", "my", "no", "pl", "pm", "ps", "py", "rs", "sh",
				    "so", "st", "to", "tv", "us", "vi", "ws" };

static bool listed(struct nr_str s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(list[i]) == s.n && nr_has_prefix_ci(s, list[i]))
			return true;
	return false;
}

bool nr_obs_tld(struct nr_str label, bool *ret_weak)
{
	*ret_weak = false;
	if (label.n == 2) {
		*ret_weak = listed(label, weak, NR_COUNT(weak));
		for (size_t i = 0; i + 1 < sizeof(countries) - 1; i += 2)
			if (nr_c_lower(countries[i]) == nr_c_lower(label.p[0]) &&
			    nr_c_lower(countries[i + 1]) == nr_c_lower(label.p[1]))
				return true;
		return false;
	}
	return nr_has_prefix_ci(label, "xn--") || listed(label, generic, NR_COUNT(generic));
}
