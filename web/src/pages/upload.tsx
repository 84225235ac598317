import { useRef, useState } from "preact/hooks";
import { ApiError, query, send } from "../lib/api";
import { bytes } from "../lib/format";
import { has, lang, t, tIn, word } from "../lib/i18n";
import { mayRole } from "../lib/registers";
import type { Receipt } from "../lib/types";
import { visibleName } from "../lib/visible";
import { Copy, Empty, ErrorDetail, Page, Panel, Verdict } from "../parts/ui";

const LEVELS = ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"] as const;

interface Item {
	id: number;
	file: File;
	state: "sending" | "looking" | "done" | "failed";
	done: number;
	receipt?: Receipt;
	error?: ApiError;
	stop: AbortController;
}

let serial = 0;

export function UploadPage() {
	const [items, set] = useState<Item[]>([]);
	const [tlp, setTlp] = useState<string>("AMBER");
	const [basis, setBasis] = useState("");
	const [over, setOver] = useState(false);
	const picker = useRef<HTMLInputElement>(null);
	if (!mayRole("submitter"))
		return <Page title={t("nav.upload")}><Empty title={t("upload.no_role")}><p>{t("upload.no_role_hint")}</p></Empty></Page>;
	const patch = (id: number, p: Partial<Item>) => set((xs) => xs.map((x) => (x.id === id ? { ...x, ...p } : x)));
	const start = (file: File) => {
		const item: Item = { id: ++serial, file, state: "sending", done: 0, stop: new AbortController() };
		set((xs) => [item, ...xs]);
		send<Receipt>(query("/api/v1/intake", { name: file.name, tlp: `TLP:${tlp}`, basis: basis.trim() }), file,
			(done, total) => patch(item.id, { done: total > 0 ? done / total : 0, state: done >= total ? "looking" : "sending" }),
			item.stop.signal).then(
			(receipt) => patch(item.id, { state: "done", receipt }),
			(e: unknown) => patch(item.id, { state: "failed", error: e instanceof ApiError ? e : new ApiError(0, "bug", String(e), null, null) }));
	};
	const take = (files: FileList | null | undefined) => {
		for (const f of files ?? [])
			start(f);
	};
	return (
		<Page title={t("nav.upload")} sub={t("upload.sub")}>
			<div class="uploadgrid">
				<div>
					<Panel title={t("upload.handling")}>
						<div class="form">
							<label><span>{t("upload.basis")}</span>
								<input type="text" value={basis} maxLength={500} placeholder={t("upload.basis_placeholder")}
									aria-describedby="basis-why" onInput={(e) => setBasis(e.currentTarget.value)} /></label>
							<p id="basis-why" class="muted small">{t("upload.basis_why")}</p>
							<label><span>TLP</span>
								<select value={tlp} aria-describedby="tlp-why" onChange={(e) => setTlp(e.currentTarget.value)}>
									{LEVELS.map((l) => <option key={l} value={l}>TLP:{l}</option>)}
								</select></label>
							<p id="tlp-why" class="muted small">{t(`tlp.${tlp}` as `tlp.RED`)}</p>
						</div>
					</Panel>
					<div class={over ? "drop over" : "drop"}
						onDragOver={(e) => {
							e.preventDefault();
							setOver(true);
						}}
						onDragLeave={() => setOver(false)}
						onDrop={(e) => {
							e.preventDefault();
							setOver(false);
							take(e.dataTransfer?.files);
						}}>
						<p><b>{t("upload.drop")}</b></p>
						<p class="muted">{t("upload.kinds")}</p>
						<button type="button" class="primary" onClick={() => picker.current?.click()}>{t("upload.pick")}</button>
						<input ref={picker} type="file" multiple class="sr" tabIndex={-1} aria-label={t("upload.pick")}
							onChange={(e) => {
								take(e.currentTarget.files);
								e.currentTarget.value = "";
							}} />
					</div>
				</div>
				<div aria-live="polite">
					{items.length === 0
						? <Empty title={t("upload.none_yet")}><p>{t("upload.none_yet_hint")}</p></Empty>
						: items.map((i) => <Sent key={i.id} i={i} again={() => start(i.file)} />)}
				</div>
			</div>
		</Page>
	);
}

function Sent({ i, again }: { i: Item; again: () => void }) {
	const head = <><b class="wrap">{visibleName(i.file.name)}</b> <span class="muted num">{bytes(i.file.size)}</span></>;
	if (i.state === "done" && i.receipt)
		return <ReceiptCard r={i.receipt} head={head} />;
	if (i.state === "failed" && i.error)
		return <Refusal e={i.error} head={head} again={again} />;
	return (
		<section class="card">
			<div>{head}</div>
			<progress value={i.state === "looking" ? undefined : i.done} max={1} aria-label={i.file.name} />
			<div class="row"><span>{i.state === "looking" ? t("upload.looking") : `${Math.round(i.done * 100)} %`}</span>
				<button type="button" class="mini" onClick={() => i.stop.abort()}>{t("ui.cancel")}</button></div>
		</section>
	);
}

function ReceiptCard({ r, head }: { r: Receipt; head: preact.ComponentChildren }) {
	return (
		<section class="card receipt" data-testid="receipt">
			<div class="row"><h3>{t("receipt.title")}</h3>{r.duplicate && <span class="tag">{t("receipt.duplicate")}</span>}</div>
			<div>{head}</div>
			<p class="receiptno"><span class="mono">{r.receipt}</span> <Copy text={r.receipt} /></p>
			<dl class="detail">
				<dt>{t("dossier.kind")}</dt><dd>{word("kind", r.kind)}</dd>
				<dt>{t("dossier.verdict")}</dt><dd><Verdict cls={r.class} score={r.score} /></dd>
				<dt>{t("dossier.n_findings")}</dt><dd class="num">{r.findings}</dd>
				<dt>SHA-256</dt><dd class="mono break">{r.sha256}</dd>
				{r.ledger_leaf && <><dt>{t("receipt.leaf")}</dt><dd class="mono break">{r.ledger_leaf}</dd></>}
			</dl>
			{r.reasons?.length > 0 && <ul class="reasons" lang="en">{r.reasons.map((x, k) => <li key={k}>{x}</li>)}</ul>}
			<div class="row noprint">
				<a class="button" href={`/dossiers/${r.dossier}`}>{t("receipt.open")}</a>
				{r.campaign && <a class="button" href={`/campaigns/${r.campaign}`}>{t("dossier.open_campaign")}</a>}
				<button type="button" onClick={() => print()}>{t("ui.print")}</button>
			</div>
		</section>
	);
}

// What was refused, in the reader's language first and the other one under it: the person at the
// desk and the colleague abroad read the same screen.
function Refusal({ e, head, again }: { e: ApiError; head: preact.ComponentChildren; again: () => void }) {
	const key = e.code === "denied" ? "refusal.denied" : `error.${e.code}`;
	const other = lang.value === "ja" ? "en" : "ja";
	return (
		<section class="card refusal" role="alert" data-testid="refusal">
			<h3>{t("refusal.title")}</h3>
			<div>{head}</div>
			<p>{has(key) ? t(key) : t("error.bug")}</p>
			<p class="muted small" lang={other}>{has(key) ? tIn(other, key) : tIn(other, "error.bug")}</p>
			<ErrorDetail error={e} />
			<p class="muted small">{t("refusal.unchanged")}</p>
			<button type="button" onClick={again}>{t("ui.retry")}</button>
		</section>
	);
}
