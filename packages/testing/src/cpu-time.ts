// How long something takes, for limits that hold on a busy machine too.

/** Milliseconds of CPU time that this process spends while `action` runs. */
export function cpuMsOf(action: () => void): number {
  const before = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
