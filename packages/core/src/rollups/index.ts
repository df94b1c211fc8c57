export * from './build-rollups.ts';
