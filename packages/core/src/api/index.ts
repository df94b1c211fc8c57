export * from './check-resource.ts';
export * from './place-resource.ts';
export * from './plan-resource.ts';
export * from './problem-resource.ts';
export * from './result-resource.ts';
export * from './summary-resource.ts';
export * from './target-resource.ts';
export * from './uptime-resource.ts';
