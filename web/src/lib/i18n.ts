// Words of the interface.  Every string a person reads stands in src/i18n/glossary.json, Japanese
// and English side by side; the language is a signal, so a switch redraws what shows text.
import { signal } from "@preact/signals";
import glossary from "../i18n/glossary.json";

export type Lang = "ja" | "en";
export type Key = keyof typeof glossary;

const STORE = "noroshi.lang";

export function initialLang(): Lang {
	const kept = localStorage.getItem(STORE);
	if (kept === "ja" || kept === "en")
		return kept;
	return navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en";
}

export const lang = signal<Lang>(initialLang());

export function setLang(l: Lang): void {
	localStorage.setItem(STORE, l);
	lang.value = l;
}

// t("key", {n: 3}) fills {n}.  Values are text for the page; preact escapes them.
export function t(key: Key, fill?: Record<string, string | number>): string {
	let s: string = glossary[key][lang.value];
	if (fill)
		for (const [k, v] of Object.entries(fill))
			s = s.replaceAll(`{${k}}`, String(v));
	return s;
}

// The same in a language named, for what is shown in both.
export function tIn(l: Lang, key: Key): string {
	return glossary[key][l];
}

// A word that came from outside (a severity, a kind): its translation when the glossary has one,
// else the word itself.
export function word(prefix: string, w: string | null | undefined): string {
	if (!w)
		return "";
	const key = `${prefix}.${w}`;
	return key in glossary ? t(key as Key) : w;
}

export function has(key: string): key is Key {
	return key in glossary;
}
