// The part of a pool or a client that typed query functions need.

import type pg from 'pg';

export type Queryable = Pick<pg.Pool, 'query'>;
