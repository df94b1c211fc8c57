// What tells whether the files of a configuration are still those that were read. Asked for every second instead of being
// told by inotify, which knows nothing of network file systems and loses files whose directory is swapped below them, as that
// of a mounted ConfigMap is: `shop.yaml -> ..data/shop.yaml`, `..data -> ..2026_11_24`.

import { realpath, stat } from 'node:fs/promises';
import { configurationPaths } from '@everytick/core';

/** Differs whenever a file is there or not, is another file, or has been written. Never throws. */
export async function fingerprintOf(path: string): Promise<string> {
  try {
    const files = await configurationPaths(path);
    const marks = await Promise.all(
      files.map(async (file) => {
        const [real, { ino, size, mtimeNs, ctimeNs }] = await Promise.all([
          realpath(file),
          stat(file, { bigint: true }),
        ]);
        return [file, real, ino, size, mtimeNs, ctimeNs].join('\0');
      }),
    );
    return marks.join('\n');
  } catch (error) {
    return `unreadable: ${error instanceof Error ? error.message : String(error)}`;
  }
}
