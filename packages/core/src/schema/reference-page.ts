// REFERENCE.md: what configuration files can say, as tables, made of the same schemas as their JSON Schema.

import { stringify } from 'yaml';
import type { JsonSchema } from '../targets/described.ts';
import { namedForms } from '../targets/written-forms.ts';
import { annotatedTargetInFile, makingFields, sections } from './configuration-json-schema.ts';
import { allowedOf, defaultOf, linkTo } from './reference-words.ts';

const intro = `# What a configuration file can say

A configuration is a YAML file, or a directory of them (all \`*.yaml\` and \`*.yml\` below it, as if they were one). Editors that know
YAML complete and check it where its first line leads to the JSON Schema, which \`everytick schema --to everytick.schema.json\`
writes:

\`\`\`yaml
# yaml-language-server: $schema=everytick.schema.json
\`\`\`

Values may have variables in them: \`\${NAME}\`, or \`\${NAME:-what else}\` for where there is none; a value that is nothing but a variable
becomes what the variable holds, a number for instance. A \`\${\` that is meant as it stands is written \`$\${\`. Keys of the file that
begin with \`x-\` are left alone.
`;

const outro = `## Durations

${namedForms.Duration.description}

## Regular expressions

${namedForms.Pattern.description} They match in linear time; look-around and back-references are not
supported.

## References

${namedForms.SecretReference.description} Exactly one of:

| reference | leads to |
| --- | --- |
| \`{env: NAME}\` | ${namedForms.SecretReference.oneOf[0].properties.env.description} |
| \`{file: PATH}\` | ${namedForms.SecretReference.oneOf[1].properties.file.description} |
`;

export function referencePage(): string {
  const target = annotatedTargetInFile();
  const making = { properties: makingFields };
  const parts = [
    intro,
    `## The file\n\n${table({ properties: sections, required: ['targets'] }, [])}\n`,
    `## A target\n\nOnly \`url\` has to be given, in the target or in its template.\n\n${table(target, [])}\n`,
    `## How a target comes to be\n\nBeside its fields a target can say:\n\n${table(making, [])}\n${example(making)}`,
    ...mappingsIn(target, []).map(([path, mapping]) => section(path, mapping)),
    outro,
  ];
  return `<!-- Made by npx pnpm@12 generate: change packages/core/src/targets or packages/core/src/schema, and make it anew. -->\n\n${parts.join('\n')}`;
}

function section(path: readonly string[], mapping: JsonSchema): string {
  const example = { [path.at(-1) ?? '']: exampleOf(mapping) };
  const wrapped = path.slice(0, -1).reduceRight<object>((inner, key) => ({ [key]: inner }), example);
  const about = `${mapping['description']}${countsOf(mapping)}`;
  return `## ${path.join('.')}\n\n${about}\n\n${table((mapping['items'] ?? mapping) as JsonSchema, path)}\n${block(wrapped)}`;
}

/** Mappings with known keys, and lists of such, as deep as they go, by their path. */
function mappingsIn(schema: JsonSchema, path: readonly string[]): [readonly string[], JsonSchema][] {
  return propertiesOf(schema).flatMap(([name, field]): [readonly string[], JsonSchema][] => {
    const entries = field['items'] as JsonSchema | undefined;
    const fields = entries?.['properties'] ?? field['properties'];
    const here = [...path, name];
    return fields === undefined ? [] : [[here, field], ...mappingsIn(entries ?? field, here)];
  });
}

function propertiesOf(schema: JsonSchema): [string, JsonSchema][] {
  return Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>);
}

function table(schema: JsonSchema, path: readonly string[]): string {
  const required = (schema['required'] ?? []) as readonly string[];
  const rows = propertiesOf(schema).map(([name, field]) => {
    const isMapping = (field['items'] as JsonSchema | undefined)?.['properties'] ?? field['properties'];
    const cells = [
      isMapping === undefined ? `\`${name}\`` : linkTo(`\`${name}\``, anchorOf([...path, name])),
      allowedOf(field),
      required.includes(name) ? 'has to be given' : defaultOf(field),
      String(field['description']),
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| field | allowed | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Of a mapping, or a list of mappings, that may have only one or two of its keys. */
function countsOf(schema: JsonSchema): string {
  const entry = (schema['items'] ?? schema) as JsonSchema;
  const { required = [], maxProperties } = entry as { readonly required?: readonly string[]; maxProperties?: number };
  if (maxProperties === undefined || schema['description']?.toString().includes('exactly one')) return '';
  const which = required.map((name) => `\`${name}\``).join(' and ');
  return which === '' ? ' Each has exactly one of:' : ` Each has ${which} and exactly one of the others:`;
}

function exampleOf(schema: JsonSchema): unknown {
  const [first] = (schema['examples'] ?? []) as readonly unknown[];
  if (first !== undefined) return first;
  if (schema['properties'] === undefined) return undefined;
  const entries = propertiesOf(schema).map(([name, field]) => [name, exampleOf(field)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** As GitHub and others make it of the heading. */
const anchorOf = (path: readonly string[]): string => path.join('');

const example = (schema: JsonSchema): string =>
  block(Object.fromEntries(propertiesOf(schema).map(([name, field]) => [name, exampleOf(field)])));

function block(content: unknown): string {
  return `\n\`\`\`yaml\n${stringify(content, { lineWidth: 0, collectionStyle: 'any', flowCollectionPadding: true })}\`\`\`\n`;
}
