// What can come next on the command line, from what commander knows of commands and options. The scripts of the shells
// (scripts.ts) ask for it with the words up to the cursor; the last of them is the one that is being written.

import type { Command, Option } from 'commander';

export interface Suggestion {
  readonly value: string;
  readonly description: string;
}

/** What a value is to be a name of; null: nothing is known, which the shell takes as the name of a file. */
export type Subject = 'target' | 'location';

export interface NameSource {
  /** Names, found quickly or not at all. */
  names(subject: Subject, command: Command, words: readonly string[]): Promise<readonly string[]>;
}

/** Null: nothing is known of what comes, so that it may be a file. */
export async function complete(
  program: Command,
  words: readonly string[],
  source: NameSource,
): Promise<readonly Suggestion[] | null> {
  const begun = words.at(-1) ?? '';
  const { command, positionals, openOption } = walk(program, words.slice(0, -1));
  const [, flag = '', value] = /^(--[^=]+)=(.*)$/s.exec(begun) ?? [];
  const named = flag === '' ? openOption : optionCalled(command, flag);
  if (named?.isTakingValue) {
    const values = await valuesOf(named.option, command, words, source);
    return values && startingWith(values, value ?? begun).map(prefixed(flag === '' ? '' : `${flag}=`));
  }
  if (begun.startsWith('-')) return startingWith(optionsOf(command), begun);
  const subcommands = command.createHelp().visibleCommands(command);
  if (subcommands.length > 0) {
    if (positionals > 0) return [];
    return startingWith(
      subcommands.map((each) => ({ value: each.name(), description: each.description() })),
      begun,
    );
  }
  const values = await argumentValues(command, positionals, words, source);
  return values && startingWith(values, begun);
}

interface Place {
  readonly command: Command;
  /** Arguments before the one that is being written. */
  readonly positionals: number;
  /** An option that the word before belongs to, if it was written without its value. */
  readonly openOption: NamedOption | null;
}

interface NamedOption {
  readonly option: Option;
  readonly isTakingValue: boolean;
}

function walk(program: Command, words: readonly string[]): Place {
  let command = program;
  let positionals = 0;
  let openOption: NamedOption | null = null;
  for (const word of words) {
    if (openOption !== null) {
      openOption = null;
      continue;
    }
    if (word.startsWith('-')) {
      const option: NamedOption | null = word.includes('=') ? null : optionCalled(command, word);
      openOption = option?.isTakingValue ? option : null;
      continue;
    }
    const next: Command | undefined = command.commands.find(
      (each) => each.name() === word || each.aliases().includes(word),
    );
    if (next === undefined) positionals += 1;
    else command = next;
  }
  return { command, positionals, openOption };
}

function optionCalled(command: Command, word: string): NamedOption | null {
  const option = command.options.find(({ long, short }) => long === word || short === word);
  return option === undefined ? null : { option, isTakingValue: option.required || option.optional };
}

function optionsOf(command: Command): Suggestion[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long == null ? [] : [{ value: long, description }]));
}

function valuesOf(
  { argChoices, long }: Option,
  command: Command,
  words: readonly string[],
  source: NameSource,
): Promise<Suggestion[] | null> {
  if (argChoices !== undefined) return Promise.resolve(argChoices.map(plain));
  const subject = long == null ? undefined : subjects[long];
  return subject === undefined ? Promise.resolve(null) : namesOf(subject, command, words, source);
}

const subjects: Readonly<Record<string, Subject>> = { '--target': 'target', '--location': 'location' };

function argumentValues(
  command: Command,
  positionals: number,
  words: readonly string[],
  source: NameSource,
): Promise<Suggestion[] | null> {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  const argument = registeredArguments[positionals] ?? (last?.variadic ? last : undefined);
  if (argument === undefined) return Promise.resolve([]);
  if (argument.argChoices !== undefined) return Promise.resolve(argument.argChoices.map(plain));
  const ofTargets = command.parent?.name() === 'targets' || argument.name() === 'target';
  const named = ofTargets && (argument.name() === 'name' || argument.name() === 'target');
  return named ? namesOf('target', command, words, source) : Promise.resolve(null);
}

async function namesOf(
  subject: Subject,
  command: Command,
  words: readonly string[],
  source: NameSource,
): Promise<Suggestion[]> {
  return (await source.names(subject, command, words)).map(plain);
}

const plain = (value: string): Suggestion => ({ value, description: '' });

const prefixed =
  (prefix: string) =>
  ({ value, description }: Suggestion): Suggestion => ({ value: `${prefix}${value}`, description });

function startingWith(suggestions: readonly Suggestion[], begun: string): Suggestion[] {
  return suggestions.filter(({ value }) => value.startsWith(begun));
}
