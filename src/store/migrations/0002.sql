-- 0002: the search index knows the marking of a text ("m" and the row of the marking), so that a viewer
-- who may see little does not wait for what others may see.
DROP TABLE doc_fts;
CREATE VIRTUAL TABLE doc_fts USING fts5(folded, mark, content='', columnsize=0, tokenize='noroshi');
INSERT INTO doc_fts(rowid, folded, mark)
  SELECT t.dossier, t.folded, 'm' || d.marking FROM doc_text t JOIN dossier d ON d.id = t.dossier;
