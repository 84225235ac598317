// One pattern for every page: load, show, say when it failed, load again.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, api } from "./api";

export interface Resource<T> { data: T | null; error: ApiError | null; loading: boolean; reload: () => void }

// Loads path (null: nothing yet).  A change of path drops the old data, unless it is the same thing seen
// otherwise (keep); reload() keeps it on screen until the new answer is there.
export function useResource<T>(path: string | null, read: (json: unknown) => T = (j) => j as T, keep = false): Resource<T> {
	const [state, set] = useState<{ path: string | null; data: T | null; error: ApiError | null; loading: boolean }>(
		{ path: null, data: null, error: null, loading: true });
	const [turn, setTurn] = useState(0);
	const reader = useRef(read);
	reader.current = read;
	useEffect(() => {
		if (path === null)
			return;
		const stop = new AbortController();
		set((s) => ({ path, data: keep || s.path === path ? s.data : null, error: null, loading: true }));
		api<unknown>(path, { signal: stop.signal }).then(
			(json) => set({ path, data: reader.current(json), error: null, loading: false }),
			(e: unknown) => {
				if (stop.signal.aborted)
					return;
				const error = e instanceof ApiError ? e : new ApiError(0, "bug", String(e), null, null);
				set((s) => ({ path, data: keep || s.path === path ? s.data : null, error, loading: false }));
			});
		return () => stop.abort();
	}, [path, turn]);
	const stale = state.path !== path && !keep;
	return { data: stale ? null : state.data, error: stale ? null : state.error,
		loading: stale || state.loading, reload: () => setTurn((n) => n + 1) };
}
