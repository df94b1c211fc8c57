-- From when on retention has left the ledger whole; NULL where it has dropped nothing.
SELECT nullif(raw_from, '-infinity') AS since FROM rollups_progress
