export * from './plan.ts';
export * from './target-set.ts';
