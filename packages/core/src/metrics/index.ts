export * from './fleet-status.ts';
export * from './process-metrics.ts';
export * from './read-gauge.ts';
export * from './recent-loop-delay.ts';
export * from './schema-watch.ts';
