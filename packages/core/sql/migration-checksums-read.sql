SELECT name, sha256 FROM everytick_migration_checksums ORDER BY name
