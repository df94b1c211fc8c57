export { createEmptyDatabase, createTestDatabase, type TestDatabase } from './database.ts';
export { type OwnPostgres, startOwnPostgres } from './own-server.ts';
export { type Exit, everytick, type ProcessOptions, startProcess, type TestProcess } from './processes.ts';
export { addTestTargets, type LedgerGap, ledgerGaps, letTimePass, syncLeases, type TestTarget } from './schedule.ts';
export { makeScratchDirectory, removeWithProcess } from './scratch-server.ts';
export { atEnd } from './test-scope.ts';
export { eventually } from './wait.ts';
export * from './web-server.ts';
