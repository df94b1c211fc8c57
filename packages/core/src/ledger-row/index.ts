export * from './measurements.ts';
