-- Damaged databases that this one came after, by the names of their files: the last one is told of until somebody has
-- read it.
CREATE TABLE aside (
    file TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    read INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
