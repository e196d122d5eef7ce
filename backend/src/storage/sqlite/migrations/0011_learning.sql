-- What people said that messages were about, until an administrator decides and after; one a message.
CREATE TABLE suggestions (
    conversation TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    waiting      INTEGER NOT NULL,
    suggestion   TEXT NOT NULL,         -- as JSON
    PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX suggestions_waiting ON suggestions (at) WHERE waiting = 1;

-- Messages of which an administrator said that there is nothing to learn from them.
CREATE TABLE unsure_dismissed (
    conversation TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;

-- Messages that must be read as somebody expects.
CREATE TABLE saved_tests (
    id   TEXT PRIMARY KEY,
    at   INTEGER NOT NULL,
    test TEXT NOT NULL                  -- as JSON
) STRICT, WITHOUT ROWID;
