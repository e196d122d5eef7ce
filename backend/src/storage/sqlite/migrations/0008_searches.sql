-- What was looked for in the articles, so that what they lack can be listed.
CREATE TABLE searches (
    conversation INTEGER NOT NULL REFERENCES conversations (n),
    seq          INTEGER NOT NULL,
    turn         INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    query        TEXT NOT NULL,
    found        INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX searches_in_vain ON searches (at) WHERE found = 0;

-- Those that an administrator has done with: a decision, not a projection.
CREATE TABLE searches_dismissed (
    conversation TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
