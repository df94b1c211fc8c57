// Waiting for no longer than one is willing to.

/** The promise's value, or undefined if it has not settled in time. Leaves no timer behind. */
export function withinDeadline<Value>(
  promise: Promise<Value> | undefined,
  timeoutMs: number,
): Promise<Value | undefined> {
  if (promise === undefined) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
