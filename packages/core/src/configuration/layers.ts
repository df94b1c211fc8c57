// What a target has that it does not say itself: from its templates, its group and the defaults, in this order.

import { kindOf } from '../targets/field-rules.ts';
import { merge } from './merge.ts';
import { type MappingPart, mappingPart, type Part, plainValue } from './part.ts';
import type { Sections } from './sections.ts';
import { listOf, suggestionFor } from './suggestion.ts';
import { type Report, replaceVariables, type Scope } from './variables.ts';

export interface Layers {
  /** In which inherited values stand as they were written. */
  readonly layers: readonly MappingPart[];
  /** All of them, merged; null where there is nothing. */
  readonly merged: MappingPart | null;
}

/** What has been merged is remembered only as long as it is not too much. */
const mostKnownValues = 1_000_000;

export class Inheritance {
  readonly #sections: Sections;
  readonly #known = new Map<string, Layers>();
  #knownValues = 0;

  constructor(sections: Sections) {
    this.#sections = sections;
  }

  /** Of a target that says these fields itself. */
  layersFor(own: MappingPart, template: Part | undefined, scope: Scope, report: Report): Layers {
    const templates =
      template === undefined ? [] : this.#templatesOf(replaceVariables(template, scope, report), report);
    const group = this.#groupOf([own, ...templates.map(([, part]) => part)], scope, report);
    const key = JSON.stringify([group, ...templates.map(([name]) => name)]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { groups, defaults } = this.#sections;
    const ofGroup = group === null ? undefined : groups.get(group);
    const layers = [...templates.map(([, part]) => part), ofGroup, defaults].filter((layer) => layer != null);
    const merged = layers.reduceRight<MappingPart | null>((lower, layer) => merge(layer, lower, false), null);
    const made = { layers, merged };
    this.#knownValues += merged?.size ?? 0;
    if (this.#knownValues > mostKnownValues) {
      this.#known.clear();
      this.#knownValues = 0;
    }
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
      report(item, () => this.#unknownTemplate(name));
      return [];
    });
  }

  #unknownTemplate(name: string): string {
    const known = [...this.#sections.templates.keys()];
    const there =
      known.length === 0 ? 'there is none: templates are said under templates:' : `there are ${listOf(known)}`;
    return `template: there is no '${name}'${suggestionFor(name, known, ';')} ${there}`;
  }

  /** Reports a group that is nearly one of those that are listed: its targets would go without what the group has. */
  #groupOf(layers: readonly MappingPart[], scope: Scope, report: Report): string | null {
    const { defaults, groups } = this.#sections;
    const said = [...layers, ...(defaults === null ? [] : [defaults])].find((layer) => layer.entries.has('group'));
    const part = said?.entries.get('group');
    if (part === undefined) return null;
    // What is wrong with it is told when the target is read.
    const value = plainValue(replaceVariables(part, scope, () => undefined));
    if (typeof value !== 'string') return null;
    const group = value.trim();
    if (groups.size > 0 && !groups.has(group)) {
      const suggestion = suggestionFor(group, [...groups.keys()], '');
      const otherwise = `one that has nothing of its own is listed as well: groups: {${group}: {}}`;
      if (suggestion !== '')
        report(part, `group: '${group}' is not among the groups${suggestion} If not: ${otherwise}`);
    }
    return group;
  }
}

/** What a target, or a template, says about how it is checked, without what says how it is made. */
export function withoutKeys(part: MappingPart, keys: readonly string[]): MappingPart {
  if (!keys.some((key) => part.entries.has(key))) return part;
  const entries = [...part.entries].filter(([key]) => !keys.includes(key));
  return { ...mappingPart(part, new Map(entries)), keyOffset: part.keyOffset };
}
