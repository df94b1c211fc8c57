// The variables that a target brings along: `with`, and `for_each`, which makes one target of each of its mappings.

import { kindOf } from '../targets/field-rules.ts';
import { keyPlaceOf, type MappingPart, type Part, plainValue } from './part.ts';
import { LocalScope } from './scopes.ts';
import { suggestionFor } from './suggestion.ts';
import { namesIn, type Report, type Scope, variableNameAllowed, variableNamePattern } from './variables.ts';

/** One for each target that an entry of `targets` makes. */
export interface LocalVariables {
  readonly scope: LocalScope;
  /** What has been said for this target alone, by name. */
  readonly own: ReadonlyMap<string, Part>;
}

const withExample = 'a mapping of names to values such as {host: shop.example}';
const forEachExample = 'a list of mappings such as [{host: a.example}, {host: b.example}]';

export interface LocalVariablesOfEach {
  readonly count: number;
  /** Each is made when it is its turn. */
  readonly each: Iterable<LocalVariables>;
}

export function localVariablesOf(target: MappingPart, outer: Scope, report: Report): LocalVariablesOfEach {
  const given = variablesIn(target.entries.get('with'), `with: has to be ${withExample}`, report);
  const each = target.entries.get('for_each');
  const rows = each === undefined ? [new Map<string, Part>()] : rowsOf(each, report);
  checkVariables(given, report);
  const made = function* (): Generator<LocalVariables, void> {
    for (const row of rows) {
      checkVariables(row, report);
      const own = given.size === 0 ? row : new Map([...given, ...row]);
      yield { own, scope: new LocalScope(own, outer, report) };
    }
  };
  return { count: rows.length, each: made() };
}

function rowsOf(each: Part, report: Report): ReadonlyMap<string, Part>[] {
  if (each.kind !== 'list' || each.items.length === 0) {
    const found = each.kind === 'list' ? 'an empty list' : kindOf(plainValue(each));
    report(each, `for_each: is ${found}; it has to be ${forEachExample}`);
    return [];
  }
  return each.items.map((item) => variablesIn(item, `for_each: has to be ${forEachExample}`, report));
}

function variablesIn(part: Part | undefined, otherwise: string, report: Report): ReadonlyMap<string, Part> {
  if (part === undefined) return new Map();
  if (part.kind === 'mapping') return part.entries;
  report(part, otherwise);
  return new Map();
}

function checkVariables(own: ReadonlyMap<string, Part>, report: Report): void {
  for (const [name, part] of own) {
    if (!variableNamePattern.test(name)) {
      report(keyPlaceOf(part), `'${name}' is no name of a variable; allowed are ${variableNameAllowed}`);
    } else if (part.kind !== 'scalar' || part.value === null) {
      report(part, `variable '${name}' is ${kindOf(plainValue(part))}; it has to be a text, a number, true or false`);
    }
  }
}

/** `others`: what else takes part in making the target, besides what was used. */
export function reportUnused({ scope, own }: LocalVariables, others: readonly Part[], report: Report): void {
  const unused = [...own].filter(([name]) => !scope.used.has(name));
  if (unused.length === 0) return;
  // What a template says of a field that the target says itself is no mistake.
  const mentioned = new Set<string>();
  for (const part of others) for (const name of namesMentioned(part)) mentioned.add(name);
  for (const [name, part] of unused) {
    if (mentioned.has(name)) continue;
    report(keyPlaceOf(part), () => {
      const others = [...mentioned].filter((each) => !own.has(each));
      return `variable '${name}' is used nowhere in this target${suggestionFor(name, others, '')}`;
    });
  }
}

const known = new WeakMap<Part, ReadonlySet<string>>();

/** What many targets have in common is looked through once. */
function namesMentioned(part: Part): ReadonlySet<string> {
  const names = known.get(part) ?? addNames(part, new Set());
  known.set(part, names);
  return names;
}

function addNames(part: Part, names: Set<string>): Set<string> {
  if (part.kind === 'scalar') {
    if (typeof part.value === 'string') for (const name of namesIn(part.value)) names.add(name);
  } else for (const each of part.kind === 'list' ? part.items : part.entries.values()) addNames(each, names);
  return names;
}
