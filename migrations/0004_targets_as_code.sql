-- Targets as code: who says what a target is, how targets are grouped, who may use the API, and checks that are asked for.

SET LOCAL lock_timeout = '5s';

ALTER TABLE monitored_targets
  -- The set of targets it belongs to, and whose next apply will bring it back in line; NULL: made by hand.
  ADD COLUMN source text CHECK (source ~ '^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$'),
  ADD COLUMN group_name text CHECK (length(group_name) BETWEEN 1 AND 200),
  -- An object of texts. packages/core/src/targets/target-fields.ts has what is allowed.
  ADD COLUMN labels jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(labels) = 'object');

-- Who may use the API from beyond loopback. A token is 32 random bytes, so a plain hash of it is safe to keep.
CREATE TABLE api_tokens (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  -- SHA-256 of the token.
  hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['read', 'write']),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- NULL: never.
  expires_at timestamptz,
  revoked_at timestamptz,
  -- Written once a minute at most.
  last_used_at timestamptz,
  CHECK (expires_at > created_at)
);
CREATE UNIQUE INDEX api_tokens_name ON api_tokens (name) WHERE revoked_at IS NULL;

-- Checks that somebody asked for, outside the schedule: no tick, no row of the ledger. Rows are deleted when they have been
-- answered, or an hour later.
CREATE TABLE check_requests (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  location_id smallint NOT NULL REFERENCES locations (id),
  -- {url, timeout_ms, match_pattern, options}, as in monitored_targets.
  target jsonb NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Nobody begins it after this moment.
  begin_before timestamptz NOT NULL,
  claimed_by integer,
  finished_at timestamptz,
  -- What `everytick check --json` prints.
  report jsonb
);
CREATE INDEX check_requests_open ON check_requests (location_id, requested_at) WHERE claimed_by IS NULL;
