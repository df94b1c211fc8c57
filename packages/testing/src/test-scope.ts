// Ends what tests forget to end, and what a failed test could not. What is started within a test lives as long as the
// test, what is started outside of one (beforeAll) as long as the file. Outside of Jest the starter is responsible.

type Hook = (ending: () => Promise<void> | void) => void;
const { beforeEach, afterEach, afterAll } = globalThis as { beforeEach?: Hook; afterEach?: Hook; afterAll?: Hook };

const ofTest = new Set<() => Promise<void>>();
const ofFile = new Set<() => Promise<void>>();
let scope = ofFile;

beforeEach?.(() => {
  scope = ofTest;
});
afterEach?.(async () => {
  scope = ofFile;
  await endAll(ofTest);
});
afterAll?.(() => endAll(ofFile));

/** Calls `end` when the current test, or else the test file, is over. It must bear being called twice. */
export function atEnd(end: () => Promise<void>): void {
  scope.add(end);
}

async function endAll(ends: Set<() => Promise<void>>): Promise<void> {
  const newestFirst = [...ends].reverse();
  ends.clear();
  const failures: unknown[] = [];
  for (const end of newestFirst) await end().catch((error) => failures.push(error));
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures);
}
