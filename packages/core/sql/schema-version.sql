-- Whether the migration $1 has been applied, and the newest one that has.
SELECT coalesce(bool_or(name = $1), false), max(name) FROM everytick_migrations
