// Prometheus's relabelling, which says what a scrape job makes of each of its targets: which module, which address, which
// labels. Carried out as Prometheus does (model/relabel), so that any shape of rules gives the same checks.

import { createHash } from 'node:crypto';
import { compilePattern } from '@everytick/worker/rules';
import type { SourceValue } from '../source-value.ts';
import { javascriptPattern } from './relabel-pattern.ts';

export type Labels = ReadonlyMap<string, string>;

export interface RelabelRule {
  readonly source: SourceValue;
  /** The labels that are left, or null where the rule drops the target. */
  apply(labels: Labels): Labels | null;
}

/** A rule, or why it cannot be carried out. */
export function relabelRule(source: SourceValue): RelabelRule | string {
  const action = (source.get('action')?.text ?? 'replace').toLowerCase();
  const given = source.get('regex')?.text ?? '(.*)';
  const separator = textOf(source, 'separator') ?? ';';
  const replacement = textOf(source, 'replacement') ?? '$1';
  const target = textOf(source, 'target_label') ?? '';
  const modulus = source.get('modulus')?.text;
  const names = (source.get('source_labels')?.items ?? []).map((item) => item.text ?? '');
  const change = changeOf(action);
  if (change === null) return `'${action}' is no action of relabelling that is known here`;
  const pattern = patternOf(given);
  if (typeof pattern === 'string') return pattern;
  return {
    source,
    apply(labels) {
      const value = names.map((name) => labels.get(name) ?? '').join(separator);
      const result = new Map(labels);
      const kept = change({ labels: result, value, pattern, target, replacement, modulus });
      // A label without a value is no label.
      for (const [name, each] of result) if (each === '') result.delete(name);
      return kept ? result : null;
    },
  };
}

/** What is empty says something here: `separator: ''`. */
function textOf(source: SourceValue, key: string): string | undefined {
  return source.get(key)?.text;
}

function patternOf(given: string): RegExp | string {
  try {
    compilePattern(given);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return javascriptPattern(given) ?? `the pattern /${given}/ is not understood here`;
}

interface Step {
  /** To be changed. */
  readonly labels: Map<string, string>;
  /** Of the source labels. */
  readonly value: string;
  readonly pattern: RegExp;
  readonly target: string;
  readonly replacement: string;
  readonly modulus: string | undefined;
}

/** Whether the target is kept. */
type Change = (step: Step) => boolean;

function changeOf(action: string): Change | null {
  return Object.hasOwn(changes, action) ? (changes[action] ?? null) : null;
}

const changes: Readonly<Record<string, Change>> = {
  replace({ labels, value, pattern, target, replacement }) {
    const match = pattern.exec(value);
    if (match !== null) setLabel(labels, expanded(target, match), expanded(replacement, match));
    return true;
  },
  keep: ({ value, pattern }) => pattern.test(value),
  drop: ({ value, pattern }) => !pattern.test(value),
  keepequal: ({ labels, value, target }) => (labels.get(target) ?? '') === value,
  dropequal: ({ labels, value, target }) => (labels.get(target) ?? '') !== value,
  lowercase: ({ labels, value, target }) => setLabel(labels, target, value.toLowerCase()),
  uppercase: ({ labels, value, target }) => setLabel(labels, target, value.toUpperCase()),
  hashmod({ labels, value, target, modulus }) {
    const hash = createHash('md5').update(value).digest().readBigUInt64BE(8);
    const divisor = BigInt(/^\d+$/.test(modulus ?? '') ? (modulus ?? '1') : '1') || 1n;
    return setLabel(labels, target, String(hash % divisor));
  },
  labelmap({ labels, pattern, replacement }) {
    for (const [name, value] of [...labels]) {
      const match = pattern.exec(name);
      if (match !== null) setLabel(labels, expanded(replacement, match), value);
    }
    return true;
  },
  labeldrop({ labels, pattern }) {
    for (const name of [...labels.keys()]) if (pattern.test(name)) labels.delete(name);
    return true;
  },
  labelkeep({ labels, pattern }) {
    for (const name of [...labels.keys()]) if (!pattern.test(name)) labels.delete(name);
    return true;
  },
};

function setLabel(labels: Map<string, string>, name: string, value: string): true {
  if (name !== '') labels.set(name, value);
  return true;
}

/** `$1`, `${1}` and `${name}` as Go's regexp.Expand has them. */
function expanded(template: string, match: RegExpExecArray): string {
  return template.replace(/\$(?:(\$)|\{(\w+)\}|(\w+))/g, (_, dollar?: string, braced?: string, bare?: string) => {
    if (dollar !== undefined) return '$';
    const name = braced ?? bare ?? '';
    return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? '';
  });
}
