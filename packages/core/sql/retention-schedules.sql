-- Deletes what the history of schedules has of the time before the ledger's oldest whole day: schedules that were over by then. The
-- last one of a target and location stays, whatever it is.
--
-- Relies on: proofs and summaries reach back no further than rollups_progress.raw_from, rollups to be built no further than the
-- hours that are, with a day and a half more (rollups-hour.sql); whoever is owed an hour before keeps all of it.
--
-- Plan: one pass over the key of schedules; 1,000,000 rows of which most go 2.3 s, 100,000 of which none does 0.07 s. Asked when a day
-- has been dropped.
DELETE FROM schedules AS s
USING (
  SELECT target_id, location_id, schedule_from,
         lead(schedule_from) OVER (PARTITION BY target_id, location_id ORDER BY schedule_from) AS until
  FROM schedules
) AS over
WHERE s.target_id = over.target_id AND s.location_id = over.location_id AND s.schedule_from = over.schedule_from
  AND over.until < (SELECT least(raw_from, coalesce(hours_until, '-infinity')) FROM rollups_progress) - interval '3 days'
  AND NOT EXISTS (
    SELECT FROM rollups_owed AS o
    WHERE o.target_id = s.target_id AND o.location_id = s.location_id
      AND o.since < (SELECT raw_from FROM rollups_progress)
  )
