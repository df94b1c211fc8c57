// Texts that may be, or have to be, references to where the worker finds them. No message repeats what was given as a
// secret.

import { z } from 'zod';
import type { SecretReference, SecretText } from '../../domain/check-options.ts';
import { type JsonSchema, writtenAs } from '../described.ts';
import { kindOf, longestText, reject, textProblem } from '../field-rules.ts';
import { unknownField } from '../mapping.ts';
import { defaultSecretExamples, type TargetRules } from '../target-rules.ts';
import { form, textOrReference } from '../written-forms.ts';

export interface SecretTextRules {
  /** What it has to be, for messages: `a text`. */
  readonly what: string;
  /** Whether a text as it stands would be a secret in the database. */
  readonly secret?: boolean;
  readonly longest?: number;
  /** What is wrong with a literal text, or null. */
  readonly problem?: (literal: string) => string | null;
  /** The pattern of a literal text, for JSON Schema. */
  readonly pattern?: string;
  /** How a literal text is stored. */
  readonly canonical?: (literal: string) => string;
}

export function secretText(rules: TargetRules, field: SecretTextRules) {
  const checked = z
    .custom<SecretText>(() => true)
    .transform(
      (given, context): SecretText => secretTextOf(given, rules, field, (problem) => reject(context, problem)),
    );
  return writtenAs(checked, writtenSecretText(rules, field));
}

function writtenSecretText(
  rules: TargetRules,
  { secret, pattern, longest = longestText }: SecretTextRules,
): JsonSchema {
  if (secret === true && rules.literalSecrets !== 'allowed') return form('SecretReference');
  if (pattern === undefined && longest === longestText) return form('SecretText');
  return textOrReference({ maxLength: longest, ...(pattern === undefined ? {} : { pattern }) });
}

export function secretTextOf(
  given: unknown,
  rules: TargetRules,
  field: SecretTextRules,
  refuse: (problem: string) => never,
): SecretText {
  const { reference } = rules.secretExamples ?? defaultSecretExamples;
  if (typeof given === 'object' && given !== null && !Array.isArray(given))
    return referenceOf(given, reference, refuse);
  const onlyReference = field.secret === true && rules.literalSecrets !== 'allowed';
  const allowed = onlyReference ? `a reference: ${reference}` : `${field.what}, or a reference: ${reference}`;
  if (given === undefined) return refuse(`is missing; it has to be ${allowed}`);
  if (onlyReference && typeof given !== 'object') {
    return refuse(
      `is a secret as it stands, which would be stored for everyone to read; it has to be ${allowed}, which workers look up`,
    );
  }
  if (typeof given !== 'string') {
    const kind = field.secret && given !== null && !Array.isArray(given) ? `a ${typeof given}` : kindOf(given);
    return refuse(`is ${kind}; it has to be ${allowed}${typeof given === 'object' ? '' : ' (a text in quotes)'}`);
  }
  const literal = field.canonical?.(given) ?? given;
  const problem = textProblem(literal, field.longest) ?? field.problem?.(literal) ?? null;
  return problem === null ? literal : refuse(problem);
}

function referenceOf(given: object, example: string, refuse: (problem: string) => never): SecretReference {
  const keys = Object.keys(given);
  const wrong = keys.find((key) => key !== 'env' && key !== 'file');
  if (wrong !== undefined) return refuse(`${unknownField(wrong, ['env', 'file'])}; a reference is ${example}`);
  if (keys.length !== 1) {
    return refuse(`has ${keys.join(' and ') || 'nothing in it'}; a reference is exactly one of ${example}`);
  }
  const { env, file } = given as { readonly env?: unknown; readonly file?: unknown };
  if (env !== undefined) {
    if (typeof env === 'string' && /^[a-z_][a-z0-9_]{0,199}$/i.test(env)) return { env };
    return refuse('env has to be the name of an environment variable: letters, digits and underscores');
  }
  if (typeof file === 'string' && file.trim() !== '' && textProblem(file) === null) return { file };
  return refuse(`file has to be a path such as /run/secrets/shop`);
}

/** Something that is always told by its user: a user name, a client id. */
export const publicText = (what: string): SecretTextRules => ({
  what,
  pattern: '^[\\s\\S]',
  problem: (literal) => (literal === '' ? 'is empty' : null),
});

/** A password, a token. */
export const privateText = (what: string): SecretTextRules => ({
  what,
  secret: true,
  problem: (literal) => (literal === '' ? 'is empty' : null),
});
