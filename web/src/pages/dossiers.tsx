import { useEffect, useState } from "preact/hooks";
import { ApiError, api, query } from "../lib/api";
import { t, word } from "../lib/i18n";
import { changes } from "../lib/live";
import { nameOf, units } from "../lib/registers";
import { useResource } from "../lib/resource";
import { place, setParams } from "../lib/router";
import { type DossierLine, type List, SEVERITIES } from "../lib/types";
import { DossierTable } from "../parts/tables";
import { Empty, ErrorBox, Load, Page } from "../parts/ui";

const KINDS = ["mail", "capture"];
const LIMIT = 50;

export function DossiersPage() {
	const p = place.value.params;
	const kind = p.get("kind") ?? "";
	const unit = p.get("unit") ?? "";
	const min = p.get("min_severity") ?? "";
	const path = query("/api/v1/dossiers", { kind, unit, min_severity: min, limit: LIMIT });
	const res = useResource<List<DossierLine>>(path);
	const [seen] = useState(changes.value);
	const waiting = changes.value - seen;
	return (
		<Page title={t("nav.dossiers")} sub={t("dossiers.sub")}
			aside={waiting > 0 && <button type="button" onClick={res.reload}>{t("live.reload")}</button>}>
			<form class="filters" onSubmit={(e) => e.preventDefault()} aria-label={t("ui.filter")}>
				<Pick name="kind" label={t("dossier.kind")} value={kind} options={KINDS.map((k) => [k, word("kind", k)])} />
				<Pick name="min_severity" label={t("filter.min_severity")} value={min}
					options={SEVERITIES.slice(1).map((s) => [s, word("severity", s)])} />
				<Pick name="unit" label={t("dossier.unit")} value={unit} options={units.value.map((u) => [u.id, nameOf(u)])} />
				{(kind || unit || min) && (
					<button type="button" class="quiet" onClick={() => setParams({ kind: null, unit: null, min_severity: null })}>
						{t("filter.clear")}
					</button>
				)}
			</form>
			<Load of={res}>
				{(first) => first.items.length === 0
					? <Empty title={kind || unit || min ? t("dossiers.none_match") : t("dossiers.none")}>
						{!(kind || unit || min) && <a class="button" href="/upload">{t("nav.upload")}</a>}
					</Empty>
					: <More key={path} path={path} first={first} />}
			</Load>
		</Page>
	);
}

function Pick({ name, label, value, options }: { name: string; label: string; value: string; options: string[][] }) {
	return (
		<label>
			<span>{label}</span>
			<select name={name} value={value} onChange={(e) => setParams({ [name]: e.currentTarget.value || null })}>
				<option value="">{t("filter.any")}</option>
				{options.map(([v, text]) => <option key={v} value={v}>{text}</option>)}
			</select>
		</label>
	);
}

// The first page and those asked for after it.
function More({ path, first }: { path: string; first: List<DossierLine> }) {
	const [rest, set] = useState<{ items: DossierLine[]; next: string | null }>({ items: [], next: first.next ?? null });
	const [error, setError] = useState<ApiError | null>(null);
	useEffect(() => set({ items: [], next: first.next ?? null }), [first]);
	const more = () => {
		setError(null);
		api<List<DossierLine>>(`${path}&cursor=${encodeURIComponent(rest.next ?? "")}`).then(
			(l) => set((r) => ({ items: [...r.items, ...l.items], next: l.next ?? null })),
			(e: unknown) => setError(e instanceof ApiError ? e : null));
	};
	return (
		<>
			<DossierTable rows={[...first.items, ...rest.items]} />
			{error && <ErrorBox error={error} />}
			{rest.next && <p class="center"><button type="button" onClick={more}>{t("ui.more")}</button></p>}
		</>
	);
}
