-- Notes that a worker left in good order.
UPDATE workers SET stopped_at = now() WHERE id = $1
