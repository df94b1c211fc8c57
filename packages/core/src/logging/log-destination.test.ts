import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, makeScratchDirectory } from '@everytick/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LogDestination } from './log-destination.ts';

let directory: string;
let descriptors: number[];
let destinations: LogDestination[];
beforeEach(async () => {
  directory = await makeScratchDirectory();
  descriptors = [];
  destinations = [];
});
afterEach(async () => {
  await Promise.all(destinations.map((destination) => destination.close()));
  for (const descriptor of descriptors) closeSync(descriptor);
});

function open(path: string, flags: string | number): number {
  const descriptor = openSync(path, flags);
  descriptors.push(descriptor);
  return descriptor;
}

function logTo(descriptor: number, pretty = false) {
  const said = { resumed: [] as number[], failed: [] as Error[] };
  const destination = new LogDestination({
    descriptor,
    pretty,
    onResumed: (dropped) => void said.resumed.push(dropped),
    onFailed: (error) => void said.failed.push(error),
  });
  destinations.push(destination);
  return { destination, said };
}

/** A named pipe whose reader is there and reads when it is told to. */
async function makePipe() {
  const path = join(directory, 'pipe');
  await promisify(execFile)('mkfifo', [path]);
  const reader = open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(64 * 1024);
  return {
    writer: open(path, constants.O_WRONLY),
    /** What is in it now. */
    read(): string {
      try {
        return buffer.toString('utf8', 0, readSync(reader, buffer));
      } catch {
        return '';
      }
    },
    stopReading: () => closeSync(descriptors.splice(descriptors.indexOf(reader), 1)[0] as number),
  };
}

const numbered = (number: number, length = 1_000) => `${JSON.stringify({ number, pad: 'x'.repeat(length) })}\n`;

describe('the destination of the log', () => {
  it('writes lines in their order', async () => {
    const path = join(directory, 'log');
    const { destination } = logTo(open(path, 'a'));
    const lines = Array.from({ length: 500 }, (_, number) => numbered(number, 5));
    for (const line of lines) destination.write(line);
    await eventually(() => expect(readFileSync(path, 'utf8')).toBe(lines.join('')));
    expect(destination.dropped).toBe(0);
  });

  it('takes time and memory from nobody while nobody reads; then it goes on, and says how much was dropped', async () => {
    const pipe = await makePipe();
    const { destination, said } = logTo(pipe.writer);
    const before = process.memoryUsage().rss;
    const beganAt = performance.now();
    let longestMs = 0;
    for (let number = 0; number < 300_000; number++) {
      const at = performance.now();
      destination.write(numbered(number));
      longestMs = Math.max(longestMs, performance.now() - at);
    }
    // Three hundred megabytes. What takes the time is making them, and the memory what V8 has not collected of them.
    expect(performance.now() - beganAt).toBeLessThan(15_000);
    expect(longestMs).toBeLessThan(500);
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
    const { dropped } = destination;
    expect(dropped).toBeGreaterThan(290_000);

    let text = '';
    await eventually(() => {
      for (let part = pipe.read(); part !== ''; part = pipe.read()) text += part;
      return text.split('\n').length === 300_000 - dropped + 1;
    });
    const numbers = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).number);
    expect(numbers).toEqual(Array.from({ length: 300_000 - dropped }, (_, number) => number));
    expect(said.resumed).toEqual([]);
    destination.write('the next one\n');
    expect(said.resumed).toEqual([dropped]);
    await eventually(() => pipe.read() === 'the next one\n');
  });

  it('is closed when the reader has gone, and says so once', async () => {
    const pipe = await makePipe();
    const { destination, said } = logTo(pipe.writer);
    pipe.stopReading();
    destination.write('a\n');
    await eventually(() => expect(said.failed.map(({ message }) => message)).toEqual([expect.stringMatching(/EPIPE/)]));
    destination.write('b\n');
  });

  it('writes lines for people', async () => {
    const path = join(directory, 'log');
    const { destination } = logTo(open(path, 'a'), true);
    destination.write(
      '{"level":30,"time":"2026-11-24T10:00:00.000Z","pid":1,"role":"worker","msg":"worker running"}\n',
    );
    destination.write('{"level":40,"time":"2026-11-24T10:00:01.000Z","pid":1,"role":"worker","msg":"draining"}\n');
    await eventually(() => {
      const text = readFileSync(path, 'utf8');
      expect(text).toMatch(/INFO.*: .*worker running.*role.*WARN.*: .*draining/s);
      expect(text).not.toContain('{');
    });
  });
});
