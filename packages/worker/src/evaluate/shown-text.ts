// How anything that a site or a target says is put into a text for people: in one line, short, and without secrets.

import { redactUrl } from '@everytick/core';

/** The most that a result keeps of one text. */
export const longestText = 200;

// Shorter ones would tear holes into everything, and give themselves away by them.
const shortestSecret = 4;

const hidden = '***';

/** Makes texts of what one result holds. */
export class ShownText {
  readonly #secrets: readonly string[];

  constructor(secrets: readonly string[] = []) {
    if (secrets.length === 0) {
      this.#secrets = secrets;
      return;
    }
    const all = secrets.filter(({ length }) => length >= shortestSecret).flatMap(spellings);
    this.#secrets = [...new Set(all)];
  }

  /** Whole values only go in here: of a secret that was cut before, the rest would not be found. */
  of(text: string, longest = longestText): string {
    // Bodies come here: no more is looked at than will be seen. Each character becomes one.
    const beginning = this.#hide(text, longest).slice(0, longest + 1);
    const shown = cut(visible(beginning), longest);
    // What was replaced or cut may have become a secret by that, where secrets are made of `*` or `…`.
    if (this.#secrets.length === 0) return shown;
    return this.#secrets.some((secret) => shown.includes(secret)) ? hidden : shown;
  }

  url(url: string, longest = longestText): string {
    return this.of(redactUrl(url), longest);
  }

  /** The part of `text` from `start` to `end`; where a secret reaches into it from outside, nothing of it. */
  part(text: string, start: number, end: number, longest = longestText): string {
    for (const secret of this.#secrets) {
      for (let at = text.indexOf(secret, Math.max(0, start - secret.length + 1)); at >= 0 && at < end; ) {
        if (at < start || at + secret.length > end) return hidden;
        at = text.indexOf(secret, at + 1);
      }
    }
    return this.of(text.slice(start, end), longest);
  }

  /** The beginning of `text`, at least `atLeast` characters of it, with all secrets replaced. */
  #hide(text: string, atLeast: number): string {
    if (this.#secrets.length === 0) return text;
    const next = this.#secrets.map((secret) => ({ secret, at: text.indexOf(secret) })).filter(({ at }) => at >= 0);
    let shown = '';
    let done = 0;
    while (shown.length <= atLeast) {
      const first = Math.min(...next.map(({ at }) => at));
      if (first === Number.POSITIVE_INFINITY) return shown + text.slice(done);
      shown += text.slice(done, first) + hidden;
      done = first;
      // Secrets that touch each other are hidden as one.
      for (let last = next.find(({ at }) => at <= done); last; last = next.find(({ at }) => at <= done)) {
        done = Math.max(done, last.at + last.secret.length);
        const at = text.indexOf(last.secret, last.at + 1);
        last.at = at < 0 ? Number.POSITIVE_INFINITY : at;
      }
    }
    return shown;
  }
}

/** How a secret looks as it stands, in a URL, in JSON and in HTML, as the name of a host, and in a header. */
function spellings(secret: string): string[] {
  const written = [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    secret.replace(/[&<>"']/g, (character) => `&${entities[character]};`),
    secret.toLowerCase(),
    secret.trim(),
  ];
  return written.filter(({ length }) => length >= shortestSecret);
}

const entities: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' };

// Control characters, what hides or reorders text, and halves of characters, which no database would take.
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const plain = /^[ -~]*$/;

function visible(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(invisible, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? '␡' : '\uFFFD'.repeat(character.length);
  });
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // Not between the two halves of one character.
  const end = longest - 1;
  return `${text.slice(0, /[\uD800-\uDBFF]/.test(text[end - 1] ?? '') ? end - 1 : end)}…`;
}

const thousands = /\B(?=(?:\d{3})+$)/g;

/** For sizes and counts, whole and not negative: `1,048,576`. (`Intl` takes 4 us for it, at each check.) */
export function withCommas(count: number): string {
  return String(count).replace(thousands, ',');
}
