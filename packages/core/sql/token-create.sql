-- Adds a token. No row: a token of that name is there already, expired or not.
-- Relies on: api_tokens_name, the unique index on the names of those that are not revoked.
-- $1 name, $2 SHA-256, $3 scopes, $4 for how many milliseconds it is valid, NULL for ever
INSERT INTO api_tokens (name, hash, scopes, created_at, expires_at)
SELECT $1::text, $2::bytea, $3::text[], at.moment, at.moment + $4::float8 * interval '1 millisecond'
FROM (SELECT clock_timestamp() AS moment) AS at
ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING
RETURNING id, name, scopes, created_at, expires_at, revoked_at, last_used_at, 'valid' AS state
