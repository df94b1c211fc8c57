-- A target may name a location that is not there yet, where it was written by hand. When that comes, the target is followed anew.
--
-- Locks locations until it ends, a moment.

SET LOCAL lock_timeout = '5s';

CREATE FUNCTION locations_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO target_changes (target_id)
  SELECT t.id
  FROM monitored_targets AS t
  WHERE t.deleted_at IS NULL AND t.location_ids && ARRAY(SELECT id FROM added)
  ORDER BY t.id
  ON CONFLICT (target_id) DO UPDATE SET changed_at = excluded.changed_at;
  NOTIFY everytick_targets;
  RETURN NULL;
END
$$;
CREATE TRIGGER locations_added
  AFTER INSERT ON locations
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION locations_added();
