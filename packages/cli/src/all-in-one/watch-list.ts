// Which targets a run of `up` watches: what it was asked to, and what was added with `everytick targets add`. What `up`
// added for itself in an earlier run and was not asked for again is removed (its results stay).
//
// Which targets are `up`'s own is written in the data directory, before they are added, so that a run that is killed
// leaves no target that nobody removes.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ListedTarget,
  listTargets,
  type NamedTarget,
  type Queryable,
  removeTargets,
  type TargetSpec,
  upsertTargets,
} from '@everytick/core';

export interface WatchListQuestion {
  readonly database: Queryable;
  /** Tells databases apart, as ids and names mean nothing in another one. */
  readonly databaseKey: string;
  readonly dataDir: string;
  /** What this run was asked to watch; empty if nothing was said. */
  readonly asked: readonly TargetSpec[];
}

export interface WatchListOptions extends WatchListQuestion {
  readonly source: WatchListSource;
  /** What to watch where nothing was asked for and nothing was added. */
  readonly demonstration: () => Promise<readonly TargetSpec[]>;
}

/** What this run was asked for, else what was added by others, else the demonstration. */
export type WatchListSource = 'asked' | 'added' | 'demonstration';

export interface WatchList {
  readonly source: WatchListSource;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

interface OwnTarget {
  /** Null from before it was added until it was. */
  readonly id: number | null;
  readonly name: string;
}

/** Changes nothing. */
export async function watchListSource(question: WatchListQuestion): Promise<WatchListSource> {
  const { present, own } = await presentTargets(question);
  if (question.asked.length > 0) return 'asked';
  return own.length < present.length ? 'added' : 'demonstration';
}

export async function settleWatchList(options: WatchListOptions): Promise<WatchList> {
  const { database, asked, source } = options;
  const recordFile = recordFileIn(options.dataDir);
  const { present, own } = await presentTargets(options);
  const wanted = source === 'demonstration' ? await options.demonstration() : asked;
  const wantedNames = new Set(wanted.map((spec) => spec.name));
  const presentNames = new Set(present.map((target) => target.name));
  const record = (targets: readonly OwnTarget[]) => writeOwnTargets(recordFile, options.databaseKey, targets);

  const toCome = wanted.filter((spec) => !presentNames.has(spec.name)).map((spec) => ({ id: null, name: spec.name }));
  await record([...own.map(({ id, name }) => ({ id, name })), ...toCome]);
  const obsolete = own.filter((target) => !wantedNames.has(target.name));
  if (obsolete.length > 0)
    await removeTargets(
      database,
      obsolete.map((target) => target.name),
    );
  const upserted = wanted.length > 0 ? await upsertTargets(database, wanted) : [];
  const ownNames = new Set(own.map((target) => target.name));
  await record(upserted.filter(({ name, change }) => change === 'added' || ownNames.has(name)).map(identityOf));
  return {
    source,
    added: upserted.filter(({ change }) => change === 'added').length,
    changed: upserted.filter(({ change }) => change === 'changed').length,
    removed: obsolete.length,
  };
}

/** Those there are, and which of them are `up`'s own. */
async function presentTargets({ database, databaseKey, dataDir }: WatchListQuestion) {
  const present = await listTargets(database);
  const ownBefore = await readOwnTargets(recordFileIn(dataDir), databaseKey);
  const isOwn = (target: ListedTarget) =>
    ownBefore.some((own) => own.name === target.name && (own.id === null || own.id === target.id));
  return { present, own: present.filter(isOwn) };
}

function recordFileIn(dataDir: string): string {
  return join(dataDir, 'up-targets.json');
}

function identityOf({ id, name }: NamedTarget): OwnTarget {
  return { id, name };
}

async function readOwnTargets(path: string, databaseKey: string): Promise<readonly OwnTarget[]> {
  return (await readRecord(path))[databaseKey] ?? [];
}

async function writeOwnTargets(path: string, databaseKey: string, targets: readonly OwnTarget[]): Promise<void> {
  const note = 'Targets that "everytick up" added by itself and removes when it is not asked for them again.';
  const databases = { ...(await readRecord(path)), [databaseKey]: targets };
  await writeFile(`${path}.new`, `${JSON.stringify({ note, databases }, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** By database, as one data directory may be used with several. */
async function readRecord(path: string): Promise<Readonly<Record<string, readonly OwnTarget[]>>> {
  try {
    return (JSON.parse(await readFile(path, 'utf8')) as { databases?: Record<string, OwnTarget[]> }).databases ?? {};
  } catch {
    return {};
  }
}
