-- $1 stands for the quoted name of an index, for day-keys-loose.sql.
COMMENT ON INDEX $1 IS 'made anew after its day'
