import { expect, test } from '@jest/globals';
import { unknownVariables } from './unknown-variables.ts';

test('a misspelt setting is pointed out, with the one that was meant', () => {
  expect(unknownVariables({ EVERYTICK_MAX_INFLIGHT: '10', EVERYTICK_LOCATION: 'x', HOME: '/' })).toEqual([
    'EVERYTICK_MAX_INFLIGHT is no setting; did you mean EVERYTICK_MAX_IN_FLIGHT?',
  ]);
  expect(unknownVariables({ EVERYTICK_QQQQQQQQQQQQQQ: '1' })).toEqual(['EVERYTICK_QQQQQQQQQQQQQQ is no setting']);
});

test('a variable of configuration files is no misspelt setting', () => {
  expect(unknownVariables({ EVERYTICK_VAR_domain: 'shop.example' })).toEqual([]);
});

test('a secret is no misspelt setting', () => {
  expect(unknownVariables({ EVERYTICK_SECRET_SHOP: 'open sesame' })).toEqual([]);
  const environment = {
    EVERYTICK_SECRET_ENV_PREFIX: 'EVERYTICK_S_',
    EVERYTICK_S_SHOP: 'x',
    EVERYTICK_SECRET_SHOP: 'x',
  };
  expect(unknownVariables(environment)).toEqual([expect.stringMatching(/^EVERYTICK_SECRET_SHOP is no setting/)]);
});
