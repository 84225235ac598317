// The console: header, menu, and the page the address names.
import { signal } from "@preact/signals";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ApiError, api, loadSession, setCsrf } from "./lib/api";
import { type Key, lang, setLang, t } from "./lib/i18n";
import { CHORDS, startKeys } from "./lib/keys";
import { liveState, startLive, startVisibility } from "./lib/live";
import { loadRegisters, mayRole, nameOf, session } from "./lib/registers";
import { place, startRouter } from "./lib/router";
import { applyTheme, startTheme, theme } from "./lib/theme";
import { CampaignPage, CampaignsPage } from "./pages/campaigns";
import { DossierPage } from "./pages/dossier";
import { DossiersPage } from "./pages/dossiers";
import { FeedsPage } from "./pages/feeds";
import { SearchBox, SearchPage } from "./pages/search";
import { SituationPage } from "./pages/situation";
import { UnitsPage } from "./pages/units";
import { UploadPage } from "./pages/upload";
import { Empty, ErrorBox, Page } from "./parts/ui";
import "./style.css";

const failed = signal<ApiError | null>(null);
const helping = signal(false);
const menu = signal(false);

// Addresses the console answers; any other link is the hub's (a feed, the API).
const PAGES = /^\/($|dossiers(\/|$)|campaigns(\/|$)|search$|upload$|feeds$|units$)/;

function current(path: string) {
	const [, area, id] = path.split("/");
	if (!area)
		return <SituationPage />;
	if (area === "dossiers")
		return id ? <DossierPage key={id} id={id} /> : <DossiersPage />;
	if (area === "campaigns")
		return id ? <CampaignPage key={id} id={id} /> : <CampaignsPage />;
	if (area === "search")
		return <SearchPage />;
	if (area === "upload")
		return <UploadPage />;
	if (area === "feeds")
		return <FeedsPage />;
	if (area === "units")
		return <UnitsPage />;
	return <Page title={t("error.not-found")}><Empty title={t("error.not-found")}><a href="/">{t("nav.situation")}</a></Empty></Page>;
}

function App() {
	document.documentElement.lang = lang.value;
	const path = place.value.path;
	useEffect(() => {
		menu.value = false;
	}, [path]);
	if (failed.value)
		return <main class="lone"><ErrorBox error={failed.value} retry={() => location.reload()} /></main>;
	if (!session.value)
		return <main class="lone"><p role="status">{t("ui.loading")}</p></main>;
	return (
		<>
			<a class="skip" href="#main">{t("ui.skip")}</a>
			<Header />
			<div class="frame">
				<Nav path={path} />
				<main id="main" tabIndex={-1}>{current(path)}</main>
			</div>
			<Help />
		</>
	);
}

function Header() {
	return (
		<header class="top">
			<button type="button" class="menubutton" aria-expanded={menu.value} aria-controls="nav"
				onClick={() => { menu.value = !menu.value; }}>{t("nav.menu")}</button>
			<a class="brand" href="/"><b>狼煙</b> <span>Noroshi</span></a>
			<SearchBox />
			<Live />
			<div class="tools">
				<button type="button" class="quiet" lang={lang.value === "ja" ? "en" : "ja"} data-testid="lang"
					onClick={() => setLang(lang.value === "ja" ? "en" : "ja")}>{lang.value === "ja" ? "English" : "日本語"}</button>
				<label><span class="sr">{t("theme.label")}</span>
					<select class="quiet" value={theme.value} data-testid="theme" onChange={(e) => applyTheme(e.currentTarget.value as "auto")}>
						<option value="auto">{t("theme.auto")}</option>
						<option value="light">{t("theme.light")}</option>
						<option value="dark">{t("theme.dark")}</option>
					</select></label>
				<button type="button" class="quiet keyhelp" aria-label={t("keys.title")} onClick={() => { helping.value = true; }}>?</button>
			</div>
		</header>
	);
}

function Live() {
	const s = liveState.value;
	return <span class={`live live-${s}`} role="status"><i aria-hidden="true" />{t(`live.${s}`)}</span>;
}

function Nav({ path }: { path: string }) {
	const s = session.value!;
	const out = () => {
		api("/api/v1/session", { method: "DELETE" }).then(() => location.assign("/sign-in"), () => location.assign("/sign-in"));
	};
	const active = (p: string) => (p === "/" ? path === "/" : path.startsWith(p));
	return (
		<nav id="nav" class={menu.value ? "open" : ""} aria-label={t("nav.label")}>
			<ul>
				{CHORDS.filter((c) => c.path !== "/upload" || mayRole("submitter")).map((c) => (
					<li key={c.path}><a href={c.path} aria-current={active(c.path) ? "page" : undefined}>{t(c.label)}<kbd aria-hidden="true">g {c.key}</kbd></a></li>
				))}
			</ul>
			<div class="who">
				<b>{s.person.name || s.person.login}</b>
				<span>{s.unit ? nameOf(s.unit) : s.person.unit}</span>
				<span class="muted">{s.person.roles.map((r) => t(`rolename.${r}` as Key)).join(lang.value === "ja" ? "・" : ", ")}</span>
				<button type="button" class="quiet" onClick={out}>{t("nav.sign_out")}</button>
				<span class="muted small">{t("app.version", { v: s.version })}</span>
			</div>
		</nav>
	);
}

function Help() {
	const box = useRef<HTMLDialogElement>(null);
	const open = helping.value;
	useEffect(() => {
		if (open && !box.current?.open)
			box.current?.showModal();
		else if (!open)
			box.current?.close();
	}, [open]);
	return (
		<dialog ref={box} onClose={() => { helping.value = false; }} aria-labelledby="help-title">
			<h2 id="help-title">{t("keys.title")}</h2>
			<table class="tight">
				<tbody>
					{CHORDS.map((c) => <tr key={c.key}><th scope="row"><kbd>g</kbd> <kbd>{c.key}</kbd></th><td>{t(c.label)}</td></tr>)}
					<tr><th scope="row"><kbd>/</kbd></th><td>{t("keys.search")}</td></tr>
					<tr><th scope="row"><kbd>j</kbd> <kbd>k</kbd></th><td>{t("keys.rows")}</td></tr>
					<tr><th scope="row"><kbd>Enter</kbd></th><td>{t("keys.open")}</td></tr>
					<tr><th scope="row"><kbd>?</kbd></th><td>{t("keys.help")}</td></tr>
				</tbody>
			</table>
			<form method="dialog"><button type="submit" class="primary">{t("ui.close")}</button></form>
			<p class="muted small">{t("app.credits")}</p>
		</dialog>
	);
}

startTheme();
startRouter(PAGES);
startKeys(() => { helping.value = true; });
loadSession().then((s) => {
	setCsrf(s.csrf);
	session.value = s;
	loadRegisters();
	startLive();
	startVisibility();
}, (e: unknown) => {
	if (e instanceof ApiError && e.status !== 401)
		failed.value = e;
});
render(<App />, document.getElementById("app")!);
