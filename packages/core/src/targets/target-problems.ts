// From zod's issues to what users are told.

import type { z } from 'zod';
import { EverytickError } from '../domain/error.ts';
import { keyIssue } from './field-rules.ts';

export interface TargetProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** Whether the last of `path` is a key that should not be there, so that it is the key that is wrong, not its value. */
  readonly atKey: boolean;
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
  }));
}

type Told = Pick<TargetProblem, 'path' | 'message'> & Partial<Pick<TargetProblem, 'atKey'>>;

/** `target_invalid` with a line per problem. */
export function targetInvalid(problems: readonly Told[], labels: TargetLabels): EverytickError {
  const lines = problems.map((problem) => problemSentence(problem, labels));
  // The flags of a command may say the same wrong thing in two places.
  return new EverytickError('target_invalid', [...new Set(lines)].join('\n'));
}

/** The message, with what it is about before it. A wrong key names itself, so there it is what the key is in. */
export function problemSentence({ path, message, atKey = false }: Told, labels: TargetLabels = {}): string {
  const about = atKey ? path.slice(0, -1) : path;
  return about.length === 0 ? message : `${labelOf(about, labels)}: ${message}`;
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
