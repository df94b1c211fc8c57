// Users' regular expressions, compiled once and matched in bounded time.
//
// RE2JS never backtracks exponentially, but linear is not yet quick: where a pattern has too many states for its DFA
// (counted repetition, as in `a[ab]{900}[^ab]`), it falls back to simulating an NFA, at about 11 ns for each byte and
// each instruction of the pattern. On 1 MiB of random a and b (Node 24, one shared core) that is 215 ms for
// `a[ab]{100}[^ab]` and 12,200 ms for `a[ab]{900}[^ab]`, during which the worker would do nothing else. So the DFA gets
// less memory, which ends it sooner, and the fallback gets a budget: a body beyond it is matched at its beginning only.
// All patterns of a check share that budget, beside a little that each has for itself.
// That leaves: usual patterns 0 to 20 ms for a body of 1 MiB, `(a+)+$` 10 ms, the worst of a dozen hostile ones 220 ms, twenty 290.

import { EverytickError } from '@everytick/core';
import { RE2JS, RE2JSException } from 're2js';

export interface Match {
  readonly matched: boolean;
  /** True if the whole text was looked at; false if only its first `lookedAt` characters were. */
  readonly whole: boolean;
  readonly lookedAt: number;
  /** What was beyond linear time, in instructions times characters: that took the fallback, or the DFA to be made. */
  readonly cost: number;
}

export interface Pattern {
  /**
   * Searches `text` for the pattern, anywhere unless it says otherwise. `budget` is what the DFA and the fallback may cost each, in the unit
   * of `Match.cost`.
   */
  match(text: string, budget?: number): Match;
  /** Where in a text that it matches it does so first; null where finding out would take too long. */
  locate(text: string): { readonly start: number; readonly end: number } | null;
}

/** Instructions times characters that one match may cost in the fallback: about 50 ms. */
export const fallbackBudget = 4_000_000;

/** Of that, what each pattern of a check has for itself. Usual ones take a tenth of it for the states of their DFA, once in a process. */
export const reservedBudget = 200_000;

// Only for people to read. The DFA knows that there is a match, but not where, so that this is always the fallback.
const locateBudget = 1_000_000;

// Beyond this even compiling and the DFA's own states become a burden. `.{1,500}` makes 1,002.
const mostInstructions = 2_000;

// For the states of one pattern's DFA, by RE2JS's own reckoning; it would take 8 MiB. Usual patterns need a few kB.
const dfaBytes = 1_048_576;

// A worker sees all patterns of its targets again and again.
const cacheSize = 1_000;
const cache = new Map<string, Pattern>();

/** Compiles a pattern in RE2 syntax. Throws `target_invalid`, with a sentence for the one who wrote it. */
export function compilePattern(pattern: string): Pattern {
  const cached = cache.get(pattern);
  if (cached) {
    // The map keeps the order of insertion, so the first key is the one that was not asked for the longest.
    cache.delete(pattern);
    cache.set(pattern, cached);
    return cached;
  }
  const compiled = new CompiledPattern(pattern);
  cache.set(pattern, compiled);
  const [oldest] = cache.keys();
  if (cache.size > cacheSize && oldest !== undefined) cache.delete(oldest);
  return compiled;
}

class CompiledPattern implements Pattern {
  readonly #re: RE2JS;
  readonly #instructions: number;
  #budget = fallbackBudget;
  #cost = 0;

  constructor(pattern: string) {
    this.#re = parse(pattern);
    this.#instructions = this.#re.programSize();
    if (this.#instructions > mostInstructions) {
      throw new EverytickError(
        'target_invalid',
        `the pattern ${shown(pattern)} is too large (${this.#instructions} steps, at most ${mostInstructions} are allowed): ` +
          'counted repetitions such as {500} count once for each repetition',
      );
    }
    const re2 = this.#re.re2();
    // Each transition that the DFA does not know yet is worked out here; null is its own way to say that there is no room.
    const makeState = re2.dfa.makeState.bind(re2.dfa);
    re2.dfa.makeState = (pcs, flag, ids) => {
      this.#cost += this.#instructions;
      return this.#cost > this.#budget ? null : makeState(pcs, flag, ids);
    };
    // The one place where RE2JS leaves its DFA for the NFA on a text of any length.
    re2.dfa.stateBudget = dfaBytes;
    re2.dfa.memBudget = dfaBytes;
    const simulate = re2.doExecuteNFA.bind(re2);
    re2.doExecuteNFA = (input, ...rest) => {
      if (input.endPos() > this.#affordable) throw tooCostly;
      this.#cost += input.endPos() * this.#instructions;
      return simulate(input, ...rest);
    };
  }

  match(text: string, budget = fallbackBudget): Match {
    this.#budget = budget;
    this.#cost = 0;
    try {
      return { matched: this.#re.test(text), whole: true, lookedAt: text.length, cost: this.#cost };
    } catch (error) {
      if (error !== tooCostly) throw error;
      const beginning = text.slice(0, Math.max(0, this.#affordable - 1));
      const matched = this.#matchesWithin(beginning);
      return { matched, whole: false, lookedAt: beginning.length, cost: this.#cost };
    }
  }

  /** Whether there is a match in the beginning of a longer text that does not take its end for the end of the text, as `$` does. */
  #matchesWithin(beginning: string): boolean {
    const matcher = this.#re.matcher(beginning);
    if (!matcher.find()) return false;
    return matcher.end() < beginning.length || ['\n', '\0'].every((more) => this.#re.test(beginning + more));
  }

  locate(text: string): { start: number; end: number } | null {
    this.#budget = locateBudget;
    this.#cost = 0;
    // What is found at the beginning of a longer text may end sooner than it would in the whole.
    const matcher = this.#re.matcher(text.slice(0, this.#affordable));
    return matcher.find() ? { start: matcher.start(), end: matcher.end() } : null;
  }

  get #affordable(): number {
    return Math.max(0, Math.floor(this.#budget / this.#instructions));
  }
}

const tooCostly = new Error('matching this text would take too long');

function parse(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const reason = unsupported(pattern) ?? syntaxError(error);
    throw new EverytickError('target_invalid', `the pattern ${shown(pattern)} does not compile: ${reason}`, {
      cause: error,
    });
  }
}

const linearTime = 'patterns are in RE2 syntax, which always matches in linear time';

/** What other dialects have and RE2 leaves out, as people would look for it; undefined where it is something else. */
function unsupported(pattern: string): string | undefined {
  // A backslash hides what follows it, and inside a character class these are ordinary characters.
  const bare = pattern.replace(/\\[^1-9kg]/g, '').replace(/\[\^?\]?[^\]]*\]/g, '');
  if (/\(\?(<?[=!])/.test(bare)) return `look-ahead and look-behind are not supported (${linearTime})`;
  if (/\\[1-9]|\\[kg][<{'\d]|\(\?P=/.test(bare)) return `back-references are not supported (${linearTime})`;
  if (/\(\?>|[*+?}]\+/.test(bare)) return `atomic groups and possessive quantifiers are not supported (${linearTime})`;
  return undefined;
}

function syntaxError(error: Error): string {
  return error.message.replace(/^error parsing regexp: /, '');
}

function shown(pattern: string): string {
  return `/${pattern.length <= 80 ? pattern : `${pattern.slice(0, 79)}…`}/`;
}
