// The keyboard: g and a letter go to a page, / to search, ? lists it all, arrows walk the rows.
import { go } from "./router";
import type { Key } from "./i18n";

export const CHORDS: { key: string; path: string; label: Key }[] = [
	{ key: "s", path: "/", label: "nav.situation" },
	{ key: "d", path: "/dossiers", label: "nav.dossiers" },
	{ key: "c", path: "/campaigns", label: "nav.campaigns" },
	{ key: "q", path: "/search", label: "nav.search" },
	{ key: "u", path: "/upload", label: "nav.upload" },
	{ key: "f", path: "/feeds", label: "nav.feeds" },
	{ key: "o", path: "/units", label: "nav.units" },
];

let chord = 0;

function typing(e: KeyboardEvent): boolean {
	const el = e.target as HTMLElement | null;
	return !!el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
}

// Moves between the row links ([data-row]) of the list that holds the focus, or into the first list.
function walk(step: number): boolean {
	const at = document.activeElement as HTMLElement | null;
	const list = at?.closest("[data-rows]") ?? document.querySelector("main [data-rows]");
	if (!list)
		return false;
	const rows = [...list.querySelectorAll<HTMLElement>("[data-row]")].filter((r) => r.offsetParent !== null);
	const i = at ? rows.findIndex((r) => r === at || r.closest("tr")?.contains(at)) : -1;
	const next = rows[i < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, i + step))];
	next?.focus();
	return !!next;
}

export function startKeys(help: () => void): void {
	addEventListener("keydown", (e) => {
		if (e.metaKey || e.ctrlKey || e.altKey || e.isComposing || typing(e) || document.querySelector("dialog[open]"))
			return;
		if (Date.now() - chord < 1200) {
			chord = 0;
			const c = CHORDS.find((x) => x.key === e.key.toLowerCase());
			if (c) {
				e.preventDefault();
				go(c.path);
			}
			return;
		}
		if (e.key === "g") {
			chord = Date.now();
		} else if (e.key === "/") {
			e.preventDefault();
			document.getElementById("search-box")?.focus();
		} else if (e.key === "?") {
			e.preventDefault();
			help();
		} else if (e.key === "j" || (e.key === "ArrowDown" && inRows())) {
			if (walk(1))
				e.preventDefault();
		} else if (e.key === "k" || (e.key === "ArrowUp" && inRows())) {
			if (walk(-1))
				e.preventDefault();
		}
	});
}

function inRows(): boolean {
	return !!document.activeElement?.closest("[data-rows]");
}
