// Each distinct text of `monitored_targets.options` parsed once, so that a target claimed again comes with the same object
// as before: the worker hangs what it compiles from it (patterns, TLS contexts) on the object itself, by WeakMap.

import type { CheckOptions } from '../domain/check-options.ts';

const MAX_TEXTS = 20_000;
/** Where texts are long, with certificates or bodies in them, fewer are kept. */
const MAX_CHARACTERS = 32 * 1024 * 1024;

export interface InternedOptionsLimits {
  readonly maxTexts?: number;
  readonly maxCharacters?: number;
}

/** The texts asked for last. One that had to go is parsed again when it comes back: that costs time and nothing else. */
export class InternedOptions {
  readonly #maxTexts: number;
  readonly #maxCharacters: number;
  /** From the one that was asked for longest ago to the latest. */
  readonly #byText = new Map<string, CheckOptions>();
  #characters = 0;

  constructor({ maxTexts = MAX_TEXTS, maxCharacters = MAX_CHARACTERS }: InternedOptionsLimits = {}) {
    this.#maxTexts = maxTexts;
    this.#maxCharacters = maxCharacters;
  }

  get size(): number {
    return this.#byText.size;
  }

  /** The document that a text holds. Throws SyntaxError for what is no JSON, which PostgreSQL does not store as jsonb. */
  of(text: string): CheckOptions {
    const known = this.#byText.get(text);
    if (known !== undefined) {
      this.#byText.delete(text);
      this.#byText.set(text, known);
      return known;
    }
    const parsed = JSON.parse(text) as CheckOptions;
    this.#byText.set(text, parsed);
    this.#characters += text.length;
    this.#forgetSome();
    return parsed;
  }

  #forgetSome(): void {
    for (const oldest of this.#byText.keys()) {
      if (this.#byText.size <= this.#maxTexts && this.#characters <= this.#maxCharacters) return;
      this.#byText.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}
