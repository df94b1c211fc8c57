-- Drops an index that a failed CREATE INDEX CONCURRENTLY left behind. $1 stands for its quoted name: a statement that
-- defines something takes no parameters. CONCURRENTLY, so that nobody who reads or writes the table waits.
DROP INDEX CONCURRENTLY $1
