// What tells whether the files of a configuration are still those that were read. Asked for every second instead of being
// told by inotify, which knows nothing of network file systems and loses files whose directory is swapped below them, as that
// of a mounted ConfigMap is: `shop.yaml -> ..data/shop.yaml`, `..data -> ..2026_11_24`.

import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { configurationPaths } from '@everytick/core/configuration';

export interface Fingerprint {
  /** Differs whenever a file is there or not, is another file, or has been written. */
  readonly mark: string;
  /** When a file, or a directory with files, was changed last, in milliseconds since 1970 by the clock of the file system. */
  readonly changedAtMs: number;
}

/** Never throws: that the files cannot be read is a mark too. */
export async function fingerprintOf(path: string): Promise<Fingerprint> {
  try {
    const files = await configurationPaths(path);
    const marks = await Promise.all(files.map(markOf));
    // A file that was removed shows in its directory alone.
    const directories = [path, ...new Set(files.map(dirname))];
    const changes = await Promise.all(directories.map(async (directory) => (await stat(directory)).ctimeMs));
    return {
      mark: marks.map(({ mark }) => mark).join('\n'),
      changedAtMs: Math.max(...changes, ...marks.map(({ changedAtMs }) => changedAtMs)),
    };
  } catch (error) {
    return { mark: `unreadable: ${error instanceof Error ? error.message : String(error)}`, changedAtMs: 0 };
  }
}

async function markOf(file: string): Promise<Fingerprint> {
  const [real, { ino, size, mtimeNs, ctimeNs, ctimeMs }] = await Promise.all([
    realpath(file),
    stat(file, { bigint: true }),
  ]);
  return { mark: [file, real, ino, size, mtimeNs, ctimeNs].join('\0'), changedAtMs: Number(ctimeMs) };
}
