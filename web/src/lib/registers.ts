// Registers that every page needs for names: the units and the detectors, loaded once.
import { computed, signal } from "@preact/signals";
import { api } from "./api";
import { lang } from "./i18n";
import type { DetectorLine, List, Session, Unit } from "./types";

export const session = signal<Session | null>(null);
export const units = signal<Unit[]>([]);
export const detectors = signal<DetectorLine[]>([]);

const unitsById = computed(() => new Map(units.value.map((u) => [u.id, u])));
const detectorsByName = computed(() => new Map(detectors.value.map((d) => [d.name, d])));

export function loadRegisters(): void {
	// A failure leaves the ids standing in for the names; the pages say what else failed.
	api<List<Unit>>("/api/v1/units").then((l) => { units.value = l.items; }, () => undefined);
	api<List<DetectorLine>>("/api/v1/detectors").then((l) => { detectors.value = l.items; }, () => undefined);
}

export function nameOf(u: { id: string; name_ja: string; name_en: string }): string {
	return (lang.value === "ja" ? u.name_ja : u.name_en) || u.name_ja || u.name_en || u.id;
}

export function unitName(id: string): string {
	const u = unitsById.value.get(id);
	return u ? nameOf(u) : id;
}

export function detector(name: string): DetectorLine | undefined {
	return detectorsByName.value.get(name);
}

export function detectorTitle(name: string): string {
	const d = detector(name);
	return (d && (lang.value === "ja" ? d.title_ja : d.title_en)) || name;
}

export function mayRole(role: string): boolean {
	return session.value?.person.roles.includes(role) ?? false;
}

// The 47 prefectures in the order of JIS X 0401; code 1..47.
export const PREFECTURES_JA = ["北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県",
	"群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県", "岐阜県",
	"静岡県", "愛知県", "三重県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県",
	"広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県",
	"鹿児島県", "沖縄県"];
export const PREFECTURES_EN = ["Hokkaido", "Aomori", "Iwate", "Miyagi", "Akita", "Yamagata", "Fukushima", "Ibaraki",
	"Tochigi", "Gunma", "Saitama", "Chiba", "Tokyo", "Kanagawa", "Niigata", "Toyama", "Ishikawa", "Fukui", "Yamanashi",
	"Nagano", "Gifu", "Shizuoka", "Aichi", "Mie", "Shiga", "Kyoto", "Osaka", "Hyogo", "Nara", "Wakayama", "Tottori",
	"Shimane", "Okayama", "Hiroshima", "Yamaguchi", "Tokushima", "Kagawa", "Ehime", "Kochi", "Fukuoka", "Saga",
	"Nagasaki", "Kumamoto", "Oita", "Miyazaki", "Kagoshima", "Okinawa"];

// The police of a prefecture: Tokyo's is 警視庁, Hokkaido's 北海道警察.
export function prefecturePolice(code: number): string {
	if (lang.value === "en")
		return code === 13 ? "Tokyo (MPD)" : PREFECTURES_EN[code - 1] ?? String(code);
	return code === 13 ? "警視庁" : PREFECTURES_JA[code - 1]?.replace(/[県府]$/, "") ?? String(code);
}
