-- In the transaction of the migration itself, where it has one.
INSERT INTO everytick_migration_checksums (name, sha256) VALUES ($1, $2)
