export * from './build-rollups.ts';
export * from './distribution.ts';
export * from './rebuild-rollups.ts';
export * from './rollups-status.ts';
export * from './uptime.ts';
