// What is said of an API that does not do what was asked.

import { redirect, respond, startWebServer, unusedPort } from '@everytick/testing';
import { expect, test } from '@jest/globals';
import { ApiClient } from './api-client.ts';

const problem = (status: number, code: string, detail: string, others: object = {}) =>
  respond({
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({ type: 'about:blank', title: '', status, code, detail, ...others }),
  });

async function failure(route: ReturnType<typeof respond>, token: string | null = null) {
  const server = await startWebServer({ routes: { '/api/v1/targets': route } });
  const error = await new ApiClient({ url: server.url, token }).send({ path: '/targets' }).catch((reason) => reason);
  return { code: error.code, problems: error.problems, message: error.message.replaceAll(server.url, 'URL') };
}

test.each([
  [
    problem(401, 'unauthorized', 'a token is needed'),
    null,
    'api_refused',
    /^the API at URL wants a token, and EVERYTICK_API_TOKEN is not set\. Make one .*"everytick tokens create"/,
  ],
  [
    problem(401, 'unauthorized', 'it has expired'),
    'geheim',
    'api_refused',
    /that of EVERYTICK_API_TOKEN is not accepted: it has expired/,
  ],
  [
    problem(403, 'forbidden', 'this needs write'),
    'geheim',
    'api_refused',
    /^the API at URL does not allow it: this needs write/,
  ],
  [problem(409, 'target_name_taken', "target 'a' exists"), null, 'target_name_taken', /^target 'a' exists$/],
  [problem(400, 'request_invalid', 'limit: 0'), null, 'usage', /^limit: 0$/],
  [problem(412, 'precondition_failed', 'it was changed'), null, 'target_changed', /^it was changed$/],
  [
    problem(503, 'unavailable', 'try again later'),
    null,
    'api_failed',
    /^the API at URL could not do it: try again later$/,
  ],
  [problem(503, 'no_worker', 'nobody took it'), null, 'no_worker', /^nobody took it$/],
  [
    respond({ status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>' }),
    null,
    'api_failed',
    /^what answers at URL is no API of Everytick \(404, text\/html\)/,
  ],
  [
    respond({ headers: { 'content-type': 'text/html' }, body: '<h1>' }),
    null,
    'api_failed',
    /is no API of Everytick \(200, text\/html\)/,
  ],
  [
    redirect('https://elsewhere.example/'),
    'geheim',
    'api_failed',
    /^URL is not where the API is; it says to go to https:\/\/elsewhere/,
  ],
])('an answer becomes an error that says what to do (%#)', async (route, token, code, message) => {
  const error = await failure(route, token);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(error.message).not.toContain('geheim');
});

test('problems keep their places', async () => {
  const errors = [
    { pointer: '/expect/status/0', detail: 'x' },
    { parameter: 'a', detail: 'y' },
    { pointer: '/a~1b', detail: 'z' },
  ];
  expect(await failure(problem(422, 'target_invalid', 'wrong', { errors }))).toMatchObject({
    problems: [
      { path: ['expect', 'status', 0], message: 'x' },
      { path: ['a/b'], message: 'z' },
    ],
  });
});

test('what cannot be reached is named', async () => {
  const url = `http://127.0.0.1:${await unusedPort()}`;
  await expect(new ApiClient({ url, token: null }).send({ path: '/targets' })).rejects.toMatchObject({
    code: 'api_unreachable',
    message: expect.stringMatching(/^cannot reach the API at http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/),
  });
});
