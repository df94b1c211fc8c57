export * from './configuration.ts';
export * from './parse-targets-file.ts';
export * from './read-targets-file.ts';
