// Small pieces every page is made of.  Meaning never rests on colour alone: each has its word.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ApiError } from "../lib/api";
import { defang, jst, utc } from "../lib/format";
import { type Key, has, lang, t, word } from "../lib/i18n";
import type { Resource } from "../lib/resource";
import { SEVERITIES, type Severity } from "../lib/types";
import { unitName } from "../lib/registers";

// Bars that grow with severity, and the word.
export function Sev({ v }: { v: Severity }) {
	const n = Math.max(0, SEVERITIES.indexOf(v));
	return (
		<span class={`sev sev-${v}`}>
			<svg width="15" height="11" viewBox="0 0 15 11" aria-hidden="true">
				{[1, 2, 3, 4].map((i) => (
					<rect key={i} x={(i - 1) * 4} y={11 - (2 + i * 2)} width="3" height={2 + i * 2}
						class={i <= n ? "on" : "off"} />
				))}
			</svg>
			{word("severity", v)}
		</span>
	);
}

// TLP 2.0: the words and the colours FIRST prescribes, on black.
export function Tlp({ v }: { v: string }) {
	const level = v.replace(/^TLP:/, "");
	return (
		<span class={`tlp tlp-${level.replace("+", "-").toLowerCase()}`} title={has(`tlp.${level}`) ? t(`tlp.${level}` as Key) : v}>
			{v.startsWith("TLP:") ? v : `TLP:${v}`}
		</span>
	);
}

export function Verdict({ cls, score }: { cls: string; score: number }) {
	return (
		<span class={`verdict verdict-${cls}`}>
			{word("class", cls)} <span class="num">{score}</span><span class="muted">/100</span>
		</span>
	);
}

export function Time({ at, seconds = true, zone = false }: { at: string | null | undefined; seconds?: boolean; zone?: boolean }) {
	if (!at)
		return <span class="muted">—</span>;
	return <time class="num" dateTime={at} title={utc(at)}>{jst(at, seconds)}{zone ? " JST" : ""}</time>;
}

export function UnitName({ id }: { id: string }) {
	return id ? <span title={id}>{unitName(id)}</span> : <span class="muted">—</span>;
}

export function Copy({ text, label }: { text: string; label?: string }) {
	const [done, set] = useState<boolean | null>(null);
	const copy = () => {
		const settle = (ok: boolean) => {
			set(ok);
			setTimeout(() => set(null), 1600);
		};
		// Plain HTTP inside an isolated network has no clipboard interface: then select by hand.
		if (navigator.clipboard)
			navigator.clipboard.writeText(text).then(() => settle(true), () => settle(false));
		else
			settle(legacyCopy(text));
	};
	return (
		<button type="button" class="mini" onClick={copy} aria-label={`${label ?? t("ui.copy")}: ${text.slice(0, 80)}`}>
			<span aria-live="polite">{done === null ? label ?? t("ui.copy") : done ? t("ui.copied") : t("ui.copy_failed")}</span>
		</button>
	);
}

function legacyCopy(text: string): boolean {
	const area = document.createElement("textarea");
	area.value = text;
	document.body.append(area);
	area.select();
	const ok = document.execCommand("copy");
	area.remove();
	return ok;
}

export function Obs({ kind, value, link = true }: { kind: string; value: string; link?: boolean }) {
	const shown = defang(kind, value);
	return (
		<span class="obs">
			<span class="obs-kind">{word("obs", kind)}</span>
			{link
				? <a class="mono" href={`/search?q=${encodeURIComponent(value)}`}>{shown}</a>
				: <span class="mono">{shown}</span>}
		</span>
	);
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
	return (
		<div class="state">
			<p class="state-title">{title}</p>
			{children}
		</div>
	);
}

export function Loading() {
	return <div class="state" role="status"><p class="state-title muted">{t("ui.loading")}</p></div>;
}

// The console's sentence for the code, then the hub's own words and the place.
export function ErrorBox({ error, retry }: { error: ApiError; retry?: () => void }) {
	const key = `error.${error.code}`;
	return (
		<div class="state state-error" role="alert">
			<p class="state-title">{has(key) ? t(key) : t("error.bug")}</p>
			<ErrorDetail error={error} />
			{retry && error.code !== "not-found" && <button type="button" onClick={retry}>{t("ui.retry")}</button>}
		</div>
	);
}

export function ErrorDetail({ error }: { error: ApiError }) {
	return (
		<dl class="detail">
			{error.message && <><dt>{t("error.message")}</dt><dd lang="en">{error.message}</dd></>}
			{error.what && <><dt>{t("error.what")}</dt><dd class="mono">{error.what}</dd></>}
			{error.offset !== null && <><dt>{t("error.offset")}</dt>
				<dd class="mono">{error.offset} (0x{error.offset.toString(16)})</dd></>}
			{error.status > 0 && <><dt>{t("error.code")}</dt><dd class="mono">{error.status} {error.code}</dd></>}
		</dl>
	);
}

// Loading, failure and data in one place; the children are drawn only with data.
export function Load<T>({ of, children }: { of: Resource<T>; children: (data: T) => ComponentChildren }) {
	if (of.data !== null)
		return <>{of.error && <ErrorBox error={of.error} retry={of.reload} />}{children(of.data)}</>;
	if (of.error)
		return <ErrorBox error={of.error} retry={of.reload} />;
	return <Loading />;
}

export function Panel({ title, note, children, id, cls = "" }: {
	title: ComponentChildren; note?: ComponentChildren; children: ComponentChildren; id?: string; cls?: string;
}) {
	return (
		<section class={`panel ${cls}`} id={id}>
			<header><h2>{title}</h2>{note && <div class="note">{note}</div>}</header>
			{children}
		</section>
	);
}

// A cell whose number also has a length.
export function BarCell({ n, max, text }: { n: number; max: number; text: string }) {
	return (
		<td class="right num barcell">
			<span class="bar" style={{ "--part": max > 0 ? n / max : 0 }} aria-hidden="true" />
			<span class="bartext">{text}</span>
		</td>
	);
}

export function Page({ title, sub, children, aside }: {
	title: string; sub?: ComponentChildren; children: ComponentChildren; aside?: ComponentChildren;
}) {
	document.title = `${title} — ${t("app.name")}`;
	return (
		<div lang={lang.value}>
			<div class="pagehead">
				<div><h1>{title}</h1>{sub && <div class="sub">{sub}</div>}</div>
				{aside && <div class="aside">{aside}</div>}
			</div>
			{children}
		</div>
	);
}
