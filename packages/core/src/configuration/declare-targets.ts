// From an entry of `targets` to what it declares: one target, or one for each of its `for_each`.

import type { TargetDeclaration } from '../apply/target-set.ts';
import { kindOf } from '../targets/field-rules.ts';
import { unknownField } from '../targets/mapping.ts';
import { problemSentence, targetProblems } from '../targets/target-problems.ts';
import { fieldSynonyms, makingFieldNames, targetFieldNames } from './field-names.ts';
import { type Inheritance, withoutKeys } from './layers.ts';
import { type Allowance, tooLarge } from './limits.ts';
import { type LocalVariables, localVariablesOf, reportUnused } from './local-variables.ts';
import { merge } from './merge.ts';
import { keyPlaceOf, type MappingPart, type Part, type Place, partAt, plainValue } from './part.ts';
import { lineOf, type Message, type Problems } from './problems.ts';
import type { ConfigurationSchemas } from './schemas.ts';
import { type Report, replaceVariables, type Scope } from './variables.ts';

export class TargetReader {
  readonly #schemas: ConfigurationSchemas;
  readonly #inheritance: Inheritance;
  readonly #scope: Scope;
  readonly #allowance: Allowance;
  readonly #problems: Problems;
  readonly #named = new Map<string, Place>();

  constructor(
    schemas: ConfigurationSchemas,
    inheritance: Inheritance,
    scope: Scope,
    allowance: Allowance,
    problems: Problems,
  ) {
    this.#schemas = schemas;
    this.#inheritance = inheritance;
    this.#scope = scope;
    this.#allowance = allowance;
    this.#problems = problems;
  }

  /** A step for each target that the entry makes: null for one that is wrong. */
  *read(entry: Part): Generator<TargetDeclaration | null, void> {
    const wrongSize = tooLarge(entry);
    if (entry.kind !== 'mapping' || wrongSize !== null) {
      const why = wrongSize ?? "has to be a mapping such as '- url: https://example.org/'";
      this.#problems.report(entry, `a target ${why}`);
      return;
    }
    const own = withoutKeys(entry, [...makingFieldNames, ...this.#unknownIn(entry)]);
    const report: Report = (place, message) => this.#problems.report(place, message);
    const { count, each } = localVariablesOf(entry, this.#scope, report);
    let others = count;
    for (const variables of each) {
      yield this.#declare(entry, own, variables, --others);
      if (this.#problems.ended) return;
    }
  }

  #unknownIn(entry: MappingPart): string[] {
    const unknown: string[] = [];
    for (const [key, part] of entry.entries) {
      if (targetFieldNames.includes(key)) continue;
      this.#problems.report(keyPlaceOf(part), unknownField(key, targetFieldNames, fieldSynonyms));
      unknown.push(key);
    }
    return unknown;
  }

  /** `others`: how many the entry makes besides, after this one. */
  #declare(entry: MappingPart, own: MappingPart, variables: LocalVariables, others: number): TargetDeclaration | null {
    const { scope } = variables;
    const problemsBefore = this.#problems.count;
    const template = entry.entries.get('template');
    const plainReport: Report = (place, message) => this.#problems.report(place, message);
    const { layers, merged } = this.#inheritance.layersFor(own, template, scope, plainReport);
    const inherited = merged === null && !hasNull(own) ? own : merge(own, merged, true);
    const values = inherited.size + variables.own.size + (template?.size ?? 0);
    if (!this.#allowance.takeTarget(entry.entries.get('for_each') ?? entry, values, others)) return null;
    const told: [Place, Message][] = [];
    const target = replaceVariables(inherited, scope, (place, message) => told.push([place, message]));
    const name = shownName(target);
    const isShared = entry.entries.has('for_each');
    // Where it stands in what others have as well, whose problem it is has to be said.
    const reportAt = (place: Place, ownPlace: boolean, message: Message) =>
      this.#problems.report(place, message, ownPlace && !isShared ? undefined : name);
    for (const [place, message] of told) reportAt(place, isWithin(own, place), message);
    if (variables.own.size > 0) {
      reportUnused(variables, [own, ...layers, ...(template === undefined ? [] : [template])], plainReport);
    }
    const declaration = this.#declarationOf(target, own, reportAt);
    if (declaration !== null && this.#problems.count === problemsBefore) {
      if (this.#isNew(declaration.spec.name, target, own, entry)) return declaration;
    }
    this.#problems.countWrong(values);
    return null;
  }

  #declarationOf(
    target: MappingPart,
    own: MappingPart,
    reportAt: (place: Place, ownPlace: boolean, message: string) => void,
  ): TargetDeclaration | null {
    const paused = target.entries.get('paused');
    const pausedValue = paused === undefined ? null : plainValue(paused);
    if (paused !== undefined && pausedValue !== null && typeof pausedValue !== 'boolean') {
      const message = `paused: is ${kindOf(pausedValue)}; it has to be true or false`;
      reportAt(paused, isWithin(own, paused), message);
      return null;
    }
    const parsed = this.#schemas.target.safeParse(plainValue(withoutKeys(target, ['paused'])));
    if (parsed.success) return { spec: parsed.data, paused: pausedValue as boolean | null };
    for (const problem of targetProblems(parsed.error)) {
      const { part } = partAt(target, problem.path);
      const place = problem.atKey ? keyPlaceOf(part) : part;
      reportAt(place, part === target || isWithin(own, part), problemSentence(problem));
    }
    return null;
  }

  #isNew(name: string, target: MappingPart, own: MappingPart, entry: MappingPart): boolean {
    const place = own.entries.get('name') ?? entry;
    const first = this.#named.get(name);
    if (first === undefined) {
      this.#named.set(name, place);
      return true;
    }
    const why = target.entries.has('name') ? '' : ' (the name that its URL gives)';
    const way = entry.entries.has('for_each') ? '; with for_each, a name needs a variable in it' : '';
    this.#problems.report(place, `name: '${name}'${why} is at ${lineOf(first)} already; names have to differ${way}`);
    return false;
  }
}

/** Whether it is one of the values that a target says itself. */
function isWithin(own: Part, { file, offset }: Place): boolean {
  if (own.file === file && own.offset === offset) return true;
  if (own.kind === 'scalar') return false;
  for (const part of own.kind === 'list' ? own.items : own.entries.values()) {
    if (isWithin(part, { file, offset })) return true;
  }
  return false;
}

function hasNull(part: MappingPart): boolean {
  for (const entry of part.entries.values()) if (entry.kind === 'scalar' && entry.value === null) return true;
  return false;
}

function shownName(target: MappingPart): string {
  const said = target.entries.get('name') ?? target.entries.get('url');
  return said?.kind === 'scalar' && said.value !== null ? String(said.value) : '(without a name)';
}
