-- Which target each name or id means: a present target of that name, else a present one of that id, else one that was
-- deleted, the latest first. Its ledger can still be asked for.
-- Relies on: ids being written without leading zeros or signs. Deleted names have no index, and this is asked by people.
-- $1 names or ids
SELECT g.given, t.id, t.name, t.deleted_at
FROM unnest($1::text[]) WITH ORDINALITY AS g (given, position)
LEFT JOIN LATERAL (
  SELECT m.id, m.name, m.deleted_at FROM monitored_targets m
  WHERE m.name = g.given OR m.id::text = g.given
  ORDER BY m.deleted_at DESC NULLS FIRST, m.name = g.given DESC
  LIMIT 1
) AS t ON true
ORDER BY g.position
