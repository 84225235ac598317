// The two maps.  World: land only, a circle at each country, area by share of packets.  Japan: 47
// outlines, shade by findings.  Both repeat in words what they show; a table stands beside each.
import japan from "../data/japan.json";
import world from "../data/world.json";
import { country, number, share } from "../lib/format";
import { t } from "../lib/i18n";
import { prefecturePolice } from "../lib/registers";
import type { Tally } from "../lib/types";

const POINTS = world.points as unknown as Record<string, [number, number]>;

export function WorldMap({ rows, total }: { rows: Tally[]; total: number }) {
	const known = rows.filter((r) => POINTS[r.key]).sort((a, b) => b.packets - a.packets);
	const max = known[0]?.packets ?? 0;
	return (
		<svg class="map world" viewBox={`0 0 ${world.w} ${world.h}`} role="img"
			aria-label={t("map.world_label", { n: known.length })}>
			<path class="land" d={world.land} />
			{known.map((r) => {
				const [x, y] = POINTS[r.key]!;
				return (
					<circle key={r.key} cx={x} cy={y} r={2 + 22 * Math.sqrt(r.packets / max)}>
						<title>{`${country(r.key)}: ${number(r.packets)} (${share(r.packets, total)})`}</title>
					</circle>
				);
			})}
			{known.slice(0, 5).map((r) => {
				const [x, y] = POINTS[r.key]!;
				return <text key={r.key} x={x} y={y + 3.5} text-anchor="middle">{r.key}</text>;
			})}
		</svg>
	);
}

export function JapanMap({ rows }: { rows: { key: string; dossiers: number; findings: number }[] }) {
	const by = new Map(rows.map((r) => [Number(r.key), r]));
	const max = Math.max(1, ...rows.map((r) => r.findings));
	// Five steps on a square-root scale: one busy prefecture must not blank the others.
	const step = (n: number) => (n === 0 ? 0 : Math.min(4, Math.ceil(Math.sqrt(n / max) * 4)));
	const bound = (i: number) => Math.max(1, Math.floor(max * ((i - 1) / 4) ** 2) + 1);
	return (
		<div class="japanwrap">
			<svg class="map japan" viewBox={japan.viewBox} role="img" aria-label={t("map.japan_label", { n: rows.length })}>
				{japan.paths.map((d, i) => {
					const r = by.get(i + 1);
					return (
						<path key={i} d={d} class={`shade${r ? step(r.findings) : 0}${r && r.dossiers > 0 ? " has" : ""}`}>
							<title>{`${prefecturePolice(i + 1)}: ${t("map.pref", { d: number(r?.dossiers ?? 0), f: number(r?.findings ?? 0) })}`}</title>
						</path>
					);
				})}
			</svg>
			<ol class="legend" aria-label={t("map.legend")}>
				<li><span class="swatch shade0" />0</li>
				{[1, 2, 3, 4].filter((i) => i === 4 || bound(i) < bound(i + 1)).map((i) => (
					<li key={i}><span class={`swatch shade${i}`} />{number(bound(i))}–</li>
				))}
				<li class="unit">{t("map.unit_findings")}</li>
			</ol>
		</div>
	);
}
