-- Visitor tokens end. Those that are out there have a month from now on.

ALTER TABLE visitor_tokens ADD COLUMN expires INTEGER NOT NULL DEFAULT 0;
UPDATE visitor_tokens SET expires = (unixepoch() + 30 * 86400) * 1000;
CREATE INDEX visitor_tokens_expires ON visitor_tokens (expires);
