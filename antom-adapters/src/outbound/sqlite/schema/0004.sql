-- Reports of reconciliations. The id follows from the files: the same files again replace their report.
CREATE TABLE reconciliations (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    summary TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX reconciliations_newest ON reconciliations (at, id);
