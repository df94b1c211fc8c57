export { generateApiClient } from './api-client.ts';
export { cpuMsOf } from './cpu-time.ts';
export { type CrowdOrder, type CrowdReport, runCrowd } from './crowd.ts';
export { createEmptyDatabase, createTestDatabase, type TestDatabase } from './database.ts';
export { type DebianPackage, findInstalled, isInstalled } from './debian-package.ts';
export {
  type DnsQuery,
  type DnsReply,
  type DnsServer,
  type DnsServerOptions,
  startDnsServer,
} from './dns-server.ts';
export {
  type DroppedAnswer,
  type FaultProxy,
  type FaultProxyOptions,
  type ProxiedConnection,
  startFaultProxy,
} from './fault-proxy.ts';
export { type KumaDatabase, makeKumaDatabase } from './kuma-database.ts';
export { type Listening, listenForTest } from './listening.ts';
export { measuredSql } from './measured-sql.ts';
export { type OwnPostgres, startOwnPostgres } from './own-server.ts';
export { type PgBouncer, type PgBouncerOptions, startPgBouncer } from './pgbouncer.ts';
export {
  type CommandResult,
  type Exit,
  everytick,
  openLoopback,
  type ProcessOptions,
  runEverytick,
  startProcess,
  type TestProcess,
} from './processes.ts';
export { type ProxyOptions, type ProxyServer, startHttpProxy, startSocksProxy } from './proxy-server.ts';
export { fullTarget, randomBody, randomMutation, randomRequest, type SentRequest } from './random-requests.ts';
export { fetchedOf, missedResultOf, resultOf } from './results.ts';
export { parseSamples, type Sample } from './samples.ts';
export {
  addTestTargets,
  ledgerFaults,
  letTimePass,
  proveLedger,
  syncLeases,
  type TestTarget,
} from './schedule.ts';
export { type Scrape, scrape } from './scrape.ts';
export { makeScratchDirectory, removeWithProcess } from './scratch-server.ts';
export { type SetClock, setClockOf } from './set-clock.ts';
export { makeShiftedClock, type ShiftedClock } from './shifted-clock.ts';
export { checkShortOfDescriptors } from './short-of-descriptors.ts';
export { type TestFetcherOptions, testFetcher } from './test-fetcher.ts';
export { atEnd } from './test-scope.ts';
export * from './tick-model.ts';
export { type CollectedSpan, startTraceCollector, type TraceCollector } from './trace-collector.ts';
export { eventually } from './wait.ts';
export * from './web-server.ts';
export * from './zoo/index.ts';
