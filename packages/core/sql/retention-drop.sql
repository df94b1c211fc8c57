-- Drops a partition that has been detached; $1 stands for its quoted name.
DROP TABLE IF EXISTS $1
