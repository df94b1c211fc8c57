-- The period that a proof covers: as it was asked for, but neither before the first tick that any schedule owed, nor before what
-- retention has left of the ledger, nor before schedules had a history, nor after now.
--
--   $1 from, or NULL   $2 to, or NULL   $3 instead of both the last so many seconds, or NULL
--
-- Relies on: retention notes from when on the ledger is whole before it takes a day away (retention-begin.sql). Which partitions there
-- are says nothing: a day that is absent and that retention did not drop is a gap, and one that was never made because nothing was
-- owed then owes nothing. A day that was made again for a tick that came very late holds that tick alone.
SELECT greatest((SELECT nullif(begins_at, '-infinity') FROM proof_start),
                coalesce($1::timestamptz, clock_timestamp() - $3::float8 * interval '1 second'),
                (SELECT date_trunc('milliseconds', min(first_tick)) FROM schedules),
                (SELECT nullif(raw_from, '-infinity') FROM rollups_progress)) AS "from",
       least($2::timestamptz, clock_timestamp()) AS "to"
