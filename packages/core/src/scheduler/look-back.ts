// How far back statements look for due ticks. While a transaction somewhere keeps vacuum from its work, looking from the
// beginning means walking over every dead index entry since: see README.md, "Looking back".

/** Usually so far, in milliseconds. */
export const LOOK_BACK_MS = 5_000;
/** And this often without a bound, for ticks that were put back or left lying. */
export const LOOK_THROUGH_MS = 2_000;
/** No bound: some thirty years, which an interval can hold. */
export const ANY_AGE_MS = 1e12;
