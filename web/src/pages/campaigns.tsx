import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { campaignTitle, defang, jst, number, utc } from "../lib/format";
import { t, word } from "../lib/i18n";
import { changes } from "../lib/live";
import { useResource } from "../lib/resource";
import type { Campaign, CampaignLine, CampaignLink, DossierLine, List } from "../lib/types";
import { Graph } from "../parts/graph";
import { DossierTable } from "../parts/tables";
import { Copy, Empty, Load, Obs, Page, Panel, Sev, Time } from "../parts/ui";

export function CampaignsPage() {
	const res = useResource<List<CampaignLine>>("/api/v1/campaigns");
	return (
		<Page title={t("nav.campaigns")} sub={t("campaigns.sub")}>
			<Load of={res}>{(l) => l.items.length === 0 ? <Empty title={t("campaigns.none")}><p>{t("campaigns.none_hint")}</p></Empty> : <Table rows={l.items} />}</Load>
		</Page>
	);
}

function Table({ rows }: { rows: CampaignLine[] }) {
	return (
		<div class="tablewrap">
			<table class="cards" data-rows>
				<thead><tr>
					<th scope="col">{t("campaign.campaign")}</th><th scope="col">{t("finding.severity")}</th>
					<th scope="col" class="right">{t("total.dossiers")}</th><th scope="col" class="right">{t("campaign.units")}</th>
					<th scope="col">{t("campaign.kinds")}</th><th scope="col">{t("campaign.span")}</th><th scope="col">{t("campaign.updated")}</th>
				</tr></thead>
				<tbody>
					{rows.map((c) => (
						<tr key={c.id}>
							<td class="main"><a data-row href={`/campaigns/${c.id}`}>{campaignTitle(c.title) || c.id}</a><span class="under mono">{c.id.slice(0, 18)}…</span></td>
							<td data-label={t("finding.severity")}><Sev v={c.severity} /></td>
							<td data-label={t("total.dossiers")} class="right num">{number(c.dossiers)}</td>
							<td data-label={t("campaign.units")} class="right num">{number(c.units)}</td>
							<td data-label={t("campaign.kinds")}>{c.kinds.map((k) => word("kind", k)).join(" · ")}</td>
							<td data-label={t("campaign.span")}><Time at={c.first} seconds={false} /> – <Time at={c.last} seconds={false} /></td>
							<td data-label={t("campaign.updated")}><Time at={c.updated} seconds={false} /></td>
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

export function CampaignPage({ id }: { id: string }) {
	const res = useResource<Campaign>(`/api/v1/campaigns/${id}`);
	const turn = changes.value;
	const began = useRef(turn);
	useEffect(() => {
		if (turn !== began.current)
			res.reload();
	}, [turn]);
	return (
		<Page title={res.data ? campaignTitle(res.data.title) : t("campaign.campaign")}
			sub={<><a href="/campaigns">{t("nav.campaigns")}</a> / <span class="mono small">{id}</span> <Copy text={id} /></>}>
			<Load of={res}>{(c) => <Body c={c} />}</Load>
		</Page>
	);
}

interface Shared { key: string; kind: string; value: string; links: CampaignLink[]; ids: string[]; weight: number }

// The links by what they are about, heaviest first.
function sharedOf(links: CampaignLink[]): Shared[] {
	const by = new Map<string, CampaignLink[]>();
	for (const l of links) {
		const key = `${l.kind} ${l.value}`;
		by.set(key, [...(by.get(key) ?? []), l]);
	}
	return [...by.entries()].map(([key, ls]) => ({ key, kind: ls[0]!.kind, value: ls[0]!.value, links: ls,
		ids: [...new Set(ls.flatMap((l) => [l.a, l.b]))], weight: Math.max(...ls.map((l) => l.weight)) }))
		.sort((a, b) => b.weight - a.weight);
}

function Body({ c }: { c: Campaign }) {
	const [picked, pick] = useState<string | null>(null);
	const shared = useMemo(() => sharedOf(c.links), [c]);
	return (
		<>
			<dl class="totals">
				<div><dt>{t("finding.severity")}</dt><dd><Sev v={c.severity} /></dd></div>
				<div><dt>{t("total.dossiers")}</dt><dd class="num">{number(c.members.length)}</dd></div>
				<div><dt>{t("campaign.units")}</dt><dd class="num">{number(c.units)}</dd></div>
				<div><dt>{t("campaign.first")}</dt><dd class="small"><Time at={c.first} seconds={false} /></dd></div>
				<div><dt>{t("campaign.last")}</dt><dd class="small"><Time at={c.last} seconds={false} /></dd></div>
			</dl>
			<div class="board">
				<Panel title={t("campaign.graph")} cls="wide"><Graph members={c.members} links={c.links} picked={picked} pick={pick} /></Panel>
				<Beside c={c} shared={shared} picked={picked} pick={pick} />
			</div>
			<Panel title={t("campaign.timeline")} note="JST"><Timeline rows={c.members} /></Panel>
			<Panel title={t("campaign.members")} note={t("ui.count", { n: number(c.members.length) })}><DossierTable rows={c.members} /></Panel>
			<Links shared={shared} c={c} />
		</>
	);
}

// The graph in words: pick a node, read its neighbours and the weight of each tie.
function Beside({ c, shared, picked, pick }: { c: Campaign; shared: Shared[]; picked: string | null; pick: (k: string | null) => void }) {
	const names = new Map(c.members.map((m) => [m.id, m.name || m.id]));
	const list = useRef<HTMLUListElement>(null);
	useEffect(() => {
		list.current?.querySelector('[aria-pressed="true"]')?.scrollIntoView({ block: "nearest" });
	}, [picked]);
	const toggle = (k: string) => pick(picked === k ? null : k);
	return (
		<Panel title={t("campaign.nodes")} note={t("campaign.nodes_note")} cls="beside">
			<ul class="nodes" data-rows ref={list}>
				{shared.map((o) => (
					<li key={o.key}>
						<button type="button" data-row aria-pressed={picked === o.key} onClick={() => toggle(o.key)}>
							<span class="key-circle" /> <span class="obs-kind">{word("obs", o.kind)}</span>
							<span class="mono wrap">{defang(o.kind, o.value)}</span>
							<span class="num muted">{t("campaign.shared_by", { n: o.ids.length })} · {(o.weight / 1000).toFixed(2)}</span>
						</button>
						{picked === o.key && <ul class="why">{o.ids.map((id) => <li key={id}><a href={`/dossiers/${id}`}>{names.get(id) ?? id}</a></li>)}</ul>}
					</li>
				))}
				{c.members.map((m) => (
					<li key={m.id}>
						<button type="button" data-row aria-pressed={picked === m.id} onClick={() => toggle(m.id)}>
							<span class="key-square" /> <span class="wrap">{m.name || m.id}</span>
							<span class="muted">{word("kind", m.kind)}</span>
						</button>
						{picked === m.id && (
							<ul class="why">
								<li><a href={`/dossiers/${m.id}`}>{t("campaign.open_dossier")}</a></li>
								{shared.filter((o) => o.ids.includes(m.id)).map((o) => <li key={o.key}><Obs kind={o.kind} value={o.value} /> <span class="num muted">{(o.weight / 1000).toFixed(2)}</span></li>)}
							</ul>
						)}
					</li>
				))}
			</ul>
		</Panel>
	);
}

// When each member's material happened, on one axis.
function Timeline({ rows }: { rows: DossierLine[] }) {
	const timed = rows.map((m) => ({ m, a: Date.parse(m.first ?? m.received ?? ""), b: Date.parse(m.last ?? m.first ?? m.received ?? "") }))
		.filter((x) => !Number.isNaN(x.a)).sort((x, y) => x.a - y.a).slice(0, 60);
	if (timed.length === 0)
		return <p class="pad muted">{t("campaign.no_times")}</p>;
	const from = timed[0]!.a;
	const to = Math.max(...timed.map((x) => x.b), from + 60_000);
	const pct = (ms: number) => ((ms - from) / (to - from)) * 100;
	const iso = (ms: number) => new Date(ms).toISOString();
	return (
		<div class="timeline">
			<ol>
				{timed.map(({ m, a, b }) => (
					<li key={m.id}>
						<a class="clip" href={`/dossiers/${m.id}`}>{m.name || m.id}</a>
						<span class="track"><span class="spanbar" style={{ left: `${Math.min(99, pct(a))}%`, width: `${Math.max(0, pct(b) - pct(a))}%` }} /></span>
						<time class="num small" dateTime={iso(a)} title={utc(iso(a))}>{jst(iso(a), false)}</time>
					</li>
				))}
			</ol>
			<div class="axis num small muted"><span>{jst(iso(from), false)}</span><span>{jst(iso(to), false)}</span></div>
		</div>
	);
}

// One line for each shared observable: how much it weighs, and which dossiers it holds together.
function Links({ shared, c }: { shared: Shared[]; c: Campaign }) {
	const names = new Map(c.members.map((m) => [m.id, m.name || m.id]));
	const weight = (o: Shared) => {
		const low = Math.min(...o.links.map((l) => l.weight));
		const high = (o.weight / 1000).toFixed(2);
		return low === o.weight ? high : `${(low / 1000).toFixed(2)}–${high}`;
	};
	return (
		<Panel title={t("campaign.reasons")} note={t("campaign.reasons_note")}>
			{shared.length === 0 ? <p class="pad muted">{t("campaign.no_links")}</p> : (
				<div class="tablewrap">
					<table class="cards">
						<thead><tr><th scope="col" class="right">{t("link.weight_head")}</th><th scope="col">{t("link.reason")}</th>
							<th scope="col">{t("link.between")}</th></tr></thead>
						<tbody>
							{shared.slice(0, 300).map((o) => (
								<tr key={o.key}>
									<td data-label={t("link.weight_head")} class="right num">{weight(o)}</td>
									<td class="main"><Obs kind={o.kind} value={o.value} /></td>
									<td data-label={t("link.between")}><ul class="inlinelist">{o.ids.map((id) => <li key={id}><a href={`/dossiers/${id}`}>{names.get(id) ?? id}</a></li>)}</ul></td>
								</tr>
							))}
						</tbody>
					</table>
				</div>
			)}
		</Panel>
	);
}
