import { useState } from "preact/hooks";
import { ApiError, api } from "../lib/api";
import { lang, t, word } from "../lib/i18n";
import { session } from "../lib/registers";
import { useResource } from "../lib/resource";
import type { FeedLine, List, TokenLine } from "../lib/types";
import { Copy, Empty, ErrorBox, Load, Page, Panel, Time } from "../parts/ui";

export function FeedsPage() {
	const feeds = useResource<List<FeedLine>>("/api/v1/feeds");
	return (
		<Page title={t("nav.feeds")} sub={t("feeds.sub")}>
			<Load of={feeds}>
				{(l) => l.items.length === 0 ? <Empty title={t("feeds.none")} /> : <div class="feeds">{l.items.map((f) => <Feed key={f.format} f={f} />)}</div>}
			</Load>
			<Tokens />
		</Page>
	);
}

function Feed({ f }: { f: FeedLine }) {
	const url = new URL(f.url, location.origin).href;
	const curl = `curl -sS --etag-save ${f.format}.etag --etag-compare ${f.format}.etag \\\n  -H "Authorization: Bearer $NOROSHI_TOKEN" \\\n  -o noroshi-${f.format} '${url}'`;
	return (
		<Panel title={f.name} note={<span class="mono">{f.media_type}</span>} id={`feed-${f.format}`}>
			<div class="pad feed">
				<p>{lang.value === "ja" ? f.description_ja : f.description_en}</p>
				<p class="row"><code class="url">{url}</code> <Copy text={url} label={t("feeds.copy_url")} />
					<a class="button" href={f.url} download={`noroshi-${f.format}`}>{t("feeds.download")}</a></p>
				<details><summary>{t("feeds.example")}</summary><pre class="code" tabIndex={0}>{curl}</pre><Copy text={curl} /></details>
			</div>
		</Panel>
	);
}

function Tokens() {
	const list = useResource<List<TokenLine>>("/api/v1/tokens");
	const [name, setName] = useState("");
	const [days, setDays] = useState(90);
	const [role, setRole] = useState("viewer");
	const [made, setMade] = useState<string | null>(null);
	const [error, setError] = useState<ApiError | null>(null);
	const fail = (e: unknown) => setError(e instanceof ApiError ? e : new ApiError(0, "bug", String(e), null, null));
	const make = (e: Event) => {
		e.preventDefault();
		setError(null);
		api<{ id: string; token: string }>("/api/v1/tokens", { method: "POST", body: JSON.stringify({ name, roles: [role], days }) })
			.then((r) => {
				setMade(r.token);
				setName("");
				list.reload();
			}, fail);
	};
	const drop = (k: TokenLine) => {
		if (!confirm(t("token.confirm", { name: k.name })))
			return;
		api(`/api/v1/tokens/${k.id}`, { method: "DELETE" }).then(list.reload, fail);
	};
	const roles = session.value?.person.roles ?? ["viewer"];
	return (
		<Panel title={t("token.title")} note={t("token.note")} id="tokens">
			<form class="filters pad" onSubmit={make}>
				<label><span>{t("token.name")}</span><input required maxLength={64} value={name} onInput={(e) => setName(e.currentTarget.value)} /></label>
				<label><span>{t("token.role")}</span><select value={role} onChange={(e) => setRole(e.currentTarget.value)}>
					{roles.map((r) => <option key={r} value={r}>{word("rolename", r)}</option>)}</select></label>
				<label><span>{t("token.days")}</span><input type="number" min={1} max={366} value={days} onInput={(e) => setDays(Number(e.currentTarget.value))} /></label>
				<button type="submit" class="primary">{t("token.create")}</button>
			</form>
			{error && <ErrorBox error={error} />}
			{made && (
				<div class="notice made" role="status">
					<p>{t("token.once")}</p>
					<p class="row"><code class="url">{made}</code> <Copy text={made} /> <button type="button" class="mini" onClick={() => setMade(null)}>{t("ui.close")}</button></p>
				</div>
			)}
			<Load of={list}>
				{(l) => l.items.length === 0 ? <p class="pad muted">{t("token.none")}</p> : (
					<div class="tablewrap">
						<table class="cards">
							<thead><tr><th scope="col">{t("token.name")}</th><th scope="col">{t("token.role")}</th><th scope="col">{t("token.created")}</th>
								<th scope="col">{t("token.expires")}</th><th scope="col"><span class="sr">{t("token.revoke")}</span></th></tr></thead>
							<tbody>{l.items.map((k) => (
								<tr key={k.id}>
									<td class="main">{k.name}</td>
									<td data-label={t("token.role")}>{k.roles.map((r) => word("rolename", r)).join(", ")}</td>
									<td data-label={t("token.created")}><Time at={k.created} seconds={false} /></td>
									<td data-label={t("token.expires")}><Time at={k.expires} seconds={false} /></td>
									<td class="right">{k.revoked ? <span class="muted">{t("token.revoked")} <Time at={k.revoked} seconds={false} /></span>
										: <button type="button" class="mini danger" onClick={() => drop(k)}>{t("token.revoke")}</button>}</td>
								</tr>
							))}</tbody>
						</table>
					</div>
				)}
			</Load>
		</Panel>
	);
}
