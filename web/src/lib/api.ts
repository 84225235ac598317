// The one way to the hub.  Every answer is JSON; every failure becomes an ApiError with the hub's
// own words, so that a page can say what was wrong and where.
import type { Session } from "./types";
import { reviver } from "./visible";

export class ApiError extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		message: string,
		readonly what: string | null,
		readonly offset: number | null,
	) {
		super(message);
	}
}

let csrf = "";

export function setCsrf(v: string): void {
	csrf = v;
}

export function getCsrf(): string {
	return csrf;
}

function failure(status: number, body: unknown): ApiError {
	const e = (body as { error?: Record<string, unknown> } | null)?.error ?? {};
	const text = (v: unknown) => (typeof v === "string" && v !== "" ? v : null);
	return new ApiError(status, text(e.code) ?? codeOf(status), text(e.message) ?? "", text(e.what),
		typeof e.offset === "number" ? e.offset : null);
}

function codeOf(status: number): string {
	if (status === 401)
		return "unauthenticated";
	if (status === 403)
		return "denied";
	if (status === 404)
		return "not-found";
	if (status === 413)
		return "limit";
	return status >= 500 ? "bug" : "refused";
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text, reviver);
	} catch {
		return null;
	}
}

// A session that ended sends the person to sign in and back to the page they were on.
export function toSignIn(): void {
	const here = location.pathname + location.search;
	location.assign("/sign-in" + (here === "/" ? "" : "?next=" + encodeURIComponent(here)));
}

export async function api<T>(path: string, init: RequestInit = {}): Promise<T> {
	const method = init.method ?? "GET";
	const headers: Record<string, string> = { Accept: "application/json" };
	if (method !== "GET")
		headers["X-CSRF-Token"] = csrf;
	if (typeof init.body === "string")
		headers["Content-Type"] = "application/json";
	let res: Response;
	try {
		res = await fetch(path, { ...init, method, headers, credentials: "same-origin" });
	} catch (e) {
		if (e instanceof DOMException && e.name === "AbortError")
			throw e;
		throw new ApiError(0, "offline", "", null, null);
	}
	const text = await res.text();
	if (!res.ok) {
		const err = failure(res.status, parse(text));
		if (res.status === 401)
			toSignIn();
		throw err;
	}
	return (text === "" ? undefined : parse(text)) as T;
}

export function loadSession(): Promise<Session> {
	return api<Session>("/api/v1/session");
}

export function query(path: string, params: Record<string, string | number | null | undefined>): string {
	const q = new URLSearchParams();
	for (const [k, v] of Object.entries(params))
		if (v !== null && v !== undefined && v !== "")
			q.set(k, String(v));
	const s = q.toString();
	return s === "" ? path : `${path}?${s}`;
}

// Uploading goes through XMLHttpRequest because fetch does not report upload progress.
export function send<T>(path: string, body: Blob, progress: (done: number, total: number) => void,
	abort: AbortSignal): Promise<T> {
	return new Promise((resolve, reject) => {
		const x = new XMLHttpRequest();
		x.open("POST", path);
		x.setRequestHeader("X-CSRF-Token", csrf);
		x.setRequestHeader("Content-Type", "application/octet-stream");
		x.upload.onprogress = (e) => progress(e.loaded, e.lengthComputable ? e.total : body.size);
		x.onerror = () => reject(new ApiError(0, "offline", "", null, null));
		x.onabort = () => reject(new ApiError(0, "aborted", "", null, null));
		x.onload = () => {
			const answer = parse(x.responseText);
			if (x.status >= 200 && x.status < 300)
				return resolve(answer as T);
			if (x.status === 401)
				toSignIn();
			reject(failure(x.status, answer));
		};
		abort.addEventListener("abort", () => x.abort());
		x.send(body);
	});
}
