// From a path to what is declared there.

import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../config/setting.ts';
import { EverytickError } from '../domain/error.ts';
import type { TargetRules } from '../targets/target-rules.ts';
import type { Configuration, ConfigurationFile } from './configuration.ts';
import { parseConfiguration } from './parse-configuration.ts';

/**
 * Reads and checks a configuration file or a directory of them: all `*.yaml` and `*.yml` below it. Throws
 * `targets_file_invalid`.
 */
export async function readConfiguration(
  path: string,
  rules: TargetRules,
  environment: Environment,
): Promise<Configuration> {
  return parseConfiguration(await readConfigurationFiles(path), rules, environment);
}

/** The same without looking into them. Throws `targets_file_invalid` for what cannot be read. */
export async function readConfigurationFiles(path: string): Promise<ConfigurationFile[]> {
  const paths = await configurationPaths(path);
  return Promise.all(
    paths.map(async (each) => ({
      path: each,
      text: await readFile(each, 'utf8').catch((error) => unreadable(each, error)),
    })),
  );
}

/**
 * The files that a path stands for, sorted. Nothing whose name begins with a dot: a mounted ConfigMap has its files a second
 * time below `..data`. A directory to which several ways lead is read once. Throws `targets_file_invalid` where there is none.
 */
export async function configurationPaths(path: string): Promise<string[]> {
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    (error) => unreadable(path, error),
  );
  if (!isDirectory) return [path];
  const found = await yamlFilesBelow(path, new Set());
  if (found.length > 0) return found.sort();
  throw new EverytickError('targets_file_invalid', `${path}: there is no file *.yaml or *.yml in this directory`);
}

/** `visited`: the real paths of directories that have been read, to which symbolic links may lead again. */
async function yamlFilesBelow(directory: string, visited: Set<string>): Promise<string[]> {
  const real = await realpath(directory).catch((error) => unreadable(directory, error));
  if (visited.has(real)) return [];
  visited.add(real);
  const entries = await readdir(directory, { withFileTypes: true }).catch((error) => unreadable(directory, error));
  const found: string[] = [];
  // In the same order always, links last, so that a directory has the path that it has without them.
  entries.sort((a, b) => Number(a.isSymbolicLink()) - Number(b.isSymbolicLink()) || (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(directory, entry.name);
    // What a symbolic link leads to counts: that is what a ConfigMap's files are.
    const kind = entry.isSymbolicLink() ? await stat(path).catch((error) => unreadable(path, error)) : entry;
    if (kind.isDirectory()) found.push(...(await yamlFilesBelow(path, visited)));
    else if (kind.isFile() && /\.ya?ml$/i.test(entry.name)) found.push(path);
  }
  return found;
}

function unreadable(path: string, error: NodeJS.ErrnoException): never {
  const reasons = { ENOENT: 'there is no such file', EISDIR: 'it is a directory', EACCES: 'no permission to read it' };
  const why = reasons[error.code as keyof typeof reasons] ?? error.message;
  throw new EverytickError('targets_file_invalid', `${path}: cannot be read: ${why}`, { cause: error });
}
