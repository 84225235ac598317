-- 0001: the first shape of the memory.  Instants are microseconds since 1970 (BIGINT); a digest
-- is a 32-byte blob; a UUID is a 16-byte blob.  "us" columns are instants.
CREATE TABLE unit(
  id TEXT PRIMARY KEY, kind INTEGER NOT NULL, name_ja TEXT NOT NULL, name_en TEXT NOT NULL,
  command_parent TEXT, technical_parent TEXT, prefecture INTEGER NOT NULL, sector TEXT NOT NULL,
  basis TEXT NOT NULL, position INTEGER NOT NULL) STRICT;
CREATE TABLE sensor(
  id TEXT PRIMARY KEY, unit TEXT NOT NULL REFERENCES unit(id), kind TEXT NOT NULL, name TEXT NOT NULL,
  basis TEXT NOT NULL, purpose TEXT NOT NULL, darknet TEXT NOT NULL, addresses INTEGER NOT NULL) STRICT;
CREATE TABLE person(
  id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL, unit TEXT NOT NULL REFERENCES unit(id),
  roles INTEGER NOT NULL, pwhash TEXT NOT NULL, disabled INTEGER NOT NULL, created_us INTEGER NOT NULL) STRICT;
CREATE TABLE session(
  token BLOB PRIMARY KEY, person INTEGER NOT NULL REFERENCES person(id), csrf TEXT NOT NULL,
  created_us INTEGER NOT NULL, seen_us INTEGER NOT NULL, expires_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE login_link(
  token BLOB PRIMARY KEY, person INTEGER NOT NULL REFERENCES person(id),
  expires_us INTEGER NOT NULL, used_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE api_token(
  id INTEGER PRIMARY KEY, token BLOB NOT NULL UNIQUE, person INTEGER NOT NULL REFERENCES person(id), name TEXT NOT NULL,
  roles INTEGER NOT NULL, created_us INTEGER NOT NULL, expires_us INTEGER NOT NULL, revoked_us INTEGER NOT NULL) STRICT;

-- Few rows: policy_decide() is evaluated once per row and viewer, and every knowledge query carries
-- the list of the rows that came out true.
CREATE TABLE marking(
  id INTEGER PRIMARY KEY, tlp INTEGER NOT NULL, origin TEXT NOT NULL REFERENCES unit(id), releases TEXT NOT NULL,
  UNIQUE(tlp, origin, releases)) STRICT;

-- The lines that lists and scopes read; the body stays apart so that a page holds many lines.
-- at_us: the newest instant the material speaks of, never later than received_us (a forged Date
-- cannot move the situation page into the future).  blob: 1 when the raw material is kept.
CREATE TABLE dossier(
  id INTEGER PRIMARY KEY, uuid BLOB NOT NULL UNIQUE, eye TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
  size INTEGER NOT NULL, sha256 BLOB NOT NULL, unit TEXT NOT NULL, sensor TEXT NOT NULL, basis TEXT NOT NULL,
  received_us INTEGER NOT NULL, first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, at_us INTEGER NOT NULL,
  marking INTEGER NOT NULL REFERENCES marking(id), class INTEGER NOT NULL, score INTEGER NOT NULL,
  severity INTEGER NOT NULL, n_findings INTEGER NOT NULL, n_observables INTEGER NOT NULL, blob INTEGER NOT NULL) STRICT;
CREATE INDEX dossier_sha256 ON dossier(sha256);
CREATE INDEX dossier_at ON dossier(marking, at_us, n_findings);
CREATE TABLE dossier_body(dossier INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

-- hash: 64-bit hash of (kind, value); the value is compared, so a collision costs a step, not a mistake.
CREATE TABLE observable(
  id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, kind INTEGER NOT NULL, value TEXT NOT NULL,
  warn INTEGER NOT NULL, df INTEGER NOT NULL) STRICT;
CREATE INDEX observable_hash ON observable(hash);
-- marking: the dossier's, here too so that counting in a scope reads one index.
-- severity: the highest severity of a finding of this dossier that asserts this observable, else 0;
-- asserted: 1 when some finding names it (it is an artefact of the adversary, not a bystander).
CREATE TABLE sighting(
  observable INTEGER NOT NULL, dossier INTEGER NOT NULL, marking INTEGER NOT NULL, severity INTEGER NOT NULL,
  asserted INTEGER NOT NULL, confidence INTEGER NOT NULL, PRIMARY KEY(observable, dossier)) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_dossier ON sighting(dossier);
CREATE INDEX sighting_asserted ON sighting(observable, marking, severity, confidence) WHERE asserted = 1;
CREATE TABLE finding(
  id INTEGER PRIMARY KEY, dossier INTEGER NOT NULL, marking INTEGER NOT NULL, seq INTEGER NOT NULL,
  detector TEXT NOT NULL, severity INTEGER NOT NULL, confidence INTEGER NOT NULL, at_us INTEGER NOT NULL) STRICT;
CREATE INDEX finding_dossier ON finding(dossier);
-- What the situation page adds up, summed per hour and marking.  hour: instant / 3,600,000,000.
-- series: port, country (packets, sources); hour (packets; key empty); prefecture (dossiers, findings).
CREATE TABLE counter(
  series TEXT NOT NULL, hour INTEGER NOT NULL, marking INTEGER NOT NULL, key TEXT NOT NULL,
  packets INTEGER NOT NULL, sources INTEGER NOT NULL, PRIMARY KEY(series, hour, marking, key)) STRICT, WITHOUT ROWID;
CREATE TABLE link(
  a INTEGER NOT NULL, b INTEGER NOT NULL, observable INTEGER NOT NULL, weight INTEGER NOT NULL,
  PRIMARY KEY(a, b, observable)) STRICT, WITHOUT ROWID;
CREATE INDEX link_b ON link(b);
CREATE TABLE campaign(id INTEGER PRIMARY KEY, created_us INTEGER NOT NULL, updated_us INTEGER NOT NULL) STRICT;
CREATE INDEX campaign_updated ON campaign(updated_us);
CREATE TABLE campaign_member(dossier INTEGER PRIMARY KEY, campaign INTEGER NOT NULL) STRICT;
CREATE INDEX campaign_member_campaign ON campaign_member(campaign);

-- The folded text stays beside the index: one-character queries scan it, bounded.
CREATE TABLE doc_text(dossier INTEGER PRIMARY KEY, folded TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE doc_fts USING fts5(folded, content='', columnsize=0, tokenize='noroshi');

-- RFC 6962: leaf = SHA-256(0x00 || entry), node = SHA-256(0x01 || left || right); docs/ledger.md.
CREATE TABLE ledger(
  idx INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, unit TEXT NOT NULL,
  object TEXT NOT NULL, digest BLOB NOT NULL, detail TEXT NOT NULL, leaf BLOB NOT NULL) STRICT;
CREATE TABLE ledger_node(level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY(level, idx)) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_head(size INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, root BLOB NOT NULL, signature BLOB NOT NULL, public_key BLOB NOT NULL) STRICT;
CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
