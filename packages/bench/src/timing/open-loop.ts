// Starts checks at fixed moments, whether or not the ones before have ended, as a schedule does.

/** Resolves when all have ended. `check` must not reject. */
export async function openLoop<T, R>(
  items: readonly T[],
  perSecond: number,
  check: (item: T) => Promise<R>,
): Promise<R[]> {
  const beganMs = performance.now();
  const started: Promise<R>[] = [];
  await new Promise<void>((resolve) => {
    const startDue = () => {
      const due = Math.floor(((performance.now() - beganMs) / 1_000) * perSecond) + 1;
      for (const item of items.slice(started.length, due)) started.push(check(item));
      if (started.length === items.length) resolve();
      else setTimeout(startDue, Math.max(0, beganMs + (started.length / perSecond) * 1_000 - performance.now()));
    };
    startDue();
  });
  return Promise.all(started);
}
