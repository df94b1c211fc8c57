// What is told of a target beside its URL and its interval: what it does not have by default, in few words.
//
//     timeout 2s, match Add to cart, auth bearer, group api, 2 labels

import { type CheckOptions, defaultTimeoutMs, type PlanResource, parseDurationMs } from '@everytick/core';
import { counted } from '../output/format.ts';
import { shownValue } from './plan-value.ts';

type State = NonNullable<PlanResource['changes'][number]['after']>;

const indent = '    ';
const lineWidth = 80;
/** Of one text; what is longer is cut. */
const longestText = 40;
/** Told by their names alone: what they have is long, or may be secret. */
const namedOptions = ['tls', 'proxy', 'dns', 'redirects', 'reuse_connection', 'traceparent'] as const;

/** Indented lines, none for a target that has nothing but its URL and its interval. */
export function detailLines(state: State): string[] {
  return wrapped(details(state));
}

function details(state: State): string[] {
  const options = state as CheckOptions;
  const { headers, body, auth, http_version: httpVersion, ip_family: ipFamily } = options;
  const labels = Object.keys((state['labels'] as object | undefined) ?? {}).length;
  return [
    ...(hasDefaultTimeout(state) ? [] : [`timeout ${state['timeout']}`]),
    ...text('match', state['match']),
    ...(body === undefined ? [] : typeof body === 'string' ? text('body', body) : ['body from a secret']),
    ...(headers === undefined ? [] : [counted(Object.keys(headers).length, 'header')]),
    ...(auth === undefined ? [] : [`auth ${Object.keys(auth).join(', ')}`]),
    ...text('group', state['group']),
    ...(labels === 0 ? [] : [counted(labels, 'label')]),
    ...locations(state),
    ...text('HTTP version', httpVersion),
    ...text('IP family', ipFamily),
    ...namedOptions.filter((name) => options[name] !== undefined),
  ];
}

function hasDefaultTimeout({ every, timeout }: State): boolean {
  const [intervalMs, timeoutMs] = [every, timeout].map((given) => parseDurationMs(String(given)));
  return intervalMs != null && timeoutMs === defaultTimeoutMs(intervalMs / 1_000);
}

function locations(state: State): string[] {
  const names = (state['locations'] as readonly string[] | undefined) ?? ['default'];
  return names.length === 1 && names[0] === 'default' ? [] : [`from ${names.join(' and ')}`];
}

function text(name: string, value: unknown): string[] {
  if (value === undefined) return [];
  const shown = shownValue(value);
  return [`${name} ${shown.length > longestText ? `${shown.slice(0, longestText)}…` : shown}`];
}

/** As many in each line as fit; what does not fit into a line has one of its own. */
function wrapped(items: readonly string[]): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && `${last}, ${item},`.length <= lineWidth) lines[lines.length - 1] = `${last}, ${item}`;
    else lines.push(`${indent}${item}`);
  }
  return lines.map((line, index) => (index < lines.length - 1 ? `${line},` : line));
}
