-- What has become of a request.
--
--   $1 id
--
-- Plan: the key. Asked a few times a second while somebody waits.
SELECT r.claimed_by IS NOT NULL AS claimed, r.report, r.begin_before <= clock_timestamp() AS expired,
       (SELECT w.name FROM workers AS w WHERE w.id = r.claimed_by) AS worker
FROM check_requests AS r
WHERE r.id = $1
