-- Ends a token now. No row: there is no token of that name, or it is revoked already.
-- $1 name
UPDATE api_tokens SET revoked_at = clock_timestamp()
WHERE name = $1::text AND revoked_at IS NULL
RETURNING id, name, scopes, created_at, expires_at, revoked_at, last_used_at, 'revoked' AS state
