// Characters that change how other text looks and cannot be seen themselves: marks of writing direction
// (the trick of "gpj.scr"), control characters, and in names also zero-width ones.  They are shown as
// [U+202E], so that a deception made for a reader of the mail does not work on the reader of this page.
const CONTROL = "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069";
const hidden = new RegExp(`[${CONTROL}]`, "g");
const hiddenInNames = new RegExp(`[${CONTROL}\\u00ad\\u115f\\u1160\\u180e\\u200b-\\u200d\\u2060-\\u2064\\u3164\\ufeff\\uffa0]`, "g");

const code = (c: string) => `[U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`;

export function visible(s: string): string {
	return s.replace(hidden, code);
}

export function visibleName(s: string): string {
	return s.replace(hiddenInNames, code);
}

// For JSON.parse: every text from the hub is made visible on its way in, except what is needed as it is:
// an observable's value (copied and searched; defang() makes it visible when shown) and bytes.
export function reviver(key: string, v: unknown): unknown {
	if (typeof v !== "string" || key === "value" || key === "base64")
		return v;
	return key === "name" ? visibleName(v) : visible(v);
}
