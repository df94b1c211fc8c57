export * from './due-leases.ts';
export * from './location-status.ts';
export * from './worker-status.ts';
