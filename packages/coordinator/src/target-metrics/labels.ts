// The labels of a target's series, written as Prometheus reads them. Whatever users call their targets and labels, the text
// must stay valid, and no two labels of a series may have the same name.

import { redactUrl } from '@everytick/core';
import { column, type TargetRow } from './target-row.ts';

/** Of the target's own labels, by name: the API and configurations allow fewer, whoever writes past them does not get more. */
const OWN_LABELS_AT_MOST = 20;
/** Longer values are cut: they stand in every series. Names of targets, groups and labels are never longer, URLs may be. */
const LONGEST_VALUE = 200;
const LONGEST_URL = 500;
const LONGEST_NAME = 128;

/**
 * `{instance="...",target="..."` and so on, not closed. Together `target` and `location` are one pair's alone. `written` keeps what
 * targets of one answer call themselves, by the JSON of it: most share it with others.
 */
export function labelsOf(row: TargetRow, written = new Map<string, string>()): string {
  const group = row[column.group];
  const own = row[column.labels];
  return `{instance="${escaped(redactUrl(row[column.url] ?? ''), LONGEST_URL)}",target="${escaped(row[column.name] ?? '')}",location="${escaped(row[column.location] ?? '')}"${
    group ? `,group="${escaped(group)}"` : ''
  }${own ? ownLabels(own, written) : ''}`;
}

/**
 * Each as `label_<name>`, what labels of Prometheus cannot have replaced by `_`. Where several are the same after that, each of
 * them is numbered, in the order of their names, as kube-state-metrics does it: `label_a_b_conflict1`.
 */
function ownLabels(json: string, written: Map<string, string>): string {
  const known = written.get(json);
  if (known !== undefined) return known;
  const labels: Readonly<Record<string, unknown>> = JSON.parse(json);
  const names = Object.keys(labels).sort().slice(0, OWN_LABELS_AT_MOST);
  const plain = names.map((name) => `label_${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`.slice(0, LONGEST_NAME));
  const single = new Set(plain.filter((name) => plain.indexOf(name) === plain.lastIndexOf(name)));
  const taken = new Set(single);
  let text = '';
  for (const [index, name] of names.entries()) {
    const wanted = plain[index] ?? '';
    const free = single.has(wanted) ? wanted : freeName(wanted, taken);
    text += `,${free}="${escaped(String(labels[name]))}"`;
  }
  written.set(json, text);
  return text;
}

function freeName(wanted: string, taken: Set<string>): string {
  let number = 1;
  while (taken.has(`${wanted}_conflict${number}`)) number += 1;
  const free = `${wanted}_conflict${number}`;
  taken.add(free);
  return free;
}

/** A value between double quotes, in the text format 0.0.4. Cutting must not leave half a character. */
function escaped(value: string, longest = LONGEST_VALUE): string {
  const short = value.length > longest ? `${value.slice(0, longest - 1).toWellFormed()}…` : value;
  return /[\\"\n]/.test(short) ? short.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : short;
}
