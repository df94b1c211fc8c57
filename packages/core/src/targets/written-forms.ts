// JSON Schemas of what several fields are written as. They allow what the fields' rules allow: white space around it, capitals
// and small letters where these do not matter. Limits of length are those of the text without such white space.

import type { JsonSchema } from './described.ts';

/** Where the named schemas are in the document that they are written for; moved elsewhere by `schema/`. */
const definitions = '#/$defs/';

/** By the names that they have in the JSON Schema and in the API's document. */
export const namedForms = {
  Duration: {
    description:
      'A duration: a number with a unit (ms, s, m, h, d), or a number of seconds. Written in full: 500ms, 10s, 5m, 1h, 1d.',
    type: ['string', 'number'],
    pattern: '^\\s*\\d+(\\.\\d+)?\\s*(ms|s|m|h|d)?\\s*$',
    examples: ['500ms', '10s', '5m', '1h'],
  },
  Pattern: {
    description: 'A regular expression (RE2 syntax), searched for anywhere unless it says otherwise with `^` and `$`.',
    type: 'string',
    minLength: 1,
    maxLength: 4096,
    examples: ['Add to (cart|basket)', '(?i)welcome'],
  },
  SecretReference: {
    description: 'Where workers find a secret; only this reference is stored.',
    oneOf: [
      {
        type: 'object',
        title: 'From an environment variable',
        properties: {
          env: {
            description: 'An environment variable of the worker; its name begins with EVERYTICK_SECRET_.',
            type: 'string',
            pattern: '^[A-Za-z_][A-Za-z0-9_]{0,199}$',
            examples: ['EVERYTICK_SECRET_SHOP'],
          },
        },
        required: ['env'],
        additionalProperties: false,
      },
      {
        type: 'object',
        title: 'From a file',
        properties: {
          file: {
            description: "A file on the worker's machine, in /run/secrets: its path there, or the whole path.",
            type: 'string',
            pattern: '\\S',
            maxLength: 4096,
            examples: ['shop/token'],
          },
        },
        required: ['file'],
        additionalProperties: false,
      },
    ],
  },
  SecretText: {
    description: 'A text, or a reference to where workers find it.',
    oneOf: [{ type: 'string', maxLength: 4096 }, { $ref: `${definitions}SecretReference` }],
  },
  StatusRange: {
    description: 'A status code (200), a class of them (2xx) or a range (200-299); codes are 100 to 999.',
    anyOf: [
      { type: 'integer', minimum: 100, maximum: 999 },
      { type: 'string', pattern: '^\\s*[1-9]([xX]{2}|\\d\\d(\\s*-\\s*[1-9]\\d\\d)?)\\s*$' },
    ],
    examples: [200, '2xx', '200-299'],
  },
} as const satisfies Record<string, JsonSchema>;

export type FormName = keyof typeof namedForms;

export const form = (name: FormName, more: JsonSchema = {}): JsonSchema => ({ $ref: `${definitions}${name}`, ...more });

/** A text or a reference, with limits of the text as it stands. */
export const textOrReference = (text: JsonSchema): JsonSchema => ({
  oneOf: [{ type: 'string', ...text }, form('SecretReference')],
});

/** A text with something in it. */
export const someText = (longest: number): JsonSchema => ({ type: 'string', pattern: '\\S', maxLength: longest });

/** As part of a pattern: this word in capitals, small letters or any mixture. */
export function inAnyCase(word: string): string {
  return word.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
}

/** As part of a pattern, behind the scheme of a URL: there is no password in it. */
export const noPassword = '(?![/\\\\]*[^/?#\\\\]*:[^@/?#\\\\]+@)';

/** An http or https URL. No `format`: what browsers take for one is more than what the formats for it allow. */
export const webUrl: JsonSchema = { type: 'string', pattern: `^\\s*${inAnyCase('http')}[sS]?://${noPassword}` };
