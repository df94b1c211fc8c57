-- Tries to become the leading coordinator: true for one session at a time, until that session ends, however it ends.
SELECT pg_try_advisory_lock(hashtextextended('everytick leader', 0))
