export * from './duration.ts';
export * from './stored-targets.ts';
export * from './target-spec.ts';
export * from './target-url.ts';
