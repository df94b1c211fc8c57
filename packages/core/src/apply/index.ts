export * from './apply-targets.ts';
export * from './changed-fields.ts';
export * from './export-targets.ts';
export * from './plan.ts';
export * from './plan-targets.ts';
export * from './target-set.ts';
