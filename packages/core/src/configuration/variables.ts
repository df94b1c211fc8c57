// Variables in texts: `${NAME}`, `${NAME:-what else}`, and `$${` for a `${` that is meant as it stands. What a variable holds
// takes the place of text inside one value. It is not read as YAML again and not looked through for further variables, so that
// it can neither become a reference to a secret nor another field.

import { longestReplaced } from './limits.ts';
import { listPart, type MappingPart, mappingPart, type Part, type Place, type ScalarPart } from './part.ts';
import type { Message } from './problems.ts';
import { suggestionFor } from './suggestion.ts';

export type VariableValue = string | number | boolean;
export type Report = (place: Place, message: Message) => void;

export interface Scope {
  /** Undefined for a variable that is nowhere. Null for one that cannot be read, which has been reported. */
  lookUp(name: string): VariableValue | null | undefined;
  names(): string[];
  /** Counts the characters of a text in which variables have been replaced. */
  takeText(place: Place, characters: number): void;
}

export const variableNamePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const variableNameAllowed = 'letters, digits and underscores, not beginning with a digit';

const occurrence = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;
const onlyOccurrence = new RegExp(`^(?:${occurrence.source})$`);

export function namesIn(text: string): string[] {
  return [...text.matchAll(occurrence)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** With all variables replaced; the same part where there are none. */
export function replaceVariables<Given extends Part>(part: Given, scope: Scope, report: Report): Given;
export function replaceVariables(part: Part, scope: Scope, report: Report): Part {
  if (part.kind === 'scalar') {
    if (typeof part.value !== 'string' || !part.value.includes('${')) return part;
    return { ...part, value: replaceIn(part, scope, report).value };
  }
  if (part.kind === 'list') {
    const items = part.items.map((item) => replaceVariables(item, scope, report));
    return items.every((item, index) => item === part.items[index])
      ? part
      : { ...listPart(part, items), keyOffset: part.keyOffset };
  }
  return replaceInMapping(part, scope, report);
}

function replaceInMapping(part: MappingPart, scope: Scope, report: Report): MappingPart {
  let changed: Map<string, Part> | null = null;
  for (const [key, entry] of part.entries) {
    const replaced = replaceVariables(entry, scope, report);
    if (replaced === entry) continue;
    changed ??= new Map(part.entries);
    changed.set(key, replaced);
  }
  return changed === null ? part : { ...mappingPart(part, changed), keyOffset: part.keyOffset };
}

/** Null for a text that would be too long, which is reported like unknown variables. */
export function replaceIn(part: ScalarPart, scope: Scope, report: Report): { readonly value: VariableValue | null } {
  if (typeof part.value !== 'string') return { value: part.value };
  const unknown: string[] = [];
  const find = (name: string, otherwise?: string): VariableValue => {
    const value = scope.lookUp(name);
    if (value !== undefined && (value !== '' || otherwise === undefined)) return value ?? '';
    if (otherwise === undefined) unknown.push(name);
    return otherwise ?? '';
  };
  const [whole, name, otherwise] = onlyOccurrence.exec(part.value) ?? [];
  const value = whole !== undefined && name !== undefined ? find(name, otherwise) : replaceWithin(part.value, find);
  for (const each of new Set(unknown)) report(part, () => unknownVariable(each, scope));
  if (value === null) {
    report(part, `has more than ${longestReplaced} characters once its variables are replaced, which is too long`);
  } else if (typeof value === 'string') scope.takeText(part, value.length);
  return { value };
}

/** Null if it would be too long. */
function replaceWithin(text: string, find: (name: string, otherwise?: string) => VariableValue): string | null {
  let length = text.length;
  const replaced = text.replace(occurrence, (found: string, name?: string, otherwise?: string) => {
    if (length > longestReplaced && length > text.length) return '';
    const value = name === undefined ? '${' : String(find(name, otherwise));
    length += value.length - found.length;
    return value;
  });
  return length > longestReplaced && length > text.length ? null : replaced;
}

function unknownVariable(name: string, scope: Scope): string {
  return (
    `unknown variable '${name}'${suggestionFor(name, scope.names(), ';')} it can be said in 'variables', in 'with' of the target, or in the environment ` +
    `as EVERYTICK_VAR_${name}; a \${ that is meant as it stands is written $\${`
  );
}
