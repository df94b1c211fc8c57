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

import { sourceNameAllowed, sourceNamePattern } from '../apply/target-set.ts';
import type { Environment } from '../config/setting.ts';
import type { TargetRules } from '../targets/target-rules.ts';
import { checkLayers } from './check-layers.ts';
import type { Configuration, ConfigurationFile } from './configuration.ts';
import { TargetReader } from './declare-targets.ts';
import { Inheritance } from './layers.ts';
import { Problems } from './problems.ts';
import { readDocument } from './read-document.ts';
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
  const problems = new Problems();
  const sections = new Sections(problems);
  for (const file of files) {
    const root = readEvents(file) ?? readDocument(file, problems);
    if (root !== null) sections.add(root);
  }
  sections.end();
  const scope = new GlobalScope(sections.variables, environment, (place, message) => problems.report(place, message));
  const schemas = schemasWith(rules);
  checkLayers(sections, schemas, problems);
  const reader = new TargetReader(schemas, new Inheritance(sections), scope, problems);
  const declarations = sections.targets.flatMap((entry) => reader.read(entry));
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
