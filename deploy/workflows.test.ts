// The workflows of .github, read by GitHub's own language service and held against what they run. That they pass is seen on
// GitHub only.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { validate } from '@actions/languageservice';
import { findInstalled, isInstalled } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly uses?: string;
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly permissions: unknown;
  readonly concurrency: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflows = readdirSync(new URL('.github/workflows/', root)).map((file) => {
  const text = read(`.github/workflows/${file}`);
  return { file, text, workflow: parse(text) as Workflow };
});
const jobs = workflows.flatMap(({ file, workflow }) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ name: `${file} ${name}`, job, steps: job.steps ?? [] })),
);
const scripts = jobs.flatMap(({ name, steps }) =>
  steps.flatMap(({ run }) => (run === undefined ? [] : [{ name, run }])),
);

describe.each(workflows)('$file', ({ file, text, workflow }) => {
  it('is a workflow: keys, expressions and contexts', async () => {
    const document = TextDocument.create(new URL(`.github/workflows/${file}`, root).href, 'yaml', 0, text);
    const found = await validate(document);
    expect(found.map(({ range, message }) => `line ${range.start.line + 1}: ${message}`)).toEqual([]);
  });

  it('may read the repository and, as a whole, nothing else', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(workflow).toHaveProperty('concurrency');
  });

  it('uses actions at a commit, which nobody can move, with the version beside it', () => {
    const used = (text.match(/\buses: .*/g) ?? []).filter((line) => !line.startsWith('uses: ./'));
    expect(used).not.toEqual([]);
    for (const line of used) expect(line).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });
});

it('uses one commit of each action', () => {
  const used = workflows.flatMap(({ text }) => text.match(/\S+@[0-9a-f]{40} # v\S+/g) ?? []);
  const versions = new Map<string, Set<string>>();
  for (const line of used) {
    const [action = ''] = line.split('@');
    versions.set(action, (versions.get(action) ?? new Set()).add(line));
  }
  expect([...versions.values()].filter((lines) => lines.size > 1)).toEqual([]);
});

it('gives more rights to the jobs of a release only, and no more than each needs', () => {
  const more = jobs.flatMap(({ name, job }) => (job.permissions === undefined ? [] : [[name, job.permissions]]));
  expect(Object.fromEntries(more)).toEqual({
    'release.yml image': { contents: 'read', packages: 'write', 'id-token': 'write', attestations: 'write' },
    'release.yml chart': { contents: 'read', packages: 'write' },
    'release.yml notes': { contents: 'write' },
  });
});

it('ends every job at some time, and leaves no credentials behind in the checkout', () => {
  for (const { job, steps } of jobs) {
    if (job.uses === undefined) expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
    for (const step of steps) {
      if (step.uses?.startsWith('actions/checkout@')) expect(step.with).toMatchObject({ 'persist-credentials': false });
    }
  }
});

describe('the scripts of the workflows', () => {
  it('get what they need by the environment: an expression could carry a command', () => {
    expect(scripts.filter(({ run }) => run.includes('${{'))).toEqual([]);
  });

  it('run scripts of package.json and name files that are there', () => {
    const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const known = ['install', ...Object.keys(manifest.scripts)];
    for (const { run } of scripts) {
      for (const [, script] of run.matchAll(/pnpm@12 (\S+)/g)) expect(known).toContain(script);
      for (const [, path = ''] of run.matchAll(
        /(?:^|[\s'"])((?:\.ci|\.github|deploy|migrations|packages)\/[^\s'")]*)/g,
      )) {
        expect([path, existsSync(new URL(path.replace(/[^/]*\*.*$/, ''), root))]).toEqual([path, true]);
      }
    }
  });

  (isInstalled('shellcheck') ? it : it.skip)('have nothing that shellcheck objects to', () => {
    const input = scripts.map(({ name, run }) => ({ name, run: `#!/usr/bin/env bash\nset -eo pipefail\n${run}` }));
    const files = ['.ci/run', ...readdirSync(new URL('deploy/docker/', root)).filter((file) => file.endsWith('.sh'))];
    for (const file of files) {
      const path = file.startsWith('.ci') ? file : `deploy/docker/${file}`;
      input.push({ name: path, run: read(path) });
    }
    const objections = input.flatMap(({ name, run }) => {
      const { stdout } = spawnSync(findInstalled('shellcheck') ?? '', ['--format=gcc', '-'], {
        input: run,
        encoding: 'utf8',
      });
      return stdout === '' ? [] : [`${name}: ${stdout}`];
    });
    expect(objections).toEqual([]);
  });
});

it('the test matrix installs the Debian packages that .ci/run does', () => {
  const packages = /^packages='(.*)'$/m.exec(read('.ci/run'))?.[1];
  expect(read('.github/workflows/ci.yml')).toContain(` --no-install-recommends ${packages}\n`);
});

it('CI has the image tested by root, who alone can, and does not let it be skipped', () => {
  const tested = scripts.filter(({ run }) => run.includes('deploy/docker/image.test.ts'));
  expect(tested).toEqual([
    {
      name: 'ci.yml image',
      run: expect.stringMatching(
        /sudo env .*TEST_IMAGE=required npx --yes pnpm@12 test deploy\/docker\/image\.test\.ts/,
      ),
    },
  ]);
});

it('CI has every PostgreSQL from the oldest that migrations are checked for to the newest that tests run on', () => {
  const { jobs: ci } = parse(read('.github/workflows/ci.yml')) as {
    jobs: { test: { strategy: { matrix: { postgres: number[] } } } };
  };
  const oldest = Number(/^pg_version = "(\d+)"$/m.exec(read('migrations/squawk.toml'))?.[1]);
  const newest = Number(/postgres:(\d+)-alpine/.exec(read('docker-compose.yml'))?.[1]);
  const all = Array.from({ length: newest - oldest + 1 }, (_, index) => oldest + index);
  expect(ci.test.strategy.matrix.postgres).toEqual(all);
});
