-- The oldest tick that leases still hold to be carried out, up to a moment; NULL if there is none.
--
--   $1 moment (exclusive)   $2 target ids, or NULL for all
SELECT min(held.tick) AS tick
FROM leases AS l
CROSS JOIN LATERAL (SELECT least(l.open_tick, l.next_fire_at) AS tick) AS held
WHERE held.tick < $1::timestamptz AND ($2::integer[] IS NULL OR l.target_id = ANY ($2::integer[]))
