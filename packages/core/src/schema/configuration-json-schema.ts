// The JSON Schema of a configuration file. What a target can say in one comes from the schema of targets; the rest is said
// here: the sections of the file, and what says how targets come to be.

import { sourceNamePattern } from '../apply/target-set.ts';
import {
  defaultFieldNames,
  groupFieldNames,
  type makingFieldNames,
  type sectionNames,
  templateFieldNames,
} from '../configuration/field-names.ts';
import { variableNamePattern } from '../configuration/variables.ts';
import type { JsonSchema } from '../targets/described.ts';
import { namedForms } from '../targets/written-forms.ts';
import { inFiles, sharedInFiles, variable } from './in-files.ts';
import { annotatedTarget, dialect, published } from './target-json-schema.ts';

const variableNames = { pattern: variableNamePattern.source };
const variableValue = { type: ['string', 'number', 'boolean'] };

const paused: JsonSchema = {
  description: 'Whether it is paused: its ticks are then `skipped`.',
  'x-otherwise': 'left to `targets pause` and `targets resume`',
  type: 'boolean',
};

/** What targets, templates, groups and defaults can say. */
export function annotatedTargetInFile(): JsonSchema {
  const target = annotatedTarget();
  return { ...target, properties: { ...(target['properties'] as object), paused } };
}

/** What says how a target comes to be. */
export const makingFields: Readonly<Record<(typeof makingFieldNames)[number], JsonSchema>> = {
  template: {
    description:
      'What the target is made of; of several templates the last goes before the others. What a target says itself goes ' +
      'before its templates, these before its group, and that before the defaults. Mappings are merged key by key, but for ' +
      '`auth`; null takes away.',
    'x-allowed': 'the name of a template, or a list of names',
    'x-otherwise': 'none',
    anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    examples: ['health', ['health', 'slow']],
  },
  with: {
    description: 'Variables of this target alone; they go before those of the file and of the environment.',
    'x-allowed': 'names and values: texts, numbers, true, false',
    'x-otherwise': 'none',
    type: 'object',
    propertyNames: variableNames,
    additionalProperties: variableValue,
    examples: [{ service: 'orders' }],
  },
  for_each: {
    description: 'Makes one target of each of these sets of variables; the name needs one of them in it.',
    'x-allowed': 'a list of mappings, each as in `with`',
    'x-otherwise': 'one target',
    type: 'array',
    minItems: 1,
    items: { type: 'object', propertyNames: variableNames, additionalProperties: variableValue },
    examples: [[{ service: 'orders' }, { service: 'stock' }]],
  },
};

const named = (each: string, description: string): JsonSchema => ({
  description,
  type: 'object',
  additionalProperties: { anyOf: [{ $ref: `#/$defs/${each}` }, { type: 'null' }] },
});

/** The keys of a file, beside those that begin with `x-`. */
export const sections: Readonly<Record<(typeof sectionNames)[number], JsonSchema>> = {
  source: {
    description: 'Whose targets these are: applying one source leaves the targets of others alone.',
    'x-allowed': 'at most 63 small letters, digits, dots, dashes and underscores',
    'x-otherwise': 'none, as if the targets were added by hand',
    type: 'string',
    pattern: sourceNamePattern.source,
    examples: ['shop'],
  },
  variables: {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: how variables are written.
    description: 'Variables for texts, as ${NAME}; EVERYTICK_VAR_NAME in the environment goes before NAME.',
    'x-allowed': 'names and values: texts, numbers, true, false',
    'x-otherwise': 'none',
    type: 'object',
    propertyNames: variableNames,
    additionalProperties: variableValue,
    examples: [{ domain: 'shop.example' }],
  },
  defaults: {
    description: 'What every target has that says nothing else.',
    'x-allowed': 'the fields of a target but for `name` and `url`',
    'x-otherwise': 'none',
    $ref: '#/$defs/Defaults',
    examples: [{ every: '30s' }],
  },
  groups: {
    ...named('Group', 'What the targets of a group have, by the name of the group.'),
    'x-allowed': 'names and mappings: the fields of a target but for `name`, `url` and `group`',
    'x-otherwise': 'none',
    examples: [{ api: { timeout: '2s' } }],
  },
  templates: {
    ...named('Template', 'What targets can be made of, by the name that they say in `template`.'),
    'x-allowed': 'names and mappings: the fields of a target',
    'x-otherwise': 'none',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the file.
    examples: [{ health: { url: 'https://${host}/health' } }],
  },
  targets: {
    description: 'What is watched. A configuration without targets says so: `[]`.',
    'x-allowed': 'a list of targets',
    type: 'array',
    items: { $ref: '#/$defs/Target' },
    examples: [[{ url: 'https://example.org/', every: '10s' }]],
  },
};

/** A whole file; one of several in a directory may have any of the sections. */
export function configurationJsonSchema(): JsonSchema {
  const { properties, ...about } = inFiles(annotatedTargetInFile());
  const making = Object.entries(makingFields).map(([name, field]) => [name, sharedInFiles(field)]);
  const target: JsonSchema = {
    ...about,
    properties: { ...(properties as object), ...Object.fromEntries(making) },
    anyOf: [{ required: ['url'] }, { required: ['template'] }],
  };
  const schema = {
    type: 'object',
    properties: { ...sections, source: sharedInFiles(sections.source) },
    patternProperties: { '^x-': { description: 'Left alone: for what is shared by anchors and aliases.' } },
    additionalProperties: false,
    $defs: {
      Target: target,
      Template: partOfTarget('What targets can be made of.', templateFieldNames),
      Group: partOfTarget('What the targets of a group have.', groupFieldNames),
      Defaults: partOfTarget('What every target has that says nothing else.', defaultFieldNames),
      Variable: variable,
      ...Object.fromEntries(Object.entries(namedForms).map(([name, form]) => [name, sharedInFiles(form)])),
    },
  };
  return {
    $schema: dialect,
    title: 'Everytick configuration',
    description:
      'What Everytick watches, as code: `everytick plan` shows what would change, `everytick apply` changes it.',
    ...published(schema),
  };
}

function partOfTarget(description: string, fields: readonly string[]): JsonSchema {
  const properties = fields.map((name) => [name, { $ref: `#/$defs/Target/properties/${name}` }]);
  return { description, type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}
