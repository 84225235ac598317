// Light or dark: the system's wish until a person chooses, then the choice, remembered.
import { signal } from "@preact/signals";

export type Theme = "light" | "dark" | "auto";

const STORE = "noroshi.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function kept(): Theme {
	const v = localStorage.getItem(STORE);
	return v === "light" || v === "dark" ? v : "auto";
}

export const theme = signal<Theme>(kept());
// Counts real changes of colour, for what is drawn on a canvas.
export const themeTurn = signal(0);

export function applyTheme(v: Theme): void {
	if (v === "auto")
		localStorage.removeItem(STORE);
	else
		localStorage.setItem(STORE, v);
	theme.value = v;
	if (v === "auto")
		delete document.documentElement.dataset.theme;
	else
		document.documentElement.dataset.theme = v;
	themeTurn.value++;
}

export function isDark(): boolean {
	return theme.value === "auto" ? system.matches : theme.value === "dark";
}

export function startTheme(): void {
	applyTheme(theme.value);
	system.addEventListener("change", () => themeTurn.value++);
}
