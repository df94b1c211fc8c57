// What of a check an importer has put together so far: the fields of a target but for its name and URL.

import type { SecretText } from '@everytick/core';

type Expectation = Readonly<Record<string, unknown>>;

export class CheckDraft {
  readonly #fields: Record<string, unknown> = {};
  readonly #headers = new Map<string, { readonly name: string; readonly value: SecretText }>();
  readonly #expect: Record<string, unknown> = {};
  readonly #lists: Record<string, Expectation[]> = {};
  #hindrance: string | null = null;

  /** Why no target may be made of it, as it would check something else than was meant; null where one may. */
  get hindrance(): string | null {
    return this.#hindrance;
  }

  hinder(why: string): void {
    this.#hindrance ??= why;
  }

  set(field: string, value: unknown): void {
    this.#fields[field] = value;
  }

  field(name: string): unknown {
    return this.#fields[name];
  }

  /** In place of a header that differs from it by case only. */
  setHeader(name: string, value: SecretText): void {
    this.#headers.set(name.toLowerCase(), { name, value });
  }

  header(name: string): SecretText | undefined {
    return this.#headers.get(name.toLowerCase())?.value;
  }

  expect(name: string, value: unknown): void {
    this.#expect[name] = value;
  }

  /** `list`: `body`, `headers` or `json`. */
  expectAlso(list: 'body' | 'headers' | 'json', expectation: Expectation): void {
    const expectations = this.#lists[list] ?? [];
    expectations.push(expectation);
    this.#lists[list] = expectations;
  }

  get fields(): Readonly<Record<string, unknown>> {
    const headers = Object.fromEntries([...this.#headers.values()].map(({ name, value }) => [name, value]));
    const expect = { ...this.#expect, ...this.#lists };
    return {
      ...this.#fields,
      ...(this.#headers.size === 0 ? {} : { headers }),
      ...(Object.keys(expect).length === 0 ? {} : { expect }),
    };
  }
}
