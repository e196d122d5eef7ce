-- What the widget suggests before anybody has written.
ALTER TABLE sites ADD COLUMN questions TEXT NOT NULL DEFAULT '[]';
