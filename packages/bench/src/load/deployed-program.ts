// The program as it is deployed: compiled. From its sources each process also holds what takes the types off them, some 30 MB.

import { fileURLToPath } from 'node:url';
import { everytick, openLoopback, type ProcessOptions, startProcess, type TestProcess } from '@everytick/testing';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
let compiled = false;

/** From now on processes run what is compiled here. (Smoke tests, several at once, run the sources.) Rejects where it does not compile. */
export async function compileProgram(onProgress: (line: string) => void): Promise<void> {
  onProgress('compiling, for what is measured is what is deployed');
  const build = await startProcess(`${root}node_modules/.bin/tsc`, ['--build', 'packages/cli'], { cwd: root });
  const { code } = await build.exited;
  if (code !== 0) throw new Error(`it does not compile:\n${build.output}`);
  compiled = true;
}

/** The `everytick` command with these arguments. Checks may connect to loopback. */
export function startProgram(args: readonly string[], options: ProcessOptions): Promise<TestProcess> {
  if (!compiled) return everytick(args, options);
  const env = { ...openLoopback, ...options.env };
  return startProcess(process.execPath, [`${root}packages/cli/dist/main.js`, ...args], { ...options, env });
}
