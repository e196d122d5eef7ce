-- Articles can be changed: where each came from, who vouches for it, and who changed it last.

-- None was kept here before: they were read from files at each start.
ALTER TABLE articles ADD COLUMN collection TEXT NOT NULL DEFAULT 'general';
ALTER TABLE articles ADD COLUMN origin     TEXT NOT NULL DEFAULT 'desk';
ALTER TABLE articles ADD COLUMN source     TEXT NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN updated_by TEXT NOT NULL DEFAULT 'baton';
