// A real Prometheus scrapes a real coordinator and three real workers, by our configuration and with our rules: every rule can be
// evaluated, every query of the dashboards has an answer, and no alert tells of what is not so.

import { eventually, isInstalled } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import { dashboardFiles, queriesOf, readDashboard } from '../grafana/dashboard-files.ts';
import { type ObservedFleet, startObservedFleet } from './observed-fleet.ts';
import { type PrometheusServer, startPrometheus } from './prometheus-server.ts';
import { alertingRules, recordingRules } from './rule-files.ts';

/** What is so in this fleet: one target is down, another one has a certificate for two more days. */
const trueAlerts = ['EverytickCertificateExpiresSoon', 'EverytickCertificateExpiring', 'EverytickTargetDown'];
/** What a machine that has too much to do may say with good reason. */
const ofSlowMachines = [
  'EverytickChecksSuspect',
  'EverytickEventLoopSlow',
  'EverytickLeasesExpiring',
  'EverytickScheduleLate',
  'EverytickTicksMissed',
];

/** Queries without an answer in a fleet that is well, and why. */
const unanswered: Readonly<Record<string, string>> = {
  'fleet: Not carried out: not begun: {{error_code}}': 'every check that was claimed was begun',
  'fleet: Waiting for a resolver: p50': 'the only name is in the hosts file, and waits for no resolver',
  'fleet: Waiting for a resolver: p99': 'the same',
};

/** A target with all that a target can have, and intervals that fit this Prometheus. */
const chosen = { target: 'expiring', __rate_interval: '10s', __range: '10s' };

const panels = dashboardFiles.flatMap((name) =>
  queriesOf(readDashboard(name), chosen).map(({ panel, expr, legend }) => ({
    where: `${name}: ${panel}: ${legend}`,
    expr,
  })),
);

(isInstalled('prometheus') ? describe : describe.skip)('Prometheus', () => {
  it('has answers to all queries, and tells of nothing that is not so', async () => {
    await using fleet = await startObservedFleet();
    const prometheus = await startPrometheus({
      'everytick-coordinator': [fleet.coordinator],
      'everytick-worker': fleet.workers,
      'everytick-targets': [fleet.coordinator],
    });
    const within = { timeoutMs: 30_000 };
    await eventually(async () => expect(await withoutHealth(prometheus)).toEqual([]), within);
    await eventually(async () => {
      await visit(fleet);
      expect(await withoutAnswer(prometheus)).toEqual(Object.keys(unanswered));
    }, within);
    await eventually(async () => expect(await alertsOf(prometheus)).toEqual(trueAlerts), within);
    await eventually(async () => expect(await firing(prometheus)).toContain('EverytickTargetDown'), within);
  }, 90_000);
});

/** Somebody uses the API, and has something checked. */
async function visit({ apiUrl, workers }: ObservedFleet): Promise<void> {
  await fetch(`${apiUrl}/targets`);
  const body = JSON.stringify({ spec: { url: `http://${workers[0]}/healthz`, timeout: '2s' } });
  await fetch(`${apiUrl}/check`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

async function withoutHealth(prometheus: PrometheusServer): Promise<string[]> {
  const rules = await prometheus.rules();
  expect(rules).toHaveLength(alertingRules().length + recordingRules().length);
  return rules
    .filter(({ health }) => health !== 'ok')
    .map(({ name, health, lastError }) => `${name} ${health} ${lastError}`);
}

/** What is no number is no answer: Grafana shows nothing for it. */
async function withoutAnswer(prometheus: PrometheusServer): Promise<string[]> {
  const silent: string[] = [];
  for (const { where, expr } of panels) {
    const values = await prometheus.query(expr);
    if (!values.some((value) => !Number.isNaN(value))) silent.push(where);
  }
  return silent;
}

async function alertsOf(prometheus: PrometheusServer): Promise<string[]> {
  const names = (await prometheus.alerts()).map(({ name }) => name);
  return [...new Set(names)].filter((name) => !ofSlowMachines.includes(name)).sort();
}

async function firing(prometheus: PrometheusServer): Promise<string[]> {
  return (await prometheus.alerts()).filter(({ state }) => state === 'firing').map(({ name }) => name);
}
