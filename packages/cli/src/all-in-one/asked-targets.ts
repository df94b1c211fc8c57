// Targets from the URLs and the file on the command line of `up`, all of them checked before anything is started.

import { EverytickError, parseTargetSpec, type TargetSpec } from '@everytick/core';
import { readTargetsFile } from '@everytick/core/configuration';
import { flagLabels, specInputOf, type TargetFlags } from '../commands/target-options.ts';
import { flagRules, targetRules } from '../commands/target-rules.ts';

export interface AskedFlags extends TargetFlags {
  readonly targets?: string;
}

/** Names differ even where URLs differ in their query only. Throws `target_invalid` or `targets_file_invalid`. */
export async function askedTargets(
  urls: readonly string[],
  flags: AskedFlags,
  defaultEvery: string,
): Promise<TargetSpec[]> {
  const specs = flags.targets === undefined ? [] : await readTargetsFile(flags.targets, targetRules, process.env);
  const problems = new Set<string>();
  const names = new Set(specs.map((spec) => spec.name));
  const seen = new Set<string>();
  for (const url of urls) {
    try {
      const spec = parseTargetSpec(specInputOf(url, flags, defaultEvery), flagRules, flagLabels);
      if (seen.has(spec.url)) continue;
      seen.add(spec.url);
      const name = freeName(spec.name, names);
      names.add(name);
      specs.push({ ...spec, name });
    } catch (error) {
      if (!(error instanceof EverytickError)) throw error;
      // The flags are the same for all URLs, and so are their mistakes.
      for (const line of error.message.split('\n')) problems.add(line);
    }
  }
  if (problems.size > 0) throw new EverytickError('target_invalid', [...problems].join('\n'));
  return specs;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) {
    const numbered = `${name.slice(0, 190)} (${number})`;
    if (!taken.has(numbered)) return numbered;
  }
}
