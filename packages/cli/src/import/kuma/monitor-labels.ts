// What a monitor is shown with: its group from its parents, its labels from its tags and its description.

import type { ImportReport } from '../imported.ts';
import type { Monitor } from './monitor.ts';
import type { KumaSource, Row } from './read-kuma.ts';

/** How Uptime Kuma writes a path of groups. */
const separator = ' / ';

export interface Family {
  /** Null where it has no parent. */
  readonly group: string | null;
  /** Whether a parent is not active, so that none of its members is checked. */
  readonly paused: boolean;
}

/** Of one database, which is asked for each of its monitors. */
const indexes = new WeakMap<KumaSource, SourceIndex>();

interface SourceIndex {
  readonly monitors: ReadonlyMap<unknown, Row>;
  readonly tags: ReadonlyMap<unknown, readonly Row[]>;
}

function indexOf(source: KumaSource): SourceIndex {
  const index = indexes.get(source) ?? {
    monitors: new Map(source.monitors.map((each) => [each['id'], each])),
    tags: Map.groupBy(source.tags, (tag) => tag['monitor_id']),
  };
  indexes.set(source, index);
  return index;
}

export function familyOf(monitor: Row, source: KumaSource): Family {
  const byId = indexOf(source).monitors;
  const names: string[] = [];
  const seen = new Set<unknown>([monitor['id']]);
  let paused = false;
  for (let parent = byId.get(monitor['parent']); parent !== undefined; parent = byId.get(parent['parent'])) {
    if (seen.has(parent['id'])) break;
    seen.add(parent['id']);
    names.unshift(String(parent['name'] ?? '').trim());
    if (String(parent['active']) === '0') paused = true;
  }
  return { group: names.length === 0 ? null : names.join(separator), paused };
}

const longestLabel = 200;

export function labelsOf(monitor: Monitor, source: KumaSource, report: ImportReport): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const tag of indexOf(source).tags.get(monitor.id) ?? []) {
    const given = String(tag['name'] ?? '').trim();
    const name = labelName(given);
    const value = String(tag['value'] ?? '').trim();
    const where = `${monitor.where}.tags`;
    const shown = value === '' ? `tag: ${given}` : `tag: ${given}: ${value}`;
    if (name === null) {
      report.leftOut(
        where,
        shown,
        'no name of a label can be made of it, which has letters, digits, dots and dashes',
        monitor.name,
      );
      continue;
    }
    if (name !== given) report.changed(where, shown, `the label is called '${name}'`, monitor.name);
    if (value === '') report.changed(where, shown, "a label has to say something: 'true'", monitor.name);
    labels[name] = labels[name] === undefined ? value || 'true' : `${labels[name]}, ${value || 'true'}`;
  }
  const description = monitor.text('description')?.replace(/\s+/g, ' ').trim();
  if (description !== undefined && description !== '') {
    if ('description' in labels) monitor.leftOut('description', 'a tag has taken the label of that name');
    else {
      labels['description'] = description.slice(0, longestLabel);
      monitor.changed(
        'description',
        description.length > longestLabel ? 'the beginning of it is a label' : 'is a label',
      );
    }
  }
  return labels;
}

/** Null where too little is left of it. */
function labelName(given: string): string | null {
  const plain = given.normalize('NFKD').replace(/\p{Mark}/gu, '');
  const name = plain
    .replace(/[^A-Za-z0-9._/-]+/g, '-')
    .replace(/^[^A-Za-z]+|[^A-Za-z0-9]+$/g, '')
    .slice(0, 63);
  const trimmed = name.replace(/[^A-Za-z0-9]+$/, '');
  return trimmed === '' ? null : trimmed;
}
