-- What has become of the token with this hash. No row: there is none.
-- Relies on: the unique index on hash.
-- $1 SHA-256
SELECT CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'valid' END AS state
FROM api_tokens WHERE hash = $1::bytea
