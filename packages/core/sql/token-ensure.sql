-- Adds a token that was made elsewhere and never expires. No row: it is there already, in whatever state, or another one has
-- its name.
-- Relies on: the unique indexes on hash and on the names of those that are not revoked; several at once waiting for each other.
-- $1 name, $2 SHA-256, $3 scopes
INSERT INTO api_tokens (name, hash, scopes) VALUES ($1::text, $2::bytea, $3::text[])
ON CONFLICT DO NOTHING
RETURNING 'added' AS state
