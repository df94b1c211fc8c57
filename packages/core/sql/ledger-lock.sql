-- Begins the transaction of a proof: one snapshot, which is taken after the lock. A partition that is detached meanwhile waits for
-- the proof, and one that was detached before is not in the snapshot: none goes away between the question which days there are and
-- the question what is in them. Nobody else waits.
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
LOCK TABLE ONLY check_results IN ACCESS SHARE MODE
