-- Wakes the workers. The payload is only a hint; whoever misses it claims a little later by its own timer.
-- Of 8,000 bytes or more the statement fails; one that names no locations is for everybody.
--
-- Relies on: run by the leading coordinator alone, in a transaction of its own: NOTIFY holds a database-wide lock until
-- its commit (17,485 transactions a second without, 4,089 with one in each).
SELECT pg_notify('everytick_due', $1)
