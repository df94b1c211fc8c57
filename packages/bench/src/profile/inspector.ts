// A CPU profile of another Node.js process, of a time that we choose: by the Chrome DevTools protocol, because --cpu-prof would
// show a start of seconds beside a load of hundreds of checks a second.

import type { TestProcess } from '@everytick/testing';

/** The environment in which a process can be profiled: it says where its inspector is, which listens on loopback. */
export const inspectable = { NODE_OPTIONS: '--inspect=127.0.0.1:0' } as const;

/** A .cpuprofile as V8 makes it; times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
  readonly startTime: number;
  readonly endTime: number;
}

const SAMPLING_INTERVAL_US = 1_000;

/** Begins to profile the main thread; resolves with what ends it. */
export async function startProfile(process: TestProcess): Promise<() => Promise<CpuProfile>> {
  const url = (await process.waitForOutput(/Debugger listening on ws:\S+/)).replace(/^.* /, '');
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  let lastId = 0;
  const ask = (method: string, params = {}) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const id = ++lastId;
      const hear = ({ data }: MessageEvent) => {
        const answer = JSON.parse(String(data));
        if (answer.id !== id) return;
        socket.removeEventListener('message', hear);
        if (answer.error) reject(new Error(`${method}: ${answer.error.message}`));
        else resolve(answer.result);
      };
      socket.addEventListener('message', hear);
      socket.send(JSON.stringify({ id, method, params }));
    });
  await ask('Profiler.enable');
  await ask('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US });
  await ask('Profiler.start');
  return async () => {
    const { profile } = await ask('Profiler.stop');
    socket.close();
    return profile as CpuProfile;
  };
}
