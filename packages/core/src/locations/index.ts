export * from './location-status.ts';
