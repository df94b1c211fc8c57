-- A worker says that it is there.
UPDATE workers SET seen_at = now() WHERE id = $1
