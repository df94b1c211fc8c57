// The values of secrets that targets refer to. Targets hold references only; which names a worker resolves is for whoever
// runs the worker to say, so that someone who may edit targets cannot read its environment or its files through a check.

import { resolve } from 'node:path';
import type { SecretText } from '@everytick/core';
import { liesIn, SecretFile, UnusableFile } from './secret-file.ts';

/** No value can be had. The message is a sentence that names the reference; no value is ever in it. */
export class SecretMissing extends Error {
  override readonly name = 'SecretMissing';
}

export interface SecretResolverOptions {
  /** How names of environment variables have to begin; '' allows any. */
  readonly envPrefix: string;
  /** Where files have to lie, and what relative paths begin at; null allows any file. */
  readonly directory: string | null;
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** A monotonic clock in milliseconds. */
  readonly now?: (() => number) | undefined;
}

/** Files of targets that are gone must not be remembered for ever. */
const MOST_FILES = 10_000;

/** Where the values of secrets come from. */
export interface SecretSource {
  /** Throws `SecretMissing`. */
  resolve(value: SecretText): string;
}

export class SecretResolver implements SecretSource {
  readonly #envPrefix: string;
  readonly #directory: string | null;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #now: () => number;
  readonly #files = new Map<string, SecretFile>();

  constructor({
    envPrefix,
    directory,
    environment = process.env,
    now = () => performance.now(),
  }: SecretResolverOptions) {
    this.#envPrefix = envPrefix;
    this.#directory = directory === null ? null : resolve(directory);
    this.#environment = environment;
    this.#now = now;
  }

  /** The value of a literal or of a reference. Throws `SecretMissing`. */
  resolve(value: SecretText): string {
    if (typeof value === 'string') return value;
    return 'env' in value ? this.#variable(value.env) : this.#file(value.file);
  }

  #variable(name: string): string {
    const prefix = this.#envPrefix;
    if (!name.startsWith(prefix)) {
      throw new SecretMissing(
        `the secret {env: ${name}} is not allowed: names have to begin with ${prefix} (EVERYTICK_SECRET_ENV_PREFIX of the worker)`,
      );
    }
    const value = Object.hasOwn(this.#environment, name) ? this.#environment[name] : undefined;
    if (value === undefined || value === '') {
      const how = value === undefined ? 'not set' : 'empty';
      throw new SecretMissing(
        `the secret {env: ${name}} is missing: that variable is ${how} in the worker's environment`,
      );
    }
    return value;
  }

  #file(given: string): string {
    const where = `(EVERYTICK_SECRET_DIR of the worker)`;
    const path = resolve(this.#directory ?? '', given);
    if (this.#directory !== null && !liesIn(path, this.#directory)) {
      // Says nothing of whether there is such a file.
      throw new SecretMissing(
        `the secret {file: ${given}} is not allowed: files have to be in ${this.#directory} ${where}`,
      );
    }
    let file = this.#files.get(path);
    if (file === undefined) {
      if (this.#files.size >= MOST_FILES) this.#files.clear();
      file = new SecretFile(path, this.#directory);
      this.#files.set(path, file);
    }
    try {
      const value = file.read(this.#now());
      if (value !== '') return value;
    } catch (error) {
      if (!(error instanceof UnusableFile)) throw error;
      const place = this.#directory === null ? '' : `; files have to be in ${this.#directory} ${where}`;
      throw new SecretMissing(`the secret {file: ${given}} is missing: ${path} ${error.message}${place}`);
    }
    throw new SecretMissing(`the secret {file: ${given}} is missing: ${path} is empty`);
  }
}
