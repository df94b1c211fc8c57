export * from './coordinator-process.ts';
