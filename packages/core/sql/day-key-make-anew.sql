-- $1 stands for the quoted name of an index. Nobody waits for it; it waits for transactions that are older.
REINDEX INDEX CONCURRENTLY $1
