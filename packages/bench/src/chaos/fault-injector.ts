// Carries out the planned faults: each at its moment, or as soon as its victim is back from the one before.

import { setTimeout as delay } from 'node:timers/promises';
import { eventually, type OwnPostgres } from '@everytick/testing';
import type { FaultKind, PlannedFault } from './fault-plan.ts';
import type { Member } from './member.ts';

export interface CarriedOutFault extends PlannedFault {
  /** When it really began, and when its victim was back; milliseconds since 1970. */
  readonly beganAtMs: number;
  readonly overAtMs: number;
}

export interface FaultInjectorOptions {
  readonly members: ReadonlyMap<string, Member>;
  readonly postgres: OwnPostgres;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/** The statement with which workers report; its name is in the request, prepared as it is. */
const FINISH_STATEMENT = 'everytick_finish';
const OPPORTUNITY_TIMEOUT_MS = 60_000;

export class FaultInjector {
  readonly #options: FaultInjectorOptions;
  /** The end of what befalls each victim. */
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(options: FaultInjectorOptions) {
    this.#options = options;
  }

  /** Resolves when all victims are back. Rejects when a fault could not be carried out, or its victim did not come back. */
  async carryOut(plan: readonly PlannedFault[]): Promise<CarriedOutFault[]> {
    const { signal, onProgress } = this.#options;
    const startedAtMs = performance.now();
    const under: Promise<CarriedOutFault>[] = [];
    for (const [index, fault] of plan.entries()) {
      await Promise.race([
        delay(Math.max(0, startedAtMs + fault.atMs - performance.now()), undefined, { signal }),
        // Whatever fails ends the run at once.
        Promise.all(under).then(() => new Promise<never>(() => undefined)),
      ]);
      const before = this.#busy.get(fault.victim);
      const carriedOut = (async () => {
        await before;
        signal.throwIfAborted();
        onProgress(`fault ${index + 1} of ${plan.length}: ${fault.kind}, ${fault.victim}, ${fault.lastsMs} ms`);
        let beganAtMs = Date.now();
        await this.#inject(fault, () => {
          beganAtMs = Date.now();
        });
        return { ...fault, beganAtMs, overAtMs: Date.now() };
      })();
      this.#busy.set(fault.victim, carriedOut);
      under.push(carriedOut);
    }
    return Promise.all(under);
  }

  /** `began` is called where the fault begins later than it is set up. */
  async #inject(fault: PlannedFault, began: () => void): Promise<void> {
    if (fault.kind === 'postgres_crashed') {
      await this.#options.postgres.stop('immediate');
      await this.#pause(fault);
      await this.#options.postgres.start();
      return;
    }
    const member = this.#options.members.get(fault.victim);
    if (member === undefined) throw new Error(`no process is called ${fault.victim}`);
    await this.#faults[fault.kind](member, fault, began);
  }

  readonly #faults: Readonly<
    Record<
      Exclude<FaultKind, 'postgres_crashed'>,
      (member: Member, fault: PlannedFault, began: () => void) => Promise<void>
    >
  > = {
    worker_killed: (member, fault) => this.#kill(member, fault),
    coordinator_killed: (member, fault) => this.#kill(member, fault),
    worker_terminated: (member, fault) => this.#terminate(member, fault),
    coordinator_terminated: (member, fault) => this.#terminate(member, fault),
    worker_stopped: (member, fault) => this.#freeze(member, fault),
    coordinator_stopped: (member, fault) => this.#freeze(member, fault),
    connections_cut: async ({ proxy }, _fault, began) => {
      await eventually(() => proxy.connections.length > 0, { timeoutMs: OPPORTUNITY_TIMEOUT_MS });
      began();
      proxy.cut();
    },
    connections_stalled: async ({ proxy }, fault, began) => {
      await eventually(() => proxy.connections.length > 0, { timeoutMs: OPPORTUNITY_TIMEOUT_MS });
      began();
      proxy.stall();
      await this.#pause(fault);
      proxy.resume();
    },
    answer_dropped: async ({ proxy, name }, _fault, began) => {
      const dropped = proxy.dropNextAnswer(FINISH_STATEMENT);
      const late = AbortSignal.any([this.#options.signal, AbortSignal.timeout(OPPORTUNITY_TIMEOUT_MS)]);
      const inVain = delay(OPPORTUNITY_TIMEOUT_MS * 2, undefined, { signal: late, ref: false }).catch(() => {
        throw new Error(`${name} reported nothing whose answer could have been dropped`);
      });
      await Promise.race([dropped.happened, inVain]).finally(dropped.cancel);
      began();
    },
  };

  async #kill(member: Member, fault: PlannedFault): Promise<void> {
    await member.kill();
    await this.#pause(fault);
    await member.start();
  }

  async #terminate(member: Member, fault: PlannedFault): Promise<void> {
    await member.terminate();
    await this.#pause(fault);
    await member.start();
  }

  async #freeze(member: Member, fault: PlannedFault): Promise<void> {
    member.freeze();
    await this.#pause(fault);
    member.thaw();
  }

  #pause({ lastsMs }: PlannedFault): Promise<void> {
    return delay(lastsMs, undefined, { signal: this.#options.signal });
  }
}
