// What the Dockerfile says about the code. image.test.ts builds it and runs the result.

import { readFileSync } from 'node:fs';
import { coordinatorSettings, databaseSettings, listenSettings, logSettings, workerSettings } from '@everytick/core';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

const dockerfile = read('deploy/docker/Dockerfile');

describe('the image', () => {
  it('has every package that the cli is made of, and no other', () => {
    const needed = new Set<string>();
    const add = (name: string) => {
      if (needed.has(name)) return;
      needed.add(name);
      const { dependencies } = JSON.parse(read(`packages/${name}/package.json`)) as {
        dependencies: Record<string, string>;
      };
      for (const dependency of Object.keys(dependencies)) {
        if (dependency.startsWith('@everytick/')) add(dependency.slice('@everytick/'.length));
      }
    };
    add('cli');
    const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]).sort();
    const expected = [...needed].sort();
    expect(named(dockerfile, /^COPY packages\/(\w+)\/package\.json /gm)).toEqual(expected);
    expect(named(dockerfile, /^COPY packages\/(\w+) /gm)).toEqual(expected);
    expect(named(dockerfile, /^COPY --from=build \/app\/packages\/(\w+)\/dist /gm)).toEqual(expected);
    expect(named(read('deploy/docker/Dockerfile.dockerignore'), /^!packages\/(\w+)$/gm)).toEqual(expected);
  });
});

it('is made over the Node.js that the tests run on', () => {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
  expect(/^ARG NODE_IMAGE=(.*)$/m.exec(dockerfile)?.[1]).toMatch(
    new RegExp(`^node:${devDependencies['node']?.replaceAll('.', '\\.')}-slim(@sha256:[0-9a-f]{64})?$`),
  );
});

it('sets only variables that are settings', () => {
  const known = [databaseSettings, listenSettings, coordinatorSettings, workerSettings, logSettings].flatMap(
    (settings) => Object.values(settings).map(({ variable }) => variable),
  );
  const used = new Set(dockerfile.match(/EVERYTICK_\w+/g));
  expect([...used].filter((variable) => !known.includes(variable))).toEqual([]);
});
