-- What was applied, by content. Beside the table of node-pg-migrate, which knows names only.
CREATE TABLE IF NOT EXISTS everytick_migration_checksums (name text PRIMARY KEY, sha256 text NOT NULL)
