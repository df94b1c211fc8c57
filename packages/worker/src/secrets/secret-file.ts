// A file that holds a secret, read again whenever it has changed, so that a rotated secret is used without a restart.
//
// Kubernetes rotates by pointing the symbolic link `..data` at a new directory, others write a new file in the place of the
// old one, or into it: each changes what `stat` says of the path.

import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { relative, sep } from 'node:path';

/** How long what is known of a file is taken as it is: 10,000 checks a second must not be 10,000 calls of `stat`. */
const LOOK_EVERY_MS = 1_000;
export const LONGEST_SECRET_BYTES = 65_536;

/** Why a file cannot be used: completes "the file ...". */
export class UnusableFile extends Error {}

export class SecretFile {
  readonly #path: string;
  readonly #directory: string | null;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #signature = '';
  #content: string | UnusableFile = '';

  /** `directory`: where the file has to lie once all symbolic links are followed; null: anywhere. */
  constructor(path: string, directory: string | null) {
    this.#path = path;
    this.#directory = directory;
  }

  /** `nowMs`: of a monotonic clock. Throws `UnusableFile`. */
  read(nowMs: number): string {
    if (nowMs - this.#lookedAtMs >= LOOK_EVERY_MS) {
      this.#lookedAtMs = nowMs;
      this.#look();
    }
    if (this.#content instanceof UnusableFile) throw this.#content;
    return this.#content;
  }

  #look(): void {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = statSync(this.#path, { bigint: true });
      const signature = `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
      if (signature === this.#signature) return;
      this.#content = readText(this.#path, this.#directory);
      this.#signature = signature;
    } catch (error) {
      this.#signature = '';
      this.#content = error instanceof UnusableFile ? error : new UnusableFile(reasonOf(error));
    }
  }
}

function readText(path: string, directory: string | null): string {
  const real = realpathSync(path);
  if (directory !== null && !liesIn(real, realpathSync(directory))) {
    throw new UnusableFile('is a symbolic link that leads out of there');
  }
  // Before it is opened: that would wait for the other end of a pipe.
  if (!statSync(real).isFile()) throw new UnusableFile('is no regular file');
  const bytes = readBounded(real);
  if (bytes.length > LONGEST_SECRET_BYTES) throw new UnusableFile(`is longer than ${LONGEST_SECRET_BYTES} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch {
    throw new UnusableFile('is not text in UTF-8');
  }
}

/** One byte more than is allowed, if there are so many. What `stat` says of the size may be outdated. */
function readBounded(path: string): Buffer {
  const buffer = Buffer.alloc(LONGEST_SECRET_BYTES + 1);
  const descriptor = openSync(path, 'r');
  try {
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Both absolute, without `..`. */
export function liesIn(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep);
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by the worker';
  return `cannot be read (${code ?? (error as Error).name})`;
}
