import { useEffect, useState } from "preact/hooks";
import { query } from "../lib/api";
import { country, number, port, share } from "../lib/format";
import { t } from "../lib/i18n";
import { asOf, changes, liveFindings } from "../lib/live";
import { prefecturePolice } from "../lib/registers";
import { useResource } from "../lib/resource";
import { place, setParams } from "../lib/router";
import type { FindingLine, Situation, Tally } from "../lib/types";
import { Hours } from "../parts/hours";
import { JapanMap, WorldMap } from "../parts/maps";
import { FindingItem } from "../parts/tables";
import { BarCell, Empty, Load, Page, Panel, Time } from "../parts/ui";

const DAYS = [1, 7, 30];

// The newest instant the hub names ends every span; a longer one only moves the start.
function span(to: string | null, days: number): string {
	if (!to || days === 1)
		return "/api/v1/situation";
	return query("/api/v1/situation", { from: new Date(Date.parse(to) - days * 864e5).toISOString(), to });
}

export function SituationPage() {
	const days = Number(place.value.params.get("days") ?? 1);
	const [to, setTo] = useState<string | null>(null);
	const res = useResource<Situation>(span(to, days), undefined, true);
	useEffect(() => {
		if (res.data && (to === null || days === 1))
			setTo(res.data.to);
	}, [res.data]);
	// New material moves the figures: reload at most every two seconds, keeping the old on screen.
	const turn = changes.value;
	useEffect(() => {
		if (turn === 0)
			return;
		const h = setTimeout(() => {
			setTo(null);
			res.reload();
		}, 2000);
		return () => clearTimeout(h);
	}, [turn]);
	return (
		<Page title={t("nav.situation")} sub={res.data && <Period s={res.data} />} aside={<Span days={days} />}>
			<Load of={res}>{(s) => <Board s={s} />}</Load>
		</Page>
	);
}

function Period({ s }: { s: Situation }) {
	return (
		<>
			<Time at={s.from} seconds={false} /> – <Time at={s.to} seconds={false} zone />
			{" · "}{t("situation.as_of")} <Time at={asOf.value ?? s.to} zone />
		</>
	);
}

function Span({ days }: { days: number }) {
	return (
		<div class="segmented" role="group" aria-label={t("situation.span")}>
			{DAYS.map((d) => (
				<button key={d} type="button" aria-pressed={d === days}
					onClick={() => setParams({ days: d === 1 ? null : String(d) })}>
					{d === 1 ? t("situation.hours24") : t("situation.days", { n: d })}
				</button>
			))}
		</div>
	);
}

function Board({ s }: { s: Situation }) {
	const { totals } = s;
	if (totals.dossiers === 0 && s.latest.length === 0)
		return (
			<Empty title={t("situation.empty")}>
				<p>{t("situation.empty_hint")}</p>
				<p><a class="button" href="/upload">{t("nav.upload")}</a></p>
			</Empty>
		);
	const all = s.countries.reduce((n, c) => n + c.packets, 0);
	return (
		<>
			<dl class="totals" aria-label={t("situation.totals")}>
				<Total label={t("total.packets")} n={totals.packets} unit={t("unit.packets")} />
				<Total label={t("total.dossiers")} n={totals.dossiers} unit={t("unit.items")} href="/dossiers" />
				<Total label={t("total.findings")} n={totals.findings} unit={t("unit.items")} />
				<Total label={t("total.campaigns")} n={totals.campaigns} unit={t("unit.items")} href="/campaigns" />
				<Total label={t("total.observables")} n={totals.observables} unit={t("unit.pieces")} />
			</dl>
			<div class="board">
				<div>
					<Panel title={t("situation.hours")} note="JST">
						<Hours rows={s.hours} from={s.from} to={s.to} />
					</Panel>
					<Ports rows={s.ports} />
				</div>
				<Latest seed={s.latest} />
			</div>
			<Panel title={t("situation.world")} note={t("situation.by_source")}>
				<div class="mapsplit">
					<WorldMap rows={s.countries} total={all} />
					<Countries rows={s.countries} total={all} />
				</div>
			</Panel>
			<Panel title={t("situation.japan")} note={t("situation.by_submitter")}>
				<div class="mapsplit japansplit">
					<JapanMap rows={s.prefectures} />
					<Prefectures rows={s.prefectures} />
				</div>
			</Panel>
		</>
	);
}

function Total({ label, n, unit, href }: { label: string; n: number; unit: string; href?: string }) {
	return (
		<div>
			<dt>{href ? <a href={href}>{label}</a> : label}</dt>
			<dd><span class="num">{number(n)}</span> <span class="muted">{unit}</span></dd>
		</div>
	);
}

function Latest({ seed }: { seed: FindingLine[] }) {
	const live = liveFindings.value;
	const fresh = new Set(live.map((f) => f.id));
	const rows = [...live, ...seed.filter((f) => !fresh.has(f.id))].slice(0, 14);
	return (
		<Panel title={t("situation.latest")} note={t("live.note")} cls="latest">
			{rows.length === 0
				? <Empty title={t("situation.no_findings")} />
				: <ol class="findings" data-rows aria-live="polite" aria-relevant="additions">
					{rows.map((f) => <FindingItem key={f.id} f={f} fresh={fresh.has(f.id)} />)}
				</ol>}
		</Panel>
	);
}

function Ports({ rows }: { rows: Tally[] }) {
	const max = rows[0]?.packets ?? 0;
	return (
		<Panel title={t("situation.ports")} note={t("situation.top", { n: Math.min(10, rows.length) })}>
			{rows.length === 0 ? <Empty title={t("situation.no_packets")} /> : (
				<table class="tight">
					<thead><tr>
						<th scope="col">{t("port.port")}</th>
						<th scope="col" class="right">{t("port.packets")}</th>
						<th scope="col" class="right">{t("port.sources")}</th>
					</tr></thead>
					<tbody>
						{rows.slice(0, 10).map((r) => (
							<tr key={r.key}>
								<th scope="row" class="mono">{port(r.key)}</th>
								<BarCell n={r.packets} max={max} text={number(r.packets)} />
								<td class="right num">{number(r.sources)}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
		</Panel>
	);
}

function Countries({ rows, total }: { rows: Tally[]; total: number }) {
	if (rows.length === 0)
		return <Empty title={t("situation.no_countries")} />;
	const max = rows[0]?.packets ?? 0;
	return (
		<table class="tight">
			<thead><tr>
				<th scope="col">{t("country.country")}</th>
				<th scope="col" class="right">{t("port.packets")}</th>
				<th scope="col" class="right wideonly">{t("country.share")}</th>
				<th scope="col" class="right">{t("port.sources")}</th>
			</tr></thead>
			<tbody>
				{rows.slice(0, 9).map((r) => (
					<tr key={r.key}>
						<th scope="row" class="nowrap"><span class="mono muted">{r.key}</span> {/^[A-Z]{2}$/.test(r.key) && r.key !== "ZZ" ? country(r.key) : t("country.unknown")}</th>
						<BarCell n={r.packets} max={max} text={number(r.packets)} />
						<td class="right num wideonly">{share(r.packets, total)}</td>
						<td class="right num">{number(r.sources)}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function Prefectures({ rows }: { rows: Situation["prefectures"] }) {
	const jis = [...rows].filter((r) => r.dossiers > 0).sort((a, b) => Number(a.key) - Number(b.key));
	if (jis.length === 0)
		return <Empty title={t("situation.no_prefectures")} />;
	const max = Math.max(...jis.map((r) => r.findings));
	return (
		<div class="scrolly" tabIndex={0} role="region" aria-label={t("situation.japan")}>
			<table class="tight">
				<thead><tr>
					<th scope="col">{t("pref.police")}</th>
					<th scope="col" class="right">{t("total.dossiers")}</th>
					<th scope="col" class="right">{t("total.findings")}</th>
				</tr></thead>
				<tbody>
					{jis.map((r) => (
						<tr key={r.key}>
							<th scope="row"><span class="mono muted">{r.key}</span> {prefecturePolice(Number(r.key))}</th>
							<td class="right num">{number(r.dossiers)}</td>
							<BarCell n={r.findings} max={max} text={number(r.findings)} />
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}
