export { configurationJsonSchema } from './configuration-json-schema.ts';
export { jsonText } from './json-text.ts';
export { targetJsonSchema } from './target-json-schema.ts';
