-- Whether there is a token that can be used now.
SELECT EXISTS (
  SELECT FROM api_tokens WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
) AS any_valid
