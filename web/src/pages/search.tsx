import { useEffect, useState } from "preact/hooks";
import { ApiError, api, query } from "../lib/api";
import { bytes, defang, matches, number } from "../lib/format";
import { t, word } from "../lib/i18n";
import { useResource } from "../lib/resource";
import { go, place } from "../lib/router";
import type { SearchAnswer } from "../lib/types";
import { visible } from "../lib/visible";
import { Copy, Empty, ErrorBox, Load, Page, Sev, Time, Tlp, UnitName, Verdict } from "../parts/ui";

const LIMIT = 30;

export function SearchBox() {
	const q = place.value.path === "/search" ? place.value.params.get("q") ?? "" : "";
	const [text, set] = useState(q);
	useEffect(() => set(q), [q]);
	return (
		<form class="searchbox" role="search" onSubmit={(e) => {
			e.preventDefault();
			if (text.trim() !== "")
				go(`/search?q=${encodeURIComponent(text.trim())}`);
		}}>
			<label class="sr" for="search-box">{t("nav.search")}</label>
			<input id="search-box" type="search" name="q" value={text} onInput={(e) => set(e.currentTarget.value)}
				placeholder={t("search.placeholder")} autocomplete="off" spellcheck={false} maxLength={500} />
			<kbd aria-hidden="true">/</kbd>
		</form>
	);
}

export function SearchPage() {
	const q = place.value.params.get("q") ?? "";
	const path = q.trim() === "" ? null : query("/api/v1/search", { q, limit: LIMIT });
	const res = useResource<SearchAnswer>(path);
	if (path === null)
		return (
			<Page title={t("nav.search")}>
				<Empty title={t("search.start")}>
					<ul class="hints">
						<li>{t("search.hint_words")}</li>
						<li>{t("search.hint_phrase")}</li>
						<li>{t("search.hint_observable")}</li>
						<li>{t("search.hint_one")}</li>
					</ul>
				</Empty>
			</Page>
		);
	return (
		<Page title={t("search.for", { q: visible(q) })}>
			<Load of={res}>{(a) => <Answer key={path} a={a} q={q} path={path} />}</Load>
		</Page>
	);
}

function Answer({ a, q, path }: { a: SearchAnswer; q: string; path: string }) {
	const [items, set] = useState(a.items);
	const [next, setNext] = useState(a.next ?? null);
	const [bounded, setBounded] = useState(a.bounded === true);
	const [error, setError] = useState<ApiError | null>(null);
	const more = () => {
		api<SearchAnswer>(`${path}&cursor=${encodeURIComponent(next ?? "")}`).then((b) => {
			set((x) => [...x, ...b.items]);
			setNext(b.next ?? null);
			setBounded((x) => x || b.bounded === true);
		}, (e: unknown) => setError(e instanceof ApiError ? e : null));
	};
	const o = a.observable;
	return (
		<>
			{o && (
				<section class="obscard" aria-label={t("search.observable")}>
					<div><span class="obs-kind">{word("obs", o.kind)}</span> <b class="mono wrap">{defang(o.kind, o.value)}</b> <Copy text={o.value} /></div>
					<div>{t("search.seen_in", { n: number(o.seen) })} · {t("finding.severity")} <Sev v={o.severity} /></div>
				</section>
			)}
			{bounded && <p class="notice" role="status">{t("search.bounded")}</p>}
			{items.length === 0 && <Empty title={t("search.none", { q: visible(q) })}><p>{t("search.none_hint")}</p></Empty>}
			<ol class="hits" data-rows>
				{items.map((h) => (
					<li key={h.dossier.id}>
						<div class="line1">
							<a data-row href={`/dossiers/${h.dossier.id}`}>{h.dossier.name || h.dossier.id}</a>
							<Verdict cls={h.dossier.class} score={h.dossier.score} /> <Tlp v={h.dossier.tlp} />
						</div>
						{h.snippet && <p class="snippet"><Marked text={h.snippet} q={q} /></p>}
						<div class="line2"><Time at={h.dossier.received} /> <span>{word("kind", h.dossier.kind)} · {bytes(h.dossier.size)}</span>
							<span><UnitName id={h.dossier.unit} /></span></div>
					</li>
				))}
			</ol>
			{error && <ErrorBox error={error} />}
			{next && <p class="center"><button type="button" onClick={more}>{t("ui.more")}</button></p>}
		</>
	);
}

function Marked({ text, q }: { text: string; q: string }) {
	const out = [];
	let at = 0;
	for (const [a, b] of matches(text, q)) {
		out.push(text.slice(at, a), <mark key={a}>{text.slice(a, b)}</mark>);
		at = b;
	}
	out.push(text.slice(at));
	return <>{out}</>;
}
