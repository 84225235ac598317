import { useMemo, useState } from "preact/hooks";
import { readDossier } from "../lib/dossier";
import { bytes, defang, number } from "../lib/format";
import { has, lang, t, word } from "../lib/i18n";
import { detector, detectorTitle, unitName } from "../lib/registers";
import { phrase, reason, valueWord } from "../lib/phrase";
import { useResource } from "../lib/resource";
import { place, setParams } from "../lib/router";
import { type Dossier, type DossierLinks, type Evidence, type Fact, type Finding, type LinkLine, type Observable,
	type Part, SEVERITIES } from "../lib/types";
import { Hex } from "../parts/hex";
import { Copy, Empty, Load, Obs, Page, Panel, Sev, Time, Tlp, UnitName, Verdict } from "../parts/ui";

export function DossierPage({ id }: { id: string }) {
	const res = useResource(`/api/v1/dossiers/${id}`, readDossier);
	const links = useResource<DossierLinks>(`/api/v1/dossiers/${id}/links`);
	const subject = res.data?.facts.find((f) => f.name === "subject")?.value;
	const name = res.data ? res.data.material.name || res.data.id : t("dossier.dossier");
	return (
		<Page title={name}
			sub={<>
				<a href="/dossiers">{t("nav.dossiers")}</a> / <span class="mono small">{id}</span> <Copy text={id} />
				{subject && <div class="subject">{t("obs.subject")}: <b>{subject}</b></div>}
			</>}>
			<Load of={res}>
				{(d) => (
					<>
						<Handling d={d} />
						<Body key={id} id={id} d={d} links={<Related of={links} />} campaign={links.data?.campaign ?? null} />
					</>
				)}
			</Load>
		</Page>
	);
}

// The marking comes first and in words: who may have this.
function Handling({ d }: { d: Dossier }) {
	const level = d.marking.tlp.replace(/^TLP:/, "");
	const key = `tlp.${level}`;
	return (
		<div class={`handling handling-${level.replace("+", "-").toLowerCase()}`} role="note" aria-label={t("marking.label")}>
			<Tlp v={d.marking.tlp} />
			<span>{has(key) ? t(key) : ""}</span>
			<span class="muted">{t("marking.origin")}: <UnitName id={d.marking.origin} /></span>
			{d.marking.release.length > 0 && (
				<span class="muted">{t("marking.release")}: {d.marking.release.map(unitName).join(lang.value === "ja" ? "、" : ", ")}</span>
			)}
		</div>
	);
}

const FIRST = 20;

interface Looking { title: string; evidence: Evidence[] }

function Body({ id, d, links, campaign }: { id: string; d: Dossier; links: preact.ComponentChildren; campaign: string | null }) {
	const asked = place.value.params.get("finding");
	const seq = asked !== null && d.findings[Number(asked)] ? Number(asked) : ranked(d.findings)[0]?.[0] ?? null;
	const [other, setOther] = useState<Looking | null>(null);
	const none = useMemo(() => [] as Evidence[], []);
	const f = seq === null ? undefined : d.findings[seq];
	const evidence = other ? other.evidence : f?.evidence ?? none;
	const pick = (i: number) => {
		setOther(null);
		setParams({ finding: String(i) });
	};
	const show = (title: string, e: Evidence) => {
		setOther({ title, evidence: [e] });
		document.getElementById("bytes")?.scrollIntoView({ block: "nearest" });
	};
	// The topmost line was written last: reading upwards is the way the mail went.
	const hops = d.facts.filter((x) => isHop(x)).sort((a, b) => (b.evidence?.offset ?? 0) - (a.evidence?.offset ?? 0));
	const facts = d.facts.filter((x) => !isHop(x));
	return (
		<div class="dossier">
			<div class="col">
				<Judgement d={d} campaign={campaign} />
				<Findings d={d} seq={other ? null : seq} pick={pick} />
			</div>
			<div class="col stick">
				{other && <p class="looking">{t("hex.looking")}: <b>{other.title}</b>{" "}
					<button type="button" class="mini" onClick={() => setOther(null)}>{t("hex.back_finding")}</button></p>}
				<Hex dossier={id} evidence={evidence} parts={d.parts} total={d.material.size} />
			</div>
			<div class="full">
				{hops.length > 0 && <Hops hops={hops} show={show} />}
				<Observables d={d} show={show} />
				{d.parts.length > 0 && <Parts parts={d.parts} show={show} />}
				{facts.length > 0 && <Facts facts={facts} show={show} />}
				{links}
				<Material d={d} />
			</div>
		</div>
	);
}

// Gravest first; the number that addresses a finding stays its place in the dossier.
function ranked(findings: Finding[]): [number, Finding][] {
	return [...findings.entries()].sort((a, b) => SEVERITIES.indexOf(b[1].severity) - SEVERITIES.indexOf(a[1].severity));
}

function isHop(f: Fact): boolean {
	return /^(hop|received)/i.test(f.name);
}

function Judgement({ d, campaign }: { d: Dossier; campaign: string | null }) {
	return (
		<Panel title={t("dossier.verdict")} note={<Verdict cls={d.verdict.class} score={d.verdict.score} />}>
			{d.verdict.reasons.length === 0
				? <p class="pad muted">{t("dossier.no_reasons")}</p>
				: <ul class="reasons">{d.verdict.reasons.map((r, i) => {
					const said = reason(d, r);
					return said ? <li key={i} title={r}>{said}</li> : <li key={i} lang="en">{r}</li>;
				})}</ul>}
			{campaign && <p class="pad"><a href={`/campaigns/${campaign}`}>{t("dossier.in_campaign")}</a></p>}
		</Panel>
	);
}

function Findings({ d, seq, pick }: { d: Dossier; seq: number | null; pick: (i: number) => void }) {
	const [all, setAll] = useState(false);
	const order = useMemo(() => ranked(d.findings), [d]);
	const rows = all ? order : order.filter(([i], k) => k < FIRST || i === seq);
	return (
		<Panel title={t("dossier.findings")} note={t("ui.count", { n: number(d.findings.length) })}>
			{d.findings.length === 0
				? <p class="pad muted">{t("dossier.no_findings")}</p>
				: <ol class="findinglist" data-rows>
					{rows.map(([i, f]) => (
						<li key={i} class={seq === i ? "open" : ""}>
							<button type="button" data-row aria-expanded={seq === i} aria-controls="bytes" onClick={() => pick(i)}>
								<Sev v={f.severity} />
								<span class="grow">{detectorTitle(f.detector)}</span>
								<span class="num muted" title={t("finding.confidence")}>{t("finding.conf", { n: f.confidence })}</span>
							</button>
							{seq === i && <FindingDetail f={f} d={d} />}
						</li>
					))}
				</ol>}
			{rows.length < order.length && (
				<p class="center"><button type="button" onClick={() => setAll(true)}>{t("ui.show_all", { n: number(order.length) })}</button></p>
			)}
		</Panel>
	);
}

function FindingDetail({ f, d }: { f: Finding; d: Dossier }) {
	const det = detector(f.detector);
	const said = phrase(d, f);
	return (
		<div class="findingdetail">
			{said && <p>{said}</p>}
			<p lang="en" class={said ? "muted small" : ""}>{f.summary}</p>
			<dl class="detail">
				<dt>{t("finding.at")}</dt><dd><Time at={f.at} zone={f.at !== null} /></dd>
				<dt>{t("finding.detector")}</dt><dd class="mono">{f.detector}</dd>
				{f.attack && <><dt>ATT&amp;CK</dt><dd class="mono">{f.attack}</dd></>}
				{f.params.map(([k, v]) => <><dt>{word("param", k)}</dt><dd class="tab">{paramValue(k, v)}</dd></>)}
			</dl>
			{f.observables.length > 0 && (
				<ul class="obslist">
					{f.observables.map((i) => d.observables[i]).filter((o): o is Observable => !!o)
						.map((o, i) => <li key={i}><Obs kind={o.kind} value={o.value} /></li>)}
				</ul>
			)}
			{det?.meaning && <p class="muted small" lang="en">{det.meaning}</p>}
		</div>
	);
}

// A parameter reads like the same thing elsewhere on the page: instants in JST, names defanged.
const DEFANGED = ["indicator", "target", "domain", "shown"];

function paramValue(name: string, v: string) {
	if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(v))
		return <Time at={v} zone />;
	if (/^\d+$/.test(v))
		return number(Number(v));
	if (/^\d{1,3}(\.\d{1,3}){3}$/.test(v))
		return defang("ipv4", v);
	if (DEFANGED.includes(name))
		return defang("domain", v);
	return name === "kind" ? word("obs", v) : valueWord(v);
}

type Show = (title: string, e: Evidence) => void;

function SeeBytes({ e, title, show }: { e: Evidence | null; title: string; show: Show }) {
	if (!e)
		return <span class="muted">—</span>;
	return (
		<button type="button" class="mini mono" onClick={() => show(title, e)} aria-label={`${t("hex.see")}: ${title}`}>
			{e.packet !== undefined ? `#${e.packet}` : e.part !== undefined ? `§${e.part || "0"}` : `0x${e.offset.toString(16)}`}
		</button>
	);
}

function Observables({ d, show }: { d: Dossier; show: Show }) {
	const [kind, setKind] = useState("");
	const [all, setAll] = useState(false);
	const kinds = [...new Set(d.observables.map((o) => o.kind))];
	const rows = d.observables.filter((o) => kind === "" || o.kind === kind);
	if (d.observables.length === 0)
		return <Panel title={t("dossier.observables")}><p class="pad muted">{t("dossier.no_observables")}</p></Panel>;
	return (
		<Panel title={t("dossier.observables")} note={
			<span class="row">
				<span>{t("dossier.defanged")}</span>
				<label class="inline"><span class="sr">{t("obs.kind")}</span>
					<select value={kind} onChange={(e) => setKind(e.currentTarget.value)}>
						<option value="">{t("filter.any")} ({number(d.observables.length)})</option>
						{kinds.map((k) => <option key={k} value={k}>{word("obs", k)}</option>)}
					</select>
				</label>
			</span>}>
			<div class="tablewrap">
				<table class="cards" data-rows>
					<thead><tr>
						<th scope="col">{t("obs.kind")}</th><th scope="col">{t("obs.value")}</th><th scope="col">{t("obs.role")}</th>
						<th scope="col" class="right">{t("obs.count")}</th><th scope="col">{t("obs.where")}</th><th scope="col"><span class="sr">{t("ui.copy")}</span></th>
					</tr></thead>
					<tbody>
						{rows.slice(0, all ? 2000 : FIRST).map((o) => (
							<tr key={o.kind + o.value}>
								<td data-label={t("obs.kind")}>{word("obs", o.kind)}</td>
								<td class="main mono"><a data-row href={`/search?q=${encodeURIComponent(o.value)}`}>{defang(o.kind, o.value)}</a></td>
								<td data-label={t("obs.role")}>{word("role", o.role) || <span class="muted">—</span>}</td>
								<td data-label={t("obs.count")} class="right num">{number(o.count)}</td>
								<td data-label={t("obs.where")}><SeeBytes e={o.evidence} title={defang(o.kind, o.value)} show={show} /></td>
								<td class="right"><Copy text={o.value} /></td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
			{!all && rows.length > FIRST && (
				<p class="center"><button type="button" onClick={() => setAll(true)}>{t("ui.show_all", { n: number(Math.min(2000, rows.length)) })}</button></p>
			)}
		</Panel>
	);
}

// "1.2.1" stands under "1.2".
function Parts({ parts, show }: { parts: Part[]; show: Show }) {
	const depth = (id: string) => (id === "" ? 0 : id.split(".").length - 1);
	return (
		<Panel title={t("dossier.parts")} note={t("ui.count", { n: number(parts.length) })}>
			<div class="tablewrap">
				<table class="cards">
					<thead><tr>
						<th scope="col">{t("part.id")}</th><th scope="col">{t("part.name")}</th><th scope="col">{t("part.type")}</th>
						<th scope="col" class="right">{t("part.size")}</th><th scope="col">SHA-256</th><th scope="col">{t("obs.where")}</th>
					</tr></thead>
					<tbody>
						{parts.slice(0, 500).map((p) => (
							<tr key={p.id}>
								<td data-label={t("part.id")} class="mono"><span style={{ paddingLeft: `${depth(p.id) * 1.2}em` }}>{p.id || "0"}</span></td>
								<td class="main">{p.name || <span class="muted">{t("part.unnamed")}</span>} {p.attachment && <span class="tag">{t("part.attachment")}</span>}</td>
								<td data-label={t("part.type")} class="mono small">{p.media_type}</td>
								<td data-label={t("part.size")} class="right num">{bytes(p.size)}</td>
								<td data-label="SHA-256" class="mono small"><a href={`/search?q=${p.sha256}`} title={p.sha256}>{p.sha256.slice(0, 16)}…</a> <Copy text={p.sha256} /></td>
								<td data-label={t("obs.where")}><SeeBytes e={{ kind: "part", offset: p.offset, length: p.length, part: p.id }} title={p.name || p.id} show={show} /></td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</Panel>
	);
}

// The way a mail took, oldest first, with the time between one hop and the next.
function Hops({ hops, show }: { hops: Fact[]; show: Show }) {
	const gap = (a: string | null | undefined, b: string | null) => {
		if (!a || !b)
			return "";
		const s = Math.round((Date.parse(b) - Date.parse(a)) / 1000);
		const sign = s < 0 ? "−" : "+";
		const n = Math.abs(s);
		return n < 120 ? `${sign}${n} s` : n < 7200 ? `${sign}${Math.round(n / 60)} min` : `${sign}${(n / 3600).toFixed(1)} h`;
	};
	return (
		<Panel title={t("dossier.hops")} note={t("dossier.hops_note")}>
			<ol class="hops">
				{hops.map((h, i) => (
					<li key={i} class={h.at && hops[i - 1]?.at && Date.parse(h.at) < Date.parse(hops[i - 1]!.at!) ? "back" : ""}>
						<span class="when"><Time at={h.at} /> <span class="num muted">{gap(hops[i - 1]?.at, h.at)}</span></span>
						<span class="mono wrap">{h.value}</span>
						<SeeBytes e={h.evidence} title={h.name} show={show} />
					</li>
				))}
			</ol>
		</Panel>
	);
}

function Facts({ facts, show }: { facts: Fact[]; show: Show }) {
	return (
		<Panel title={t("dossier.facts")}>
			<div class="tablewrap">
				<table class="cards">
					<thead><tr><th scope="col">{t("fact.name")}</th><th scope="col">{t("fact.value")}</th>
						<th scope="col">{t("fact.at")}</th><th scope="col">{t("obs.where")}</th></tr></thead>
					<tbody>
						{facts.slice(0, 400).map((f, i) => (
							<tr key={i}>
								<td data-label={t("fact.name")}>{word("fact", f.name)}</td>
								<td class="main wrap">{f.value}</td>
								<td data-label={t("fact.at")}><Time at={f.at} /></td>
								<td data-label={t("obs.where")}><SeeBytes e={f.evidence} title={word("fact", f.name)} show={show} /></td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</Panel>
	);
}

const RELATED = 10;
const REASONS = 4;

// Several reasons may tie two dossiers: one line each dossier, its reasons under it, heaviest first.
function byDossier(items: LinkLine[]): LinkLine[][] {
	const by = new Map<string, LinkLine[]>();
	for (const x of [...items].sort((a, b) => b.weight - a.weight))
		by.set(x.dossier.id, [...(by.get(x.dossier.id) ?? []), x]);
	return [...by.values()];
}

function Related({ of }: { of: ReturnType<typeof useResource<DossierLinks>> }) {
	const [all, setAll] = useState(false);
	return (
		<Panel title={t("dossier.related")} note={of.data?.campaign && <a href={`/campaigns/${of.data.campaign}`}>{t("dossier.open_campaign")}</a>}>
			<Load of={of}>
				{(l) => {
					const groups = byDossier(l.items);
					if (groups.length === 0)
						return <Empty title={t("dossier.no_related")} />;
					return (
						<>
							<ul class="related" data-rows>{groups.slice(0, all ? groups.length : RELATED).map((xs) => <RelatedLine key={xs[0]!.dossier.id} xs={xs} />)}</ul>
							{!all && groups.length > RELATED && (
								<p class="center"><button type="button" onClick={() => setAll(true)}>{t("ui.show_all", { n: number(groups.length) })}</button></p>
							)}
						</>
					);
				}}
			</Load>
		</Panel>
	);
}

function RelatedLine({ xs }: { xs: LinkLine[] }) {
	const d = xs[0]!.dossier;
	return (
		<li>
			<div class="line1">
				<a data-row href={`/dossiers/${d.id}`}>{d.name || d.id}</a>
				<Verdict cls={d.class} score={d.score} />
				<span class="muted"><UnitName id={d.unit} /></span> <Tlp v={d.tlp} />
			</div>
			<ul class="why">
				{xs.slice(0, REASONS).map((x) => <li key={x.kind + x.value}><Obs kind={x.kind} value={x.value} /> <span class="muted num">{t("link.weight", { n: (x.weight / 1000).toFixed(2) })}</span></li>)}
				{xs.length > REASONS && <li class="muted">{t("link.more", { n: number(xs.length - REASONS) })}</li>}
			</ul>
		</li>
	);
}

function Material({ d }: { d: Dossier }) {
	const m = d.material;
	const s = d.submission;
	return (
		<Panel title={t("dossier.material")}>
			<dl class="detail wide">
				<dt>{t("dossier.kind")}</dt><dd>{word("kind", m.kind)} <span class="muted mono">{m.media_type}</span></dd>
				<dt>{t("dossier.size")}</dt><dd class="num">{bytes(m.size)} <span class="muted">({number(m.size)} B)</span></dd>
				<dt>SHA-256</dt><dd class="mono break">{m.sha256} <Copy text={m.sha256} /></dd>
				<dt>{t("dossier.span")}</dt><dd><Time at={m.first} /> – <Time at={m.last} zone={m.last !== null} /></dd>
				<dt>{t("dossier.unit")}</dt><dd><UnitName id={s.unit} /></dd>
				<dt>{t("dossier.sensor")}</dt><dd class="mono">{s.sensor || "—"}</dd>
				<dt>{t("dossier.basis")}</dt><dd>{s.basis || "—"}</dd>
				<dt>{t("dossier.received")}</dt><dd><Time at={s.received} zone={s.received !== null} /></dd>
			</dl>
		</Panel>
	);
}
