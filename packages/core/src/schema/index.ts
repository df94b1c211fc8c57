export { configurationJsonSchema } from './configuration-json-schema.ts';
export { jsonText } from './generated-files.ts';
export { targetJsonSchema } from './target-json-schema.ts';
