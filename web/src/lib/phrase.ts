// Says a finding in Japanese from its detector and parameters.  The eyes write one English sentence;
// where the parameters do not carry all of a Japanese one, the English stands alone.
import findings from "../i18n/findings.json";
import { defang } from "./format";
import { lang } from "./i18n";
import type { Dossier, Finding } from "./types";

const sentences = findings.sentences as Record<string, string>;
const words = findings.words as Record<string, string>;

function japanese(d: Dossier, f: Finding): string | null {
	const params = new Map(f.params);
	const template = sentences[`${f.detector}/${params.get("how") ?? ""}`] ?? sentences[f.detector];
	if (template === undefined)
		return null;
	let complete = true;
	const said = template.replace(/\{([a-z_0-9]+)\}/g, (_, name: string) => {
		const o = name === "0" ? d.observables[f.observables[0] ?? -1] : undefined;
		const v = o ? defang(o.kind, o.value) : params.get(name);
		if (v === undefined || v === "")
			complete = false;
		else if (name === "target" || name === "domain" || name === "shown" || name === "indicator")
			return defang(/^[\d.]+$/.test(v) ? "ipv4" : "domain", v);
		return words[v ?? ""] ?? v ?? "";
	});
	return complete ? said : null;
}

// The sentence in the language of the page, or null when only the summary can say it.
export function phrase(d: Dossier, f: Finding): string | null {
	return lang.value === "ja" ? japanese(d, f) : null;
}

// A parameter's value, when it is one of the eyes' own words.
export function valueWord(v: string): string {
	return lang.value === "ja" ? words[v] ?? v : v;
}

// A reason of the verdict: often the summary of a finding, word for word.
export function reason(d: Dossier, text: string): string | null {
	if (lang.value !== "ja")
		return null;
	const f = d.findings.find((x) => x.summary === text);
	return words[text] ?? (f ? japanese(d, f) : null);
}
