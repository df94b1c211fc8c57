-- Tries to become the only apply under way, until the transaction ends. An advisory lock of the transaction, not of the
-- session: behind a pooler in transaction mode a session is whoever has it at the moment. Tried again and again instead of
-- waited for: whoever waits inside a statement keeps a connection of the pooler from everybody else, workers among them.
-- Relies on: being a statement of its own, before the one that reads. In READ COMMITTED each statement sees what had
-- committed when it began, so what is read after this one has the whole of the apply before (PostgreSQL, 13.2.1).
SELECT pg_try_advisory_xact_lock(hashtextextended('everytick apply', 0)) AS locked
