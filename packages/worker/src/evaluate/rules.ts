// What a target may say, as those see it who never check one: coordinators load this and not the rest of the worker.

export { compileJsonPath, type JsonPath } from './json-path.ts';
export * from './pattern.ts';
