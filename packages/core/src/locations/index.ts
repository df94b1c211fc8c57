export * from './location-status.ts';
export * from './worker-status.ts';
