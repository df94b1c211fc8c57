// The reference of the chart's values, made of the comments in values.yaml and of values.schema.json, so that it says what the
// chart does. It is the second half of the chart's README.md; the first half, above the mark, is written by hand.

import { readFileSync } from 'node:fs';
import { isMap, isScalar, parseDocument } from 'yaml';

const chart = new URL('everytick/', import.meta.url);
const mark = '<!-- Below: made of values.yaml and values.schema.json by npx pnpm@12 generate. -->\n';

export interface ValueSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly definitions?: Readonly<Record<string, ValueSchema>>;
}

/** README.md as it has to be. */
export function chartReadme(): string {
  const [byHand = ''] = read('README.md').split(mark, 1);
  return `${byHand}${mark}\n${valuesReference(read('values.yaml'), JSON.parse(read('values.schema.json')))}`;
}

/** A table for each section of the values. Throws where a value has no comment, or the schema does not know it. */
export function valuesReference(values: string, schema: ValueSchema): string {
  const { contents } = parseDocument(values);
  if (!isMap(contents)) throw new Error('values.yaml is no mapping');
  const reference = new Reference(schema);
  const all = entriesOf(contents);
  const sections = all.filter((entry) => reference.isSection(entry, schema));
  const others = all.filter((entry) => !sections.includes(entry));
  const parts = sections.map(({ name, comment, value }) => {
    const table = reference.table(entriesOf(value), reference.below(schema, name), `${name}.`);
    return [`### ${name}`, comment, table].filter((part) => part !== '').join('\n\n');
  });
  return `${[`### Of all\n\n${reference.table(others, schema, '')}`, ...parts].join('\n\n')}\n`;
}

/** A value with its name and the comment before it. */
interface Entry {
  readonly name: string;
  readonly comment: string;
  readonly value: unknown;
}

/** None for what is no mapping. To the parser the comment before the first value of a mapping is one of the mapping. */
function entriesOf(map: unknown): Entry[] {
  if (!isMap(map)) return [];
  return map.items.map(({ key, value }, index) => {
    const comment = (isScalar(key) && key.commentBefore) || (index === 0 && map.commentBefore) || '';
    // What is set off by an empty line is about the whole file.
    const [own = ''] = comment.split(/\n\s*\n/).slice(-1);
    return { name: String(key), comment: own.replaceAll(/\n */g, ' ').trim(), value };
  });
}

class Reference {
  readonly #root: ValueSchema;

  constructor(root: ValueSchema) {
    this.#root = root;
  }

  below(schema: ValueSchema, name: string): ValueSchema {
    const found = this.#resolve(schema).properties?.[name];
    if (found === undefined) throw new Error(`values.schema.json does not know ${name}`);
    return this.#resolve(found);
  }

  /** What has values below it with a comment each, unlike a value that happens to be a mapping. */
  isSection({ name, value }: Entry, schema: ValueSchema): boolean {
    return this.below(schema, name).properties !== undefined && entriesOf(value).some(({ comment }) => comment !== '');
  }

  table(entries: readonly Entry[], schema: ValueSchema, prefix: string): string {
    const rows = entries.flatMap((entry) => this.#rows(entry, schema, prefix));
    return ['| value | allowed | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
  }

  #rows(entry: Entry, schema: ValueSchema, prefix: string): string[] {
    const { comment, value } = entry;
    const name = `${prefix}${entry.name}`;
    const own = this.below(schema, entry.name);
    if (this.isSection(entry, schema)) {
      const inner = entriesOf(value).flatMap((each) => this.#rows(each, own, `${name}.`));
      return comment === '' ? inner : [`| \`${name}\` | | | ${cell(comment)} |`, ...inner];
    }
    if (comment === '') throw new Error(`${name} has no comment in values.yaml`);
    return [`| \`${name}\` | ${cell(allowed(own))} | ${shown(value)} | ${cell(comment)} |`];
  }

  #resolve(schema: ValueSchema): ValueSchema {
    const name = schema.$ref?.replace('#/definitions/', '');
    if (name === undefined) return schema;
    const found = this.#root.definitions?.[name];
    if (found === undefined) throw new Error(`values.schema.json does not define ${name}`);
    return found;
  }
}

function allowed({ description, enum: words, type, minimum, maximum }: ValueSchema): string {
  if (description !== undefined) return description;
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(', ');
  const names = [type ?? []].flat();
  const orNull = names.includes('null') ? ', or null' : '';
  if (names.includes('boolean')) return '`true`, `false`';
  if (names.includes('integer') || names.includes('number')) {
    const kind = names.includes('integer') ? 'a whole number' : 'a number';
    const from =
      minimum === undefined ? '' : maximum === undefined ? ` from ${minimum}` : ` from ${minimum} to ${maximum}`;
    return `${kind}${from}${orNull}`;
  }
  if (names.includes('array')) return `a list${orNull}`;
  return names.includes('object') ? 'a mapping' : 'a text';
}

function shown(value: unknown): string {
  const json = JSON.stringify(value);
  return json === '""' || json === 'null' || json === undefined ? '' : `\`${json.replace(/^"(.*)"$/, '$1')}\``;
}

const cell = (text: string) => text.replaceAll('|', '\\|');

function read(name: string): string {
  return readFileSync(new URL(name, chart), 'utf8');
}
