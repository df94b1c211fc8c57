-- In the transaction of the migration itself, where it has one. A file without one may have been interrupted between this
-- row and the one of node-pg-migrate: it is run again then, and finds this row there.
INSERT INTO everytick_migration_checksums (name, sha256) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING
