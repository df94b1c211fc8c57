// One connection through the fault-injecting proxy: two sockets, and what can befall what passes between them.

import { Buffer } from 'node:buffer';
import net, { type Socket } from 'node:net';
import { FaultProxyPipe } from './fault-proxy-pipe.ts';

export interface ProxiedConnection {
  /**
   * The first bytes that the client sent; empty until it has. PostgreSQL's start-up packet, for one, carries the
   * application_name, by which a connection can be picked.
   */
  readonly greeting: Buffer;
  /** Resets both sides (RST). What had not arrived is lost. */
  cut(): void;
  /** Closes both sides in order (FIN). What had not arrived is lost. */
  close(): void;
  /** Passes nothing on, not even the end of a connection, until `resume`. */
  stall(): void;
  resume(): void;
  /** From now on, each piece of data arrives this much later, in either direction. */
  delay(ms: number): void;
}

export interface DroppedAnswer {
  /** Resolves when an answer has been dropped and its connection been cut. */
  readonly happened: Promise<void>;
  /** No answer will be dropped any more. */
  cancel(): void;
}

/** A request has been seen whose answer is to be dropped. */
export type AnswerTrap = (request: Buffer) => (() => void) | undefined;

/** connecting or stalled --both connected, resume()--> passing --stall()--> stalled; any --cut, close, an end--> over */
export class FaultProxyConnection implements ProxiedConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #requests: FaultProxyPipe;
  readonly #answers: FaultProxyPipe;
  readonly #trap: AnswerTrap;
  #connect: (() => void) | undefined;
  #stalled = false;
  #brokenWhileStalled = false;
  #closing = false;
  /** Called with the answer that is not to arrive. */
  #drop: (() => void) | undefined;
  greeting: Buffer = Buffer.alloc(0);

  /** Connects to the server at once, or with the first `resume` where it begins stalled. */
  constructor(
    client: Socket,
    target: { readonly host: string; readonly port: number },
    { trap, onOver, stalled, delayMs }: { trap: AnswerTrap; onOver: () => void; stalled: boolean; delayMs: number },
  ) {
    this.#client = client;
    this.#server = new net.Socket({ allowHalfOpen: true });
    this.#trap = trap;
    this.#requests = new FaultProxyPipe(client, this.#server, (bytes) => this.#onRequest(bytes));
    this.#answers = new FaultProxyPipe(this.#server, client, () => this.#onAnswer());
    this.#connect = () => this.#server.setNoDelay().connect(target.port, target.host);
    let open = 2;
    for (const socket of [client, this.#server]) {
      socket.on('error', () => this.#onBroken());
      socket.on('close', () => {
        open -= 1;
        if (open === 0) onOver();
      });
    }
    this.delay(delayMs);
    this.#requests.hold();
    this.#answers.hold();
    if (stalled) this.#stalled = true;
    else this.resume();
  }

  cut(): void {
    this.#requests.discard();
    this.#answers.discard();
    for (const socket of [this.#client, this.#server]) reset(socket);
  }

  close(): void {
    this.#closing = true;
    this.#requests.discard();
    this.#answers.discard();
    this.#stalled = false;
    // Reading on, into nothing, is how the other sides' ends are noticed.
    for (const socket of [this.#client, this.#server]) {
      if (socket.connecting || socket.pending) socket.destroy();
      else socket.end().resume();
    }
  }

  stall(): void {
    this.#stalled = true;
    this.#requests.hold();
    this.#answers.hold();
  }

  resume(): void {
    this.#stalled = false;
    if (this.#brokenWhileStalled) {
      this.cut();
      return;
    }
    this.#connect?.();
    this.#connect = undefined;
    this.#requests.pass();
    this.#answers.pass();
  }

  delay(ms: number): void {
    this.#requests.delayMs = ms;
    this.#answers.delayMs = ms;
  }

  #onRequest(bytes: Buffer): boolean {
    if (this.greeting.length === 0) this.greeting = bytes;
    this.#drop ??= this.#trap(bytes);
    return !this.#closing;
  }

  #onAnswer(): boolean {
    if (this.#drop === undefined) return !this.#closing;
    const dropped = this.#drop;
    this.#drop = undefined;
    // The client is cut off; the server is not, lest it give up what it was about to commit.
    this.#closing = true;
    reset(this.#client);
    this.#requests.discard();
    this.#server.end().resume();
    dropped();
    return false;
  }

  /** One side was reset or could not be reached: so is the other, but nobody hears of it while nothing passes. */
  #onBroken(): void {
    if (this.#stalled) this.#brokenWhileStalled = true;
    else this.cut();
  }
}

/** A socket that is not connected has nothing to reset. */
function reset(socket: Socket): void {
  if (socket.pending) socket.destroy();
  else socket.resetAndDestroy();
}
