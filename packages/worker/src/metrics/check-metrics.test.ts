import { noPhases } from '@everytick/core';
import { missedResultOf, resultOf } from '@everytick/testing';
import { expect, test } from '@jest/globals';
import { WorkerMetrics } from './worker-metrics.ts';

const check = {
  target: { id: 1, url: 'https://a.example/', timeoutMs: 1_000, matchPattern: null },
  scheduledAtMs: 0,
  nextAtMs: 60_000,
  epoch: 1,
};

test('phases are counted where they were reached, and checks that were never begun in none', async () => {
  const metrics = new WorkerMetrics();
  const phases = { ...noPhases, dnsWaitUs: 5_000, dnsUs: 2_000, connectUs: 30_000, firstByteUs: 119_000_000 };
  metrics.checks.process([{ ...resultOf(check), phases }, missedResultOf(check, { code: 'host_limit', detail: '' })]);
  const text = await metrics.registry.metrics();
  const has = (line: string) => expect(text).toContain(`everytick_check_phase_duration_seconds_${line}`);
  has('sum{phase="dns"} 0.002');
  has('sum{phase="connect"} 0.03');
  has('count{phase="tls"} 0');
  has('bucket{le="60",phase="first_byte"} 0');
  has('bucket{le="120",phase="first_byte"} 1');
  has('count{phase="download"} 0');
  expect(text).not.toContain('phase="dns_wait"');
});
