// Each distinct text of `monitored_targets.options` parsed once, so that a target claimed again comes with the same object
// as before: the worker hangs what it compiles from it (patterns, TLS contexts) on the object itself, by WeakMap.
//
// And judged once: what a later version has stored, or somebody by hand, may be nothing that this worker understands. It must
// neither do half of it nor stumble over it.

import type { CheckOptions } from '../domain/check-options.ts';
import { checkOptionsSchemaWith } from '../targets/check-options-schema.ts';
import { problemSentence, targetProblems } from '../targets/target-problems.ts';

// Patterns and paths are for the worker to compile; secrets that were stored in earlier versions go on.
const schema = checkOptionsSchemaWith({ compilePattern: () => undefined, literalSecrets: 'allowed' });

export interface StoredOptions {
  readonly options: CheckOptions;
  /** What is wrong with them; null for those that can be followed. */
  readonly problem: string | null;
}

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
  readonly #byText = new Map<string, StoredOptions>();
  #characters = 0;

  constructor({ maxTexts = MAX_TEXTS, maxCharacters = MAX_CHARACTERS }: InternedOptionsLimits = {}) {
    this.#maxTexts = maxTexts;
    this.#maxCharacters = maxCharacters;
  }

  get size(): number {
    return this.#byText.size;
  }

  /** The document that a text holds. Throws SyntaxError for what is no JSON, which PostgreSQL does not store as jsonb. */
  of(text: string): StoredOptions {
    const known = this.#byText.get(text);
    if (known !== undefined) {
      this.#byText.delete(text);
      this.#byText.set(text, known);
      return known;
    }
    const parsed = judged(JSON.parse(text));
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

function judged(document: unknown): StoredOptions {
  const { success, error } = schema.safeParse(document);
  const [first] = success ? [] : targetProblems(error);
  return { options: document as CheckOptions, problem: first === undefined ? null : problemSentence(first) };
}
