// A hub of its own for each run: store in a temporary folder, filled through the command line, served
// on a free port; a browser that reports what it should not see.  Everything ends with close().
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { files, manifest } from "./material.mjs";

const root = new URL("../../", import.meta.url).pathname;
const { chromium } = createRequire(join(root, "web/"))("playwright-core");
const build = process.env.NR_BUILD_ROOT ?? join(root, "build");
const noroshi = join(build, "noroshi");

function run(...args) {
	return execFileSync(noroshi, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function serve(store, dir) {
	const child = spawn(noroshi, ["serve", "--store", store, "--listen", "127.0.0.1:0"], { cwd: dir, stdio: ["ignore", "pipe", "inherit"] });
	return new Promise((resolve, reject) => {
		let text = "";
		child.stdout.on("data", (c) => {
			text += c;
			const m = /serving on (\S+)/.exec(text);
			if (m)
				resolve({ child, base: m[1].replace(/\/$/, "") });
		});
		child.on("exit", (code) => reject(new Error(`noroshi serve ended with ${code}`)));
		child.on("error", reject);
	});
}

export async function open() {
	const dir = mkdtempSync(join(tmpdir(), "noroshi-browser-"));
	const data = join(dir, "data");
	const store = `sqlite:${join(dir, "noroshi.db")}`;
	mkdirSync(data);
	for (const [name, content] of Object.entries(files))
		writeFileSync(join(data, name), content);
	writeFileSync(join(data, "manifest.json"), JSON.stringify(manifest));
	run("demo", "build", "--store", store, "--data", data);
	// A company without a standing legal basis, and its person; a person who may only look.
	run("unit", "add", "--store", store, "--name-ja", "ひいらぎ商事", "--name-en", "Hiiragi Trading", "member-hiiragi");
	run("person", "add", "--store", store, "--login", "hiiragi", "--unit", "member-hiiragi", "--roles", "viewer,submitter");
	run("person", "add", "--store", store, "--login", "looker", "--unit", "member-hiiragi", "--roles", "viewer");
	const { child, base } = await serve(store, dir);
	process.on("exit", () => child.kill("SIGKILL")); // also when a test could not even begin
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
		args: ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
			"--disable-sync", "--no-first-run"] });
	const bad = []; // CSP reports, script errors, requests to anyone else
	const hub = {
		base, bad,
		link: (login) => run("person", "link", login, "--store", store, "--url", base).trim(),
		async page(options = {}) {
			const context = await browser.newContext({ locale: "ja", viewport: { width: 1280, height: 860 }, ...options });
			const page = await context.newPage();
			page.setDefaultTimeout(15000);
			page.on("pageerror", (e) => bad.push(`script error: ${e.message}`));
			page.on("console", (m) => {
				if (/Content Security Policy|Refused to/i.test(m.text()))
					bad.push(`console: ${m.text()}`);
			});
			page.on("request", (r) => {
				if (!r.url().startsWith(base + "/") && !/^(data|blob|about):/.test(r.url()))
					bad.push(`left the origin: ${r.url()}`);
			});
			page.on("dialog", (d) => d.accept());
			return page;
		},
		async signedIn(login, options) {
			const page = await hub.page(options);
			await page.goto(hub.link(login));
			await page.waitForURL(base + "/");
			await page.waitForSelector("main h1");
			return page;
		},
		async close() {
			await browser.close();
			child.removeAllListeners("exit");
			const ended = new Promise((resolve) => child.on("exit", resolve));
			child.kill("SIGTERM");
			await ended;
			rmSync(dir, { recursive: true, force: true });
		},
	};
	return hub;
}
