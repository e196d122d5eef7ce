-- Tools that administrators made. The values of secret headers are sealed (see `vault`).
CREATE TABLE tools (
    name    TEXT PRIMARY KEY,
    tool    TEXT NOT NULL,          -- as JSON
    secrets TEXT
) STRICT, WITHOUT ROWID;
