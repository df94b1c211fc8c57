import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { loadSql } from '../database/sql.ts';
import { statementOf } from './statement-spans.ts';

const names = readdirSync(new URL('../../sql/', import.meta.url)).map((file) => file.replace(/\.sql$/, ''));

describe('a statement', () => {
  it('has the name of its file, and one of few commands', () => {
    const statements = names.map((name) => statementOf(loadSql(name)));
    expect(statements.map(({ name }) => name)).toEqual(names);
    const commands = new Set(statements.map(({ operation }) => operation));
    expect(
      [...commands].filter(
        (command) =>
          !/^(SELECT|INSERT|UPDATE|DELETE|CREATE|SET|CALL|DO|LOCK|DROP|ALTER|REINDEX|COMMENT|BEGIN)$/.test(command),
      ),
    ).toEqual([]);
  });

  it.each([
    ['BEGIN;\nSELECT 1', 'BEGIN'],
    ['commit', 'COMMIT'],
    ["WITH a AS (DELETE FROM b RETURNING (1)), c (d) AS (SELECT ')') INSERT INTO e SELECT 1", 'INSERT'],
    ['', 'STATEMENT'],
  ])('without a file is its command: %s', (text, operation) => {
    expect(statementOf(text)).toEqual({ name: operation, operation });
  });
});
