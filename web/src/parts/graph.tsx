// The campaign graph on a canvas: dossiers are squares, the observables they share are circles.
// The list beside it carries the same information for the keyboard and the ear.
import { forceCenter, forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { defang } from "../lib/format";
import { t } from "../lib/i18n";
import { themeTurn } from "../lib/theme";
import type { CampaignLink, DossierLine } from "../lib/types";

export interface Node { key: string; kind: "dossier" | "observable"; label: string; x: number; y: number; size: number }
interface Edge { source: Node; target: Node; weight: number }

const LIMIT = 400;

// Heaviest links first: what they join is kept when a campaign is larger than the picture.
export function graphOf(members: DossierLine[], links: CampaignLink[]): { nodes: Node[]; edges: Edge[]; cut: boolean } {
	const nodes = new Map<string, Node>();
	const edges = new Map<string, Edge>();
	const add = (key: string, kind: Node["kind"], label: string) => {
		let n = nodes.get(key);
		if (!n && nodes.size < LIMIT) {
			n = { key, kind, label, x: 0, y: 0, size: 1 };
			nodes.set(key, n);
		}
		return n;
	};
	const names = new Map(members.map((m) => [m.id, m.name || m.id]));
	for (const l of [...links].sort((a, b) => b.weight - a.weight)) {
		const o = add(`${l.kind} ${l.value}`, "observable", defang(l.kind, l.value));
		for (const id of [l.a, l.b]) {
			const name = names.get(id);
			const d = name === undefined ? undefined : add(id, "dossier", name);
			if (!o || !d)
				continue;
			const key = `${o.key}|${id}`;
			const e = edges.get(key);
			if (e) {
				e.weight = Math.max(e.weight, l.weight);
			} else {
				edges.set(key, { source: o, target: d, weight: l.weight });
				o.size++;
				d.size++;
			}
		}
	}
	for (const [id, name] of names)
		add(id, "dossier", name);
	return { nodes: [...nodes.values()], edges: [...edges.values()], cut: nodes.size >= LIMIT && names.size > 0 && [...names.keys()].some((id) => !nodes.has(id)) };
}

function layout(nodes: Node[], edges: Edge[]): void {
	// d3-force is deterministic: the same campaign gives the same picture.
	forceSimulation(nodes)
		.force("link", forceLink(edges).distance(70).strength(0.6))
		.force("charge", forceManyBody().strength(-220).distanceMax(420))
		.force("centre", forceCenter(0, 0))
		.force("x", forceX(0).strength(0.04))
		.force("y", forceY(0).strength(0.07))
		.force("apart", forceCollide(22))
		.stop()
		.tick(nodes.length > 150 ? 160 : 300);
}

interface View { scale: number; x: number; y: number }

function fit(nodes: Node[], w: number, h: number): View {
	const xs = nodes.map((n) => n.x);
	const ys = nodes.map((n) => n.y);
	const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
	const scale = Math.min(2, (w - 170) / Math.max(1, x1 - x0), (h - 80) / Math.max(1, y1 - y0));
	return { scale: Math.max(0.1, scale), x: w / 2 - ((x0 + x1) / 2) * scale, y: h / 2 - ((y0 + y1) / 2) * scale };
}

// Canvas cannot read CSS variables: they are resolved on an element of the page.
function colours(el: HTMLElement): Record<string, string> {
	const probe = document.createElement("span");
	el.append(probe);
	const get = (v: string) => {
		probe.style.color = `var(${v})`;
		return getComputedStyle(probe).color;
	};
	const res = { line: get("--line-strong"), ink: get("--ink"), muted: get("--muted"), accent: get("--accent"),
		surface: get("--surface"), mark: get("--mark") };
	probe.remove();
	return res;
}

function draw(c: HTMLCanvasElement, nodes: Node[], edges: Edge[], v: View, picked: string | null): void {
	const g = c.getContext("2d");
	if (!g || !c.parentElement)
		return;
	const k = colours(c.parentElement);
	const ratio = devicePixelRatio || 1;
	const at = (n: Node): [number, number] => [n.x * v.scale + v.x, n.y * v.scale + v.y];
	const near = new Set(edges.filter((e) => e.source.key === picked || e.target.key === picked)
		.flatMap((e) => [e.source.key, e.target.key]));
	g.setTransform(ratio, 0, 0, ratio, 0, 0);
	g.clearRect(0, 0, c.width, c.height);
	for (const e of edges) {
		const hot = e.source.key === picked || e.target.key === picked;
		g.strokeStyle = hot ? k.accent! : k.line!;
		g.lineWidth = (hot ? 1 : 0) + 0.8 + Math.min(2.2, e.weight / 500);
		g.beginPath();
		g.moveTo(...at(e.source));
		g.lineTo(...at(e.target));
		g.stroke();
	}
	for (const n of nodes) {
		const [x, y] = at(n);
		const hot = n.key === picked;
		g.lineWidth = hot ? 3 : 1.5;
		g.strokeStyle = hot ? k.accent! : n.kind === "dossier" ? k.ink! : k.muted!;
		g.fillStyle = n.kind === "dossier" ? k.ink! : k.surface!;
		g.beginPath();
		if (n.kind === "dossier")
			g.rect(x - 6, y - 6, 12, 12);
		else
			g.arc(x, y, 4 + Math.min(5, n.size), 0, 7);
		g.fill();
		g.stroke();
	}
	g.font = `12px ${getComputedStyle(c).fontFamily}`;
	g.textAlign = "center";
	const few = nodes.length <= 40;
	const drawn: [number, number, number][] = [];
	const order = [...nodes].sort((a, b) => Number(b.key === picked) - Number(a.key === picked) || b.size - a.size);
	for (const n of order) {
		const hot = n.key === picked || near.has(n.key);
		if (!few && !hot && !(n.kind === "observable" && n.size > 3))
			continue;
		label(g, n, at(n), hot ? k.ink! : k.muted!, k.surface!, drawn);
	}
}

// Below the node, else above it; left out where it would lie on another label either way.
function label(g: CanvasRenderingContext2D, n: Node, [x, y]: [number, number], ink: string, halo: string,
	drawn: [number, number, number][]): void {
	const text = n.label.length > 26 ? `${n.label.slice(0, 14)}…${n.label.slice(-7)}` : n.label;
	const half = g.measureText(text).width / 2;
	const free = (ly: number) => !drawn.some(([dx, dy, dh]) => Math.abs(dy - ly) < 13 && Math.abs(dx - x) < dh + half);
	const ly = [y + 20, y - 13].find(free);
	if (ly === undefined)
		return;
	drawn.push([x, ly, half]);
	g.lineWidth = 3;
	g.strokeStyle = halo;
	g.strokeText(text, x, ly);
	g.fillStyle = ink;
	g.fillText(text, x, ly);
}

export function Graph({ members, links, picked, pick }: {
	members: DossierLine[]; links: CampaignLink[]; picked: string | null; pick: (key: string | null) => void;
}) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const [box, setBox] = useState({ w: 0, h: 0 });
	const [move, setMove] = useState({ x: 0, y: 0, zoom: 1 });
	const drag = useRef<{ x: number; y: number; far: boolean } | null>(null);
	const g = useMemo(() => {
		const r = graphOf(members, links);
		layout(r.nodes, r.edges);
		return r;
	}, [members, links]);
	useEffect(() => {
		const c = canvas.current;
		if (!c)
			return;
		const watch = new ResizeObserver(() => setBox({ w: c.clientWidth, h: c.clientHeight }));
		watch.observe(c);
		return () => watch.disconnect();
	}, []);
	const base = fit(g.nodes, box.w, box.h);
	const v: View = { scale: base.scale * move.zoom, x: (base.x - box.w / 2) * move.zoom + box.w / 2 + move.x,
		y: (base.y - box.h / 2) * move.zoom + box.h / 2 + move.y };
	const turn = themeTurn.value;
	useEffect(() => {
		const c = canvas.current;
		if (!c || box.w === 0)
			return;
		const ratio = devicePixelRatio || 1;
		c.width = Math.round(box.w * ratio);
		c.height = Math.round(box.h * ratio);
		draw(c, g.nodes, g.edges, v, picked);
	}, [g, box, move, picked, turn]);
	const hit = (e: PointerEvent) => {
		const r = canvas.current!.getBoundingClientRect();
		const [x, y] = [e.clientX - r.left, e.clientY - r.top];
		return g.nodes.find((n) => Math.hypot(n.x * v.scale + v.x - x, n.y * v.scale + v.y - y) < 14) ?? null;
	};
	const zoom = (f: number) => setMove((m) => ({ x: m.x * f, y: m.y * f, zoom: Math.min(8, Math.max(0.3, m.zoom * f)) }));
	return (
		<div class="graph">
			<canvas ref={canvas} role="img"
				aria-label={t("graph.label", { d: members.length, o: g.nodes.filter((n) => n.kind === "observable").length })}
				onPointerDown={(e) => {
					drag.current = { x: e.clientX, y: e.clientY, far: false };
					e.currentTarget.setPointerCapture(e.pointerId);
				}}
				onPointerMove={(e) => {
					const d = drag.current;
					if (!d)
						return;
					const [dx, dy] = [e.clientX - d.x, e.clientY - d.y];
					if (!d.far && Math.hypot(dx, dy) < 4)
						return;
					drag.current = { x: e.clientX, y: e.clientY, far: true };
					setMove((m) => ({ ...m, x: m.x + dx, y: m.y + dy }));
				}}
				onPointerUp={(e) => {
					if (!drag.current?.far)
						pick(hit(e)?.key ?? null);
					drag.current = null;
				}} />
			<div class="graphtools">
				<button type="button" onClick={() => zoom(1.3)} aria-label={t("graph.closer")}>+</button>
				<button type="button" onClick={() => zoom(1 / 1.3)} aria-label={t("graph.further")}>−</button>
				<button type="button" onClick={() => setMove({ x: 0, y: 0, zoom: 1 })}>{t("graph.fit")}</button>
			</div>
			<p class="graphlegend muted"><span class="key-square" /> {t("dossier.dossier")} <span class="key-circle" /> {t("graph.shared")}
				{g.cut && <> · {t("graph.cut", { n: LIMIT })}</>}</p>
		</div>
	);
}
