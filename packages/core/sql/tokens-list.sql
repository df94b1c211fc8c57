-- All tokens, those that can still be used first. Their hashes stay here.
SELECT id, name, scopes, created_at, expires_at, revoked_at, last_used_at,
       CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'valid' END AS state
FROM api_tokens
ORDER BY revoked_at IS NOT NULL, name, id DESC
