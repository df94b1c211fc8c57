-- What a target can ask of its checks beyond a plain GET, and what a result says of how it was measured.

SET LOCAL lock_timeout = '5s';

-- packages/core/src/domain/check-options.ts has its shape. NULL: a plain GET that wants a 2xx.
ALTER TABLE monitored_targets
  ADD COLUMN options jsonb CHECK (jsonb_typeof(options) = 'object' AND options <> '{}');

CREATE TYPE http_protocol AS ENUM ('http/1.1', 'h2');

-- All of them NULL where the tick was never carried out.
ALTER TABLE check_results
  -- Waiting for a slot of the resolver: no part of the response time.
  ADD COLUMN dns_wait_us integer,
  ADD COLUMN request_us integer,
  -- The longest that the worker's event loop was held up while the check ran; suspect: long enough to doubt the figures.
  ADD COLUMN loop_delay_us integer,
  ADD COLUMN protocol http_protocol,
  ADD COLUMN redirects smallint,
  ADD COLUMN suspect boolean,
  ADD COLUMN remote_address inet,
  -- Of the first certificate of the chain to expire.
  ADD COLUMN certificate_expires_at timestamptz,
  -- The assertions that failed: an array of {kind, expected, seen}.
  ADD COLUMN failed_assertions jsonb;
