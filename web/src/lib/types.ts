// What the hub answers (docs/api).  Only fields the console shows.

export type Severity = "info" | "low" | "medium" | "high" | "critical";
export const SEVERITIES: Severity[] = ["info", "low", "medium", "high", "critical"];

export interface Person { login: string; name: string; unit: string; roles: string[] }

export interface Session {
	person: Person;
	unit: { id: string; name_ja: string; name_en: string; kind: string; prefecture: number } | null;
	csrf: string;
	version: string;
}

export interface List<T> { items: T[]; next?: string | null }

export interface Tally { key: string; packets: number; sources: number }

export interface FindingLine {
	id: string;
	dossier: string;
	seq: number;
	detector: string;
	severity: Severity;
	confidence: number;
	at: string | null;
	name: string;
	unit: string;
}

export interface Situation {
	from: string;
	to: string;
	totals: { dossiers: number; findings: number; observables: number; campaigns: number; packets: number };
	ports: Tally[];
	countries: Tally[];
	hours: { t: string; packets: number }[];
	prefectures: { key: string; dossiers: number; findings: number }[];
	latest: FindingLine[];
}

export interface DossierLine {
	id: string;
	kind: string;
	name: string;
	unit: string;
	sensor: string;
	size: number;
	sha256: string;
	received: string | null;
	first: string | null;
	last: string | null;
	tlp: string;
	class: string;
	score: number;
	severity: Severity;
	n_findings: number;
	n_observables: number;
}

export interface DetectorLine {
	name: string;
	eye: string;
	title_en: string;
	title_ja: string;
	attack: string;
	meaning: string;
}

export interface Evidence {
	kind: string;
	offset: number;
	length: number;
	packet?: number;
	part?: string;
}

export interface Finding {
	detector: string;
	severity: Severity;
	confidence: number;
	attack: string;
	summary: string;
	at: string | null;
	observables: number[];
	evidence: Evidence[];
	params: [string, string][];
}

export interface Observable { kind: string; value: string; role: string; count: number; evidence: Evidence | null }

export interface Part {
	id: string;
	name: string;
	media_type: string;
	offset: number;
	length: number;
	size: number;
	sha256: string;
	attachment: boolean;
}

export interface Fact { name: string; value: string; at: string | null; evidence: Evidence | null }

export interface Dossier {
	id: string;
	eye: string;
	material: { kind: string; name: string; media_type: string; size: number; sha256: string;
		first: string | null; last: string | null };
	submission: { unit: string; sensor: string; basis: string; received: string | null };
	marking: { tlp: string; origin: string; release: string[] };
	observables: Observable[];
	relations: { from: number; to: number; type: string }[];
	findings: Finding[];
	parts: Part[];
	facts: Fact[];
	verdict: { class: string; score: number; reasons: string[] };
}

export interface LinkLine { dossier: DossierLine; kind: string; value: string; weight: number }
export interface DossierLinks { campaign: string | null; items: LinkLine[] }

export interface CampaignLine {
	id: string;
	updated: string | null;
	first: string | null;
	last: string | null;
	dossiers: number;
	units: number;
	severity: Severity;
	title: string;
	kinds: string[];
}

export interface CampaignLink { a: string; b: string; kind: string; value: string; weight: number }

export interface Campaign extends CampaignLine {
	members: DossierLine[];
	links: CampaignLink[];
	observables: { kind: string; value: string; dossiers: number | string[] }[];
}

export interface SearchAnswer {
	items: { dossier: DossierLine; snippet: string }[];
	next?: string | null;
	bounded?: boolean;
	observable?: { kind: string; value: string; seen: number; severity: Severity } | null;
}

export interface Receipt {
	receipt: string;
	dossier: string;
	sha256: string;
	duplicate: boolean;
	kind: string;
	class: string;
	score: number;
	findings: number;
	reasons: string[];
	ledger_leaf: string | null;
	campaign: string | null;
}

export interface FeedLine {
	format: string;
	name: string;
	media_type: string;
	url: string;
	description_en: string;
	description_ja: string;
}

export interface TokenLine {
	id: string | number;
	name: string;
	roles: string[];
	created?: string | null;
	expires?: string | null;
	revoked?: string | null;
}

export interface Unit {
	id: string;
	kind: string;
	name_ja: string;
	name_en: string;
	command_parent: string | null;
	technical_parent: string | null;
	prefecture: number;
	sector: string;
}
