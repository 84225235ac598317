// The sign-in page: a form that works in both languages, and one-time links (#link=TOKEN).  The token
// stands behind '#' so that it never reaches a log; it is sent by POST and wiped from the address.
import glossary from "./i18n/sign-in.json";
import "./sign-in.css";

type Key = keyof typeof glossary;
type Lang = "ja" | "en";

const kept = localStorage.getItem("noroshi.lang");
let lang: Lang = kept === "ja" || kept === "en" ? kept : navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en";
const theme = localStorage.getItem("noroshi.theme");
if (theme === "light" || theme === "dark")
	document.documentElement.dataset.theme = theme;

const $ = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const form = $<HTMLFormElement>("form");
const status = $("status");
let said: Key | null = null;

function words(): void {
	document.documentElement.lang = lang;
	document.title = glossary.title[lang];
	for (const el of document.querySelectorAll<HTMLElement>("[data-t]"))
		el.textContent = glossary[el.dataset.t as Key][lang];
	$("lang").textContent = lang === "ja" ? "English" : "日本語";
	$("lang").lang = lang === "ja" ? "en" : "ja";
	status.textContent = said ? glossary[said][lang] : "";
}

function say(key: Key | null, bad: boolean): void {
	said = key;
	status.className = bad ? "bad" : "";
	words();
}

// Only a path of this console: never another site.
function next(): string {
	const n = new URLSearchParams(location.search).get("next") ?? "/";
	return /^\/(?![/\\])/.test(n) ? n : "/";
}

async function post(path: string, body: unknown, refused: Key): Promise<void> {
	say("working", false);
	form.inert = true;
	try {
		const res = await fetch(path, {
			method: "POST",
			headers: { "Content-Type": "application/json", Accept: "application/json" },
			body: JSON.stringify(body),
			credentials: "same-origin",
		});
		if (res.ok)
			return location.replace(next());
		say(res.status === 429 ? "busy" : res.status >= 500 ? "broken" : refused, true);
	} catch {
		say("offline", true);
	}
	form.inert = false;
}

$("lang").addEventListener("click", () => {
	lang = lang === "ja" ? "en" : "ja";
	localStorage.setItem("noroshi.lang", lang);
	words();
});

form.addEventListener("submit", (e) => {
	e.preventDefault();
	const login = $<HTMLInputElement>("login").value.trim();
	const password = $<HTMLInputElement>("password").value;
	post("/api/v1/session", { login, password }, "refused").then(() => $("password").focus());
});

words();

function followLink(): void {
	const link = /^#link=([\x21-\x7e]{1,512})$/.exec(location.hash);
	if (!link)
		return;
	history.replaceState(null, "", location.pathname + location.search);
	void post("/api/v1/session/link", { token: link[1] }, "refused_link");
}

followLink();
addEventListener("hashchange", followLink);
