import type { Environment } from '@everytick/core';
import { expect, test } from '@jest/globals';
import { unknownVariables } from './unknown-variables.ts';

const warningsAbout = (environment: Environment) => unknownVariables(environment).map(({ warning }) => warning);

test('a misspelt setting is pointed out, with the one that was meant', () => {
  expect(warningsAbout({ EVERYTICK_MAX_INFLIGHT: '10', EVERYTICK_LOCATION: 'x', HOME: '/' })).toEqual([
    'EVERYTICK_MAX_INFLIGHT is no setting; did you mean EVERYTICK_MAX_IN_FLIGHT?',
  ]);
  expect(warningsAbout({ EVERYTICK_QQQQQQQQQQQQQQ: '1' })).toEqual(['EVERYTICK_QQQQQQQQQQQQQQ is no setting']);
});

test('a variable of configuration files is no misspelt setting', () => {
  expect(warningsAbout({ EVERYTICK_VAR_domain: 'shop.example' })).toEqual([]);
});

test('a secret is no misspelt setting', () => {
  expect(warningsAbout({ EVERYTICK_SECRET_SHOP: 'open sesame' })).toEqual([]);
  const environment = {
    EVERYTICK_SECRET_ENV_PREFIX: 'EVERYTICK_S_',
    EVERYTICK_S_SHOP: 'x',
    EVERYTICK_SECRET_SHOP: 'x',
  };
  expect(warningsAbout(environment)).toEqual([expect.stringMatching(/^EVERYTICK_SECRET_SHOP is no setting/)]);
});
