// Where the time of a CPU profile went, by function and by file.

import { rounded } from '../report.ts';
import type { CpuProfile } from './inspector.ts';

export interface TimeSpent {
  readonly [name: string]: number | string;
}

/** In us per check, most first. What the process waited is left out, so the sum is what its main thread used. */
export function topFunctions(profile: CpuProfile, checks: number, count: number): TimeSpent[] {
  const named = selfTimes(profile, ({ functionName, url, lineNumber }) => {
    const place = url === '' ? '' : ` ${shortUrl(url)}:${lineNumber + 1}`;
    return `${functionName || '(anonymous)'}${place}`;
  });
  return most(named, 'function', checks, count);
}

export function topFiles(profile: CpuProfile, checks: number, count: number): TimeSpent[] {
  const named = selfTimes(profile, ({ functionName, url }) => (url === '' ? functionName : shortUrl(url)));
  return most(named, 'file', checks, count);
}

function selfTimes(
  { nodes, samples, timeDeltas }: CpuProfile,
  nameOf: (frame: CpuProfile['nodes'][number]['callFrame']) => string,
): Map<string, number> {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '(unknown)';
    // The time from one sample to the next belongs to the former.
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index + 1] ?? 0));
  }
  times.delete('(idle)');
  return times;
}

function most(times: ReadonlyMap<string, number>, title: string, checks: number, count: number): TimeSpent[] {
  const total = [...times.values()].reduce((sum, us) => sum + us, 0);
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, us]) => ({
      us_per_check: rounded(us / checks, 2),
      percent: rounded((100 * us) / total, 1),
      [title]: name,
    }));
}

/** Without what is the same for all files of a package. */
function shortUrl(url: string): string {
  return url
    .replace(/^.*\/node_modules\//, '')
    .replace(/^.*\/packages\//, '')
    .replace(/^file:\/\//, '');
}
