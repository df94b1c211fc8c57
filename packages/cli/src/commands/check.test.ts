// everytick check, typed as a user would.

import { Buffer } from 'node:buffer';
import {
  createCertificateAuthority,
  redirect,
  respond,
  runEverytick,
  startTcpServer,
  startWebServer,
  unusedPort,
} from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';

const open = { EVERYTICK_EGRESS_ALLOW: '127.0.0.0/8' };

describe('everytick check', () => {
  it('prints one document with everything that was measured', async () => {
    const server = await startWebServer({
      routes: {
        '/': redirect('/page?token=secret'),
        '/page': respond({ headers: { 'content-type': 'application/json' }, body: '{"status":"ok"}', delayMs: 100 }),
      },
    });
    const args = ['check', `${server.url}/`, '--json', '--match', 'ok', '--json-path', '$.status == ok'];
    const { code, stdout, stderr } = await runEverytick(args, { env: open });
    const report = JSON.parse(stdout);
    expect([code, stderr]).toEqual([0, '']);
    expect(report).toMatchObject({
      outcome: 'up',
      error_code: null,
      status: 200,
      remote_address: '127.0.0.1',
      protocol: 'http/1.1',
      redirects: 1,
      final_url: `${server.url}/page?token=***`,
      body_bytes: 15,
      matched: true,
      tls: null,
      assertions: [
        { kind: 'status', expected: '200-299', seen: '200', ok: true },
        { kind: 'body', ok: true },
        { kind: 'json', ok: true },
      ],
    });
    const { dns, connect, tls, request, first_byte, download } = report.phases_us;
    expect([dns, tls]).toEqual([null, null]);
    expect(first_byte).toBeGreaterThanOrEqual(98_000);
    expect(Math.abs(connect + request + first_byte + download - report.response_time_us)).toBeLessThan(10);
  });

  it('shows people a waterfall, the assertions and the certificate', async () => {
    const ca = await createCertificateAuthority();
    const server = await startWebServer({ certificate: await ca.issue(), routes: { '/': respond({ body: 'hello' }) } });
    const args = ['check', `${server.url}/`, '--cacert', `env:CA`, '--certificate-days', '30', '--max-body', '3'];
    const { code, stdout } = await runEverytick(args, { env: { ...open, CA: ca.cert } });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^down {2}GET https:\/\/127\.0\.0\.1:\d+\/ {2}HTTP\/1\.1 200, 5 bytes, from 127\.0\.0\.1\ncertificate_expiring: /,
    );
    expect(stdout).toMatch(/\ntls +\d.* ms +█*/);
    expect(stdout).toMatch(/\ntotal +\d/);
    expect(stdout).toMatch(/✓ +status/);
    expect(stdout).toMatch(/✗ +certificate_days/);
    expect(stdout).toMatch(/✗ +body_size/);
    expect(stdout).toMatch(/TLSv1\.3/);
    expect(stdout).toMatch(/localhost.*in \d days?/);
  });

  it('is not up where the target is degraded, down, or not there', async () => {
    const server = await startWebServer({ routes: { '/': respond({ delayMs: 60 }) } });
    const outcomeOf = async (url: string, ...flags: string[]) => {
      const { code, stdout } = await runEverytick(['check', url, '--json', ...flags], { env: open });
      const { outcome, error_code } = JSON.parse(stdout);
      return [code, outcome, error_code];
    };
    expect(await outcomeOf(`${server.url}/`, '--degraded-above', '50ms')).toEqual([1, 'degraded', 'slow']);
    expect(await outcomeOf(`${server.url}/gone`)).toEqual([1, 'down', 'status_unexpected']);
    expect(await outcomeOf(`http://127.0.0.1:${await unusedPort()}/`)).toEqual([1, 'down', 'connect_refused']);
  });

  it('connects where workers would, and says what would open the rest', async () => {
    const server = await startWebServer({ routes: { '/': respond({}) } });
    const { code, stdout } = await runEverytick(['check', server.url], { env: { EVERYTICK_EGRESS_ALLOW: '' } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/egress_denied: 127\.0\.0\.1 is a loopback address.*EVERYTICK_EGRESS_ALLOW/);
    expect(server.connections).toBe(0);
  });

  it('ends at its deadline', async () => {
    const silent = await startTcpServer(() => undefined);
    const args = ['check', `http://127.0.0.1:${silent.port}/`, '--timeout', '300ms', '--json'];
    const { code, stdout } = await runEverytick(args, { env: open });
    const { error_code, response_time_us } = JSON.parse(stdout);
    expect([code, error_code]).toEqual([1, 'timeout_first_byte']);
    expect(response_time_us).toBeGreaterThan(298_000);
    expect(response_time_us).toBeLessThan(400_000);
  });

  it('takes secrets from anywhere, or as they are, and shows them nowhere', async () => {
    let authorization: string | undefined;
    const server = await startWebServer({
      routes: {
        '/': (request, response) => {
          authorization = request.headers.authorization;
          response.end(`you said ${authorization}`);
        },
      },
    });
    const env = { ...open, TOKEN: 'geheim-1' };
    const flags = ['--json', '--body-not-matches', 'Bearer .*'];
    const byReference = await runEverytick(['check', server.url, '--bearer', 'env:TOKEN', ...flags], { env });
    expect(authorization).toBe('Bearer geheim-1');
    expect(byReference.code).toBe(1);
    expect(byReference.stdout + byReference.stderr).not.toMatch('geheim');
    const literal = await runEverytick(['check', server.url, '--user', 'me:geheim-2', '--json'], { env });
    expect(authorization).toBe(`Basic ${Buffer.from('me:geheim-2').toString('base64')}`);
    expect(literal.stdout + literal.stderr).not.toMatch('geheim');
  });

  it.each([
    [['check'], /missing required argument 'url'/],
    [['check', 'example.org'], /'example\.org' is no http or https URL; did you mean 'https:\/\/example\.org'\?/],
    [['check', 'https://example.org', '--status', '2x'], /--status: '2x' is no status/],
    [['check', 'https://example.org', '--timeout', '10x'], /--timeout: /],
    [['check', 'https://example.org', '--body-matches', '('], /--body-matches: .*does not compile/],
    [['check', 'https://example.org', '--json-path', '$['], /--json-path: /],
    [['check', 'https://example.org', '--nonsense'], /unknown option '--nonsense'/],
  ])('used wrongly says so and exits with 2: %j', async (args, message) => {
    const { code, stdout, stderr } = await runEverytick(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('says of a secret that is missing that this is not the fault of the target', async () => {
    const { code, stderr } = await runEverytick(['check', 'https://example.org', '--bearer', 'env:NOT_THERE']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/secret_missing: .*NOT_THERE/);
  });
});
