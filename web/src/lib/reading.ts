// Reads bytes as text, the way a person picks or the bytes suggest.  Bytes in, text out: what cannot be
// read shows as · or as the decoder's replacement character, never as an error.

export const READINGS = ["ascii", "utf-8", "iso-2022-jp", "shift_jis", "euc-jp", "mime"];

const latin = (b: Uint8Array) => Array.from(b, (c) => String.fromCharCode(c)).join("");

function decode(b: Uint8Array, charset: string): string {
	try {
		return new TextDecoder(charset).decode(b);
	} catch {
		return latin(b); // a charset this browser does not know
	}
}

function unbase64(s: string): Uint8Array {
	try {
		return Uint8Array.from(atob(s.replace(/[^A-Za-z0-9+/]/g, "")), (c) => c.charCodeAt(0));
	} catch {
		return new Uint8Array();
	}
}

function unquote(s: string): Uint8Array {
	const text = s.replaceAll("_", " ").replace(/=([0-9A-Fa-f]{2})/g, (_, h: string) => String.fromCharCode(parseInt(h, 16)));
	return Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff);
}

// RFC 2047 words of one charset that follow each other are joined before decoding, as mail needs it.
function words(text: string): string {
	const joined = text.replace(/\?=\s+=\?/g, "?==?");
	return joined.replace(/(?:=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)+/g, (run) => {
		const parts = [...run.matchAll(/=\?([^?*]+)[^?]*\?([bBqQ])\?([^?]*)\?=/g)];
		const same = parts.every((p) => p[1]!.toLowerCase() === parts[0]![1]!.toLowerCase());
		const bytes = parts.map((p) => (p[2]!.toLowerCase() === "b" ? unbase64(p[3]!) : unquote(p[3]!)));
		return same
			? decode(Uint8Array.from(bytes.flatMap((b) => [...b])), parts[0]![1]!)
			: parts.map((p, i) => decode(bytes[i]!, p[1]!)).join("");
	});
}

export function guess(b: Uint8Array): string {
	const text = latin(b);
	if (/=\?[\w.-]+\?[bBqQ]\?/.test(text))
		return "mime";
	if (/\x1b[$(]/.test(text))
		return "iso-2022-jp";
	try {
		const utf8 = new TextDecoder("utf-8", { fatal: true }).decode(b);
		return /[^\0-\x7f]/.test(utf8) ? "utf-8" : "ascii";
	} catch {
		return "ascii";
	}
}

export function readAs(b: Uint8Array, how: string): string {
	if (how === "mime")
		return words(latin(b));
	return how === "ascii" ? latin(b).replace(/[^\t\n\r -~]/g, "·") : decode(b, how);
}
