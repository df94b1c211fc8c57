import { silentLogger } from '@everytick/core';
import { expect, it } from '@jest/globals';
import { ExportResultCode } from '@opentelemetry/core';
import { ExporterLog, LoggedExporter } from './exporter-log.ts';

it('the log tells of a collector that is away once a minute, and of its return', () => {
  const logger = silentLogger();
  const said: unknown[] = [];
  Object.assign(logger, {
    warn: (details: object) => said.push(details),
    info: (details: object) => said.push(details),
  });
  let now = 0;
  const log = new ExporterLog(logger, () => now);
  const results = [...Array(121).fill(ExportResultCode.FAILED), ExportResultCode.SUCCESS, ExportResultCode.SUCCESS];
  const exporter = new LoggedExporter(
    {
      export: (_, onResult) => onResult({ code: results.shift(), error: new Error('connect ECONNREFUSED') }),
      shutdown: () => Promise.resolve(),
    },
    log,
  );
  for (let second = 0; second < 123; second++) {
    now = second * 1_000;
    exporter.export([{} as never], () => undefined);
    // The SDK hands each failure on once more.
    log.error('connect ECONNREFUSED');
  }
  expect(said).toEqual([
    { reason: 'connect ECONNREFUSED', spansLost: 1 },
    { reason: 'connect ECONNREFUSED', spansLost: 61, alsoBefore: 59 },
    { reason: 'connect ECONNREFUSED', spansLost: 121, alsoBefore: 59 },
    { spansLost: 121 },
    // After the return an error is one of the SDK itself.
    { reason: 'connect ECONNREFUSED' },
  ]);
});
