// All that a target expects, made ready once for as long as it stays the same.

import { assertionKinds, type CheckOptions, type Expectations, type Target } from '@everytick/core';
import { RecentMap } from '../recent-map.ts';
import { expectBody, expectBodySize, expectMatch } from './body.ts';
import type { Expectation } from './expectation.ts';
import { expectFinalUrl } from './final-url.ts';
import { expectHeader } from './header.ts';
import { expectJson } from './json.ts';
import { expectResponseTime } from './response-time.ts';
import { expectStatus } from './status.ts';
import { expectCertificateDays, expectTls } from './tls.ts';

export interface TargetExpectations {
  /** In the order of `assertionKinds`. */
  readonly all: readonly Expectation[];
  /** The one of `all` that stands for `Target.matchPattern`. */
  readonly pattern: Expectation | null;
}

/** Throws `target_invalid` for what validation would have refused. */
export function expectationsOf({ options, matchPattern }: Target): TargetExpectations {
  if (matchPattern === null) return { all: optionsExpectations(options), pattern: null };
  const known = ready.get(matchPattern);
  if (known !== undefined && known.options === options) return known.made;
  const made = makeReady(options, matchPattern);
  ready.set(matchPattern, { options, made });
  return made;
}

/** By pattern, with the options that came along last. A pattern takes memory, so there are no more of them here. */
const ready = new RecentMap<string, { readonly options: CheckOptions | undefined; readonly made: TargetExpectations }>(
  1_000,
);

function makeReady(options: CheckOptions | undefined, matchPattern: string): TargetExpectations {
  const all = optionsExpectations(options);
  // A pattern alone costs little to make ready: it has a cache of its own.
  const pattern = expectMatch(matchPattern);
  const at = all.findIndex(({ kind }) => place(kind) >= place('body'));
  return { all: at < 0 ? [...all, pattern] : all.toSpliced(at, 0, pattern), pattern };
}

const plain: readonly Expectation[] = [expectStatus()];

const compiled = new WeakMap<CheckOptions, readonly Expectation[]>();

function optionsExpectations(options: CheckOptions | undefined): readonly Expectation[] {
  if (!options?.expect) return plain;
  const known = compiled.get(options);
  if (known) return known;
  const made = compile(options.expect);
  compiled.set(options, made);
  return made;
}

function compile(expect: Expectations): readonly Expectation[] {
  const all: Expectation[] = [expectStatus(expect.status)];
  if (expect.final_url !== undefined) all.push(expectFinalUrl(expect.final_url));
  if (expect.tls !== undefined) all.push(expectTls(expect.tls));
  if (expect.certificate_days !== undefined) all.push(expectCertificateDays(expect.certificate_days));
  all.push(...(expect.headers ?? []).map(expectHeader));
  all.push(...(expect.body ?? []).map(expectBody));
  if (expect.body_size !== undefined) all.push(expectBodySize(expect.body_size));
  all.push(...(expect.json ?? []).map(expectJson));
  if (expect.down_above !== undefined) all.push(expectResponseTime('down_above', expect.down_above));
  if (expect.degraded_above !== undefined) all.push(expectResponseTime('degraded_above', expect.degraded_above));
  return all.toSorted((a, b) => place(a.kind) - place(b.kind));
}

function place(kind: Expectation['kind']): number {
  return assertionKinds.indexOf(kind);
}
