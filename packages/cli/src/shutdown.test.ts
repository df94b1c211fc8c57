import { everytick, startTcpServer } from '@everytick/testing';
import { expect, test } from '@jest/globals';

// What runs on and leaves in order when it is told to: see system.test.ts.
test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a short command that %s cuts off does not look as if it had succeeded', async (signal, code) => {
  const asked = Promise.withResolvers<void>();
  // Takes the question, and never answers it.
  const silent = await startTcpServer((socket) => void socket.once('data', () => asked.resolve()));
  const command = await everytick(['targets', 'list', '--api', `http://127.0.0.1:${silent.port}`]);
  await asked.promise;
  command.signal(signal);
  expect(await command.exited).toMatchObject({ code });
});
