import { useState } from "preact/hooks";
import { number } from "../lib/format";
import { t, word } from "../lib/i18n";
import { nameOf, session } from "../lib/registers";
import { useResource } from "../lib/resource";
import type { List, Unit } from "../lib/types";
import { Empty, Load, Page, Panel } from "../parts/ui";

type Line = "command" | "technical" | "jis";

export function UnitsPage() {
	const res = useResource<List<Unit>>("/api/v1/units");
	const [line, set] = useState<Line>("command");
	return (
		<Page title={t("nav.units")} sub={t("units.sub")} aside={
			<div class="segmented" role="group" aria-label={t("units.line")}>
				{(["command", "technical", "jis"] as const).map((l) => (
					<button key={l} type="button" aria-pressed={l === line} onClick={() => set(l)}>{t(`units.${l}`)}</button>
				))}
			</div>}>
			<Load of={res}>{(l) => {
				if (l.items.length === 0)
					return <Empty title={t("units.none")} />;
				return line === "jis" ? <Prefectures all={l.items} /> : <Tree all={l.items} line={line} />;
			}}</Load>
		</Page>
	);
}

// Prefectures by JIS X 0401; others in the order of the register.
function order(a: Unit, b: Unit): number {
	return (a.prefecture || 99) - (b.prefecture || 99);
}

function Prefectures({ all }: { all: Unit[] }) {
	const rows = all.filter((u) => u.kind === "prefecture").sort(order);
	return (
		<Panel title={t("unitkind.prefecture")} note={t("ui.count", { n: number(rows.length) })}>
			<ol class="tree jis">{rows.map((u) => <li key={u.id}><UnitLine u={u} /></li>)}</ol>
		</Panel>
	);
}

// The first prefecture at or below a unit: a bureau stands where its first prefecture would.
function first(u: Unit, below: Map<string, Unit[]>): number {
	if (u.kind === "centre")
		return 0;
	return Math.min(u.prefecture || 99, ...(below.get(u.id) ?? []).map((x) => first(x, below)));
}

const POLICE = ["npa", "bureau", "prefecture", "centre"];

function Tree({ all, line }: { all: Unit[]; line: Line }) {
	const above = (u: Unit) => (line === "command" ? u.command_parent : u.technical_parent) || "";
	const known = new Set(all.map((u) => u.id));
	const below = new Map<string, Unit[]>();
	for (const u of all) {
		const p = known.has(above(u)) ? above(u) : "";
		below.set(p, [...(below.get(p) ?? []), u]);
	}
	const roots = (below.get("") ?? []).filter((u) => POLICE.includes(u.kind));
	const others = all.filter((u) => !POLICE.includes(u.kind));
	const kinds = [...new Set(others.map((u) => u.kind))];
	return (
		<div class="unitsgrid">
			<Panel title={t("units.police")} note={t("units.note_jis")}>
				<ul class="tree">{roots.map((u) => <Node key={u.id} u={u} below={below} />)}</ul>
			</Panel>
			<div>
				{kinds.map((k) => (
					<Panel key={k} title={word("unitkind", k)} note={t("ui.count", { n: number(others.filter((u) => u.kind === k).length) })}>
						<ul class="tree flat">{others.filter((u) => u.kind === k).map((u) => <li key={u.id}><UnitLine u={u} /></li>)}</ul>
					</Panel>
				))}
			</div>
		</div>
	);
}

function Node({ u, below }: { u: Unit; below: Map<string, Unit[]> }) {
	const kids = (below.get(u.id) ?? []).filter((x) => POLICE.includes(x.kind));
	const sorted = [...kids].sort((a, b) => first(a, below) - first(b, below));
	const leaves = kids.every((x) => x.kind === "prefecture" && !below.has(x.id));
	return (
		<li>
			<UnitLine u={u} />
			{sorted.length > 0 && <ul class={leaves ? "prefs" : ""}>{sorted.map((x) => <Node key={x.id} u={x} below={below} />)}</ul>}
		</li>
	);
}

function UnitLine({ u }: { u: Unit }) {
	const mine = session.value?.person.unit === u.id;
	return (
		<span class={mine ? "unitline mine" : "unitline"}>
			{u.prefecture > 0 && <span class="mono muted">{String(u.prefecture).padStart(2, "0")}</span>}
			<a href={`/dossiers?unit=${encodeURIComponent(u.id)}`}>{nameOf(u)}</a>
			{u.sector && <span class="tag">{word("sector", u.sector)}</span>}
			{mine && <span class="tag">{t("units.mine")}</span>}
		</span>
	);
}
