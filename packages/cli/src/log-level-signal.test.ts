import { addTestTargets, createTestDatabase, everytick } from '@everytick/testing';
import { expect, test } from '@jest/globals';

test('SIGUSR2 makes a worker log at debug, and once more as it is configured', async () => {
  await using database = await createTestDatabase();
  const worker = await everytick(['worker'], {
    env: { EVERYTICK_DATABASE_URL: database.url, EVERYTICK_FALLBACK_MS: '100' },
  });
  await worker.waitForOutput('"worker running"', 30_000);
  await addTestTargets(database, [{ intervalS: 1 }]);
  worker.signal('SIGUSR2');
  await worker.waitForOutput('"from":"info","level":"debug","msg":"the log level changes"');
  await worker.waitForOutput('"check recorded"');
  worker.signal('SIGUSR2');
  await worker.waitForOutput('"from":"debug","level":"info","msg":"the log level changes"');
  worker.signal('SIGTERM');
  expect(await worker.exited).toEqual({ code: 0, signal: null });
  const [, afterwards] = worker.output.split('"from":"debug","level":"info"');
  expect(afterwards).not.toContain('"level":20');
  expect(afterwards).toContain('worker stopped');
});
