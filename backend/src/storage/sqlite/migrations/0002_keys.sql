-- API keys have names and say when they were used; sign-ins are known by where they come from.

ALTER TABLE sessions ADD COLUMN name TEXT;    -- of an API key
ALTER TABLE sessions ADD COLUMN used INTEGER; -- an API key, the last time
UPDATE sessions SET name = 'API key' WHERE expires IS NULL;

-- Networks from which an account has signed in: strangers cannot lock it out there.
CREATE TABLE signed_in_from (
    staff   TEXT NOT NULL REFERENCES staff (id),
    network TEXT NOT NULL,
    at      INTEGER NOT NULL,        -- the last time
    PRIMARY KEY (staff, network)
) STRICT, WITHOUT ROWID;
