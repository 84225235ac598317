// Numbers, instants and indicators as a watch officer reads them: 24 hours, JST, tabular.
import glossary from "../i18n/glossary.json";
import { lang, word } from "./i18n";
import { visibleName } from "./visible";

const JST_MS = 9 * 3600 * 1000;

export function number(n: number): string {
	return n.toLocaleString(lang.value === "ja" ? "ja-JP" : "en-GB");
}

export function share(n: number, of: number): string {
	if (of <= 0 || n <= 0)
		return "0.0 %";
	const p = (n / of) * 100;
	return p < 0.1 ? "< 0.1 %" : `${p.toFixed(1)} %`;
}

export function bytes(n: number): string {
	if (n < 1024)
		return `${number(n)} B`;
	const units = ["KiB", "MiB", "GiB", "TiB"];
	let v = n, i = -1;
	do {
		v /= 1024;
		i++;
	} while (v >= 1024 && i < units.length - 1);
	return `${v.toFixed(v < 10 ? 1 : 0)} ${units[i]}`;
}

function shifted(iso: string): Date | null {
	const ms = Date.parse(iso);
	return Number.isNaN(ms) ? null : new Date(ms + JST_MS);
}

// 2011-08-26 21:30:05 in JST (the zone stands in the column head or beside it).
export function jst(iso: string, seconds = true): string {
	const d = shifted(iso);
	if (!d)
		return iso;
	const s = d.toISOString();
	return `${s.slice(0, 10)} ${s.slice(11, seconds ? 19 : 16)}`;
}

export function jstHour(iso: string): number {
	return shifted(iso)?.getUTCHours() ?? 0;
}

export function jstDay(iso: string): string {
	const d = shifted(iso);
	return d ? `${d.getUTCMonth() + 1}/${d.getUTCDate()}` : "";
}

export function utc(iso: string): string {
	const ms = Date.parse(iso);
	return Number.isNaN(ms) ? iso : new Date(ms).toISOString().replace("T", " ").replace("Z", " UTC");
}

const regions: Record<string, Intl.DisplayNames> = {};

// A country by its code, in the language of the page.  "" and private codes stay what they are.
export function country(code: string): string {
	if (!/^[A-Z]{2}$/.test(code))
		return code;
	const l = lang.value;
	regions[l] ??= new Intl.DisplayNames([l], { type: "region" });
	return regions[l].of(code) ?? code;
}

// 23/tcp reads 23/TCP, as the police tables print it.
export function port(key: string): string {
	return key.toUpperCase();
}

// Defanged so that no program on the way turns it into a link, and with nothing invisible in it.
export function defang(kind: string, raw: string): string {
	const value = visibleName(raw);
	switch (kind) {
	case "ipv4":
	case "domain":
		return value.replaceAll(".", "[.]");
	case "ipv6":
		return value.replaceAll(":", "[:]");
	case "url": {
		const m = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)(.*)$/is.exec(value);
		if (!m)
			return value.replaceAll(".", "[.]");
		return m[1]!.replace(/^http/i, "hxxp").replace(/^ftp/i, "fxp")
			+ m[2]!.replaceAll(".", "[.]").replaceAll("@", "[@]") + m[3]!;
	}
	case "email":
		return value.replaceAll("@", "[@]").replaceAll(".", "[.]");
	default:
		return value;
	}
}

// "domain evil.example", as the hub titles a campaign, in the reader's words and defanged.
export function campaignTitle(title: string): string {
	const m = /^([a-z0-9-]+) (.+)$/s.exec(title);
	const kind = m?.[1] ?? "";
	if (!m || !(`obs.${kind}` in glossary))
		return title;
	const value = /^[0-9a-f]{32,}$/.test(m[2]!) ? `${m[2]!.slice(0, 16)}…` : defang(kind, m[2]!);
	return `${word("obs", kind)} ${value}`;
}

// Folding for highlighting, one output character for one input character where NFKC keeps the length.
export function fold(s: string): string {
	return s.normalize("NFKC").toLowerCase();
}

// Where the words of a query stand in a snippet: sorted, merged [start, end) pairs.
export function matches(text: string, q: string): [number, number][] {
	const folded = Array.from(text, (c) => {
		const f = fold(c);
		return f.length === c.length ? f : c;
	}).join("");
	const words = q.match(/"[^"]+"|[^\s"　]+/g)?.map((w) => fold(w.replaceAll('"', ""))) ?? [];
	const found: [number, number][] = [];
	for (const w of words) {
		for (let i = w === "" ? -1 : folded.indexOf(w); i >= 0; i = folded.indexOf(w, i + w.length))
			found.push([i, i + w.length]);
	}
	found.sort((a, b) => a[0] - b[0]);
	const res: [number, number][] = [];
	for (const f of found) {
		const last = res[res.length - 1];
		if (last && f[0] <= last[1])
			last[1] = Math.max(last[1], f[1]);
		else
			res.push(f);
	}
	return res;
}
