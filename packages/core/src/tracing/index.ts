export * from './http-attributes.ts';
export * from './statement-spans.ts';
export * from './tracer.ts';
