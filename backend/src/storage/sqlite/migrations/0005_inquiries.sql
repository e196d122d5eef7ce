-- What asking the payment provider has come to, and what is for people.

-- No desk has refunds from before that are still open: their next move writes these columns.
ALTER TABLE refunds ADD COLUMN asked TEXT NOT NULL
    DEFAULT '{"times":0,"needs_person":false}';
ALTER TABLE refunds ADD COLUMN for_person INTEGER NOT NULL DEFAULT 0;
CREATE INDEX refunds_for_people ON refunds (since) WHERE for_person = 1;
