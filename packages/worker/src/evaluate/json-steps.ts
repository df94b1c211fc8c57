// The budget that all JSON expressions of one check share: a step for every value that they touch.

/** What the expressions of one check may cost together. */
export class JsonSteps {
  #left: number;
  readonly #large = new Map<object, readonly unknown[]>();

  /** A step is 20 to 60 ns. A document of 1 MiB has about 50,000 values, and `$..name` takes 4 steps or so for each. */
  constructor(steps = 600_000) {
    this.#left = steps;
  }

  get left(): number {
    return this.#left;
  }

  /** Ends the walk where there are fewer left. */
  take(steps: number): void {
    if (!this.tryTake(steps)) throw stepsSpent;
  }

  /** False where there are fewer left; none are then. */
  tryTake(steps: number): boolean {
    const enough = steps <= this.#left;
    this.#left = enough ? this.#left - steps : 0;
    return enough;
  }

  /** The values of an object's members. */
  membersOf(object: object): readonly unknown[] {
    const known = this.#large.get(object);
    if (known) {
      this.take(known.length);
      return known;
    }
    const values = valuesOf(object as Readonly<Record<string, unknown>>);
    this.take(2 + costOfMember * values.length);
    if (values.length >= largeObject) this.#large.set(object, values);
    return values;
  }
}

function valuesOf(object: Readonly<Record<string, unknown>>): unknown[] {
  // `Object.values` takes three times as long where the object is large.
  return Object.keys(object).map((name) => object[name]);
}

export const costOfMember = 2;
export const costOfLargeMember = 20;

// V8 keeps objects of many members as hash tables: listing one takes about 200 ns for each member, so it is done once.
export const largeObject = 1_000;

/** Thrown where a walk may go no further. */
export const stepsSpent = new Error('the JSON expressions of this check may not look at more');
