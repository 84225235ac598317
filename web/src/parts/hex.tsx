// The hex view: the raw bytes a finding points at, with what stands before and after them.
import { useEffect, useRef, useState } from "preact/hooks";
import { query } from "../lib/api";
import { bytes as size, number } from "../lib/format";
import { t } from "../lib/i18n";
import { READINGS, guess, readAs } from "../lib/reading";
import { useResource } from "../lib/resource";
import type { Evidence, Part } from "../lib/types";
import { visible } from "../lib/visible";
import { Load, Panel } from "./ui";

interface Window { offset: number; size: number; bytes: Uint8Array }

const WINDOW = 1024;
const BEFORE = 64;
const MAX = 4096;

function read(json: unknown): Window {
	const j = json as { offset: number; size: number; base64: string };
	const raw = atob(j.base64);
	return { offset: j.offset, size: j.size, bytes: Uint8Array.from(raw, (c) => c.charCodeAt(0)) };
}

const hex = (n: number, w: number) => n.toString(16).padStart(w, "0");

function useWide(): number {
	const q = matchMedia("(min-width: 480px)");
	const [wide, set] = useState(q.matches);
	useEffect(() => {
		const h = () => set(q.matches);
		q.addEventListener("change", h);
		return () => q.removeEventListener("change", h);
	}, []);
	return wide ? 16 : 8;
}

export function Hex({ dossier, evidence, parts, total }: {
	dossier: string; evidence: Evidence[]; parts: Part[]; total: number;
}) {
	const [at, setAt] = useState(0);
	const [shift, setShift] = useState(0);
	const [charset, setCharset] = useState<string | null>(null);
	const ev = evidence[at] ?? evidence[0];
	useEffect(() => {
		setAt(0);
		setShift(0);
		setCharset(null);
	}, [dossier, evidence]);
	const base = ev ? Math.max(0, Math.floor(ev.offset / 16) * 16 - BEFORE) : 0;
	// The first window holds the evidence; later ones follow it, earlier ones end where it begins.
	const first = Math.min(MAX, Math.max(WINDOW, (ev?.length ?? 0) + 2 * BEFORE));
	const start = Math.max(0, shift <= 0 ? base + shift * WINDOW : base + first + (shift - 1) * WINDOW);
	const length = shift === 0 ? first : WINDOW;
	const res = useResource(ev ? query(`/api/v1/dossiers/${dossier}/bytes`, { offset: start, length }) : null, read);
	if (!ev)
		return <Panel title={t("hex.title")} id="bytes"><p class="pad muted">{t("hex.none")}</p></Panel>;
	const step = (d: number) => {
		setShift(0);
		setCharset(null);
		setAt((i) => (i + d + evidence.length) % evidence.length);
	};
	return (
		<Panel title={t("hex.title")} id="bytes" note={t("hex.logged")}>
			<div class="hexhead">
				<Where ev={ev} parts={parts} />
				<div class="hexnav">
					<button type="button" onClick={() => step(-1)} disabled={evidence.length < 2}>{t("hex.prev_evidence")}</button>
					<span class="num" aria-live="polite">{at + 1} / {evidence.length}</span>
					<button type="button" onClick={() => step(1)} disabled={evidence.length < 2}>{t("hex.next_evidence")}</button>
				</div>
			</div>
			<Load of={res}>
				{(w) => (
					<>
						<Grid w={w} ev={ev} />
						<div class="hexfoot">
							<button type="button" class="mini" disabled={w.offset === 0} onClick={() => setShift((s) => s - 1)}>{t("hex.earlier")}</button>
							<span class="num muted">{number(w.offset)}–{number(w.offset + w.bytes.length)} / {size(total || w.size)}</span>
							<button type="button" class="mini" disabled={w.offset + w.bytes.length >= w.size}
								onClick={() => setShift((s) => s + 1)}>{t("hex.later")}</button>
							{shift !== 0 && <button type="button" class="mini" onClick={() => setShift(0)}>{t("hex.back")}</button>}
						</div>
						<Reading w={w} ev={ev} charset={charset} set={setCharset} />
					</>
				)}
			</Load>
		</Panel>
	);
}

function Where({ ev, parts }: { ev: Evidence; parts: Part[] }) {
	const part = ev.part !== undefined ? parts.find((p) => p.id === ev.part) : undefined;
	return (
		<dl class="where">
			{ev.packet !== undefined && <div><dt>{t("hex.packet")}</dt><dd class="num">{number(ev.packet)}</dd></div>}
			{ev.part !== undefined && <div><dt>{t("hex.part")}</dt>
				<dd><span class="mono">{ev.part || "0"}</span> {part && <span>{part.name || part.media_type}</span>}</dd></div>}
			<div><dt>{t("hex.offset")}</dt><dd class="num">{number(ev.offset)} <span class="muted mono">0x{hex(ev.offset, 1)}</span></dd></div>
			<div><dt>{t("hex.length")}</dt><dd class="num">{number(ev.length)}</dd></div>
		</dl>
	);
}

interface Run { hit: boolean; from: number; to: number }

// One row cut where the evidence begins and ends.
function runs(from: number, to: number, ev: Evidence): Run[] {
	const a = Math.min(to, Math.max(from, ev.offset));
	const b = Math.min(to, Math.max(from, ev.offset + ev.length));
	return [{ hit: false, from, to: a }, { hit: true, from: a, to: b }, { hit: false, from: b, to }].filter((r) => r.to > r.from);
}

function Grid({ w, ev }: { w: Window; ev: Evidence }) {
	const wide = useWide();
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => {
		const b = box.current;
		const hit = b?.querySelector("mark");
		if (b && hit)
			b.scrollTop = Math.max(0, hit.offsetTop - b.offsetTop - 40);
	}, [w, ev]);
	if (w.bytes.length === 0)
		return <p class="pad muted">{t("hex.past_end")}</p>;
	const rows = [];
	for (let i = 0; i < w.bytes.length; i += wide)
		rows.push(i);
	const part = (r: Run, f: (b: number) => string, gap: string) => {
		const s = [...w.bytes.subarray(r.from - w.offset, r.to - w.offset)].map(f).join(gap);
		return r.hit ? <mark>{s}</mark> : s;
	};
	const ascii = (b: number) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : "·");
	return (
		<div class="hexgrid" ref={box} tabIndex={0} role="region" aria-label={t("hex.region", { o: ev.offset, n: ev.length })}>
			{rows.map((i) => {
				const from = w.offset + i;
				const to = Math.min(from + wide, w.offset + w.bytes.length);
				const cut = runs(from, to, ev);
				return (
					<div class="hexrow" key={i}>
						<span class="hexoff">{hex(from, 8)}</span>
						<span class="hexbytes">{cut.map((r, k) => <span key={k}>{k > 0 ? " " : ""}{part(r, (b) => hex(b, 2), " ")}</span>)}</span>
						<span class="hextext">{cut.map((r, k) => <span key={k}>{part(r, ascii, "")}</span>)}</span>
					</div>
				);
			})}
		</div>
	);
}

// The evidence itself as text, in the character set the reader picks.
function Reading({ w, ev, charset, set }: { w: Window; ev: Evidence; charset: string | null; set: (c: string) => void }) {
	const cut = w.bytes.subarray(Math.max(0, ev.offset - w.offset), Math.max(0, ev.offset + ev.length - w.offset));
	if (cut.length === 0)
		return null;
	const how = charset ?? guess(cut);
	const text = readAs(cut, how).replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, "·");
	return (
		<div class="reading">
			<label>
				<span>{t("hex.reading")}</span>
				<select value={how} onChange={(e) => set(e.currentTarget.value)}>
					{READINGS.map((c) => <option key={c} value={c}>{c === "mime" ? t("hex.mime") : c.toUpperCase()}</option>)}
				</select>
			</label>
			<pre tabIndex={0}>{visible(text)}</pre>
		</div>
	);
}
