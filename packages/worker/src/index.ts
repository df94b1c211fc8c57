export * from './evaluate/evaluate.ts';
export * from './evaluate/pattern.ts';
export * from './fetch/undici-fetcher.ts';
export * from './worker-process.ts';
