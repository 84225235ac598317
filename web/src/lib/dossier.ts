// Reads noroshi.dossier/1 (docs/dossier.md) into the shape the page uses: what the document leaves
// out becomes null or an empty list here, once, instead of in every component.
import type { Dossier, Evidence, Fact, Finding, Observable, Part, Severity } from "./types";
import { visible } from "./visible";

type Raw = Record<string, unknown>;

const str = (v: unknown): string => (typeof v === "string" ? v : "");
const num = (v: unknown): number => (typeof v === "number" ? v : 0);
const obj = (v: unknown): Raw => (v !== null && typeof v === "object" && !Array.isArray(v) ? (v as Raw) : {});
const list = (v: unknown): Raw[] => (Array.isArray(v) ? (v as Raw[]) : []);
const strings = (v: unknown): string[] => (Array.isArray(v) ? v.map(str) : []);

// The epoch itself stands for "the material names no time".
function when(v: unknown): string | null {
	const s = str(v);
	return s === "" || s.startsWith("1970-01-01T00:00:00") ? null : s;
}

function evidence(v: unknown): Evidence | null {
	const e = obj(v);
	if (str(e.kind) === "" || e.kind === "none")
		return null;
	const res: Evidence = { kind: str(e.kind), offset: num(e.offset), length: num(e.length) };
	if (e.packet !== undefined)
		res.packet = num(e.packet);
	if (e.part !== undefined)
		res.part = str(e.part);
	return res;
}

function finding(f: Raw): Finding {
	return {
		detector: str(f.detector),
		severity: str(f.severity) as Severity,
		confidence: num(f.confidence),
		attack: str(f.attack),
		summary: str(f.summary),
		at: when(f.at),
		observables: (Array.isArray(f.observables) ? f.observables : []).map(num),
		evidence: list(f.evidence).map(evidence).filter((e): e is Evidence => e !== null),
		params: Object.entries(obj(f.params)).map(([k, v]) => [k, String(v)]),
	};
}

function observable(o: Raw): Observable {
	return { kind: str(o.kind), value: str(o.value), role: str(o.role), count: num(o.count),
		evidence: evidence(o.evidence) };
}

function part(p: Raw): Part {
	return { id: str(p.id), name: str(p.name), media_type: str(p.media_type), offset: num(p.offset),
		length: num(p.length), size: num(p.size), sha256: str(p.sha256), attachment: p.attachment === true };
}

function fact(f: Raw): Fact {
	return { name: str(f.name), value: visible(str(f.value)), at: when(f.at), evidence: evidence(f.evidence) };
}

export function readDossier(json: unknown): Dossier {
	const d = obj(json);
	const m = obj(d.material);
	const s = obj(d.submission);
	const k = obj(d.marking);
	const v = obj(d.verdict);
	return {
		id: str(d.id),
		eye: str(obj(d.eye).name),
		material: { kind: str(m.kind), name: str(m.name), media_type: str(m.media_type), size: num(m.size),
			sha256: str(m.sha256), first: when(m.first), last: when(m.last) },
		submission: { unit: str(s.unit), sensor: str(s.sensor), basis: str(s.basis), received: when(s.received) },
		marking: { tlp: str(k.tlp), origin: str(k.origin), release: strings(k.releasable_to) },
		observables: list(d.observables).map(observable),
		relations: list(d.relations).map((r) => ({ from: num(r.from), to: num(r.to), type: str(r.type) })),
		findings: list(d.findings).map(finding),
		parts: list(d.parts).map(part),
		facts: list(d.facts).map(fact),
		verdict: { class: str(v.class), score: num(v.score), reasons: strings(v.reasons) },
	};
}
