// What a target has that it does not say itself: from its templates, its group and the defaults, in this order.

import { closestWord } from '../targets/closest-word.ts';
import { kindOf } from '../targets/field-rules.ts';
import { merge } from './merge.ts';
import { type MappingPart, mappingPart, type Part, plainValue } from './part.ts';
import type { Sections } from './sections.ts';
import { type Report, replaceVariables, type Scope } from './variables.ts';

export interface Layers {
  /** In which inherited values stand as they were written. */
  readonly layers: readonly MappingPart[];
  /** All of them, merged; null where there is nothing. */
  readonly merged: MappingPart | null;
}

export class Inheritance {
  readonly #sections: Sections;
  readonly #known = new Map<string, Layers>();

  constructor(sections: Sections) {
    this.#sections = sections;
  }

  /** Of a target that says these fields itself. */
  layersFor(own: MappingPart, template: Part | undefined, scope: Scope, report: Report): Layers {
    const templates =
      template === undefined ? [] : this.#templatesOf(replaceVariables(template, scope, report), report);
    const group = this.#groupOf([own, ...templates.map(([, part]) => part)], scope);
    const key = JSON.stringify([group, ...templates.map(([name]) => name)]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { groups, defaults } = this.#sections;
    const ofGroup = group === null ? undefined : groups.get(group);
    const layers = [...templates.map(([, part]) => part), ofGroup, defaults].filter((layer) => layer != null);
    const merged = layers.reduceRight<MappingPart | null>((lower, layer) => merge(layer, lower, false), null);
    const made = { layers, merged };
    this.#known.set(key, made);
    return made;
  }

  /** The last one in the list goes before the others, and comes first. */
  #templatesOf(given: Part, report: Report): [string, MappingPart][] {
    const items = given.kind === 'list' ? given.items : [given];
    return items.toReversed().flatMap((item): [string, MappingPart][] => {
      const value = plainValue(item);
      if (typeof value !== 'string') {
        report(item, `template: is ${kindOf(value)}; it has to be the name of a template, or a list of names`);
        return [];
      }
      const name = value.trim();
      const template = this.#sections.templates.get(name);
      if (template !== undefined) return [[name, template]];
      const known = [...this.#sections.templates.keys()];
      const meant = closestWord(name, known);
      const suggestion = meant === null ? ';' : `; did you mean '${meant}'?`;
      const there =
        known.length === 0 ? 'there is none: templates are said under templates:' : `there are ${known.join(', ')}`;
      report(item, `template: there is no '${name}'${suggestion} ${there}`);
      return [];
    });
  }

  #groupOf(layers: readonly MappingPart[], scope: Scope): string | null {
    const { defaults } = this.#sections;
    const said = [...layers, ...(defaults === null ? [] : [defaults])].find((layer) => layer.entries.has('group'));
    const part = said?.entries.get('group');
    if (part === undefined) return null;
    // What is wrong with it is told when the target is read.
    const value = plainValue(replaceVariables(part, scope, () => undefined));
    return typeof value === 'string' ? value.trim() : null;
  }
}

/** What a target, or a template, says about how it is checked, without what says how it is made. */
export function withoutKeys(part: MappingPart, keys: readonly string[]): MappingPart {
  if (!keys.some((key) => part.entries.has(key))) return part;
  const entries = [...part.entries].filter(([key]) => !keys.includes(key));
  return { ...mappingPart(part, new Map(entries)), keyOffset: part.keyOffset };
}
