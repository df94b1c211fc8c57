import { Buffer } from 'node:buffer';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, type Inflate, inflateRawSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { Answer } from './answer.ts';

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;

/** Several pieces of it, with characters of one to four bytes. */
async function write(answer: Answer): Promise<string> {
  let all = '';
  for (let line = 0; all.length < 4_000_000; line++) {
    const text = `probe_success{target="shöp ${line} 🦉 ${'漢'.repeat(line % 50)}"} ${Math.sin(line)}\n`.repeat(20);
    await answer.write(text);
    all += text;
  }
  answer.end();
  return all;
}

it('is one member of gzip, whole for who reads along and for who comes later', async () => {
  const answer = new Answer();
  const along = buffer(answer);
  const text = await write(answer);
  const zipped = await along;
  expect(gunzipSync(zipped).toString() === text).toBe(true);
  expect(zipped.equals(await buffer(answer))).toBe(true);

  // Some readers stop after the first member.
  const { engine } = inflateRawSync(zipped.subarray(HEADER_BYTES), { info: true }) as unknown as { engine: Inflate };
  expect(engine.bytesWritten).toBe(zipped.length - HEADER_BYTES - TRAILER_BYTES);
});

it('is a valid answer without any text', async () => {
  const answer = new Answer();
  answer.end();
  expect(gunzipSync(await buffer(answer))).toEqual(Buffer.alloc(0));
});

it('ends with the error for all who read, where it cannot be completed', async () => {
  const answer = new Answer();
  const along = buffer(answer);
  await answer.write('probe_success 1\n');
  answer.fail(new Error('out of rows'));
  await expect(along).rejects.toThrow('out of rows');
  await expect(buffer(answer)).rejects.toThrow('out of rows');
});

it('refuses what a piece may have no room for, rather than cut it', async () => {
  const answer = new Answer();
  await expect(answer.write('x'.repeat(400_000))).rejects.toThrow('400000 characters');
});
