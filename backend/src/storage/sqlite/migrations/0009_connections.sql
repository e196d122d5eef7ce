-- Connections to model providers. The key is sealed (see `vault`).
CREATE TABLE connections (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    protocol TEXT NOT NULL,          -- as JSON
    base_url TEXT NOT NULL,
    key      TEXT,
    models   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
