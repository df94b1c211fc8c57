-- How long the statements of migrations wait for a lock, from here on: $1, for instance '5s'. Whoever waits for an ACCESS
-- EXCLUSIVE lock makes everybody wait who comes after it, readers too: it must give up while that is a short hiccup.
SELECT set_config('lock_timeout', $1, false)
