// The address bar is the state: one signal for the path, plain links, the browser's own history.
import { signal } from "@preact/signals";

export interface Place { path: string; params: URLSearchParams; hash: string }

function here(): Place {
	return { path: location.pathname, params: new URLSearchParams(location.search), hash: location.hash };
}

export const place = signal<Place>(here());

export function go(url: string, replace = false): void {
	if (replace)
		history.replaceState(null, "", url);
	else
		history.pushState(null, "", url);
	const before = place.value.path;
	place.value = here();
	if (place.value.path !== before) {
		scrollTo(0, 0);
		// A screen reader and the tab order start at the new page, not in the old menu.
		requestAnimationFrame(() => document.getElementById("main")?.focus({ preventScroll: true }));
	}
}

// Sets or clears search parameters of the present page without adding a history entry.
export function setParams(changes: Record<string, string | null>): void {
	const p = new URLSearchParams(place.value.params);
	for (const [k, v] of Object.entries(changes)) {
		if (v === null || v === "")
			p.delete(k);
		else
			p.set(k, v);
	}
	const s = p.toString();
	go(place.value.path + (s ? `?${s}` : ""), true);
}

export function startRouter(pages: RegExp): void {
	addEventListener("popstate", () => {
		place.value = here();
	});
	addEventListener("click", (e) => {
		if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey)
			return;
		const a = (e.target as Element | null)?.closest?.("a");
		if (!a || a.target || a.hasAttribute("download") || a.origin !== location.origin)
			return;
		if (!pages.test(a.pathname) || a.getAttribute("href")?.startsWith("#"))
			return;
		e.preventDefault();
		go(a.pathname + a.search + a.hash);
	});
}
