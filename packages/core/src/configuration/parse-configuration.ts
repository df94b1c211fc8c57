// From the text of configuration files to the targets that they declare. Checked as a whole: every problem of every file is told
// at once, each with the place where it stands.
//
//   source: shop
//   defaults: {every: 30s, labels: {team: shop}}
//   templates:
//     health: {name: '${host} health', url: 'https://${host}/health', expect: {status: 200}}
//   targets:
//     - url: https://shop.example/
//       match: 'Add to cart'
//     - template: health
//       for_each: [{host: a.example}, {host: b.example}]

import { setImmediate } from 'node:timers/promises';
import { sourceNameAllowed, sourceNamePattern, type TargetDeclaration } from '../apply/target-set.ts';
import type { Environment } from '../config/setting.ts';
import type { TargetRules } from '../targets/target-rules.ts';
import { checkLayers } from './check-layers.ts';
import type { Configuration, ConfigurationFile } from './configuration.ts';
import { TargetReader } from './declare-targets.ts';
import { Inheritance } from './layers.ts';
import { Allowance } from './limits.ts';
import { Problems } from './problems.ts';
import { readingDocument } from './read-document.ts';
import { readEvents } from './read-events.ts';
import { schemasWith } from './schemas.ts';
import { GlobalScope } from './scopes.ts';
import { Sections } from './sections.ts';
import { replaceVariables } from './variables.ts';

/** Throws `targets_file_invalid` with a line for each problem of all files: `file:line:column: message`. */
export function parseConfiguration(
  files: readonly ConfigurationFile[],
  rules: TargetRules,
  environment: Environment,
): Configuration {
  const steps = parsing(files, rules, environment);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

const longestStretchMs = 10;

/** The same for processes that have other things to do: it gives way to them again and again. */
export async function parseConfigurationGently(
  files: readonly ConfigurationFile[],
  rules: TargetRules,
  environment: Environment,
): Promise<Configuration> {
  const steps = parsing(files, rules, environment);
  let begin = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - begin < longestStretchMs) continue;
    await setImmediate();
    begin = performance.now();
  }
}

function* parsing(
  files: readonly ConfigurationFile[],
  rules: TargetRules,
  environment: Environment,
): Generator<undefined, Configuration> {
  const problems = new Problems();
  const sections = new Sections(problems);
  for (const file of files) {
    if (problems.ended) break;
    const root = readEvents(file) ?? (yield* readingDocument(file, problems));
    if (root !== null) sections.add(root);
    yield;
  }
  sections.end();
  const allowance = new Allowance(problems);
  const scope = new GlobalScope(sections.variables, environment, allowance, (place, message) =>
    problems.report(place, message),
  );
  const schemas = schemasWith(rules);
  yield* checkLayers(sections, schemas, allowance, problems);
  const reader = new TargetReader(schemas, new Inheritance(sections), scope, allowance, problems);
  const declarations: TargetDeclaration[] = [];
  for (const entry of sections.targets) {
    if (problems.ended) break;
    for (const declaration of reader.read(entry)) {
      if (declaration !== null) declarations.push(declaration);
      yield;
    }
  }
  const source = sourceOf(sections, scope, problems);
  problems.throwIfAny();
  return { source, declarations, files: files.map(({ path }) => path) };
}

function sourceOf({ source: said }: Sections, scope: GlobalScope, problems: Problems): string | null {
  if (said === null) return null;
  const { value } = replaceVariables(said, scope, (place, message) => problems.report(place, message));
  const source = String(value);
  if (!sourceNamePattern.test(source)) {
    problems.report(said, `source: '${source}' is no name of a source; allowed are ${sourceNameAllowed}`);
  }
  return source;
}
