// What workers send must not depend on statistics: those of a table that was small a moment ago are right until they are made anew.

import { addTestTargets, createTestDatabase } from '@everytick/testing';
import { expect, it } from '@jest/globals';
import { openPool } from '../database/pool.ts';
import { loadSql } from '../database/sql.ts';

const statements = {
  'leases-claim': '1, 1, 500, 500, 1000, NULL, 5000, false',
  'leases-finish': "1, '{1}', '{1}', '{0}', '{up}', '{1}', '{NULL}', '{NULL}'",
  'leases-release': "1, '{1}', '{1}', '{0}'",
};

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Alias?: string;
  readonly Plans?: readonly Plan[];
}

/** How leases are got at where they are looked up by the ids of their targets: what has the alias `l`. */
function lookUps(plan: Plan): (string | undefined)[] {
  const own =
    plan.Alias === 'l' && plan['Node Type'] !== 'ModifyTable' ? [plan['Index Name'] ?? plan['Node Type']] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(lookUps)];
}

it.each([null, 0, 1, 3, 50])(
  'leases are looked up by their key, though statistics are of %s of 2,000',
  async (analyzed) => {
    await using database = await createTestDatabase();
    if (analyzed !== null) {
      await addTestTargets(database, Array(analyzed).fill({}));
      await database.query('VACUUM ANALYZE leases, monitored_targets');
    }
    await addTestTargets(database, Array(2_000).fill({}));
    const pool = openPool({ connectionString: database.url, applicationName: 'plans', max: 1, hot: true });
    for (const [name, values] of Object.entries(statements)) {
      await pool.query(`PREPARE "${name}" AS ${loadSql(name)}`);
      const { rows } = await pool.query(`EXPLAIN (FORMAT JSON) EXECUTE "${name}" (${values})`);
      const found = lookUps(rows[0]['QUERY PLAN'][0].Plan);
      expect([name, new Set(found)]).toEqual([name, new Set(['leases_pkey'])]);
    }
    await pool.end();
  },
);
