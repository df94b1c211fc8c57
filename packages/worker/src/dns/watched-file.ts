// A small file of the system that is parsed once and again whenever it has changed.

import fs from 'node:fs';

const LOOK_AGAIN_MS = 1_000;

/**
 * Looks at the file at most once a second, and synchronously: it is a local file, and libuv's threads would make a check
 * wait behind whatever else they do. A file that is not there, or cannot be read, counts as an empty one.
 */
export class WatchedFile<T> {
  readonly #path: string;
  readonly #parse: (text: string) => T;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #version = '';
  #value: T;

  constructor(path: string, parse: (text: string) => T) {
    this.#path = path;
    this.#parse = parse;
    this.#value = parse('');
  }

  /** The same object for as long as the file is the same. */
  get value(): T {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs >= LOOK_AGAIN_MS) {
      this.#lookedAtMs = nowMs;
      this.#look();
    }
    return this.#value;
  }

  #look(): void {
    try {
      const stat = fs.statSync(this.#path, { throwIfNoEntry: false });
      // The inode as well: files that are replaced as a whole, as resolvers do with theirs, may keep time and size.
      const version = stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : '';
      if (version === this.#version) return;
      this.#version = version;
      this.#value = this.#parse(stat ? fs.readFileSync(this.#path, 'utf8') : '');
    } catch {
      this.#version = '';
      this.#value = this.#parse('');
    }
  }
}
