export * from './day-keys.ts';
export * from './measurements.ts';
