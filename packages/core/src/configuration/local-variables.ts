// The variables that a target brings along: `with`, and `for_each`, which makes one target of each of its mappings.

import { closestWord } from '../targets/closest-word.ts';
import { kindOf } from '../targets/field-rules.ts';
import { keyPlaceOf, type MappingPart, type Part, plainValue } from './part.ts';
import { LocalScope } from './scopes.ts';
import { namesIn, type Report, type Scope, variableNameAllowed, variableNamePattern } from './variables.ts';

/** One for each target that an entry of `targets` makes. */
export interface LocalVariables {
  readonly scope: LocalScope;
  /** What has been said for this target alone, by name. */
  readonly own: ReadonlyMap<string, Part>;
}

const withExample = 'a mapping of names to values such as {host: shop.example}';
const forEachExample = 'a list of mappings such as [{host: a.example}, {host: b.example}]';

export function localVariablesOf(target: MappingPart, outer: Scope, report: Report): LocalVariables[] {
  const given = variablesIn(target.entries.get('with'), `with: has to be ${withExample}`, report);
  const each = target.entries.get('for_each');
  const rows = each === undefined ? [new Map<string, Part>()] : rowsOf(each, report);
  return rows.map((row) => {
    const own = new Map([...given, ...row]);
    checkVariables(own, report);
    return { own, scope: new LocalScope(own, outer, report) };
  });
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
  const mentioned = new Set(others.flatMap(namesMentioned));
  for (const [name, part] of unused) {
    if (mentioned.has(name)) continue;
    const meant = closestWord(
      name,
      [...mentioned].filter((each) => !own.has(each)),
    );
    const suggestion = meant === null ? '' : `; did you mean '${meant}'?`;
    report(keyPlaceOf(part), `variable '${name}' is used nowhere in this target${suggestion}`);
  }
}

function namesMentioned(part: Part): string[] {
  if (part.kind === 'scalar') return typeof part.value === 'string' ? namesIn(part.value) : [];
  return [...(part.kind === 'list' ? part.items : part.entries.values())].flatMap(namesMentioned);
}
