// Where variables are looked up: in what a target brings along, in the environment, in what the files say.

import type { Environment } from '../config/setting.ts';
import type { Allowance } from './limits.ts';
import type { Part, Place, ScalarPart } from './part.ts';
import { plainScalar } from './plain-scalar.ts';
import { type Report, replaceIn, type Scope, type VariableValue } from './variables.ts';

/**
 * The only part of the environment that files reach. Who writes a file, or proposes a change of one, shall not be able to put
 * the secrets of the process that reads it (its database's password, say) into a URL that is then called.
 */
const environmentPrefix = 'EVERYTICK_VAR_';
/** The variables of an environment that files reach, as they are called there. */
export function variablesOf(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith(environmentPrefix)));
}

/** The values of variables whose texts have variables in them. */
class Resolver {
  readonly #scope: Scope;
  readonly #report: Report;
  readonly #known = new Map<string, VariableValue | null>();
  readonly #open = new Set<string>();

  constructor(scope: Scope, report: Report) {
    this.#scope = scope;
    this.#report = report;
  }

  /** Null for what cannot be read, which is reported. */
  valueOf(name: string, declared: ScalarPart): VariableValue | null {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (this.#open.has(name)) {
      this.#report(declared, `variable '${name}' stands for itself`);
      return null;
    }
    this.#open.add(name);
    const { value } = replaceIn(declared, this.#scope, this.#report);
    this.#open.delete(name);
    this.#known.set(name, value);
    return value;
  }
}

/** What all targets see: the environment, before what the files say. An empty variable of the environment counts as absent. */
export class GlobalScope implements Scope {
  readonly #declared: ReadonlyMap<string, ScalarPart>;
  readonly #environment: Environment;
  readonly #allowance: Allowance;
  readonly #resolver: Resolver;

  constructor(
    declared: ReadonlyMap<string, ScalarPart>,
    environment: Environment,
    allowance: Allowance,
    report: Report,
  ) {
    this.#declared = declared;
    this.#environment = environment;
    this.#allowance = allowance;
    this.#resolver = new Resolver(this, report);
  }

  lookUp(name: string): VariableValue | null | undefined {
    const declared = this.#declared.get(name);
    const given = this.#environment[environmentPrefix + name];
    if (given) return typedLike(declared?.value, given);
    return declared === undefined ? undefined : this.#resolver.valueOf(name, declared);
  }

  names(): string[] {
    const given = Object.keys(this.#environment).filter((name) => name.startsWith(environmentPrefix));
    return [...this.#declared.keys(), ...given.map((name) => name.slice(environmentPrefix.length))];
  }

  takeText(place: Place, characters: number): void {
    this.#allowance.takeText(place, characters);
  }
}

/** The environment has texts only: one that goes before a number or a truth value is read as such. */
function typedLike(declared: unknown, given: string): VariableValue {
  if (typeof declared !== 'number' && typeof declared !== 'boolean') return given;
  const read = plainScalar(given);
  return typeof read === typeof declared && read !== null ? read : given;
}

/** What one target has before that. */
export class LocalScope implements Scope {
  readonly used = new Set<string>();
  readonly #own: ReadonlyMap<string, Part>;
  readonly #outer: Scope;
  readonly #resolver: Resolver;

  /** What is no scalar in `own` counts as unreadable, and has been reported. */
  constructor(own: ReadonlyMap<string, Part>, outer: Scope, report: Report) {
    this.#own = own;
    this.#outer = outer;
    this.#resolver = new Resolver(this, report);
  }

  lookUp(name: string): VariableValue | null | undefined {
    const own = this.#own.get(name);
    if (own === undefined) return this.#outer.lookUp(name);
    this.used.add(name);
    return own.kind === 'scalar' ? this.#resolver.valueOf(name, own) : null;
  }

  names(): string[] {
    return [...this.#own.keys(), ...this.#outer.names()];
  }

  takeText(place: Place, characters: number): void {
    this.#outer.takeText(place, characters);
  }
}
