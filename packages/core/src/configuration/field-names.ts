// The words of configuration files, and what people write who know other monitors or look for a field that is further inside.

import { checkOptionNames } from '../targets/check-options-schema.ts';

export const sectionNames = ['source', 'variables', 'defaults', 'groups', 'templates', 'targets'] as const;

export const sectionSynonyms: Readonly<Record<string, string>> = {
  endpoints: 'targets',
  monitors: 'targets',
  sites: 'targets',
  checks: 'targets',
  vars: 'variables',
  env: 'variables',
  name: 'source',
};

const specFieldNames = [
  'name',
  'url',
  'every',
  'timeout',
  'match',
  'locations',
  'group',
  'labels',
  ...checkOptionNames,
];

/** What a template can say. */
export const templateFieldNames: readonly string[] = [...specFieldNames, 'paused'];
/** What every target can have in common. */
export const defaultFieldNames = templateFieldNames.filter((name) => name !== 'name' && name !== 'url');
export const groupFieldNames = defaultFieldNames.filter((name) => name !== 'group');

/** What says how a target comes to be, and is no field of it. */
export const makingFieldNames = ['template', 'with', 'for_each'] as const;
export const targetFieldNames: readonly string[] = [...templateFieldNames, ...makingFieldNames];

export const fieldSynonyms: Readonly<Record<string, string>> = {
  interval: 'every',
  period: 'every',
  schedule: 'every',
  regex: 'match',
  pattern: 'match',
  address: 'url',
  title: 'name',
  regions: 'locations',
  tags: 'labels',
  enabled: 'paused',
  disabled: 'paused',
  templates: 'template',
  extends: 'template',
  variables: 'with',
  vars: 'with',
  each: 'for_each',
  matrix: 'for_each',
  assertions: 'expect',
  conditions: 'expect',
  status: 'expect.status',
  status_code: 'expect.status',
  json: 'expect.json',
  certificate_days: 'expect.certificate_days',
  degraded_above: 'expect.degraded_above',
  down_above: 'expect.down_above',
  basic: 'auth.basic',
  basic_auth: 'auth.basic',
  bearer: 'auth.bearer',
  bearer_token: 'auth.bearer',
  oauth2: 'auth.oauth2',
  user: 'auth.basic',
  ca: 'tls.ca',
  certificate: 'tls.certificate',
  server_name: 'tls.server_name',
  insecure: 'tls.insecure_skip_verify',
  insecure_skip_verify: 'tls.insecure_skip_verify',
  follow: 'redirects.follow',
  follow_redirects: 'redirects.follow',
  max_redirects: 'redirects.max',
  keep_alive: 'reuse_connection',
  data: 'body',
};
