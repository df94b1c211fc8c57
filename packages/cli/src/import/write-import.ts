// The Everytick YAML that an import prints: every target with comments on what is not as it was.

import { keepTexts } from '@everytick/core/configuration';
import { Document, isMap, isScalar, type Node } from 'yaml';
import { counted } from '../output/format.ts';
import type { FinishedImport, FinishedTarget } from './finish-import.ts';
import { type ImportNote, noteSeverities } from './imported.ts';
import { mapTexts, writtenText } from './variable.ts';

export interface ImportOrigin {
  /** The `source` of the targets, by which 'apply --prune' knows them again. */
  readonly source: 'gatus' | 'blackbox' | 'kuma';
  /** Of what they were made, such as `Gatus: config.yaml`. */
  readonly madeFrom: string;
}

export function importYaml(finished: FinishedImport, { source, madeFrom }: ImportOrigin): string {
  const { targets, notes } = finished;
  const notesOf = notesByTarget(finished);
  const general = grouped(notes.filter((note) => note.target === null));
  const list = targets.map((target) => fieldsOf(target));
  const document = new Document({ source, targets: list });
  document.commentBefore = ` Made from ${madeFrom}\n ${importCounts({ targets, notes })}`;
  if (general.length > 0) {
    document.comment = ['Beside the targets:', ...general.map((note) => noteComment(note, note.where))]
      .map((line) => ` ${line}`)
      .join('\n');
  }
  const nodes = (document.get('targets') as { readonly items: readonly Node[] }).items;
  for (const [index, node] of nodes.entries()) {
    const target = targets[index];
    if (!isMap(node) || target === undefined) continue;
    node.spaceBefore = index > 0;
    const own = notesOf(target);
    if (own.length > 0)
      node.commentBefore = own.map((note) => ` ${noteComment(note, partOf(note, target))}`).join('\n');
  }
  keepTogether(document.contents);
  keepTexts(document);
  return document.toString({ lineWidth: 0 });
}

/** `3 targets; 2 left out, 1 changed, 4 to set`. */
export function importCounts({ targets, notes }: Pick<FinishedImport, 'targets' | 'notes'>): string {
  const counts = noteSeverities
    .map((severity) => [severity, notes.filter((note) => note.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count.toLocaleString('en-US')} ${severity}`);
  const nothing = targets.length === 0 ? 'nothing to import' : 'all of it was carried over';
  return `${counted(targets.length, 'target')}; ${counts.length === 0 ? nothing : counts.join(', ')}`;
}

export interface GroupedNote extends ImportNote {
  /** How many notes say the same of other places. */
  readonly more: number;
}

/** Notes that say the same of several places become one. */
export function grouped(notes: readonly ImportNote[]): GroupedNote[] {
  const groups = new Map<string, GroupedNote>();
  for (const note of notes) {
    const key = JSON.stringify([note.severity, note.given, note.why]);
    const group = groups.get(key);
    groups.set(key, group === undefined ? { ...note, more: 0 } : { ...group, more: group.more + 1 });
  }
  return [...groups.values()];
}

/** The order in which people read it. */
const firstFields = ['name', 'url', 'group', 'labels', 'paused', 'every', 'timeout', 'locations'];

function fieldsOf({ name, document, paused }: FinishedTarget): Record<string, unknown> {
  const all: Record<string, unknown> = { ...document, name, ...(paused === true ? { paused } : {}) };
  const names = [...firstFields, ...Object.keys(document).filter((each) => !firstFields.includes(each))];
  const ordered = names.flatMap((each) => (all[each] === undefined ? [] : [[each, all[each]]]));
  return mapTexts(Object.fromEntries(ordered), writtenText) as Record<string, unknown>;
}

/** Names need not be unique in the source; where they are not, the place decides. */
function notesByTarget({ targets, notes }: FinishedImport): (target: FinishedTarget) => ImportNote[] {
  const byName = Map.groupBy(notes, ({ target }) => target);
  const namesakes = Map.groupBy(targets, ({ calledBefore }) => calledBefore);
  const places = new Map<string, Map<string, ImportNote[]>>();
  const byPlace = (name: string, own: readonly ImportNote[]) => {
    const known = places.get(name) ?? notesByPlace(own);
    places.set(name, known);
    return known;
  };
  return (target) => {
    const own = byName.get(target.calledBefore) ?? [];
    const alone = namesakes.get(target.calledBefore)?.length === 1;
    return alone ? own : (byPlace(target.calledBefore, own).get(placeKey(placeOf(target.where))) ?? []);
  };
}

/** Of the notes of one name: those at a place or inside of it. Thousands may share a name, so each is looked at once. */
function notesByPlace(notes: readonly ImportNote[]): Map<string, ImportNote[]> {
  const byPlace = new Map<string, ImportNote[]>();
  for (const note of notes) {
    const [file, path] = placeOf(note.where);
    const ends = [...path.matchAll(/[.[]/g)].map(({ index }) => index).concat(path.length);
    for (const end of new Set(ends)) {
      const key = placeKey([file, path.slice(0, end)]);
      const known = byPlace.get(key);
      if (known === undefined) byPlace.set(key, [note]);
      else known.push(note);
    }
  }
  return byPlace;
}

/** The line of a part is another one than that of the whole. */
function placeKey([file, path]: readonly [string, string]): string {
  return JSON.stringify([file.replace(/:\d+$/, ''), path]);
}

/** Where in the target: `conditions[1]`. */
function partOf(note: ImportNote, { where }: FinishedTarget): string {
  const [, path] = placeOf(where);
  const [, notePath] = placeOf(note.where);
  return notePath.startsWith(`${path}.`) ? notePath.slice(path.length + 1) : notePath === path ? '' : note.where;
}

function placeOf(where: string): [string, string] {
  const at = where.indexOf(': ');
  return at < 0 ? [where, ''] : [where.slice(0, at), where.slice(at + 2)];
}

function noteComment(
  { severity, given, why, more = 0 }: ImportNote & { readonly more?: number },
  where: string,
): string {
  return `${severity}: ${placeAndGiven(where, given, more)}: ${why}`.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** The key under which something stands is told once: `client.tunnel: production`. */
export function placeAndGiven(where: string, given: string, more: number): string {
  const others = more === 0 ? '' : ` (and ${more} more)`;
  const key = /^[\w.-]+/.exec(given)?.[0] ?? '';
  if (key !== '' && (where === key || where.endsWith(`.${key}`) || where.endsWith(` ${key}`))) {
    return `${where}${given.slice(key.length)}${others}`;
  }
  return where === '' ? `${given}${others}` : `${where}: ${given}${others}`;
}

/** A reference to a secret reads better in one line. */
function keepTogether(node: unknown): void {
  if (isMap(node)) {
    const keys = node.items.map(({ key }) => (isScalar(key) ? key.value : key));
    if (keys.length === 1 && (keys[0] === 'env' || keys[0] === 'file')) node.flow = true;
    for (const { value } of node.items) keepTogether(value);
  } else if (node !== null && typeof node === 'object' && 'items' in node) {
    for (const item of node.items as readonly unknown[]) keepTogether(item);
  }
}
