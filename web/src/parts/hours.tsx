// Packets an hour, as bars.  Hours without a row are zero, not missing: the axis is the whole span.
import { useEffect, useRef, useState } from "preact/hooks";
import { jst, jstDay, jstHour, number, utc } from "../lib/format";
import { t } from "../lib/i18n";

const H = 150;
const PAD = 44;
const HOUR = 3600_000;

function nice(max: number): number {
	const p = 10 ** Math.floor(Math.log10(Math.max(1, max)));
	for (const m of [1, 2, 2.5, 5, 10])
		if (m * p >= max)
			return Math.max(1, m * p);
	return 10 * p;
}

function fill(rows: { t: string; packets: number }[], from: string, to: string): { t: number; packets: number }[] {
	const by = new Map(rows.map((r) => [Math.floor(Date.parse(r.t) / HOUR), r.packets]));
	const first = Math.floor(Date.parse(from) / HOUR);
	const last = Math.min(Math.ceil(Date.parse(to) / HOUR), first + 24 * 62);
	const res = [];
	for (let h = first; h < last; h++)
		res.push({ t: h * HOUR, packets: by.get(h) ?? 0 });
	return res;
}

export function Hours({ rows, from, to }: { rows: { t: string; packets: number }[]; from: string; to: string }) {
	const all = fill(rows, from, to);
	const [at, setAt] = useState<number | null>(null);
	const max = nice(Math.max(1, ...all.map((r) => r.packets)));
	const box = useRef<HTMLElement>(null);
	const [w, setW] = useState(640);
	useEffect(() => {
		const b = box.current;
		if (!b)
			return;
		// Drawn at the width it has, so that the figures keep their size on a phone.
		const watch = new ResizeObserver(() => setW(Math.max(240, b.clientWidth - 32)));
		watch.observe(b);
		return () => watch.disconnect();
	}, []);
	const step = (w - PAD) / Math.max(1, all.length);
	const y = (n: number) => H - (n / max) * (H - 8);
	const days = Math.ceil(all.length / 24 / (w < 480 ? 5 : 10));
	const every = all.length > 30 ? 24 : w < 480 ? 6 : 3;
	const shown = at !== null ? all[at] : undefined;
	const peak = all.reduce((a, r, i) => (r.packets > (all[a]?.packets ?? 0) ? i : a), 0);
	const iso = (ms: number) => new Date(ms).toISOString();
	const move = (d: number) => setAt((i) => Math.min(all.length - 1, Math.max(0, (i ?? peak) + d)));
	return (
		<figure class="hours" ref={box}>
			<svg viewBox={`0 0 ${w} ${H + 22}`} role="img" tabIndex={0}
				aria-label={t("hours.label", { peak: number(all[peak]?.packets ?? 0), at: jst(iso(all[peak]?.t ?? 0), false) })}
				onKeyDown={(e) => {
					if (e.key === "ArrowRight" || e.key === "ArrowLeft") {
						e.preventDefault();
						move(e.key === "ArrowRight" ? 1 : -1);
					}
				}}
				onPointerLeave={() => setAt(null)} onBlur={() => setAt(null)}>
				{[0, 0.5, 1].map((f) => (
					<g key={f} class="grid">
						<line x1={PAD} x2={w} y1={y(max * f)} y2={y(max * f)} />
						<text x={PAD - 6} y={y(max * f) + 4} text-anchor="end">{compact(max * f)}</text>
					</g>
				))}
				{all.map((r, i) => (
					<g key={r.t} onPointerEnter={() => setAt(i)}>
						<rect class="hit" x={PAD + i * step} y="0" width={step} height={H} />
						<rect class={at === i ? "colbar at" : "colbar"} x={PAD + i * step + step * 0.12}
							y={y(r.packets)} width={Math.max(0.6, step * 0.76)} height={H - y(r.packets)} />
					</g>
				))}
				{all.map((r, i) => {
					const hour = jstHour(iso(r.t));
					if (hour % every !== 0 || (every === 24 && Math.floor(r.t / HOUR / 24) % days !== 0))
						return null;
					return (
						<text key={r.t} class="tick" x={PAD + i * step + step / 2} y={H + 15} text-anchor="middle">
							{hour === 0 ? jstDay(iso(r.t)) : `${hour}:00`}
						</text>
					);
				})}
			</svg>
			<figcaption aria-live="polite">
				{shown
					? <><time class="num" dateTime={iso(shown.t)} title={utc(iso(shown.t))}>{jst(iso(shown.t), false)}</time> {t("hours.packets", { n: number(shown.packets) })}</>
					: t("hours.peak", { n: number(all[peak]?.packets ?? 0), at: jst(iso(all[peak]?.t ?? 0), false) })}
			</figcaption>
		</figure>
	);
}

function compact(n: number): string {
	if (n >= 1e6)
		return `${+(n / 1e6).toFixed(1)}M`;
	if (n >= 1e3)
		return `${+(n / 1e3).toFixed(1)}k`;
	return String(+n.toFixed(1));
}
