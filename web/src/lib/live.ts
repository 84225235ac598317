// The live stream: one connection for the whole console, its state always visible.
import { signal } from "@preact/signals";
import type { DossierLine, FindingLine } from "./types";
import { ApiError, loadSession } from "./api";
import { reviver } from "./visible";

export type LiveState = "connecting" | "live" | "lost";

export const liveState = signal<LiveState>("connecting");
export const asOf = signal<string | null>(null);
export const liveFindings = signal<FindingLine[]>([]);
// Counts events that change the picture; pages reload their figures when it moves.
export const changes = signal(0);

const KEEP = 50;
let source: EventSource | null = null;
let retry = 1000;

function parse<T>(e: MessageEvent): T | null {
	try {
		return JSON.parse(String(e.data), reviver) as T;
	} catch {
		return null;
	}
}

function again(): void {
	source?.close();
	source = null;
	liveState.value = "lost";
	setTimeout(() => {
		// A session that ended looks like a broken stream; asking for it sends one to sign in.
		loadSession().then(startLive, (e: unknown) => {
			if (!(e instanceof ApiError && e.status === 401))
				again();
		});
	}, retry);
	retry = Math.min(retry * 2, 30000);
}

// A browser allows six connections to one host, over all tabs: a tab out of sight for a minute gives its
// stream back and takes it up again, with the figures, when it is looked at.
let hidden = 0;

export function startVisibility(): void {
	document.addEventListener("visibilitychange", () => {
		clearTimeout(hidden);
		if (document.hidden) {
			hidden = setTimeout(() => {
				source?.close();
				source = null;
				liveState.value = "lost";
			}, 60_000);
		} else if (source === null && liveState.value === "lost") {
			startLive();
		}
	});
}

export function startLive(): void {
	if (source)
		return;
	const s = new EventSource("/api/v1/stream");
	source = s;
	s.onopen = () => {
		// What was missed while away is fetched, not guessed.
		if (liveState.value === "lost")
			changes.value++;
		liveState.value = "live";
		retry = 1000;
	};
	s.onerror = () => {
		if (source === s)
			again();
	};
	s.addEventListener("finding", (e) => {
		const f = parse<FindingLine>(e as MessageEvent);
		if (!f || liveFindings.value.some((x) => x.id === f.id))
			return;
		liveFindings.value = [f, ...liveFindings.value].slice(0, KEEP);
		changes.value++;
	});
	s.addEventListener("dossier", (e) => {
		if (parse<DossierLine>(e as MessageEvent))
			changes.value++;
	});
	s.addEventListener("tick", (e) => {
		asOf.value = parse<{ as_of: string }>(e as MessageEvent)?.as_of ?? asOf.value;
	});
}
