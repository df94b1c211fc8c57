// Everytick stores no secrets, only the names of variables in which workers find them. What the other tool's file holds
// becomes such a name, and a note that says what to put there; the secret itself is shown nowhere.

import type { ImportReport } from './imported.ts';
import { onlyVariable, shownText, variablesIn } from './variable.ts';

const prefix = 'EVERYTICK_SECRET_';
const longestName = 120;

export interface EnvReference {
  readonly env: string;
}

export class SecretReferences {
  readonly #report: ImportReport;
  /** By secret, so that one secret in many places needs one variable. */
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(report: ImportReport) {
    this.#report = report;
  }

  /**
   * The reference for a secret. `wanted`: words of which the variable's name is made, such as the target's name and the
   * field. `what`: for the note, such as `the header X-Api-Key`.
   */
  reference(
    secret: string,
    wanted: readonly string[],
    where: string,
    what: string,
    target: string | null,
  ): EnvReference {
    const only = onlyVariable(secret);
    const name = this.#names.get(secret) ?? this.#newName(only === null ? wanted : [only]);
    this.#names.set(secret, name);
    this.#report.toSet(where, what, `${this.#task(secret, name, only)}, in the environment of the workers`, target);
    return { env: name };
  }

  #task(secret: string, name: string, only: string | null): string {
    if (only !== null) return `set ${name} to what ${only} is set to`;
    const names = variablesIn(secret).map((each) => shownText(`$${each}`));
    return names.length === 0
      ? `set ${name} to what stands there`
      : `set ${name} to what stands there, with the value of ${names.join(' and ')} filled in`;
  }

  #newName(words: readonly string[]): string {
    const base = nameOf(words);
    for (let count = 1; ; count++) {
      const name = count === 1 ? base : `${base}_${count}`;
      if (this.#taken.has(name)) continue;
      this.#taken.add(name);
      return name;
    }
  }
}

function nameOf(words: readonly string[]): string {
  const ascii = words
    .join('_')
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '');
  const name = ascii
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const plain = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  return `${prefix}${plain.slice(0, longestName) || 'IMPORTED'}`;
}
