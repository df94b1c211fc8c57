// Examples for the OpenAPI document.

import type {
  CheckReportResource,
  LocationResource,
  OverviewResource,
  PlanResource,
  ResultPage,
  SummaryResource,
  TargetPage,
  TargetResource,
  UptimePage,
  UptimeResource,
  WorkerResource,
} from '@everytick/core';

export const targetSpecExample = {
  name: 'shop',
  url: 'https://shop.example.org/',
  every: '30s',
  timeout: '5s',
  locations: ['default'],
  group: 'storefront',
  labels: { team: 'shop' },
  expect: { status: [200] },
};

export const patchExample = { every: '10s', group: null };

export const targetExample: TargetResource = {
  id: 7,
  name: 'shop',
  source: null,
  state: 'up',
  paused: false,
  in_maintenance: false,
  created_at: '2026-03-01T09:00:00.000Z',
  updated_at: '2026-03-01T09:00:00.000Z',
  deleted_at: null,
  spec: targetSpecExample,
  last_result: {
    location: 'default',
    scheduled_at: '2026-03-01T22:00:07.000Z',
    started_at: '2026-03-01T22:00:07.001Z',
    outcome: 'up',
    http_status: 200,
    response_time_us: 84_211,
    error_code: null,
    error_detail: null,
    ticks: 1,
  },
};

export const targetPageExample: TargetPage = { targets: [targetExample], next_cursor: null };

const phases = {
  dns_wait: 12,
  dns: 8_410,
  connect: 11_304,
  tls: 24_876,
  request: 210,
  first_byte: 38_102,
  download: 1_309,
};

export const resultPageExample: ResultPage = {
  results: [
    {
      target_id: 7,
      target: 'shop',
      location: 'default',
      scheduled_at: '2026-03-01T22:00:07.000Z',
      started_at: '2026-03-01T22:00:07.001Z',
      lateness_ms: 1.2,
      outcome: 'up',
      http_status: 200,
      response_time_us: 84_211,
      phases_us: phases,
      body_bytes: 15_230,
      matched: null,
      error_code: null,
      error_detail: null,
      ticks: 1,
      protocol: 'http/1.1',
      remote_address: '192.0.2.7',
      redirects: 0,
      certificate_expires_at: '2026-05-12T00:00:00.000Z',
      worker: 'worker-1',
      loop_delay_us: 310,
      suspect: false,
      failed_assertions: [],
    },
  ],
  next_cursor: null,
  kept_since: '2026-02-15T00:00:00.000Z',
};

export const summaryExample: SummaryResource = {
  target_id: 7,
  target: 'shop',
  from: '2026-02-28T22:00:00.000Z',
  to: '2026-03-01T22:00:00.000Z',
  since: '2026-01-12T09:30:00.417Z',
  kept_since: null,
  location: null,
  ticks: { expected: 2_880, up: 2_860, degraded: 10, down: 8, missed: 2, skipped: 0, pending: 0 },
  uptime: 0.9972,
  coverage: 0.9993,
  response_time_ms: { p50: 84.2, p90: 121.5, p95: 140.1, p99: 310.7, max: 1_204.9 },
};

export const uptimeExample: UptimeResource = {
  target_id: 7,
  target: 'shop',
  from: '2026-01-30T22:00:00.000Z',
  to: '2026-03-01T22:00:00.000Z',
  since: '2026-01-30T22:00:00.000Z',
  location: null,
  uptime: 0.999_52,
  coverage: 0.9999,
  duration_ms: { up: 2_589_496_770, degraded: 1_000_000, down: 1_244_030, unobserved: 259_200, skipped: 0 },
  ticks: { up: 86_317, degraded: 33, down: 41, missed: 9, skipped: 0 },
  response_time_ms: { mean: 91.408, p50: 84.1, p90: 121.3, p95: 140.6, p99: 312.2, max: 1_204.9 },
};

export const uptimePageExample: UptimePage = { targets: [uptimeExample], next_cursor: null };

export const overviewExample: OverviewResource = {
  targets: 42,
  by_state: { up: 38, degraded: 1, down: 1, missed: 0, skipped: 0, paused: 2, maintenance: 0, new: 0 },
};

export const locationListExample: { readonly locations: LocationResource[] } = {
  locations: [
    {
      name: 'default',
      workers: 2,
      last_seen_at: '2026-03-01T22:00:06.480Z',
      targets: 42,
      oldest_overdue_tick: null,
      overdue_ms: null,
    },
  ],
};

export const workerListExample: { readonly workers: WorkerResource[] } = {
  workers: [
    {
      id: 3,
      name: 'worker-1',
      location: 'default',
      started_at: '2026-03-01T09:00:00.000Z',
      seen_at: '2026-03-01T22:00:06.480Z',
      alive: true,
    },
  ],
};

export const checkRequestExample = { spec: { url: 'https://shop.example.org/', timeout: '5s' }, location: 'default' };

export const checkReportExample: CheckReportResource = {
  url: 'https://shop.example.org/',
  final_url: 'https://shop.example.org/',
  outcome: 'up',
  error_code: null,
  error_detail: null,
  status: 200,
  response_time_us: 84_211,
  phases_us: phases,
  remote_address: '192.0.2.7',
  protocol: 'http/1.1',
  redirects: 0,
  body_bytes: 15_230,
  body_truncated: false,
  matched: null,
  assertions: [],
  tls: null,
  worker: 'worker-1',
  location: 'default',
};

export const setExample = {
  source: 'storefront',
  prune: true,
  targets: [
    targetSpecExample,
    { ...targetSpecExample, name: 'shop blog', url: 'https://blog.example.org/', paused: true },
  ],
};

export const planExample: PlanResource = {
  source: 'storefront',
  applied: true,
  changes: [
    {
      action: 'add',
      name: 'shop blog',
      id: 8,
      changed: [],
      before: null,
      after: { name: 'shop blog', url: 'https://blog.example.org/', every: '30s', paused: true, source: 'storefront' },
    },
  ],
  added: 1,
  changed: 0,
  removed: 0,
  unchanged: 1,
  undeclared: [],
};
