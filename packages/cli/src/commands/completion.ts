// everytick completion, and the hidden `complete` that the shells' scripts ask

import { Argument, Command } from 'commander';
import { complete, type Suggestion } from '../completion/complete.ts';
import { storedNames } from '../completion/names.ts';
import { type Shell, scripts, shells } from '../completion/scripts.ts';
import { quoted, shellWords } from '../completion/shell-words.ts';
import { printLine } from '../output/print.ts';

export function completionCommand(): Command {
  return new Command('completion')
    .description('print a script that completes commands, options and names in a shell')
    .addArgument(new Argument('<shell>', 'which one').choices(shells))
    .addHelpText(
      'after',
      `
Names of targets and locations come from where the command would work, within a
second or not at all.

Examples:
  source <(everytick completion bash)              in ~/.bashrc
  source <(everytick completion zsh)               in ~/.zshrc, after compinit
  everytick completion fish | source               in ~/.config/fish/config.fish`,
    )
    .action((shell: Shell) => {
      process.stdout.write(scripts[shell]);
    });
}

/** Bash gives the line and the end of it that it will replace; the others give the words. */
export function completeCommand(): Command {
  return new Command('complete')
    .argument('<shell>')
    .argument('[words...]')
    .action(async (shell: Shell, words: string[], _flags: unknown, command: Command) => {
      const program = command.parent ?? command;
      const lines = shell === 'bash' ? await bashLines(program, words) : await wordLines(program, words);
      for (const line of lines) printLine(line);
      // Whatever is still being asked is too late.
      process.exit(0);
    });
}

async function wordLines(program: Command, words: readonly string[]): Promise<string[]> {
  const found = await complete(program, words, storedNames);
  if (found === null) return ['files'];
  return [
    'values',
    ...found.map(({ value, description }) => (description === '' ? value : `${value}\t${description}`)),
  ];
}

async function bashLines(program: Command, [line = '', replaced = '']: readonly string[]): Promise<string[]> {
  const { words, quoted: open } = shellWords(line);
  const found = await complete(program, words.slice(1), storedNames);
  if (found === null) return ['files'];
  const begun = words.at(-1) ?? '';
  // Bash breaks words at = and : and replaces what comes after.
  const kept = Math.max(0, begun.length - (open ? begun : (shellWords(replaced).words.at(-1) ?? '')).length);
  const rest = ({ value }: Suggestion) => value.slice(kept);
  return ['values', ...found.map((each) => (open ? rest(each) : quoted(rest(each))))];
}
