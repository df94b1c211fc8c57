-- The database of this session, and the encoding of all text in it.
SELECT current_database() AS name, current_setting('server_encoding') AS encoding
