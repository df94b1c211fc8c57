import { afterAll, describe, expect, it } from '@jest/globals';
import { eventually, startProcess } from './index.ts';

const script = (source: string) => startProcess(process.execPath, ['-e', source]);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a process of a test', () => {
  it('shows its output while it runs, and how it ended', async () => {
    const child = await script(
      "console.log('ready on 1234'); console.error('careful'); setTimeout(() => process.exit(3), 50)",
    );
    expect(await child.waitForOutput(/on \d+/)).toBe('on 1234');
    expect(await child.waitForOutput('careful')).toBe('careful');
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect(child.stdout).toBe('ready on 1234\n');
    expect(child.stderr).toBe('careful\n');
  });

  it('can be signalled', async () => {
    const child = await script(
      "process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1e6); console.log('up')",
    );
    await child.waitForOutput('up');
    child.signal('SIGTERM');
    expect(await child.exited).toEqual({ code: 7, signal: null });
  });

  it('fails the wait for an output that does not come, with the output that did', async () => {
    const child = await script("console.log('something else')");
    await expect(child.waitForOutput('ready')).rejects.toThrow(/ended \(code 0.*\n.*something else/);
    const silent = await script('setInterval(() => {}, 1e6)');
    await expect(silent.waitForOutput('ready', 100)).rejects.toThrow('100 ms went by');
  });

  it('is an error where it cannot be started', async () => {
    await expect(startProcess('/nonexistent/program')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  let left = 0;
  it('is killed at the end of its test: started here', async () => {
    left = (await script("process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)")).pid;
    expect(isAlive(left)).toBe(true);
  });
  it('is killed at the end of its test: gone here', () => {
    expect(isAlive(left)).toBe(false);
  });
  afterAll(() => expect(left).toBeGreaterThan(0));
});

describe('eventually', () => {
  it('resolves to what the condition returns once it neither throws nor returns false', async () => {
    let calls = 0;
    const result = await eventually(() => {
      calls += 1;
      if (calls === 1) throw new Error('not yet');
      return calls > 2 && 'done';
    });
    expect([result, calls]).toEqual(['done', 3]);
  });

  it('rejects with the last obstacle when time is up', async () => {
    await expect(eventually(() => expect(1).toBe(2), { timeoutMs: 60 })).rejects.toThrow('toBe');
    await expect(eventually(() => false, { timeoutMs: 60 })).rejects.toThrow('Still false after 60 ms');
  });
});
