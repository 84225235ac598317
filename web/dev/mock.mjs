// A stand-in hub with invented data, for work on the console without building the platform:
//   node dev/mock.mjs [port]      then open the address it prints, any login and password.
// It answers the routes of docs/api with the hub's own headers.  Tests never use it.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";

const port = Number(process.argv[2] ?? 8471);
const dist = new URL("../dist/", import.meta.url);
const files = () => Object.fromEntries(readFileSync(new URL("manifest.txt", dist), "utf8").trim().split("\n").map((l) => {
	const [url, name, ...type] = l.split(" ");
	return [url, { name, type: type.join(" ") }];
}));
const HEADERS = {
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
		+ "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
};
const empty = process.argv.includes("--empty");
const z = (s) => s + ".000000Z";
const uuid = (n) => `dossier--${String(n).padStart(8, "0")}-5555-5555-8555-000000000000`;
const sha = (n) => String(n).repeat(64).slice(0, 64);

const PREF = ["hokkaido:北海道警察", "aomori:青森県警察", "iwate:岩手県警察", "miyagi:宮城県警察", "akita:秋田県警察", "yamagata:山形県警察",
	"fukushima:福島県警察", "ibaraki:茨城県警察", "tochigi:栃木県警察", "gunma:群馬県警察", "saitama:埼玉県警察", "chiba:千葉県警察",
	"tokyo:警視庁", "kanagawa:神奈川県警察", "niigata:新潟県警察", "toyama:富山県警察", "ishikawa:石川県警察", "fukui:福井県警察",
	"yamanashi:山梨県警察", "nagano:長野県警察", "gifu:岐阜県警察", "shizuoka:静岡県警察", "aichi:愛知県警察", "mie:三重県警察",
	"shiga:滋賀県警察", "kyoto:京都府警察", "osaka:大阪府警察", "hyogo:兵庫県警察", "nara:奈良県警察", "wakayama:和歌山県警察",
	"tottori:鳥取県警察", "shimane:島根県警察", "okayama:岡山県警察", "hiroshima:広島県警察", "yamaguchi:山口県警察", "tokushima:徳島県警察",
	"kagawa:香川県警察", "ehime:愛媛県警察", "kochi:高知県警察", "fukuoka:福岡県警察", "saga:佐賀県警察", "nagasaki:長崎県警察",
	"kumamoto:熊本県警察", "oita:大分県警察", "miyazaki:宮崎県警察", "kagoshima:鹿児島県警察", "okinawa:沖縄県警察"];
const BUREAU = [["tohoku", "東北管区警察局", [2, 3, 4, 5, 6, 7]], ["kanto", "関東管区警察局", [8, 9, 10, 11, 12, 14, 15, 19, 20, 22]],
	["chubu", "中部管区警察局", [16, 17, 18, 21, 23, 24]], ["kinki", "近畿管区警察局", [25, 26, 27, 28, 29, 30]],
	["chugoku-shikoku", "中国四国管区警察局", [31, 32, 33, 34, 35, 36, 37, 38, 39]], ["kyushu", "九州管区警察局", [40, 41, 42, 43, 44, 45, 46, 47]]];
const unit = (id, kind, ja, en, up, tech, prefecture = 0, sector = "") => ({ id, kind, name_ja: ja, name_en: en,
	command_parent: up, technical_parent: tech, prefecture, sector });
const units = [unit("npa", "npa", "警察庁", "National Police Agency", "", ""),
	unit("cfc", "centre", "サイバーフォースセンター", "Cyber Force Center", "npa", "npa"),
	...BUREAU.map(([id, ja]) => unit(`rb-${id}`, "bureau", ja, `${id} bureau`, "npa", "npa")),
	...PREF.map((p, i) => {
		const [id, ja] = p.split(":");
		const b = BUREAU.find((x) => x[2].includes(i + 1));
		return unit(`pp-${id}`, "prefecture", ja, `${id[0].toUpperCase()}${id.slice(1)} Police`, b ? `rb-${b[0]}` : "npa", b ? `rb-${b[0]}` : "npa", i + 1);
	}),
	unit("asagiri-heavy", "member", "朝霧重工業", "Asagiri Heavy Industries", "", "", 28, "heavy-industry"),
	unit("minamoto-bank", "member", "みなもと銀行", "Minamoto Bank", "", "", 13, "finance"),
	unit("kumoi-security", "vendor", "雲居セキュリティ", "Kumoi Security", "", ""),
	unit("partner-northland", "partner", "北国国家警察", "Northland National Police", "", "")];

const detectors = [["scan.horizontal", "sense", "Horizontal scan", "水平探索（多数のアドレスへの探索行為）", "T1595.001"],
	["scan.vertical", "sense", "Vertical scan", "垂直探索（多数のポートへの探索行為）", "T1046"],
	["scan.mirai", "sense", "Mirai-like scan", "Mirai型の探索行為", "T1595.001"],
	["dos.backscatter", "sense", "DoS backscatter", "跳ね返りパケット（DoS攻撃被害観測）", "T1498"],
	["mail.reply-to-differs", "mail", "Reply-to differs from sender", "返信先が差出人と異なる", "T1566"],
	["mail.double-extension", "mail", "Double extension", "添付ファイルの二重拡張子", "T1036.007"],
	["mail.stolen-reuse", "mail", "Stolen-mail reuse", "正規メール転用型", "T1566.001"]]
	.map(([name, eye, title_en, title_ja, attack]) => ({ name, eye, title_en, title_ja, attack, meaning: "What this detector means, in one sentence." }));

const line = (n, o) => ({ id: uuid(n), kind: "mail", name: `mail-${n}.eml`, unit: "asagiri-heavy", sensor: "", size: 48213 + n * 977, sha256: sha(n),
	received: z(`2026-11-22T${String(23 - n).padStart(2, "0")}:05:11`), first: z(`2026-11-22T${String(12 - (n % 9)).padStart(2, "0")}:30:00`),
	last: z(`2026-11-22T${String(12 - (n % 9)).padStart(2, "0")}:30:00`), tlp: "TLP:AMBER", class: "suspicious", score: 62, severity: "high",
	n_findings: 3, n_observables: 21, ...o });
const dossiers = [
	line(1, { name: "資料事前送付.eml", class: "deceptive", score: 88, severity: "critical", tlp: "TLP:AMBER+STRICT" }),
	line(2, { kind: "capture", name: "darknet-2026-11-22.pcap", unit: "cfc", sensor: "sensor-tokyo-1", size: 40213377, class: "malicious", score: 93, severity: "high", tlp: "TLP:GREEN", n_findings: 214, n_observables: 8032, first: z("2026-11-21T15:00:00"), last: z("2026-11-22T14:59:59") }),
	line(3, { name: "Re: 8/31(水)の会議について.eml", unit: "pp-tokyo", class: "undecidable", score: 20, severity: "info", tlp: "TLP:RED" }),
	line(4, { name: "請求書_20261122.eml", unit: "minamoto-bank", class: "malicious", score: 91, severity: "critical" }),
	line(5, { name: "newsletter.eml", unit: "pp-osaka", class: "benign", score: 3, severity: "info", n_findings: 0, tlp: "TLP:CLEAR" }),
	line(6, { name: "shipment.eml", unit: "pp-aichi", class: "suspicious", score: 55, severity: "medium" }),
];
const finding = (i, d, seq, det, severity, at) => ({ id: `${uuid(d)}.${seq}`, dossier: uuid(d), seq, detector: det, severity, confidence: 80, at: z(at), name: dossiers[d - 1].name, unit: dossiers[d - 1].unit });
const latest = [finding(90, 1, 0, "mail.stolen-reuse", "critical", "2026-11-22T12:30:00"), finding(89, 2, 0, "scan.mirai", "high", "2026-11-22T12:11:09"),
	finding(88, 2, 1, "scan.horizontal", "medium", "2026-11-22T12:02:40"), finding(87, 4, 0, "mail.double-extension", "critical", "2026-11-22T11:30:00"),
	finding(86, 2, 2, "dos.backscatter", "low", "2026-11-22T10:59:59"), finding(85, 6, 0, "mail.reply-to-differs", "medium", "2026-11-22T10:30:00"),
	finding(84, 3, 0, "mail.reply-to-differs", "info", "2026-11-22T09:30:00")];

const mail = Buffer.from("Received: from mx.asagiri.example.jp (mx.asagiri.example.jp [203.0.113.25])\r\n\tby mail.asagiri.example.jp; Fri, 26 Aug 2011 21:30:12 +0900\r\n"
	+ "Received: from unknown (HELO pc) (198.51.100.77) by relay.example; Fri, 26 Aug 2011 21:30:05 +0900\r\n"
	+ "From: =?ISO-2022-JP?B?GyRCOzMhIRsoQg==?= <yamada@kyokai.example.jp>\r\nReply-To: yamada.kyokai@freemail.example\r\nSubject: =?ISO-2022-JP?B?GyRCO3FOQTt2QTBBd0lVGyhC?=\r\n"
	+ "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
	+ "\x1b$B4X78$N3F0L\x1b(B\r\n\r\n8/31\x1b$B!J?e!K$NEvF|$O0u:~HG$rMQ0U$7$^$9!#\x1b(B\r\n"
	+ "--b1\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"shiryo.doc.exe\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	+ "VGhpcyBpcyBub3QgYSByZWFsIGZpbGUsIG9ubHkgYSBzYW1wbGUgZm9yIHRoZSBjb25zb2xlLgo=\r\n".repeat(40) + "--b1--\r\n", "latin1");
const at = (s) => ({ offset: mail.indexOf(s), length: Buffer.byteLength(s) });
const dossier = (l) => ({ schema: "noroshi.dossier/1", id: l.id, eye: { name: l.kind === "capture" ? "sense" : "mail", version: 1 },
	material: { kind: l.kind, name: l.name, media_type: l.kind === "mail" ? "message/rfc822" : "application/vnd.tcpdump.pcap", size: mail.length, sha256: l.sha256, first: l.first, last: l.last },
	submission: { unit: l.unit, sensor: l.sensor, basis: "受信者の同意に基づく提出", received: l.received },
	marking: { tlp: l.tlp, origin: l.unit, releasable_to: ["pp-tokyo"] },
	verdict: { class: l.class, score: l.score, reasons: ["Reply-To leads to a free-mail account while From claims an association", "Attachment shiryo.doc.exe has a double extension", "Same subject as a genuine mail seen 10 h earlier over another path"] },
	findings: [
		{ detector: "mail.stolen-reuse", severity: "critical", confidence: 85, attack: "T1566.001", summary: "Subject and body repeat a genuine mail of 11:30, sent 10 h later from 198.51.100.77.", at: l.first, observables: [0, 1], evidence: [{ kind: "bytes", ...at("Received: from unknown (HELO pc) (198.51.100.77)") }, { kind: "part", part: "1", ...at("\x1b$B4X78$N3F0L\x1b(B\r\n\r\n8/31\x1b$B!J?e!K$NEvF|$O0u:~HG$rMQ0U$7$^$9!#\x1b(B") }], params: { source: "198.51.100.77", hours: "10" } },
		{ detector: "mail.reply-to-differs", severity: "medium", confidence: 70, attack: "T1566", summary: "Reply-To yamada.kyokai@freemail.example differs from From yamada@kyokai.example.jp.", observables: [1, 2], evidence: [{ kind: "bytes", ...at("Reply-To: yamada.kyokai@freemail.example") }], params: {} },
		{ detector: "mail.double-extension", severity: "high", confidence: 95, attack: "T1036.007", summary: "Attachment name shiryo.doc.exe shows .doc and runs as .exe.", observables: [3], evidence: [{ kind: "part", part: "2", ...at("filename=\"shiryo.doc.exe\"") }], params: { file: "shiryo.doc.exe" } }],
	observables: [{ kind: "ipv4", value: "198.51.100.77", role: "source", count: 2, evidence: { kind: "bytes", ...at("198.51.100.77") } },
		{ kind: "email", value: "yamada.kyokai@freemail.example", role: "reply-to", count: 1, evidence: { kind: "bytes", ...at("yamada.kyokai@freemail.example") } },
		{ kind: "email", value: "yamada@kyokai.example.jp", role: "sender", count: 1 },
		{ kind: "file-name", value: "shiryo.doc.exe", role: "attachment", count: 1, evidence: { kind: "part", part: "2", ...at("shiryo.doc.exe") } },
		{ kind: "sha256", value: sha(7), role: "attachment", count: 1 }, { kind: "url", value: "http://update.kyokai-jp.example/a?b=1", role: "link", count: 1 }],
	relations: [], counters: [],
	parts: [{ id: "1", name: "", media_type: "text/plain", offset: 600, length: 80, size: 80, sha256: sha(8), attachment: false }, { id: "2", name: "shiryo.doc.exe", media_type: "application/octet-stream", offset: 760, length: 3200, size: 2320, sha256: sha(7), attachment: true }],
	facts: [{ name: "hop", value: "from unknown (198.51.100.77) by relay.example", at: z("2011-08-26T12:30:05"), evidence: { kind: "bytes", ...at("Received: from unknown") } },
		{ name: "hop", value: "from mx.asagiri.example.jp (203.0.113.25) by mail.asagiri.example.jp", at: z("2011-08-26T12:30:12"), evidence: { kind: "bytes", ...at("Received: from mx") } },
		{ name: "subject", value: "資料事前送付", evidence: { kind: "bytes", ...at("Subject:") } }], text: "" });
const cid = "campaign--0b5f1c7e-5555-5555-8555-111111111111";
const campaign = { id: cid, updated: z("2026-11-22T14:00:00"), first: z("2026-11-22T03:30:00"), last: z("2026-11-22T14:59:59"), dossiers: 4, units: 3, severity: "critical", title: "198.51.100.77 · shiryo.doc.exe", kinds: ["mail", "capture"] };
const links = [[1, 2, "ipv4", "198.51.100.77", 910], [1, 4, "sha256", sha(7), 990], [1, 6, "file-name", "shiryo.doc.exe", 620], [4, 6, "domain", "update.kyokai-jp.example", 780], [4, 6, "file-name", "shiryo.doc.exe", 620], [1, 6, "ipv4", "198.51.100.77", 910]]
	.map(([a, b, kind, value, weight]) => ({ a: uuid(a), b: uuid(b), kind, value, weight }));
const hours = Array.from({ length: 24 }, (_, i) => ({ t: z(new Date(Date.UTC(2026, 10, 21, 15 + i)).toISOString().slice(0, 19)), packets: Math.round(20000 + 15000 * Math.sin(i / 3) + (i === 19 ? 90000 : 0)) }));
const situation = { from: z("2026-11-21T15:00:00"), to: z("2026-11-22T15:00:00"),
	totals: { dossiers: 412, findings: 1893, observables: 48211, campaigns: 17, packets: 1204331 },
	ports: [["23/tcp", 402331, 5521], ["445/tcp", 221904, 1842], ["22/tcp", 120332, 1301], ["80/tcp", 80331, 902], ["5555/tcp", 60021, 733], ["8080/tcp", 51002, 610], ["3389/tcp", 42021, 580], ["53/udp", 20111, 410], ["123/udp", 12001, 302], ["1900/udp", 8003, 120], ["6379/tcp", 4021, 88], ["icmp", 3002, 61]].map(([key, packets, sources]) => ({ key, packets, sources })),
	countries: [["CN", 402331], ["US", 220331], ["RU", 130221], ["BR", 80331], ["IN", 71002], ["VN", 60221], ["KR", 42001], ["NL", 33021], ["TW", 20331], ["JP", 18002], ["DE", 12033], ["--", 9000], ["AU", 7001], ["ZA", 4002]].map(([key, packets]) => ({ key, packets, sources: Math.round(packets / 97) })),
	hours, prefectures: [["01", 12, 30], ["04", 8, 11], ["13", 120, 822], ["14", 30, 90], ["22", 9, 12], ["23", 41, 200], ["26", 7, 9], ["27", 66, 311], ["28", 33, 180], ["34", 5, 8], ["40", 31, 95], ["47", 4, 2]].map(([key, d, f]) => ({ key, dossiers: d, findings: f })),
	latest };
const feeds = [["stix", "STIX 2.1", "application/stix+json;version=2.1", "STIX 2.1 bundle of indicators", "STIX 2.1 のインジケータ一式"], ["csv", "CSV", "text/csv", "One indicator a line", "1行1インジケータの表"], ["rpz", "DNS RPZ", "text/dns", "Response policy zone for a resolver", "DNSリゾルバの応答ポリシーゾーン"], ["suricata", "Suricata", "text/plain", "Rules for Suricata", "Suricata 用のルール"], ["hosts", "hosts", "text/plain", "A hosts file", "hosts 形式の遮断リスト"]]
	.map(([format, name, media_type, description_en, description_ja]) => ({ format, name, media_type, url: `/api/v1/feeds/${format}`, description_en, description_ja }));
const tokens = [{ id: "1", name: "firewall-tokyo", roles: ["viewer"], created: z("2026-11-01T00:00:00"), expires: z("2027-02-01T00:00:00") }];
const session = { person: { login: "watch", name: "当直 花子", unit: "cfc", roles: ["viewer", "submitter", "analyst"] }, unit: units[1], csrf: "mock", version: "0.1.0" };
const none = { from: situation.from, to: situation.to, totals: { dossiers: 0, findings: 0, observables: 0, campaigns: 0, packets: 0 }, ports: [], countries: [], hours: [], prefectures: [], latest: [] };
const fail = (status, code, message, what = null, offset = null) => ({ status, body: { error: { code, message, what, offset } } });

function get(path, q) {
	const [, , , area, id, sub] = path.split("/");
	const d = dossiers.find((x) => x.id === id);
	if (area === "session") return session;
	if (area === "situation") return empty ? none : situation;
	if (area === "units") return { items: units };
	if (area === "detectors") return { items: detectors };
	if (area === "dossiers" && !id) return { items: empty ? [] : dossiers.filter((x) => (!q.get("kind") || x.kind === q.get("kind")) && (!q.get("unit") || x.unit === q.get("unit"))), next: null };
	if (area === "dossiers" && !d) return fail(404, "not-found", "no such dossier");
	if (area === "dossiers" && sub === "links") return { campaign: cid, items: links.filter((l) => [l.a, l.b].includes(id)).map((l) => ({ dossier: dossiers.find((x) => x.id === (l.a === id ? l.b : l.a)), kind: l.kind, value: l.value, weight: l.weight })) };
	if (area === "dossiers" && sub === "bytes") {
		const o = Number(q.get("offset")), n = Math.min(4096, Number(q.get("length")));
		const b = mail.subarray(o, o + n);
		return { offset: o, length: b.length, size: mail.length, base64: b.toString("base64") };
	}
	if (area === "dossiers") return dossier(d);
	if (area === "campaigns" && !id) return { items: empty ? [] : [campaign], next: null };
	if (area === "campaigns") return { ...campaign, members: dossiers.filter((x) => [1, 2, 4, 6].some((n) => uuid(n) === x.id)), links, observables: [] };
	if (area === "search") {
		const s = q.get("q");
		return { items: s.includes("無") ? [] : dossiers.slice(0, 4).map((x) => ({ dossier: x, snippet: `関係各位 ${s} 8/31(水)の当日は印刷版を用意します。添付ファイルは事前の確認用です。` })), next: null, bounded: s.length === 1, observable: /^[\d.]+$/.test(s) ? { kind: "ipv4", value: s, seen: 3, severity: "critical" } : undefined };
	}
	if (area === "feeds") return { items: feeds };
	if (area === "tokens") return { items: tokens };
	return fail(404, "not-found", "no such route");
}

function answer(res, status, body) {
	res.writeHead(status, { ...HEADERS, "Content-Type": "application/json; charset=utf-8" });
	res.end(body === undefined ? "" : JSON.stringify(body));
}

function stream(res) {
	res.writeHead(200, { ...HEADERS, "Content-Type": "text/event-stream" });
	let n = 100;
	const tick = () => res.write(`event: tick\ndata: {"as_of":"${new Date().toISOString()}"}\n\n`);
	tick();
	const a = setInterval(tick, 15000);
	const b = setTimeout(() => res.write(`id: ${n}\nevent: finding\ndata: ${JSON.stringify({ ...latest[1], id: `new.${n++}` })}\n\n`), 1500);
	res.on("close", () => { clearInterval(a); clearTimeout(b); });
}

createServer((req, res) => {
	const u = new URL(req.url, "http://x");
	const all = files();
	const page = /^\/(dossiers|campaigns|search|upload|feeds|units)?(\/[^/]*)?$/.test(u.pathname) ? "/" : u.pathname;
	const f = all[u.pathname] ?? all[page];
	if (u.pathname === "/api/v1/stream")
		return stream(res);
	if (!u.pathname.startsWith("/api/")) {
		res.writeHead(f ? 200 : 404, { ...HEADERS, "Content-Type": f?.type ?? "text/plain" });
		return res.end(f ? readFileSync(new URL(f.name, dist)) : "not found");
	}
	const body = [];
	req.on("data", (c) => body.push(c));
	req.on("end", () => {
		if (req.method === "DELETE")
			return answer(res, 204);
		if (req.method === "POST" && u.pathname === "/api/v1/intake") {
			if (!u.searchParams.get("basis"))
				return answer(res, 403, fail(403, "denied", "storing needs a legal basis (G16): give --basis, or use an enrolled sensor", "basis").body);
			if (Buffer.concat(body).length < 64)
				return answer(res, 422, fail(422, "refused", "neither a capture nor a mail: no eye recognises the first bytes", "header", 0).body);
			return answer(res, 201, { receipt: "NR-20261123-000412", dossier: uuid(1), sha256: sha(1), duplicate: false, kind: "mail", class: "deceptive", score: 88, findings: 3, reasons: ["Attachment shiryo.doc.exe has a double extension"], ledger_leaf: sha(9), campaign: cid });
		}
		if (req.method === "POST" && u.pathname === "/api/v1/tokens")
			return answer(res, 201, { id: "2", token: "nrt_mock_0123456789abcdef" });
		if (req.method === "POST")
			return answer(res, 200, session);
		const r = get(u.pathname, u.searchParams);
		answer(res, r.status && r.body ? r.status : 200, r.body?.error ? r.body : r);
	});
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/`));
