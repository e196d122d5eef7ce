-- The journal and what is projected from it.

CREATE TABLE conversations (
    n             INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    visitor       TEXT NOT NULL,
    staff         TEXT,              -- the person who owns it, if one does
    closed        INTEGER NOT NULL,
    waiting_since INTEGER,           -- set exactly while a person is needed
    seq           INTEGER NOT NULL,
    epoch         INTEGER NOT NULL,
    opened_at     INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    has_work      INTEGER NOT NULL,
    has_money     INTEGER NOT NULL,
    wake_at       INTEGER,
    summary       TEXT NOT NULL
) STRICT;
CREATE INDEX conversations_of_visitor ON conversations (visitor, opened_at);
CREATE INDEX conversations_waiting ON conversations (waiting_since, id) WHERE waiting_since IS NOT NULL;
CREATE INDEX conversations_of_staff ON conversations (staff, updated_at, id) WHERE staff IS NOT NULL;
CREATE INDEX conversations_open ON conversations (updated_at, id) WHERE closed = 0;
CREATE INDEX conversations_closed ON conversations (updated_at, id) WHERE closed = 1;
CREATE INDEX conversations_busy ON conversations (updated_at) WHERE has_work + has_money > 0;
CREATE INDEX conversations_alarm ON conversations (wake_at) WHERE wake_at IS NOT NULL;

-- Clustered by conversation: a history is read in one sweep, and an append touches one leaf.
CREATE TABLE events (
    conversation INTEGER NOT NULL REFERENCES conversations (n),
    seq          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    epoch        INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    json         TEXT NOT NULL,
    hash         BLOB NOT NULL,
    client_id    TEXT,
    PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX events_client_id ON events (conversation, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE approvals (
    id           TEXT PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (n),
    waiting      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE refunds (
    intent       TEXT PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (n),
    order_id     TEXT NOT NULL,
    charge       TEXT NOT NULL,
    customer     TEXT NOT NULL,
    day          INTEGER NOT NULL,
    amount       INTEGER NOT NULL CHECK (amount > 0),
    currency     TEXT NOT NULL,
    state        TEXT NOT NULL,
    holds        INTEGER NOT NULL,   -- whether it counts against what was captured
    open         INTEGER NOT NULL,   -- whether it can still change
    since        INTEGER NOT NULL,
    key          TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;
CREATE INDEX refunds_of_conversation ON refunds (conversation);
CREATE INDEX refunds_of_charge ON refunds (charge) WHERE holds = 1;
CREATE INDEX refunds_of_order ON refunds (order_id) WHERE holds = 1;
CREATE INDEX refunds_of_customer ON refunds (customer, day) WHERE holds = 1;
CREATE INDEX refunds_open ON refunds (since) WHERE open = 1;

CREATE TABLE meters (
    conversation INTEGER NOT NULL REFERENCES conversations (n),
    seq          INTEGER NOT NULL,
    agent        TEXT NOT NULL,
    epoch        INTEGER NOT NULL,
    steps        INTEGER NOT NULL,
    tokens_in    INTEGER NOT NULL,
    tokens_out   INTEGER NOT NULL,
    cost_micros  INTEGER NOT NULL,
    took_ms      INTEGER NOT NULL,
    ends_turn    INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    at           INTEGER NOT NULL,
    action       TEXT NOT NULL,
    actor        TEXT NOT NULL,
    subject      TEXT NOT NULL,
    conversation TEXT,
    detail       TEXT NOT NULL
) STRICT;
CREATE INDEX audit_of_conversation ON audit (conversation, id) WHERE conversation IS NOT NULL;

-- Row id: the conversation's number and the sequence number of the append (see `search.rs`).
CREATE TABLE search_waiting (
    row  INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE search USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

-- Who takes part.

CREATE TABLE visitors (
    id         TEXT PRIMARY KEY,
    site       TEXT NOT NULL,
    customer   TEXT,                 -- set exactly if the site has signed for them
    name       TEXT,
    email      TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (site, customer)
) STRICT, WITHOUT ROWID;

CREATE TABLE visitor_tokens (
    hash       BLOB PRIMARY KEY,
    visitor    TEXT NOT NULL REFERENCES visitors (id),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE used_once (
    site    TEXT NOT NULL,
    jti     TEXT NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (site, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_once_expires ON used_once (expires);

CREATE TABLE staff (
    id            TEXT PRIMARY KEY,
    email         TEXT NOT NULL,
    email_folded  TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    active        INTEGER NOT NULL,
    password_hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    hash    BLOB PRIMARY KEY,
    staff   TEXT NOT NULL REFERENCES staff (id),
    expires INTEGER,                 -- absent for an API key
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_staff ON sessions (staff);
CREATE INDEX sessions_expires ON sessions (expires) WHERE expires IS NOT NULL;

-- What an admin shapes.

CREATE TABLE sites (
    key             TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    origins         TEXT NOT NULL,
    color           TEXT NOT NULL,
    greeting        TEXT NOT NULL,
    identity_secret TEXT,
    active          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE agents (
    slug     TEXT PRIMARY KEY,
    draft    TEXT,
    draft_at INTEGER,
    retired  INTEGER NOT NULL DEFAULT 0 -- versions up to this one are no longer met by visitors
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
    slug    TEXT NOT NULL REFERENCES agents (slug),
    version INTEGER NOT NULL,
    spec    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    by      TEXT,
    note    TEXT,
    PRIMARY KEY (slug, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    key  TEXT PRIMARY KEY,
    json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE articles (
    slug      TEXT PRIMARY KEY,
    title     TEXT NOT NULL,
    body      TEXT NOT NULL,
    url       TEXT NOT NULL,
    language  TEXT NOT NULL,
    questions TEXT NOT NULL
) STRICT, WITHOUT ROWID;
