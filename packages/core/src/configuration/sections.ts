// What the files of a configuration say, put together: a directory is one configuration, as if its files were one.

import { sourceNameAllowed, sourceNamePattern } from '../apply/target-set.ts';
import { unknownField } from '../targets/mapping.ts';
import {
  defaultFieldNames,
  fieldSynonyms,
  groupFieldNames,
  sectionNames,
  sectionSynonyms,
  templateFieldNames,
} from './field-names.ts';
import { tooLarge } from './limits.ts';
import { isNull } from './merge.ts';
import { keyPlaceOf, type MappingPart, mappingPart, type Part, type ScalarPart } from './part.ts';
import { lineOf, type Problems } from './problems.ts';
import { variableNameAllowed, variableNamePattern } from './variables.ts';

const example = "an example:  targets: [{url: 'https://example.org/', every: 10s, match: 'Example'}]";

export class Sections {
  source: ScalarPart | null = null;
  readonly variables = new Map<string, ScalarPart>();
  readonly groups = new Map<string, MappingPart>();
  readonly templates = new Map<string, MappingPart>();
  readonly targets: Part[] = [];
  readonly #defaults = new Map<string, Part>();
  readonly #problems: Problems;
  #first: Part | null = null;
  #hasTargets = false;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** What every target has; null where nothing is said. */
  get defaults(): MappingPart | null {
    const [first] = this.#defaults.values();
    return first === undefined ? null : mappingPart(first, this.#defaults);
  }

  /** Takes in what one file says. */
  add(root: Part): void {
    this.#first ??= root;
    if (isNull(root)) {
      this.#problems.report(root, `the file is empty; ${example}`);
      return;
    }
    if (root.kind !== 'mapping') {
      this.#problems.report(root, `the file has to begin with 'targets:' or another key; ${example}`);
      return;
    }
    for (const [key, part] of root.entries) {
      if (key in this.#readers) this.#readers[key as (typeof sectionNames)[number]](part);
      else if (!key.startsWith('x-')) {
        this.#problems.report(keyPlaceOf(part), unknownField(key, sectionNames, sectionSynonyms));
      }
    }
  }

  /** After the last of them. */
  end(): void {
    if (this.#hasTargets || this.#first === null || this.#problems.count > 0) return;
    const none = 'a set without targets is said so: targets: []';
    this.#problems.report(this.#first, `targets is missing; ${example}; ${none}`);
  }

  readonly #readers = Object.assign(Object.create(null) as object, {
    source: (part: Part) => this.#readSource(part),
    variables: (part: Part) => this.#readVariables(part),
    defaults: (part: Part) => this.#readDefaults(part),
    groups: (part: Part) => this.#readNamed(part, 'groups', this.groups, groupFieldNames),
    templates: (part: Part) => this.#readNamed(part, 'templates', this.templates, templateFieldNames),
    targets: (part: Part) => this.#readTargets(part),
  } satisfies Record<(typeof sectionNames)[number], (part: Part) => void>);

  #readSource(part: Part): void {
    if (part.kind !== 'scalar' || typeof part.value !== 'string') {
      this.#problems.report(part, `source has to be a name such as shop: ${sourceNameAllowed}`);
    } else if (!part.value.includes('${') && !sourceNamePattern.test(part.value)) {
      this.#problems.report(part, `source: '${part.value}' is no name of a source; allowed are ${sourceNameAllowed}`);
    } else if (this.source !== null && this.source.value !== part.value) {
      this.#problems.report(
        part,
        `source: is '${this.source.value}' at ${lineOf(this.source)}; it has to be one for all`,
      );
    } else this.source ??= part;
  }

  #readVariables(part: Part): void {
    const allowed = 'variables has to be a mapping such as {domain: shop.example}';
    for (const [name, value] of this.#entriesOf(part, allowed)) {
      if (!variableNamePattern.test(name)) {
        const message = `'${name}' is no name of a variable; allowed are ${variableNameAllowed}`;
        this.#problems.report(keyPlaceOf(value), message);
      } else if (value.kind !== 'scalar' || value.value === null) {
        this.#problems.report(value, `variables.${name}: has to be a text, a number, true or false`);
      } else if (this.#isFirst(value, name, this.variables)) this.variables.set(name, value);
    }
  }

  #readDefaults(part: Part): void {
    const wrongSize = tooLarge(part);
    if (wrongSize !== null) {
      this.#problems.report(part, `defaults: ${wrongSize}`);
      return;
    }
    for (const [name, value] of this.#entriesOf(part, 'defaults has to be a mapping such as {every: 30s}')) {
      if (!defaultFieldNames.includes(name)) {
        this.#problems.report(keyPlaceOf(value), `defaults: ${unknownField(name, defaultFieldNames, fieldSynonyms)}`);
      } else if (this.#isFirst(value, name, this.#defaults)) this.#defaults.set(name, value);
    }
  }

  #readNamed(part: Part, section: string, known: Map<string, MappingPart>, allowed: readonly string[]): void {
    const example = `{${section === 'groups' ? 'shop: {every: 10s}' : 'health: {expect: {status: 200}}'}}`;
    for (const [given, value] of this.#entriesOf(
      part,
      `${section} has to be a mapping of mappings such as ${example}`,
    )) {
      const name = given.trim();
      const wrongSize = tooLarge(value);
      if (wrongSize !== null) {
        this.#problems.report(keyPlaceOf(value), `${section}.${name}: ${wrongSize}`);
        continue;
      }
      // `shop:` with nothing behind it is a group like others.
      const fields = isNull(value)
        ? new Map<string, Part>()
        : this.#entriesOf(value, `${section}.${name}: has to be a mapping`);
      const right = [...fields].filter(([field, { file, keyOffset, offset }]) => {
        if (allowed.includes(field)) return true;
        const message = `${section}.${name}: ${unknownField(field, allowed, fieldSynonyms)}`;
        this.#problems.report({ file, offset: keyOffset ?? offset }, message);
        return false;
      });
      if (this.#isFirst(value, name, known)) {
        known.set(name, { ...mappingPart(value, new Map(right)), keyOffset: value.keyOffset });
      }
    }
  }

  #readTargets(part: Part): void {
    this.#hasTargets = true;
    if (part.kind === 'list') for (const item of part.items) this.targets.push(item);
    else this.#problems.report(part, `targets has to be a list; ${example}`);
  }

  #entriesOf(part: Part, otherwise: string): ReadonlyMap<string, Part> {
    if (part.kind === 'mapping') return part.entries;
    this.#problems.report(part, otherwise);
    return new Map();
  }

  #isFirst(part: Part, name: string, known: ReadonlyMap<string, Part>): boolean {
    const first = known.get(name);
    if (first === undefined) return true;
    const message = `'${name}' is said at ${lineOf(keyPlaceOf(first))} already; it can be said in one place only`;
    this.#problems.report(keyPlaceOf(part), message);
    return false;
  }
}
