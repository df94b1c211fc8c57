import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import pg from 'pg';
import { eventually, startFaultProxy, startOwnPostgres, startTcpServer } from './index.ts';

const QUIET_MS = 150;

/** A connected client that remembers what befell it. */
async function connect(port: number) {
  const socket = net.connect(port, '127.0.0.1');
  const seen = { text: '', ended: false, error: undefined as string | undefined };
  socket.setEncoding('utf8').on('data', (text) => {
    seen.text += text;
  });
  socket.on('end', () => {
    seen.ended = true;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    seen.error = error.code;
  });
  await once(socket, 'connect');
  return { socket, seen, [Symbol.asyncDispose]: async () => void socket.destroy() };
}

/** Answers each piece of data with itself, in capitals, and knows its sockets. */
async function startShouter() {
  const sockets: Socket[] = [];
  const errors: (string | undefined)[] = [];
  const server = await startTcpServer((socket) => {
    sockets.push(socket);
    socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code));
    socket.on('data', (bytes) => socket.write(bytes.toString().toUpperCase()));
  });
  return { port: server.port, sockets, errors };
}

async function setUp() {
  const server = await startShouter();
  const proxy = await startFaultProxy({ targetPort: server.port });
  const client = await connect(proxy.port);
  client.socket.write('hello ');
  await eventually(() => client.seen.text === 'HELLO ');
  return { server, proxy, client };
}

it('passes on what either side sends, and the end of the connection', async () => {
  const { server, proxy, client } = await setUp();
  expect(proxy.connections).toHaveLength(1);
  expect(proxy.connections[0]?.greeting.toString()).toBe('hello ');
  client.socket.end('bye');
  await once(client.socket, 'close');
  expect(client.seen).toEqual({ text: 'HELLO BYE', ended: true, error: undefined });
  await eventually(() => proxy.connections.length === 0);
  expect(server.errors).toEqual([]);
});

it('cut resets both sides, and new connections work', async () => {
  const { server, proxy, client } = await setUp();
  proxy.cut();
  await eventually(() => expect(client.seen).toMatchObject({ ended: false, error: 'ECONNRESET' }));
  await eventually(() => expect(server.errors).toEqual(['ECONNRESET']));
  await using next = await connect(proxy.port);
  next.socket.write('again');
  await eventually(() => next.seen.text === 'AGAIN');
  expect(proxy.accepted).toBe(2);
});

it('close ends both sides in order', async () => {
  const { server, proxy, client } = await setUp();
  proxy.close();
  await once(client.socket, 'close');
  expect(client.seen).toMatchObject({ ended: true, error: undefined });
  await eventually(() => server.sockets[0]?.closed === true);
  expect(server.errors).toEqual([]);
  await eventually(() => proxy.connections.length === 0);
});

it('one connection can be cut while others live', async () => {
  const { proxy, client } = await setUp();
  await using other = await connect(proxy.port);
  other.socket.write('other');
  await eventually(() => other.seen.text === 'OTHER');
  proxy.connections.find(({ greeting }) => greeting.includes('other'))?.cut();
  await eventually(() => other.seen.error === 'ECONNRESET');
  client.socket.write('still here');
  await eventually(() => client.seen.text === 'HELLO STILL HERE');
});

it('stall passes nothing until resume, which passes on what was held, in order', async () => {
  const { server, proxy, client } = await setUp();
  proxy.stall();
  client.socket.write('one ');
  await using late = await connect(proxy.port);
  late.socket.write('late');
  server.sockets[0]?.write('unasked ');
  await delay(QUIET_MS); // that nothing happens has no event
  expect([client.seen.text, late.seen.text, server.sockets.length]).toEqual(['HELLO ', '', 1]);
  client.socket.write('two');
  proxy.resume();
  await eventually(() => late.seen.text === 'LATE');
  await eventually(() => client.seen.text.startsWith('HELLO unasked ') && client.seen.text.endsWith('ONE TWO'));
});

it('while it stalls, the death of one side is not heard by the other', async () => {
  const { server, proxy, client } = await setUp();
  proxy.stall();
  server.sockets[0]?.resetAndDestroy();
  await delay(QUIET_MS);
  client.socket.write('anybody there?');
  await delay(QUIET_MS);
  expect(client.seen).toEqual({ text: 'HELLO ', ended: false, error: undefined });
  proxy.resume();
  await eventually(() => client.seen.error === 'ECONNRESET');
});

it('refuses connections until it accepts again, and keeps those it has', async () => {
  const { proxy, client } = await setUp();
  proxy.refuse();
  await expect(connect(proxy.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  client.socket.write('still here');
  await eventually(() => client.seen.text === 'HELLO STILL HERE');
  await proxy.accept();
  await using next = await connect(proxy.port);
  next.socket.write('back');
  await eventually(() => next.seen.text === 'BACK');
});

it('resets a connection whose server cannot be reached', async () => {
  await using gone = await startTcpServer(() => undefined);
  const proxy = await startFaultProxy({ targetPort: gone.port });
  await gone[Symbol.asyncDispose]();
  const client = await connect(proxy.port);
  await eventually(() => client.seen.error === 'ECONNRESET');
});

it('delays each direction', async () => {
  const { proxy, client } = await setUp();
  proxy.delay(60);
  const from = performance.now();
  client.socket.write('slow');
  await eventually(() => client.seen.text === 'HELLO SLOW');
  expect(performance.now() - from).toBeGreaterThanOrEqual(119);
});

it('drops the answer to a request that the server has received', async () => {
  const { server, proxy, client } = await setUp();
  const heard: string[] = [];
  server.sockets[0]?.on('data', (bytes) => heard.push(bytes.toString()));
  const dropped = proxy.dropNextAnswer('commit');
  client.socket.write('select');
  await eventually(() => client.seen.text === 'HELLO SELECT');
  client.socket.write('commit');
  await dropped.happened;
  await eventually(() => expect(client.seen).toMatchObject({ text: 'HELLO SELECT', error: 'ECONNRESET' }));
  expect(heard).toEqual(['select', 'commit']);
  expect(server.errors).toEqual([]);

  proxy.dropNextAnswer().cancel();
  await using next = await connect(proxy.port);
  next.socket.write('commit');
  await eventually(() => next.seen.text === 'COMMIT');
});

it('a slow reader slows the sender down, and nothing is lost', async () => {
  const total = 32 * 1_048_576;
  let sent = 0;
  const server = await startTcpServer((socket) => {
    const chunk = Buffer.alloc(65_536, 'x');
    const fill = () => {
      while (sent < total) {
        sent += chunk.length;
        if (!socket.write(chunk)) return;
      }
      socket.end();
    };
    socket.on('drain', fill);
    fill();
  });
  const proxy = await startFaultProxy({ targetPort: server.port });
  const client = net.connect(proxy.port, '127.0.0.1').pause();
  // It has come to a halt when a while has gone by without progress.
  let before = -1;
  await eventually(async () => {
    before = sent;
    await delay(QUIET_MS);
    return sent > 0 && sent === before;
  });
  expect(sent).toBeLessThan(total);
  let received = 0;
  client.on('data', (bytes) => {
    received += bytes.length;
  });
  await once(client.resume(), 'end');
  expect(received).toBe(total);
  client.destroy();
});

it('PostgreSQL commits what its client never hears of', async () => {
  const server = await startOwnPostgres();
  const proxy = await startFaultProxy({ targetPort: server.port });
  const url = new URL(server.url);
  url.port = String(proxy.port);
  const client = new pg.Client({ connectionString: url.href });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('CREATE TABLE noted (what text)');
  const dropped = proxy.dropNextAnswer('INSERT');
  await expect(client.query("INSERT INTO noted VALUES ('x')")).rejects.toThrow(/ECONNRESET|terminated/);
  await dropped.happened;
  const witness = new pg.Client({ connectionString: server.url });
  await witness.connect();
  await eventually(async () => (await witness.query('SELECT FROM noted')).rowCount === 1);
  await witness.end();
});
