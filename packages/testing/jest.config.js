// Tests run on the TypeScript sources as ES modules, with real PostgreSQL (see packages/testing/src/test-run.ts).

/** @type {import('jest').Config} */
// biome-ignore lint/style/noDefaultExport: this is how Jest reads its configuration.
export default {
  rootDir: '../..',
  roots: ['<rootDir>/packages', '<rootDir>/deploy'],
  testMatch: ['<rootDir>/packages/*/src/**/*.test.ts', '<rootDir>/deploy/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  // Packages of the workspace resolve to their sources, as they do in `pnpm start`.
  testEnvironmentOptions: { customExportConditions: ['everytick-source', 'node', 'node-addons'] },
  // .mts: Jest leaves these to Node.js, which runs them, and all that they import, as they are.
  globalSetup: '<rootDir>/packages/testing/src/global-setup.mts',
  globalTeardown: '<rootDir>/packages/testing/src/global-teardown.mts',
  testTimeout: 30_000,
  maxWorkers: 2,
  // Modules of a test file stay in memory when it is done: a worker that has this much is replaced by a new one.
  workerIdleMemoryLimit: '1GB',
};
