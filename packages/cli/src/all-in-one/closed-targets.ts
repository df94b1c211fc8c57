// Targets on this machine, which is closed to checks: what was up beside the demonstration, while loopback was open, would be down in
// the next run, and nobody would know why.

import { type Environment, type ListedTarget, workerSettings } from '@everytick/core';

/** Null where there are none, or somebody has said what is open. */
export function warningAboutClosed(targets: readonly ListedTarget[], environment: Environment): string | null {
  const { variable } = workerSettings.egressAllow;
  if ((environment[variable] ?? '').trim() !== '') return null;
  const here = targets.filter(({ url }) => isHere(url));
  const [first] = here;
  if (first === undefined) return null;
  const which =
    here.length === 1
      ? `'${first.name}' is`
      : `'${first.name}' and ${(here.length - 1).toLocaleString('en-US')} more are`;
  return `${which} on this machine, which is closed to checks: ${variable}=127.0.0.1 opens it`;
}

function isHere(url: string): boolean {
  if (!URL.canParse(url)) return false;
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
