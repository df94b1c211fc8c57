// everytick tokens create | generate | list | revoke

import {
  createToken,
  EverytickError,
  listTokens,
  makeToken,
  parseDurationMs,
  revokeToken,
  type StoredToken,
  type TokenScope,
  tokenScopes,
} from '@everytick/core';
import { Command } from 'commander';
import { formatMoment } from '../output/format.ts';
import { addOutputFlags, type OutputFlags, outputFormat, printAs } from '../output/output-format.ts';
import { paint } from '../output/paint.ts';
import { printLine, printTable } from '../output/print.ts';
import { repeatable } from './repeatable-option.ts';
import { databaseHelp, withDatabase } from './with-database.ts';

const defaultValidity = '365d';

export function tokensCommand(): Command {
  return new Command('tokens')
    .description('make, show and revoke tokens of the API')
    .addCommand(createCommand())
    .addCommand(generateCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
    .addHelpText('after', databaseHelp);
}

interface CreateFlags extends OutputFlags {
  readonly scope?: readonly string[];
  readonly expires: string;
}

function createCommand(): Command {
  return addOutputFlags(new Command('create'))
    .description('make a token, which is shown this once')
    .argument('<name>', 'who or what uses it')
    .option('--scope <scope>', `what it may be used for: ${tokenScopes.join(' or ')}; again for one more`, repeatable)
    .option('--expires <when>', 'for how long it is valid, such as 12h, 90d, or never', defaultValidity)
    .addHelpText(
      'after',
      `
Without --scope it may read. "write" includes "read". What is kept of it is a hash,
so it cannot be shown again.

Examples:
  everytick tokens create dashboard
  everytick tokens create deploy --scope write --expires 90d
  TOKEN=$(everytick tokens create deploy --scope write --json | jq -r .token)
${databaseHelp}`,
    )
    .action(async (name: string, flags: CreateFlags) => {
      const scopes = (flags.scope ?? ['read']) as readonly TokenScope[];
      const spec = { name, scopes, validForMs: validityOf(flags.expires) };
      const format = outputFormat(flags);
      const { token, ...stored } = await withDatabase((database) => createToken(database, spec));
      printAs(format, { ...jsonOf(stored), token }, () => {
        const until = stored.expiresAt === null ? 'until it is revoked' : `until ${formatMoment(stored.expiresAt)} UTC`;
        printLine(token);
        process.stderr.write(
          `made the token '${stored.name}' (${stored.scopes.join(', ')}), valid ${until}; it is not shown again\n`,
        );
      });
    });
}

function generateCommand(): Command {
  return addOutputFlags(new Command('generate'))
    .description('make up a token that is in no database yet, for EVERYTICK_API_FIRST_TOKEN')
    .addHelpText(
      'after',
      `
It needs no database. Coordinators that are given it in EVERYTICK_API_FIRST_TOKEN add it
to theirs when they start, as "first": it may do everything, until it is revoked.

Example:
  kubectl create secret generic everytick-api --from-literal=token="$(everytick tokens generate)"`,
    )
    .action((flags: OutputFlags) => {
      const token = makeToken();
      printAs(outputFormat(flags), { token }, () => printLine(token));
    });
}

function validityOf(given: string): number | null {
  if (given === 'never') return null;
  const ms = parseDurationMs(given);
  if (ms === null) {
    throw new EverytickError('usage', `--expires '${given}' is no duration; allowed are such as 12h, 90d, and never`);
  }
  return ms;
}

function listCommand(): Command {
  return addOutputFlags(new Command('list'))
    .alias('ls')
    .description('show all tokens, without what makes them tokens')
    .addHelpText('after', databaseHelp)
    .action(async (flags: OutputFlags) => {
      const format = outputFormat(flags);
      const tokens = await withDatabase(listTokens);
      printAs(format, { tokens: tokens.map(jsonOf) }, () => {
        if (tokens.length === 0) printLine('There are no tokens. Make one with: everytick tokens create NAME');
        else printTable(columns, tokens.map(rowOf));
      });
    });
}

function revokeCommand(): Command {
  return addOutputFlags(new Command('revoke'))
    .description('end a token now; coordinators follow within 10 seconds')
    .argument('<name>', 'its name, as "tokens list" shows it')
    .addHelpText('after', databaseHelp)
    .action(async (name: string, flags: OutputFlags) => {
      const format = outputFormat(flags);
      const revoked = await withDatabase((database) => revokeToken(database, name));
      printAs(format, jsonOf(revoked), () =>
        printLine(`revoked the token '${revoked.name}'; within 10 seconds it is refused everywhere`),
      );
    });
}

const columns = [
  { head: 'NAME', shrinkTo: 12 },
  { head: 'SCOPES' },
  { head: 'STATE' },
  { head: 'MADE (UTC)', dispensable: 1 },
  { head: 'EXPIRES (UTC)' },
  { head: 'LAST USED (UTC)' },
] as const;

const stateColors = { valid: 'green', expired: 'yellow', revoked: 'dim' } as const;

function rowOf(token: StoredToken): string[] {
  return [
    token.name,
    token.scopes.join(', '),
    paint(stateColors[token.state], token.state),
    formatMoment(token.createdAt),
    token.expiresAt === null ? 'never' : formatMoment(token.expiresAt),
    token.lastUsedAt === null ? 'never' : formatMoment(token.lastUsedAt),
  ];
}

function jsonOf(token: StoredToken): object {
  return {
    name: token.name,
    scopes: token.scopes,
    state: token.state,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    revoked_at: token.revokedAt,
    last_used_at: token.lastUsedAt,
  };
}
