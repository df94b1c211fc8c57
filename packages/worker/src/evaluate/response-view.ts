// One response as expectations see it. What costs something, text and JSON, is made when the first of them asks for it.

import type { FetchResult } from '@everytick/core';
import { decodeBody } from './charset.ts';
import { JsonSteps } from './json-steps.ts';
import { fallbackBudget, type Match, type Pattern, reservedBudget } from './pattern.ts';
import { ShownText, withCommas } from './shown-text.ts';

export type JsonDocument = { readonly value: unknown } | { readonly broken: string };

export class ResponseView {
  readonly result: FetchResult;
  readonly nowMs: number;
  #shown: ShownText | undefined;
  #text: string | undefined;
  #sharedBudget = fallbackBudget - reservedBudget;
  /** What is left of what is reserved for each pattern, where something was taken of it. */
  #reserves: Map<Pattern, number> | undefined;
  #json: JsonDocument | undefined;
  #jsonSteps: JsonSteps | undefined;

  constructor(result: FetchResult, nowMs: number) {
    this.result = result;
    this.nowMs = nowMs;
  }

  get shown(): ShownText {
    this.#shown ??= new ShownText(this.result.secrets);
    return this.#shown;
  }

  /** All values of a header, in the order in which they came; empty where it is absent. */
  header(name: string): readonly string[] {
    const { headers } = this.result;
    const value = headers && Object.hasOwn(headers, name) ? headers[name] : undefined;
    return value === undefined ? [] : typeof value === 'string' ? [value] : value;
  }

  /** The body as text; empty for a response that has none, such as one to HEAD. */
  get text(): string {
    const { body } = this.result;
    this.#text ??= body === null || body.length === 0 ? '' : decodeBody(body, this.header('content-type')[0]);
    return this.#text;
  }

  /**
   * What patterns cost beyond linear time (usual ones nothing) is limited for all of a check together. Something is reserved for each:
   * more than a usual one takes when it is new to the process, so that what it says never depends on what the others have taken.
   */
  match(pattern: Pattern, text: string): Match {
    const reserve = this.#reserves?.get(pattern) ?? reservedBudget;
    const match = pattern.match(text, reserve + this.#sharedBudget);
    if (match.cost > 0) {
      this.#reserves ??= new Map();
      this.#reserves.set(pattern, Math.max(0, reserve - match.cost));
      this.#sharedBudget = Math.max(0, this.#sharedBudget - Math.max(0, match.cost - reserve));
    }
    return match;
  }

  get json(): JsonDocument {
    this.#json ??= parse(this.text);
    return this.#json;
  }

  /** Shared by all expectations of a check. */
  get jsonSteps(): JsonSteps {
    this.#jsonSteps ??= new JsonSteps();
    return this.#jsonSteps;
  }

  get bodyBytes(): number {
    return this.result.body?.length ?? 0;
  }

  /** Such as `11 bytes`, or `the first 1,048,576 bytes`. */
  get bodySize(): string {
    const bytes = `${withCommas(this.bodyBytes)} bytes`;
    return this.result.bodyTruncated ? `the first ${bytes}` : bytes;
  }
}

function parse(text: string): JsonDocument {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // V8 quotes what stands around the error: not all of a secret, perhaps, but enough of it.
    return { broken: reason.replace(/,? (\.\.\.)?".*is not valid JSON$/s, '') };
  }
}
