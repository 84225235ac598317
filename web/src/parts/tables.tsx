// Lines that several pages show: a dossier, a finding.
import { t, word } from "../lib/i18n";
import { detectorTitle } from "../lib/registers";
import type { DossierLine, FindingLine } from "../lib/types";
import { bytes, number } from "../lib/format";
import { Sev, Time, Tlp, UnitName, Verdict } from "./ui";

export function DossierTable({ rows, extra }: {
	rows: DossierLine[];
	extra?: { head: string; cell: (d: DossierLine, i: number) => preact.ComponentChildren };
}) {
	return (
		<div class="tablewrap">
			<table class="cards" data-rows>
				<thead>
					<tr>
						<th scope="col">{t("dossier.received")}</th>
						<th scope="col">{t("dossier.material")}</th>
						<th scope="col">{t("dossier.verdict")}</th>
						<th scope="col">{t("finding.severity")}</th>
						<th scope="col" class="right">{t("dossier.n_findings")}</th>
						<th scope="col" class="right">{t("dossier.n_observables")}</th>
						<th scope="col">{t("dossier.unit")}</th>
						<th scope="col">TLP</th>
						{extra && <th scope="col">{extra.head}</th>}
					</tr>
				</thead>
				<tbody>
					{rows.map((d, i) => (
						<tr key={d.id}>
							<td data-label={t("dossier.received")}><Time at={d.received} seconds={false} /></td>
							<td class="main">
								<a data-row href={`/dossiers/${d.id}`}>{d.name || d.sha256.slice(0, 16)}</a>
								<span class="under">{word("kind", d.kind)} · {bytes(d.size)}</span>
							</td>
							<td data-label={t("dossier.verdict")}><Verdict cls={d.class} score={d.score} /></td>
							<td data-label={t("finding.severity")}>{d.n_findings > 0 ? <Sev v={d.severity} /> : <span class="muted">—</span>}</td>
							<td data-label={t("dossier.n_findings")} class="right num">{number(d.n_findings)}</td>
							<td data-label={t("dossier.n_observables")} class="right num">{number(d.n_observables)}</td>
							<td data-label={t("dossier.unit")}><UnitName id={d.unit} /></td>
							<td data-label="TLP"><Tlp v={d.tlp} /></td>
							{extra && <td data-label={extra.head}>{extra.cell(d, i)}</td>}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

export function FindingItem({ f, fresh }: { f: FindingLine; fresh?: boolean }) {
	return (
		<li class={fresh ? "fresh" : ""}>
			<div class="line1">
				<Sev v={f.severity} />
				<a data-row href={`/dossiers/${f.dossier}?finding=${f.seq}`}>{detectorTitle(f.detector)}</a>
				{fresh && <span class="tag">{t("live.new")}</span>}
			</div>
			<div class="line2">
				<Time at={f.at} /> <span class="clip" title={f.name}>{f.name}</span>
				<span class="clip"><UnitName id={f.unit} /></span>
			</div>
		</li>
	);
}
