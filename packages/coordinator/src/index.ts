export { ApiMetrics } from './api/api-metrics.ts';
export { ConfigurationMetrics } from './configuration/configuration-metrics.ts';
export * from './coordinator-process.ts';
export { CoordinatorMetrics } from './metrics/coordinator-metrics.ts';
