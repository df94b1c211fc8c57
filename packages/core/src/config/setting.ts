// How a setting is described, and how a set of them is read from the environment: all mistakes at once, each naming the
// variable, what was given and what is allowed.

import { z } from 'zod';
import { EverytickError } from '../domain/error.ts';

export interface Setting<Value> {
  readonly variable: string;
  readonly schema: z.ZodType<Value, string>;
  /** Completes "it must be ...". */
  readonly allowed: string;
  /** As one would write it in the environment; undefined where the setting has to be given. */
  readonly defaultText: string | undefined;
  /** What to say of a default that differs from process to process. */
  readonly defaultShown?: string;
  /** What it does, a sentence for the README. */
  readonly meaning: string;
  /** True if the value must not be shown. */
  readonly secret?: boolean;
  /** Which part of a list is wrong. */
  readonly wrongPart?: (text: string) => string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

type ValuesOf<Settings> = {
  -readonly [Key in keyof Settings]: Settings[Key] extends Setting<infer Value> ? Value : never;
};

/** Reads settings. An empty variable counts as absent. Throws `config_invalid`. */
export function readSettings<Settings extends Record<string, Setting<unknown>>>(
  settings: Settings,
  environment: Environment,
): ValuesOf<Settings> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, setting] of Object.entries(settings)) {
    const given = environment[setting.variable] || undefined;
    const text = given ?? setting.defaultText;
    if (text === undefined) {
      problems.push(`${setting.variable} is not set; it must be ${setting.allowed}`);
      continue;
    }
    const parsed = setting.schema.safeParse(text);
    if (parsed.success) {
      values[key] = parsed.data;
      continue;
    }
    const shown = setting.secret ? '(not shown)' : `"${text}"`;
    const part = setting.wrongPart?.(text);
    const which = part === undefined ? '' : `, and "${part}" is not`;
    problems.push(`${setting.variable} is ${shown}; it must be ${setting.allowed}${which}`);
  }
  if (problems.length > 0) throw new EverytickError('config_invalid', problems.join('\n'));
  return values as ValuesOf<Settings>;
}

/** A whole number in decimal digits, both bounds allowed. */
export function integerSetting(
  variable: string,
  bounds: { readonly min: number; readonly max: number; readonly defaultValue: number; readonly unit: string },
  meaning: string,
): Setting<number> {
  return {
    variable,
    schema: z
      .string()
      .regex(/^\d+$/)
      .transform(Number)
      .refine((value) => value >= bounds.min && value <= bounds.max),
    allowed: `a whole number of ${bounds.unit} from ${bounds.min} to ${bounds.max}`,
    defaultText: String(bounds.defaultValue),
    meaning,
  };
}

/** One word of a closed list. */
export function choiceSetting<const Choice extends string>(
  variable: string,
  choices: readonly [Choice, ...Choice[]],
  defaultText: Choice,
  meaning: string,
): Setting<Choice> {
  return {
    variable,
    schema: z.enum(choices) as z.ZodType<Choice, string>,
    allowed: `one of ${choices.join(', ')}`,
    defaultText,
    meaning,
  };
}

/** Runs several readers of settings and throws the problems of all of them at once. */
export function readTogether<Readers extends readonly (() => unknown)[]>(
  ...readers: Readers
): { -readonly [Index in keyof Readers]: ReturnType<Readers[Index]> } {
  const problems: string[] = [];
  const values = readers.map((read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof EverytickError && error.code === 'config_invalid')) throw error;
      problems.push(error.message);
      return undefined;
    }
  });
  if (problems.length > 0) throw new EverytickError('config_invalid', problems.join('\n'));
  return values as { -readonly [Index in keyof Readers]: ReturnType<Readers[Index]> };
}
