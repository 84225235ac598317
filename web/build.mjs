// Builds the console into dist/: two bundles, two pages, an icon and the manifest the hub reads.
// dist/ is committed, so that a build of the platform needs no node; the same sources give the same
// bytes.  manifest.txt: "<url path> <file in dist> <content type>", one line each.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = (p) => new URL(p, import.meta.url).pathname;
const dist = here("dist/");
const TYPES = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8",
	html: "text/html; charset=utf-8", svg: "image/svg+xml", txt: "text/plain; charset=utf-8" };
const LIMIT = 300 * 1024; // first page, script and style, compressed

async function bundle(entry) {
	const r = await build({
		entryPoints: [here(entry)], bundle: true, write: false, minify: true, format: "esm", charset: "utf8",
		target: ["chrome123", "firefox121", "safari17.5"], jsx: "automatic", jsxImportSource: "preact",
		legalComments: "none", outdir: dist, logLevel: "warning",
	});
	return Object.fromEntries(r.outputFiles.map((f) => [f.path.split(".").pop(), Buffer.from(f.contents)]));
}

// The licences of what is bundled travel with it.
function notices() {
	const names = ["preact", "@preact/signals", "@preact/signals-core", "d3-force", "d3-dispatch", "d3-quadtree", "d3-timer"];
	const parts = names.map((n) => {
		const dir = here(`node_modules/${n}/`);
		const { version, license } = JSON.parse(readFileSync(dir + "package.json", "utf8"));
		const file = readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));
		return `${n} ${version} (${license})\n\n${readFileSync(dir + file, "utf8").trim()}\n`;
	});
	parts.push("Map of Japan: after https://mapsvg.com/maps/japan, by way of @svg-maps/japan, CC BY 4.0\n"
		+ "(https://creativecommons.org/licenses/by/4.0/). Changed: coordinates rounded, keyed by JIS X 0401 code.\n",
		"World map: Natural Earth (public domain), by way of world-atlas (ISC, Copyright Mike Bostock).\n"
		+ "Changed: projected, coordinates rounded, land only.\n");
	return Buffer.from(parts.join("\n----\n\n"));
}

const manifest = [];
function put(url, name, content) {
	writeFileSync(dist + name, content);
	manifest.push(`${url} ${name} ${TYPES[name.split(".").pop()]}`);
}

const hashed = (name, content) => {
	const [stem, ext] = name.split(".");
	return `${stem}-${createHash("sha256").update(content).digest("hex").slice(0, 12)}.${ext}`;
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const app = await bundle("src/main.tsx");
const signIn = await bundle("src/sign-in.ts");
let page = readFileSync(here("public/index.html"), "utf8");
for (const ext of ["js", "css"]) {
	const name = hashed(`app.${ext}`, app[ext]);
	page = page.replace(`/assets/app.${ext}`, `/assets/${name}`);
	put(`/assets/${name}`, name, app[ext]);
}
put("/assets/licences.txt", "licences.txt", notices());
put("/", "index.html", page);
put("/sign-in", "sign-in.html", readFileSync(here("public/sign-in.html")));
put("/public/sign-in.js", "sign-in.js", signIn.js);
put("/public/sign-in.css", "sign-in.css", signIn.css);
put("/public/icon.svg", "icon.svg", readFileSync(here("public/icon.svg")));
writeFileSync(dist + "manifest.txt", manifest.join("\n") + "\n");

const wire = (b) => gzipSync(b, { level: 9 }).length;
const total = wire(app.js) + wire(app.css);
console.log(`app.js ${wire(app.js)} + app.css ${wire(app.css)} = ${total} bytes compressed; sign-in ${wire(signIn.js) + wire(signIn.css)}`);
if (total > LIMIT) {
	console.error(`the first page is over ${LIMIT} bytes`);
	process.exit(1);
}
