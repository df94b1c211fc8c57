-- Whose token has this hash, if it can be used now; and notes the use, once a minute at most, so that reading does not
-- become writing.
-- Relies on: the unique index on hash; two at once waiting for each other and the second finding the note made.
-- $1 SHA-256
WITH token AS (
  SELECT id, name, scopes, expires_at, last_used_at
  FROM api_tokens
  WHERE hash = $1::bytea AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
), noted AS (
  UPDATE api_tokens SET last_used_at = now()
  WHERE id IN (SELECT id FROM token WHERE last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
    AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
)
SELECT id, name, scopes, (extract(epoch FROM expires_at - now()) * 1000)::float8 AS expires_in_ms FROM token
