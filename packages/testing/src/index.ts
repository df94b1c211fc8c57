export { createEmptyDatabase, createTestDatabase, type TestDatabase } from './database.ts';
export { type DebianPackage, findInstalled, isInstalled } from './debian-package.ts';
export {
  type DroppedAnswer,
  type FaultProxy,
  type FaultProxyOptions,
  type ProxiedConnection,
  startFaultProxy,
} from './fault-proxy.ts';
export { type OwnPostgres, startOwnPostgres } from './own-server.ts';
export { type PgBouncer, type PgBouncerOptions, startPgBouncer } from './pgbouncer.ts';
export {
  type CommandResult,
  type Exit,
  everytick,
  type ProcessOptions,
  runEverytick,
  startProcess,
  type TestProcess,
} from './processes.ts';
export {
  addTestTargets,
  ledgerFaults,
  letTimePass,
  proveLedger,
  resultOf,
  syncLeases,
  type TestTarget,
} from './schedule.ts';
export { makeScratchDirectory, removeWithProcess } from './scratch-server.ts';
export { type SetClock, setClockOf } from './set-clock.ts';
export { makeShiftedClock, type ShiftedClock } from './shifted-clock.ts';
export { atEnd } from './test-scope.ts';
export * from './tick-model.ts';
export { eventually } from './wait.ts';
export * from './web-server.ts';
