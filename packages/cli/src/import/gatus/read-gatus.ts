// Gatus's configuration: a file, or a directory whose files are merged, with variables of its environment in it.
// https://github.com/TwiN/gatus#configuration

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { looksLike } from '../other-program.ts';
import { parseSourceYaml, readSourceText, sourceInvalid } from '../read-source.ts';
import { SourceValue } from '../source-value.ts';
import { variable } from '../variable.ts';

/** One of them is in every configuration of Gatus. */
const lists = ['endpoints', 'external-endpoints', 'suites'];

/** Throws `import_source_invalid`. */
export async function readGatusFiles(path: string): Promise<SourceValue> {
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const files = isDirectory ? await filesIn(path) : [path];
  if (files.length === 0) throw sourceInvalid(`${path}: no file in it ends with .yaml or .yml`);
  const sources = await Promise.all(files.map(async (file) => parseGatusYaml(await readSourceText(file), file)));
  const merged = sources.reduce((before, source) => mergeSources(before, source));
  const { content } = merged;
  if (content.kind === 'mapping' && lists.some((list) => content.entries.has(list))) return merged;
  throw sourceInvalid(`${path}: this is no configuration of Gatus: it has no 'endpoints:'${looksLike(merged)}`);
}

export function parseGatusYaml(text: string, file: string): SourceValue {
  const source = parseSourceYaml(text, file, { textOf: withVariables });
  if (source.content.kind !== 'mapping' && !source.isEmpty) {
    throw sourceInvalid(`${file}:1:1: a configuration of Gatus is a mapping that has 'endpoints'`);
  }
  return source;
}

/** Those of all folders below it, in the order of their paths; hidden ones of mounted volumes are the same files again. */
async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const paths: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    const isDirectory = entry.isSymbolicLink() ? (await stat(path)).isDirectory() : entry.isDirectory();
    if (entry.name.startsWith('..')) continue;
    if (isDirectory) paths.push(...(await filesIn(path)));
    else if (/\.ya?ml$/.test(entry.name)) paths.push(path);
  }
  return paths;
}

/** Mappings are merged, lists appended, and anything else may be said once. */
function mergeSources(a: SourceValue, b: SourceValue): SourceValue {
  if (a.isEmpty) return b;
  if (b.isEmpty) return a;
  if (a.content.kind === 'list' && b.content.kind === 'list') {
    return new SourceValue(a.place, { kind: 'list', items: [...a.content.items, ...b.content.items] }, a.referenced);
  }
  if (a.content.kind === 'mapping' && b.content.kind === 'mapping') {
    const entries = new Map(a.content.entries);
    for (const [key, value] of b.content.entries) {
      const other = entries.get(key);
      entries.set(key, other === undefined ? value : mergeSources(other, value));
    }
    return new SourceValue(a.place, { kind: 'mapping', entries }, a.referenced);
  }
  const { file, line, path } = b.place;
  throw sourceInvalid(
    `${file}:${line ?? 1}:1: ${path} is in ${a.place.file}:${a.place.line ?? 1} already; of several files one may say it`,
  );
}

/** `$NAME` and `${NAME}` are variables, `$$` is a dollar sign (Go's os.Expand, before YAML is read). */
export function withVariables(text: string): string {
  return text.replace(/\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g, (whole, braced, plain) =>
    whole === '$$' ? '$' : variable(String(braced ?? plain)),
  );
}
