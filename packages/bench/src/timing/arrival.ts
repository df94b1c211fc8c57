// When something came that is being read. A round of the event loop learns at once of all that has come and then deals
// with one thing after the other, so what is dealt with last came when the round began, or before, and not when its turn
// came. Without this, the server would take what it makes a client wait for that client's error.

let roundBeganMs: number | null = null;

/** On the clock of `nowMs`. Only for what is called because something could be read or accepted. */
export function arrivalMs(): number {
  if (roundBeganMs === null) {
    roundBeganMs = nowMs();
    // It runs when everything that this round has learnt of is done.
    setImmediate(() => {
      roundBeganMs = null;
    });
  }
  return roundBeganMs;
}

/** Milliseconds on the machine's monotonic clock, which is the same one in every process. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
