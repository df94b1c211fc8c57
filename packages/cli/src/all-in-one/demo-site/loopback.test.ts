import { readWorkerConfig } from '@everytick/core';
import { EgressPolicy } from '@everytick/worker';
import { expect, test } from '@jest/globals';
import { loopbackOpened } from './loopback.ts';

const policyOf = (environment: Record<string, string>) => {
  const opened = { EVERYTICK_DATABASE_URL: 'postgres://db/x', ...environment, ...loopbackOpened(environment) };
  const { egressAllow: allow, egressDeny: deny } = readWorkerConfig(opened);
  return new EgressPolicy({ allow, deny });
};

test('loopback is opened, and nothing else', () => {
  for (const environment of [{}, { EVERYTICK_EGRESS_ALLOW: '' }]) {
    const policy = policyOf(environment);
    expect(policy.refusal('127.0.0.1')).toBeNull();
    expect(policy.refusal('::1')).toBeNull();
    expect(policy.refusal('10.0.0.1')).not.toBeNull();
  }
});

test('what is opened already stays open, and what is denied closed', () => {
  const policy = policyOf({ EVERYTICK_EGRESS_ALLOW: '10.0.0.0/8,192.168.1.1', EVERYTICK_EGRESS_DENY: '127.0.0.2' });
  for (const open of ['10.0.0.1', '192.168.1.1', '127.0.0.1']) expect(policy.refusal(open)).toBeNull();
  expect(policy.refusal('127.0.0.2')).toContain('EVERYTICK_EGRESS_DENY');
});
