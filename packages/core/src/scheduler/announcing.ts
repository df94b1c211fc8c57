// When the leader tells workers of the next tick. Workers know it too, so that they can tell an announcement that is still
// to come from one that did not come.

/**
 * How long before the next unclaimed tick the workers are woken. Less than their horizon, because every claim takes all
 * that is due within the horizon: the difference is the pause until the next notification.
 */
export const ANNOUNCE_LEAD_MS = 200;
/** At most ten notifications a second. A tick is announced so much later at worst. */
export const ANNOUNCE_GAP_MS = 100;
