// What is watched of the demonstration, so that every kind of outcome can be seen without a network.

import { parseTargetSpec, type TargetSpec } from '@everytick/core';
import { compilePattern } from '@everytick/worker/rules';

// tcpmux (RFC 1078): nothing has listened there for decades, and only root could begin to.
const closedPort = 1;

/** The targets of a demonstration site at this base URL. */
export function demoTargets(siteUrl: string): TargetSpec[] {
  const targets = [
    { name: 'fast', url: `${siteUrl}/fast`, every: '2s', match: 'All is well' },
    { name: 'slow', url: `${siteUrl}/slow`, every: '3s' },
    { name: 'flaky', url: `${siteUrl}/flaky`, every: '2s' },
    { name: 'wrong-content', url: `${siteUrl}/wrong-content`, every: '5s', match: 'Add to (cart|basket)' },
    { name: 'server-error', url: `${siteUrl}/server-error`, every: '5s' },
    { name: 'unreachable', url: `http://127.0.0.1:${closedPort}/`, every: '5s' },
    { name: 'redirect', url: `${siteUrl}/redirect`, every: '3s', match: '<h1>Fast</h1>' },
  ];
  return targets.map((target) => parseTargetSpec(target, { compilePattern }));
}
