// Fetches targets, each over fresh connections unless it says otherwise, and reports what happened without judging it.

import type { Socket } from 'node:net';
import type { FetchResult, FetchWatch, OAuth2Options, RequestHeaders, Target, TargetFetcher } from '@everytick/core';
import { NameResolver } from '../dns/name-resolver.ts';
import { EgressPolicy } from '../egress/egress-policy.ts';
import { SecretMissing, type SecretSource } from '../secrets/secret-resolver.ts';
import { CheckRun, type RunContext } from './check-run.ts';
import { Deadlines } from './deadlines.ts';
import { internalFailure, OptionsUnusable, optionsInvalid } from './error-codes.ts';
import { KeptConnections } from './kept-connections.ts';
import { notBegun } from './not-begun.ts';
import { OAuthTokens } from './oauth-tokens.ts';
import { planRequests, type RequestPlan } from './request-plan.ts';
import { SecureContexts } from './secure-contexts.ts';

export interface UndiciFetcherOptions {
  /** How much of a body is read and kept, before content decoding and after it. 1 MiB where absent. */
  readonly bodyLimitBytes?: number | undefined;
  /** Where checks may connect; public addresses alone where absent. */
  readonly egress?: EgressPolicy | undefined;
  /** Where secrets may come from; from nowhere where absent. */
  readonly secrets?: SecretSource | undefined;
  /** Its owner closes it. One of its own where absent. */
  readonly resolver?: NameResolver | undefined;
  /** PEM certificates of authorities to trust beside those that Node trusts. */
  readonly extraCa?: readonly string[] | undefined;
  /** How long a check may wait for its OAuth2 token before it begins. 2 s where absent. */
  readonly longestTokenWaitMs?: number | undefined;
  /** Whether results describe certificates. */
  readonly certificateDetails?: boolean | undefined;
}

/** What is written out needs no source. */
const noSecrets: SecretSource = {
  resolve(value) {
    if (typeof value === 'string') return value;
    throw new SecretMissing('there are no secrets for checks here');
  },
};

export class UndiciFetcher implements TargetFetcher, RunContext {
  readonly resolver: NameResolver;
  readonly egress: EgressPolicy;
  readonly secureContexts: SecureContexts;
  readonly deadlines = new Deadlines();
  readonly kept = new KeptConnections();
  readonly bodyLimitBytes: number;
  readonly certificateDetails: boolean;
  readonly #secrets: SecretSource;
  readonly #tokens: OAuthTokens;
  readonly #ownResolver: NameResolver | null;
  readonly #runs = new Set<CheckRun>();
  readonly #sockets = new Set<Socket>();
  #closed = false;

  constructor(options: UndiciFetcherOptions = {}) {
    this.#ownResolver = options.resolver === undefined ? new NameResolver() : null;
    this.resolver = options.resolver ?? (this.#ownResolver as NameResolver);
    this.egress = options.egress ?? new EgressPolicy();
    this.secureContexts = new SecureContexts(options.extraCa);
    this.bodyLimitBytes = options.bodyLimitBytes ?? 1_048_576;
    this.certificateDetails = options.certificateDetails ?? false;
    this.#secrets = options.secrets ?? noSecrets;
    this.#tokens = new OAuthTokens({
      fetch: (target) => this.fetch(target),
      secrets: this.#secrets,
      longestWaitMs: options.longestTokenWaitMs ?? 2_000,
    });
  }

  fetch(target: Target, headers?: RequestHeaders, watch?: FetchWatch): Promise<FetchResult> {
    if (target.optionsProblem !== undefined) {
      return Promise.resolve(notBegun(target, { missed: optionsInvalid(target.optionsProblem) }));
    }
    const oauth2 = target.options?.auth?.oauth2;
    if (oauth2 !== undefined) return this.#fetchWithToken(target, oauth2, headers, watch);
    const plan = this.#plan(target, null, headers);
    return 'url' in plan ? this.#run(target, plan, watch) : Promise.resolve(plan);
  }

  async #fetchWithToken(
    target: Target,
    oauth2: OAuth2Options,
    headers: RequestHeaders | undefined,
    watch: FetchWatch | undefined,
  ): Promise<FetchResult> {
    let answer: Awaited<ReturnType<OAuthTokens['tokenFor']>>;
    try {
      answer = await this.#tokens.tokenFor(target, oauth2);
    } catch (error) {
      return whyNotBegun(target, error);
    }
    if (!('token' in answer)) return notBegun(target, answer);
    const plan = this.#plan(target, answer.token, headers);
    if (!('url' in plan)) return plan;
    const result = await this.#run(target, plan, watch);
    if (result.httpStatus === 401) this.#tokens.forget(answer.key);
    return result;
  }

  /** Or the result of a check for which there can be none. */
  #plan(target: Target, bearer: string | null, headers: RequestHeaders | undefined): RequestPlan | FetchResult {
    try {
      return planRequests(target, this.#secrets, bearer, headers);
    } catch (error) {
      return whyNotBegun(target, error);
    }
  }

  #run(target: Target, plan: RequestPlan, watch: FetchWatch | undefined): Promise<FetchResult> {
    return new Promise((resolve) => {
      const onResult = (result: FetchResult) => {
        this.#runs.delete(run);
        resolve(result);
      };
      const run = new CheckRun(target, plan, this, onResult, watch);
      this.#runs.add(run);
      if (this.#closed) run.cancel();
      else run.start();
    });
  }

  /** Checks that are under way end as `internal_error`; whoever closes a fetcher must not record them. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const run of this.#runs) run.cancel();
    this.kept.close();
    this.deadlines.close();
    this.#ownResolver?.close();
    await Promise.all(
      [...this.#sockets].map((socket) => new Promise((closed) => socket.once('close', closed).destroy())),
    );
  }

  /** How many sockets are open or still closing. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

function whyNotBegun(target: Target, error: unknown): FetchResult {
  if (error instanceof SecretMissing) {
    return notBegun(target, { missed: { code: 'secret_missing', detail: error.message } });
  }
  if (error instanceof OptionsUnusable) return notBegun(target, { missed: optionsInvalid(error.message) });
  return notBegun(target, { error: internalFailure(error) });
}
