// Variables in texts: `${NAME}`, `${NAME:-what else}`, and `$${` for a `${` that is meant as it stands. What a variable holds
// takes the place of text inside one value. It is not read as YAML again and not looked through for further variables, so that
// it can neither become a reference to a secret nor another field.

import { closestWord } from '../targets/closest-word.ts';
import { listPart, type MappingPart, mappingPart, type Part, type Place, type ScalarPart } from './part.ts';

export type VariableValue = string | number | boolean;
export type Report = (place: Place, message: string) => void;

export interface Scope {
  /** Undefined for a variable that is nowhere. Null for one that cannot be read, which has been reported. */
  lookUp(name: string): VariableValue | null | undefined;
  names(): string[];
}

export const variableNamePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const variableNameAllowed = 'letters, digits and underscores, not beginning with a digit';

const occurrence = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

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

/** Null where a variable is not known, which is reported. */
export function replaceIn(part: ScalarPart, scope: Scope, report: Report): { readonly value: VariableValue | null } {
  if (typeof part.value !== 'string') return { value: part.value };
  const unknown: string[] = [];
  const find = (name: string, otherwise: string | undefined): VariableValue => {
    const value = scope.lookUp(name);
    if (value !== undefined && (value !== '' || otherwise === undefined)) return value ?? '';
    if (otherwise === undefined) unknown.push(name);
    return otherwise ?? '';
  };
  const [whole, name, otherwise] = new RegExp(`^(?:${occurrence.source})$`).exec(part.value) ?? [];
  const value =
    whole !== undefined && name !== undefined
      ? find(name, otherwise)
      : part.value.replace(occurrence, (_found, inner?: string, other?: string) =>
          inner === undefined ? '${' : String(find(inner, other)),
        );
  for (const each of new Set(unknown)) report(part, unknownVariable(each, scope));
  return { value };
}

function unknownVariable(name: string, scope: Scope): string {
  const meant = closestWord(name, scope.names());
  const suggestion = meant === null ? ';' : `; did you mean '${meant}'?`;
  return (
    `unknown variable '${name}'${suggestion} it can be said in 'variables', in 'with' of the target, or in the environment ` +
    `as EVERYTICK_VAR_${name}; a \${ that is meant as it stands is written $\${`
  );
}
