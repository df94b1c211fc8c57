// From zod's issues to what users are told.

import type { z } from 'zod';
import { EverytickError } from '../domain/error.ts';
import { keyIssue } from './field-rules.ts';

export interface TargetProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** Whether the last of `path` is a key that should not be there, so that it is the key that is wrong, not its value. */
  readonly atKey: boolean;
  /** Words of the message that begin with a key beside the last of `path`, or below it. */
  readonly mentions?: readonly string[];
}

/**
 * What users know fields as: by path, with dots; `*` stands for any one step (`expect.body.*.matches`). A label holds for
 * what is inside as well, unless that has one of its own; a `*` in it becomes the last step. What has none is called by its
 * path.
 */
export type TargetLabels = Readonly<Record<string, string>>;

export function targetProblems(error: z.ZodError): TargetProblem[] {
  return error.issues.map((issue) => ({
    path: issue.path.map((step) => (typeof step === 'number' ? step : String(step))),
    message: issue.message,
    atKey: issue.code === 'custom' && issue.params?.['key'] === keyIssue.key,
    mentions: issue.code === 'custom' ? (issue.params?.['mentions'] ?? []) : [],
  }));
}

type Told = Pick<TargetProblem, 'path' | 'message' | 'mentions'> & Partial<Pick<TargetProblem, 'atKey'>>;

/** `target_invalid` with a line per problem. */
export function targetInvalid(problems: readonly Told[], labels: TargetLabels): EverytickError {
  const lines = problems.map((problem) => problemSentence(problem, labels));
  // The flags of a command may say the same wrong thing in two places.
  return new EverytickError('target_invalid', [...new Set(lines)].join('\n'), {
    problems: problems.map((problem) => ({ path: problem.path, message: messageOf(problem, labels) })),
  });
}

/** The message, with what it is about before it. A wrong key names itself, so there it is what the key is in. */
export function problemSentence(told: Told, labels: TargetLabels = {}): string {
  const { path, atKey = false } = told;
  const about = atKey ? path.slice(0, -1) : path;
  const message = messageOf(told, labels);
  return about.length === 0 ? message : `${labelOf(about, labels)}: ${message}`;
}

/** With other fields called what users know them as. */
function messageOf({ path, message, mentions = [] }: Told, labels: TargetLabels): string {
  return mentions.reduce((text, mention) => {
    const [key = '', ...rest] = mention.split(' ');
    const label = labels[[...path.slice(0, -1), key].join('.')] ?? labels[[...path, key].join('.')];
    return label === undefined ? text : text.replaceAll(mention, () => [label, ...rest].join(' '));
  }, message);
}

function labelOf(path: readonly (string | number)[], labels: TargetLabels): string {
  for (let length = path.length; length > 0; length--) {
    const steps = path.slice(0, length).map(String);
    const [, label] =
      Object.entries(labels).find(([pattern]) => {
        const wanted = pattern.split('.');
        return wanted.length === length && wanted.every((step, position) => step === '*' || step === steps[position]);
      }) ?? [];
    if (label !== undefined) return label.replace('*', steps.at(-1) ?? '');
  }
  return path.join('.');
}
