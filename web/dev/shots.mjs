// Takes a picture of every page, light and dark, wide and phone, Japanese and English:
//   node dev/shots.mjs http://127.0.0.1:8471 /tmp/shots [name-filter]
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [, , base, out, only = ""] = process.argv;
mkdirSync(out, { recursive: true });
const id = process.env.DOSSIER ?? "dossier--00000001-5555-5555-8555-000000000000";
const campaign = process.env.CAMPAIGN ?? "campaign--0b5f1c7e-5555-5555-8555-111111111111";
const pages = { "sign-in": "/sign-in", situation: "/", dossiers: "/dossiers", dossier: `/dossiers/${id}`, campaigns: "/campaigns",
	campaign: `/campaigns/${campaign}`, search: "/search?q=%E6%B7%BB%E4%BB%98", observable: "/search?q=198.51.100.77",
	upload: "/upload", feeds: "/feeds", units: "/units" };
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--headless", "--disable-gpu",
	"--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"] });
for (const [lang, theme, width] of [["ja", "light", 1280], ["en", "dark", 1280], ["ja", "dark", 390], ["en", "light", 390]]) {
	const ctx = await browser.newContext({ viewport: { width, height: 860 }, colorScheme: theme, locale: lang });
	const page = await ctx.newPage();
	page.on("console", (m) => m.type() === "error" && console.log(lang, theme, width, m.text()));
	page.on("pageerror", (e) => console.log(lang, theme, width, String(e)));
	// A real hub: COOKIE carries a session (noroshi_session=...).
	if (process.env.COOKIE) {
		const [name, value] = process.env.COOKIE.split("=");
		await ctx.addCookies([{ name, value, url: base }]);
	}
	for (const [name, path] of Object.entries(pages)) {
		if (typeof path !== "string" || !name.includes(only))
			continue;
		await page.goto(base + path);
		await page.waitForTimeout(500);
		await page.screenshot({ path: `${out}/${name}-${lang}-${theme}-${width}.png`, fullPage: true });
		const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		if (wide > 0)
			console.log(`${name} ${lang} ${width}: ${wide} px too wide`);
	}
	await ctx.close();
}
await browser.close();
