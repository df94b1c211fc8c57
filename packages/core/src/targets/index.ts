export * from './duration.ts';
export * from './stored-targets.ts';
export * from './target-edit.ts';
export * from './target-life.ts';
export * from './target-spec.ts';
export * from './target-url.ts';
