-- The shop's records. Times are milliseconds since 1970; amounts are integer minor units.
CREATE TABLE customers (
    id    TEXT PRIMARY KEY,
    name  TEXT NOT NULL,
    email TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE orders (
    -- People type order numbers in any case.
    id           TEXT COLLATE NOCASE PRIMARY KEY,
    customer     TEXT NOT NULL REFERENCES customers,
    placed_at    INTEGER NOT NULL,
    status       TEXT NOT NULL,
    delivered_at INTEGER,
    total        INTEGER NOT NULL,
    currency     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX orders_of_customer ON orders (customer, placed_at DESC);

CREATE TABLE items (
    order_id TEXT COLLATE NOCASE NOT NULL REFERENCES orders,
    line     INTEGER NOT NULL,
    name     TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    price    INTEGER NOT NULL,
    PRIMARY KEY (order_id, line)
) STRICT, WITHOUT ROWID;

-- What was captured. A charge's order, amount and currency never change once recorded.
CREATE TABLE charges (
    id       TEXT PRIMARY KEY,
    order_id TEXT COLLATE NOCASE NOT NULL REFERENCES orders,
    at       INTEGER NOT NULL,
    amount   INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX charges_of_order ON charges (order_id, at);

CREATE TABLE refunds (
    id       TEXT PRIMARY KEY,
    -- The idempotency key: the same key never makes two refunds.
    key      TEXT NOT NULL UNIQUE,
    charge   TEXT NOT NULL REFERENCES charges,
    amount   INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refunds_of_charge ON refunds (charge, at);

CREATE TABLE subscriptions (
    customer   TEXT PRIMARY KEY REFERENCES customers,
    id         TEXT NOT NULL UNIQUE,
    plan       TEXT NOT NULL,
    price      INTEGER NOT NULL,
    currency   TEXT NOT NULL,
    every      TEXT NOT NULL,
    status     TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    renews_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE invoices (
    id       TEXT COLLATE NOCASE PRIMARY KEY,
    customer TEXT NOT NULL REFERENCES customers,
    at       INTEGER NOT NULL,
    amount   INTEGER NOT NULL,
    currency TEXT NOT NULL,
    state    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invoices_of_customer ON invoices (customer, at DESC);

-- Invoices to send once more; one entry a tool call, however often the call is repeated.
CREATE TABLE outbox (
    conversation TEXT NOT NULL,
    call         TEXT NOT NULL,
    invoice      TEXT NOT NULL REFERENCES invoices,
    email        TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (conversation, call)
) STRICT, WITHOUT ROWID;
