// The console as a person uses it, in Debian's chromium against the real hub.  TAP.
import { HOSTILE, files, fresh, garbage } from "./material.mjs";
import { open } from "./hub.mjs";

const hub = await open().catch((e) => {
	console.log(`Bail out! the hub did not start: ${String(e.message).split("\n")[0]}`);
	process.exit(4);
});
const { base } = hub;
const tests = [];
const test = (name, run) => tests.push({ name, run });

function ok(cond, what) {
	if (!cond)
		throw new Error(what);
}

function equal(got, want, what) {
	ok(got === want, `${what}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}

const text = (page, sel) => page.locator(sel).first().innerText();
const desk = await hub.signedIn("demo");

async function to(page, path) {
	await page.goto(base + path);
	await page.waitForSelector("main h1");
}

// The dossier of a file, opened from the list as a person would.
async function openDossier(page, name) {
	await to(page, "/dossiers");
	await page.locator("td.main a", { hasText: name }).first().click();
	await page.waitForSelector(".handling");
}

test("a stranger is sent to sign in and sees no page", async () => {
	const page = await hub.page();
	await page.goto(base + "/dossiers");
	ok(page.url().startsWith(base + "/sign-in"), page.url());
	equal(await page.locator("nav").count(), 0, "menus on the sign-in page");
	await page.context().close();
});

test("a one-time link signs in once, and its token leaves the address", async () => {
	const link = hub.link("shidou");
	const page = await hub.page();
	await page.goto(link);
	await page.waitForURL(base + "/");
	ok(!page.url().includes("link="), page.url());
	const other = await hub.page();
	await other.goto(link);
	await other.locator("#status.bad").waitFor();
	ok((await text(other, "#status")).includes("使用済み"), await text(other, "#status"));
	ok(!other.url().includes("link="), other.url());
	await page.context().close();
	await other.context().close();
});

test("a wrong password is refused in the language of the reader", async () => {
	const page = await hub.page({ locale: "en" });
	await page.goto(base + "/sign-in");
	await page.fill("#login", "demo");
	await page.fill("#password", "not the password");
	await page.press("#password", "Enter");
	await page.locator("#status.bad").waitFor();
	ok((await text(page, "#status")).includes("Check the login"), await text(page, "#status"));
	await page.click("#lang");
	ok((await text(page, "#status")).includes("ログイン名"), await text(page, "#status"));
	await page.context().close();
});

test("the situation counts what came in: packets, the scanned port, prefecture, findings", async () => {
	await to(desk, "/");
	await desk.locator(".totals").waitFor();
	ok((await text(desk, ".totals")).includes("256"), "256 packets of the capture in " + await text(desk, ".totals"));
	ok((await desk.locator("th", { hasText: "23/TCP" }).count()) > 0, "no row 23/TCP");
	ok((await desk.locator("th", { hasText: "警視庁" }).count()) > 0, "no row of the prefecture that submitted");
	ok((await desk.locator(".findings li").count()) >= 3, "few findings");
	ok((await desk.locator("svg.world path.land").count()) === 1, "no world map");
	equal(await desk.locator("svg.japan path").count(), 47, "prefectures on the map");
	await desk.locator(".live-live").waitFor();
});

test("a longer period ends at the same instant and begins earlier", async () => {
	await to(desk, "/?days=30");
	await desk.waitForFunction(() => {
		const [from, end] = [...document.querySelectorAll(".sub time")].map((x) => Date.parse(x.dateTime));
		return end - from > 29 * 864e5 && end - from < 31 * 864e5;
	});
	equal(await desk.locator("button[aria-pressed=true]").innerText(), "30日", "the period chosen");
	await desk.locator("button", { hasText: "24時間" }).click();
	await desk.waitForFunction(() => {
		const [from, end] = [...document.querySelectorAll(".sub time")].map((x) => Date.parse(x.dateTime));
		return end - from < 2 * 864e5;
	});
});

test("a dossier leads from a finding to the very bytes of the file", async () => {
	await openDossier(desk, "lure.eml");
	const rows = desk.locator(".findinglist > li > button");
	const n = await rows.count();
	ok(n >= 2, `${n} findings`);
	let looked = 0;
	for (let i = 0; i < n; i++) {
		await rows.nth(i).click();
		await desk.locator(".findinglist > li.open").waitFor();
		if ((await desk.locator(".where").count()) === 0)
			continue;
		await desk.locator(".hexbytes mark").first().waitFor();
		const where = await desk.locator(".where").evaluate((el) => [...el.querySelectorAll("dd.num")].slice(-2).map((d) => Number(d.firstChild.textContent.replace(/\D/g, ""))));
		const marked = (await desk.locator(".hexbytes mark").allInnerTexts()).join(" ").replace(/\s+/g, "");
		const want = files["lure.eml"].subarray(where[0], where[0] + where[1]).toString("hex");
		ok(want.startsWith(marked) && marked.length >= Math.min(want.length, 1024), `finding ${i}: bytes ${marked.slice(0, 40)} at ${where}, file has ${want.slice(0, 40)}`);
		looked++;
	}
	ok(looked >= 2, `${looked} findings with bytes`);
});

test("the highlighted bytes read as Japanese in the character set picked", async () => {
	await openDossier(desk, "lure.eml");
	await desk.locator("tr", { hasText: "text/plain" }).locator("button.mini", { hasText: "§" }).click();
	equal(await desk.locator(".reading select").inputValue(), "iso-2022-jp", "the reading that the bytes suggest");
	ok((await text(desk, ".reading pre")).includes("添付資料"), await text(desk, ".reading pre"));
	await desk.locator("tr", { hasText: "資料事前送付" }).locator("button.mini", { hasText: "0x" }).first().click();
	await desk.locator(".reading pre", { hasText: "資料事前送付" }).waitFor();
	await desk.locator(".reading select").selectOption("ascii");
	ok((await text(desk, ".reading pre")).includes("=?ISO-2022-JP?B?"), await text(desk, ".reading pre"));
});

test("a packet of the capture is named and highlighted", async () => {
	await openDossier(desk, "scan.pcap");
	await desk.locator(".hexbytes mark").first().waitFor();
	ok(/パケット番号\s*\d+/.test(await text(desk, ".where")), await text(desk, ".where"));
	const marked = (await desk.locator(".hexbytes mark").allInnerTexts()).join(" ").replace(/\s+/g, "");
	ok(marked.includes("c633644d"), "the scanner's address 198.51.100.77 is not among " + marked);
});

test("the bytes before and after the evidence can be walked, and back", async () => {
	await openDossier(desk, "scan.pcap");
	await desk.locator(".hexbytes mark").first().waitFor();
	const first = () => desk.locator(".hexoff").first().innerText().then((x) => parseInt(x, 16));
	const start = await first();
	await desk.locator("button", { hasText: "後のバイト" }).click();
	await desk.waitForFunction((was) => parseInt(document.querySelector(".hexoff")?.innerText ?? "", 16) > was, start);
	const at = await first();
	const row = (await desk.locator(".hexbytes").first().innerText()).replace(/\s+/g, "");
	equal(row, files["scan.pcap"].subarray(at, at + 16).toString("hex"), `the bytes at ${at}`);
	await desk.locator("button", { hasText: "該当箇所へ戻る" }).click();
	await desk.locator(".hexbytes mark").first().waitFor();
	equal(await first(), start, "back at");
});

test("a broken stream is shown, and taken up again", async () => {
	const page = await hub.signedIn("demo");
	await page.route("**/api/v1/stream", (r) => r.abort());
	await page.reload();
	await page.locator(".live-lost").waitFor();
	await page.unroute("**/api/v1/stream");
	await page.locator(".live-live").waitFor();
	await page.context().close();
});

test("the marking stands on the dossier in words", async () => {
	await openDossier(desk, "second.eml");
	const shown = await text(desk, ".handling");
	ok(shown.includes("TLP:AMBER") && shown.includes("しおさい銀行") && shown.includes("警察庁"), shown);
});

test("filters narrow the list and stand in the address", async () => {
	await to(desk, "/dossiers");
	await desk.locator("select[name=kind]").selectOption("capture");
	await desk.waitForURL(/kind=capture/);
	await desk.locator("td.main a", { hasText: "scan.pcap" }).waitFor();
	equal(await desk.locator("td.main a", { hasText: ".eml" }).count(), 0, "mails among captures");
});

test("search finds 添付 and marks it; nothing found is said", async () => {
	await desk.press("body", "/");
	await desk.keyboard.type("添付");
	await desk.keyboard.press("Enter");
	await desk.waitForURL(/\/search\?q=/);
	await desk.locator(".snippet mark", { hasText: "添付" }).first().waitFor();
	ok((await desk.locator(".hits a", { hasText: "lure.eml" }).count()) === 1, "lure.eml is not among the hits");
	await to(desk, "/search?q=" + encodeURIComponent("存在しない語句"));
	await desk.locator(".state", { hasText: "見つかりません" }).waitFor();
});

test("an address in the search box, defanged or not, shows its card", async () => {
	for (const q of ["198.51.100.77", "198[.]51[.]100[.]77"]) {
		await to(desk, "/search?q=" + encodeURIComponent(q));
		const card = desk.locator(".obscard");
		await card.waitFor();
		ok((await card.innerText()).includes("198[.]51[.]100[.]77"), await card.innerText());
	}
});

test("mails that share an attachment stand in one campaign, with the reason", async () => {
	await to(desk, "/campaigns");
	await desk.locator("td.main a").first().click();
	await desk.locator(".graph canvas").waitFor();
	const members = await desk.locator("table td.main a", { hasText: ".eml" }).allInnerTexts();
	ok(members.includes("lure.eml") && members.includes("second.eml"), members.join());
	const node = desk.locator(".nodes button").first();
	await node.click();
	equal(await node.getAttribute("aria-pressed"), "true", "the node picked");
	const painted = await desk.locator(".graph canvas").evaluate((c) => c.getContext("2d").getImageData(0, 0, c.width, c.height).data.some((v) => v !== 0));
	ok(painted, "the graph is blank");
	ok((await text(desk, "main")).includes("SHA-256"), "no reason names the shared hash");
});

async function hand(page, name, buffer) {
	await page.locator("input[type=file]").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
}

test("a mail handed in gives a receipt, and the same mail again says so", async () => {
	await to(desk, "/upload");
	await hand(desk, "seikyu.eml", fresh(1));
	const card = desk.locator("[data-testid=receipt]").first();
	await card.waitFor();
	ok(/NR-[0-9a-f]{6,}/.test(await card.innerText()), await card.innerText());
	ok((await card.innerText()).includes("メール"), "the kind");
	await hand(desk, "seikyu.eml", fresh(1));
	await desk.locator("[data-testid=receipt] .tag", { hasText: "提出済み" }).waitFor();
	await card.locator("a", { hasText: "解析票を開く" }).click();
	await desk.waitForURL(/\/dossiers\//);
	await desk.locator("h1", { hasText: "seikyu.eml" }).waitFor();
});

test("what no eye knows is refused in both languages, with what and where", async () => {
	await to(desk, "/upload");
	await hand(desk, "noise.bin", garbage);
	const card = desk.locator("[data-testid=refusal]");
	await card.waitFor();
	const shown = await card.innerText();
	ok(shown.includes("受け付けられません") && shown.includes("cannot be taken"), shown);
	ok(/422|415/.test(shown), shown);
	await to(desk, "/search?q=noise.bin");
	equal(await desk.locator(".hits a", { hasText: "noise.bin" }).count(), 0, "refused material among the hits");
});

test("storing needs a legal basis (G16): refused without one, taken with one", async () => {
	const page = await hub.signedIn("hiiragi");
	await to(page, "/upload");
	await hand(page, "basis.eml", fresh(3));
	const card = page.locator("[data-testid=refusal]");
	await card.waitFor();
	ok((await card.innerText()).includes("根拠") && (await card.innerText()).includes("legal basis"), await card.innerText());
	await page.locator(".form input").fill("受信者の同意に基づく提出");
	await hand(page, "basis.eml", fresh(3));
	await page.locator("[data-testid=receipt]").waitFor();
	await page.context().close();
});

test("a viewer of another unit sees neither the mails nor the way to submit", async () => {
	const page = await hub.signedIn("looker");
	equal(await page.locator("nav a[href='/upload']").count(), 0, "submit in the menu");
	await to(page, "/dossiers");
	await page.locator("td.main a", { hasText: "scan.pcap" }).waitFor();
	const names = await page.locator("td.main a").allInnerTexts();
	ok(!names.includes("lure.eml") && !names.includes("second.eml"), names.join());
	await openDossier(desk, "lure.eml");
	await page.goto(desk.url());
	await page.locator(".state-error", { hasText: "見つかりません" }).waitFor();
	ok(!(await page.locator("main").innerText()).includes("資料事前送付"), "the page names what it hides");
	await page.context().close();
});

test("a finding that arrives shows on the open situation page without reload", async () => {
	const watch = await hub.signedIn("demo");
	await watch.locator(".live-live").waitFor();
	await watch.evaluate(() => { window.stillHere = true; });
	await to(desk, "/upload");
	await hand(desk, "live.eml", fresh(2));
	await desk.locator("[data-testid=receipt]").waitFor();
	await watch.locator(".findings li.fresh", { hasText: "live.eml" }).first().waitFor();
	equal(await watch.evaluate(() => window.stillHere), true, "the page did not reload");
	await watch.context().close();
});

test("text from outside stays text", async () => {
	await openDossier(desk, "hostile.eml");
	ok((await desk.locator("main").innerText()).includes("<img src=x"), "the subject is not shown as it is");
	await to(desk, "/search?q=onerror");
	await desk.locator(".hits a", { hasText: "hostile.eml" }).waitFor();
	equal(await desk.locator("main img, main script").count(), 0, "elements made from " + HOSTILE);
	ok(!(await desk.title()).includes("owned"), "the mail's script ran");
});

test("a name that reverses its letters is shown with the mark that does it", async () => {
	await openDossier(desk, "hostile.eml");
	const shown = await desk.locator("main").innerText();
	ok(shown.includes("syashin[U+202E]gpj.exe"), "the mark is not shown");
	ok(!/[\u202a-\u202e\u2066-\u2069]/.test(shown), "a mark of direction acts on the page");
});

test("a feed downloads, a token opens it, and revoking the token closes it", async () => {
	await to(desk, "/feeds");
	const href = await desk.locator("#feed-csv a[download]").getAttribute("href");
	const fetched = await desk.evaluate(async (u) => { const r = await fetch(u); return [r.status, r.headers.get("etag"), await r.text()]; }, href);
	ok(fetched[0] === 200 && fetched[1] && fetched[2].includes("198.51.100.77"), JSON.stringify(fetched).slice(0, 300));
	await desk.locator("#tokens input").first().fill("firewall");
	await desk.locator("#tokens button[type=submit]").click();
	const token = await text(desk, ".made code");
	ok(token.startsWith("nrt_"), token);
	const ask = () => fetch(base + href, { headers: { Authorization: `Bearer ${token}` } }).then((r) => r.status);
	equal(await ask(), 200, "with the token");
	await desk.locator("#tokens tr", { hasText: "firewall" }).locator("button.danger").click();
	await desk.locator("#tokens tr", { hasText: "失効済" }).waitFor();
	equal(await ask(), 401, "with the revoked token");
});

test("47 prefectures stand in JIS order, Tokyo as 警視庁", async () => {
	await to(desk, "/units");
	await desk.locator("button", { hasText: "47都道府県" }).click();
	const rows = await desk.locator(".tree.jis li").allInnerTexts();
	equal(rows.length, 47, "prefectures");
	rows.forEach((r, i) => ok(r.trim().startsWith(String(i + 1).padStart(2, "0")), `row ${i + 1}: ${r}`));
	ok(rows[0].includes("北海道警察") && rows[12].includes("警視庁") && rows[46].includes("沖縄県警察"), rows.join());
	equal(rows.filter((r) => r.includes("東京都")).length, 0, "東京都");
});

test("the keyboard reaches everything: skip link, chords, rows, help", async () => {
	await to(desk, "/");
	await desk.keyboard.press("Tab");
	equal(await desk.evaluate(() => document.activeElement.className), "skip", "first stop");
	await desk.keyboard.press("?");
	await desk.locator("dialog[open]").waitFor();
	await desk.keyboard.press("Escape");
	await desk.locator("dialog[open]").waitFor({ state: "detached" });
	await desk.keyboard.press("g");
	await desk.keyboard.press("d");
	await desk.waitForURL(/\/dossiers$/);
	await desk.locator("td.main a").first().waitFor();
	await desk.keyboard.press("j");
	await desk.keyboard.press("j");
	const name = await desk.evaluate(() => document.activeElement.textContent);
	equal(name, await desk.locator("td.main a").nth(1).innerText(), "the row that has the focus");
	await desk.keyboard.press("Enter");
	await desk.locator("h1", { hasText: name }).waitFor();
});

test("language and colours are switched and remembered", async () => {
	await to(desk, "/");
	const ground = () => desk.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const light = await ground();
	await desk.locator("[data-testid=lang]").click();
	await desk.locator("h1", { hasText: "Situation" }).waitFor();
	await desk.locator("[data-testid=theme]").selectOption("dark");
	ok((await ground()) !== light, "dark looks like light");
	await desk.reload();
	await desk.locator("h1", { hasText: "Situation" }).waitFor();
	equal(await desk.evaluate(() => document.documentElement.lang), "en", "lang of the page");
	ok((await ground()) !== light, "the choice was forgotten");
	await desk.locator("[data-testid=lang]").click();
	await desk.locator("[data-testid=theme]").selectOption("auto");
	await desk.locator("h1", { hasText: "全体状況" }).waitFor();
});

for (const locale of ["ja", "en"])
	test(`no page is wider than a phone of 360 pixels (${locale})`, async () => {
		const phone = await hub.signedIn("demo", { locale, viewport: { width: 360, height: 740 } });
		const paths = ["/", "/dossiers", "/campaigns", "/search?q=" + encodeURIComponent("添付"), "/search?q=198.51.100.77", "/upload", "/feeds", "/units"];
		for (const list of ["/dossiers", "/campaigns"]) {
			await to(phone, list);
			paths.push(await phone.locator("td.main a").first().getAttribute("href"));
		}
		for (const p of paths) {
			await to(phone, p);
			await phone.waitForLoadState("networkidle", { timeout: 1500 }).catch(() => undefined);
			const over = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
			ok(over <= 0, `${p} is ${over} pixels too wide`);
		}
		await phone.locator(".menubutton").click();
		await phone.locator("nav a", { hasText: locale === "ja" ? "組織" : "Units" }).click();
		await phone.waitForURL(/\/units$/);
		await phone.context().close();
	});

test("every page has its words in both languages", async () => {
	const page = await hub.signedIn("demo", { locale: "en" });
	for (const p of ["/", "/dossiers", "/campaigns", "/search", "/upload", "/feeds", "/units"]) {
		await to(page, p);
		const en = await text(page, "h1");
		await page.locator("[data-testid=lang]").click();
		await page.waitForFunction((was) => document.querySelector("h1").innerText !== was, en);
		ok(/[぀-ヿ一-鿿]/.test(await text(page, "h1")), `${p}: ${await text(page, "h1")}`);
		await page.locator("[data-testid=lang]").click();
	}
	await page.context().close();
});

test("the first page weighs less than 300 kB of script and style", async () => {
	const page = await hub.signedIn("demo");
	const wire = await page.evaluate(() => performance.getEntriesByType("resource").filter((r) => /\.(js|css)$/.test(r.name)).reduce((n, r) => n + r.encodedBodySize, 0));
	ok(wire > 10_000 && wire < 300_000, `${wire} bytes`);
	await page.context().close();
});

test("signing out ends the session", async () => {
	const page = await hub.signedIn("shidou");
	await page.locator(".who button").click();
	await page.waitForURL(/\/sign-in/);
	await page.goto(base + "/dossiers");
	ok(page.url().startsWith(base + "/sign-in"), page.url());
	await page.context().close();
});

test("nothing broke the content policy, no script failed, no request left the origin", async () => {
	ok(hub.bad.length === 0, hub.bad.join("; "));
});

console.log(`1..${tests.length}`);
let failed = 0;
for (const [i, { name, run }] of tests.entries()) {
	try {
		await run();
		console.log(`ok ${i + 1} - ${name}`);
	} catch (e) {
		failed++;
		console.log(`not ok ${i + 1} - ${name}`);
		console.log(String(e.message ?? e).split("\n").slice(0, 12).map((l) => `# ${l}`).join("\n"));
	}
}
await hub.close();
process.exitCode = failed ? 1 : 0;
