// Prepares the two maps, so that the page carries finished outlines and no projection code.
// Run by hand (npm run maps) when a source package changes; its result is committed in src/data/.
//
// World: Natural Earth land (public domain) through world-atlas, Natural Earth projection centred on
// 150° east, land only, no borders.  A country is a point: the centre of its largest polygon.
// Japan: @svg-maps/japan (CC BY 4.0, after mapsvg.com), rounded to tenths, keyed by JIS X 0401 code.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoNaturalEarth1, geoPath, geoArea, geoCentroid } from "d3-geo";
import { feature } from "topojson-client";
import iso from "i18n-iso-countries";
import japan from "@svg-maps/japan";

const require = createRequire(import.meta.url);
const load = (name) => JSON.parse(readFileSync(require.resolve("world-atlas/" + name), "utf8"));
const out = (name, value) =>
	writeFileSync(new URL("../src/data/" + name, import.meta.url), JSON.stringify(value) + "\n");

const WIDTH = 720;
const HEIGHT = 322;

// Antarctica holds no source address worth half the picture: the frame ends at 58° south.
const proj = geoNaturalEarth1().rotate([-150, 0]).fitWidth(WIDTH, { type: "Sphere" });
const shift = proj([150, 84])[1];
proj.translate([proj.translate()[0], proj.translate()[1] - shift]).clipExtent([[0, 0], [WIDTH, HEIGHT]]);

const round = (path) => path.replace(/-?\d+\.\d+/g, (n) => String(Math.round(Number(n) * 10) / 10));
const landTopo = load("land-110m.json");
const land = round(geoPath(proj)(feature(landTopo, landTopo.objects.land)));

const points = {};
const areas = {};
const countriesTopo = load("countries-50m.json");
for (const f of feature(countriesTopo, countriesTopo.objects.countries).features) {
	const code = f.id ? iso.numericToAlpha2(String(f.id).padStart(3, "0")) : undefined;
	if (!code || code === "AQ")
		continue;
	const polys = f.geometry.type === "Polygon" ? [f.geometry.coordinates] : f.geometry.coordinates;
	const biggest = polys
		.map((coordinates) => ({ type: "Polygon", coordinates }))
		.sort((a, b) => geoArea(b) - geoArea(a))[0];
	// Some codes stand on several features (Australia and its reefs): the largest speaks.
	if ((areas[code] ?? 0) > geoArea(biggest))
		continue;
	areas[code] = geoArea(biggest);
	const p = proj(geoCentroid(biggest));
	points[code] = [Math.round(p[0]), Math.round(p[1])];
}
out("world.json", { w: WIDTH, h: HEIGHT, land, points });

const JIS = ["hokkaido", "aomori", "iwate", "miyagi", "akita", "yamagata", "fukushima", "ibaraki",
	"tochigi", "gunma", "saitama", "chiba", "tokyo", "kanagawa", "niigata", "toyama", "ishikawa",
	"fukui", "yamanashi", "nagano", "gifu", "shizuoka", "aichi", "mie", "shiga", "kyoto", "osaka",
	"hyogo", "nara", "wakayama", "tottori", "shimane", "okayama", "hiroshima", "yamaguchi",
	"tokushima", "kagawa", "ehime", "kochi", "fukuoka", "saga", "nagasaki", "kumamoto", "oita",
	"miyazaki", "kagoshima", "okinawa"];
const paths = JIS.map((id) => {
	const l = japan.locations.find((x) => x.id === id);
	if (!l)
		throw new Error("no outline for " + id);
	return relativeRounded(l.path);
});
out("japan.json", { viewBox: japan.viewBox, paths });

// Rounding relative coordinates one by one lets the error grow along an outline, so each point is
// rounded in absolute terms and the rounded difference is written.
function relativeRounded(d) {
	const tokens = d.match(/[a-zA-Z]|-?[\d.]+(?:e-?\d+)?/g);
	let x = 0, y = 0, rx = 0, ry = 0, sx = 0, sy = 0, cmd = "m", i = 0;
	let res = "";
	const tenth = (v) => Math.round(v * 10);
	const step = (nx, ny, letter) => {
		const dx = tenth(nx) - rx, dy = tenth(ny) - ry;
		x = nx;
		y = ny;
		if (letter === "l" && dx === 0 && dy === 0)
			return;
		rx += dx;
		ry += dy;
		res += letter + dx / 10 + (dy < 0 ? "" : " ") + dy / 10;
	};
	while (i < tokens.length) {
		if (/[a-zA-Z]/.test(tokens[i]))
			cmd = tokens[i++];
		if (cmd === "z" || cmd === "Z") {
			res += "z";
			x = sx;
			y = sy;
			rx = tenth(sx);
			ry = tenth(sy);
			continue;
		}
		if (!"mlhvMLHV".includes(cmd))
			throw new Error("path command " + cmd);
		const rel = cmd === cmd.toLowerCase();
		const c = cmd.toLowerCase();
		let nx = x, ny = y;
		if (c !== "v")
			nx = Number(tokens[i++]) + (rel ? x : 0);
		if (c !== "h")
			ny = Number(tokens[i++]) + (rel ? y : 0);
		step(nx, ny, c === "m" ? "m" : "l");
		if (c === "m") {
			sx = nx;
			sy = ny;
			cmd = rel ? "l" : "L";
		}
	}
	return res;
}
