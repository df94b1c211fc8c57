-- Tries to become the only session that makes keys of days anew: true for one at a time, until that session ends. That of a leader
-- that is no more may still be there, waiting for others' transactions; two would wait for each other, and one of them end in a deadlock.
SELECT pg_try_advisory_lock(hashtextextended('everytick packing', 0)) AS locked
