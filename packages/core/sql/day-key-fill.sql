-- $1 stands for the quoted name of an index. Nothing more is to come: its pages may be full.
ALTER INDEX $1 SET (fillfactor = 100)
