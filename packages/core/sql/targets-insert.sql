-- Adds targets, all or none. A name that is taken stops the whole batch and comes back with taken = true.
-- Relies on: the partial unique index monitored_targets_name, which two batches at once meet as SQLSTATE 23505.
-- $1 names, $2 URLs, $3 intervals (s), $4 timeouts (ms), $5 patterns
WITH given AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::integer[], $5::text[])
    WITH ORDINALITY AS g (name, url, interval_s, timeout_ms, match_pattern, position)
), taken AS (
  SELECT t.name FROM monitored_targets t WHERE t.deleted_at IS NULL AND t.name = ANY ($1::text[])
), added AS (
  INSERT INTO monitored_targets (name, url, interval_s, timeout_ms, match_pattern)
  SELECT name, url, interval_s, timeout_ms, match_pattern FROM given
  WHERE NOT EXISTS (SELECT FROM taken)
  ORDER BY position
  RETURNING id, name
)
SELECT g.name, a.id, g.name IN (SELECT name FROM taken) AS taken
FROM given g LEFT JOIN added a USING (name)
ORDER BY g.position
