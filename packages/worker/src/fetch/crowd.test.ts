// A thousand checks at once of servers that never answer: they end on time, cost little memory, and leave the checks of a
// healthy server as they were.

import { respond, runCrowd, startTcpServer, startWebServer } from '@everytick/testing';
import { expect, it } from '@jest/globals';

const timeoutMs = 3_000;
/** On a machine of its own it is a tenth of this; all thousand deadlines pass in the same moment. */
const mostOverdueMs = 1_000;

it('a thousand checks of silent servers end at their deadline, in little memory, and hold up no other check', async () => {
  const silent = await startTcpServer(() => undefined);
  const stopsMidBody = await startTcpServer((socket) =>
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nthe beginning')),
  );
  const healthy = await startWebServer({ routes: { '/': respond({ body: 'healthy' }) } });
  const report = await runCrowd({
    silentUrls: [
      `http://127.0.0.1:${silent.port}/`,
      `https://127.0.0.1:${silent.port}/`,
      `http://127.0.0.1:${stopsMidBody.port}/`,
    ],
    healthyUrl: `${healthy.url}/`,
    checks: 1_000,
    timeoutMs,
    healthyEveryMs: 50,
    healthyBefore: 50,
  });

  const { codes, overdueMs, healthyBeforeMs, healthyMeanwhileMs, rssBeforeBytes, rssMostBytes } = report;
  const figures = {
    'overdue p50 / p99 / max, ms': [0.5, 0.99, 1].map((part) => quantile(overdueMs, part)),
    'healthy before p50 / p95, ms': [0.5, 0.95].map((part) => quantile(healthyBeforeMs, part)),
    'healthy meanwhile p50 / p95 / max, ms': [0.5, 0.95, 1].map((part) => quantile(healthyMeanwhileMs, part)),
    'memory before / at the most, MiB': [rssBeforeBytes, rssMostBytes].map((bytes) => Math.round(bytes / 1_048_576)),
  };
  process.stdout.write(`A crowd of 1,000 checks: ${JSON.stringify(figures)}\n`);

  expect(codes).toEqual({ timeout_first_byte: 334, timeout_tls: 333, timeout_body: 333 });
  expect(quantile(overdueMs, 0)).toBeGreaterThanOrEqual(-2);
  expect(quantile(overdueMs, 1)).toBeLessThan(mostOverdueMs);
  expect(rssMostBytes).toBeLessThan(300 * 1_048_576);
  expect(healthyMeanwhileMs.length).toBeGreaterThan(timeoutMs / 50 / 2);
  // While a thousand checks begin, in one go, everything else waits; one that waited for them to end would take seconds.
  expect(quantile(healthyMeanwhileMs, 0.5)).toBeLessThan(10 * Math.max(quantile(healthyBeforeMs, 0.5), 10));
  expect(quantile(healthyMeanwhileMs, 0.95)).toBeLessThan(timeoutMs / 3);
  expect(report.openSockets).toBe(0);
});

/** Of values from the least to the most. */
function quantile(values: readonly number[], part: number): number {
  const value = values[Math.max(0, Math.ceil(values.length * part) - 1)] ?? Number.NaN;
  return Math.round(value * 10) / 10;
}
