// LISTEN that survives outages. pg-listen does the reconnecting; this file holds the settings without which a five-second
// outage ends it for good, and narrows it to what Everytick needs.
//
//   connecting --LISTEN done--> connected --connection lost--> connecting ... until close()
//
// A notification is only ever a hint: while not connected they are lost, and `onConnected` is the moment to look for
// oneself.

import { setTimeout as delay } from 'node:timers/promises';
import pgListen, { type Subscriber } from 'pg-listen';
import { withinDeadline } from '../clock/within-deadline.ts';
import type { Logger } from '../logging/logger.ts';

export interface ListenerOptions {
  /** A direct connection: LISTEN does not work through a transaction-mode pooler. */
  readonly connectionString: string;
  readonly applicationName: string;
  readonly channel: string;
  readonly logger: Logger;
  readonly onNotification: (payload: unknown) => void;
  /** After the first connection and after every reconnection. */
  readonly onConnected: () => void;
}

export interface NotificationListener {
  readonly connected: boolean;
  close(): Promise<void>;
}

const RETRY_INTERVAL_MS = 500;

/** Starts listening and returns at once; it goes on trying until it is closed. */
export function listen(options: ListenerOptions): NotificationListener {
  let connected = false;
  let closed = false;
  /** Set while pg-listen is reconnecting, which it goes on doing for one attempt after close(). */
  let reconnecting: PromiseWithResolvers<void> | undefined;

  const start = (): Subscriber => {
    const subscriber = pgListen.default(
      {
        connectionString: options.connectionString,
        application_name: options.applicationName,
        connectionTimeoutMillis: 5_000,
        query_timeout: 5_000,
      },
      {
        retryTimeout: Number.POSITIVE_INFINITY,
        // A listener closed during an outage would otherwise go on trying for ever.
        retryInterval: () => {
          if (closed) throw new Error('the listener was closed');
          return RETRY_INTERVAL_MS * (0.5 + Math.random());
        },
        paranoidChecking: 10_000,
      },
    );
    subscriber.events.on('connected', () => {
      reconnecting?.resolve();
      reconnecting = undefined;
      if (closed) {
        void subscriber.close();
        return;
      }
      // The first connection has no LISTEN yet: see connectFirst.
      if (subscriber.getSubscribedChannels().length === 0) return;
      connected = true;
      options.onConnected();
    });
    subscriber.events.on('reconnect', (attempt) => {
      connected = false;
      reconnecting ??= Promise.withResolvers();
      if (attempt === 1)
        options.logger.warn({ channel: options.channel }, 'listener lost its connection, reconnecting');
    });
    subscriber.events.on('error', (error) => {
      connected = false;
      reconnecting?.resolve();
      reconnecting = undefined;
      if (!closed) options.logger.warn({ err: error, channel: options.channel }, 'listener failed');
    });
    subscriber.notifications.on(options.channel, (payload) => options.onNotification(payload));
    return subscriber;
  };

  // pg-listen reconnects by itself, but not before it has been connected once.
  let subscriber: Subscriber | undefined;
  const connectFirst = async (): Promise<void> => {
    while (!closed) {
      subscriber = start();
      try {
        await subscriber.connect();
        await subscriber.listenTo(options.channel);
        connected = true;
        options.onConnected();
        return;
      } catch (error) {
        connected = false;
        subscriber.events.removeAllListeners('connected');
        subscriber.events.removeAllListeners('reconnect');
        subscriber.events.removeAllListeners('error');
        subscriber.events.on('error', () => undefined);
        await subscriber.close().catch(() => undefined);
        if (!closed) options.logger.warn({ err: error, channel: options.channel }, 'listener cannot connect, retrying');
        await delay(RETRY_INTERVAL_MS);
      }
    }
  };
  const connecting = connectFirst();

  return {
    get connected() {
      return connected;
    },
    async close() {
      closed = true;
      connected = false;
      // Not after connectFirst: a connection attempt to a silent server takes seconds.
      const closing = subscriber?.close().catch(() => undefined);
      // A server that has fallen silent does not answer to that either.
      await withinDeadline(closing, 2_000);
      await withinDeadline(Promise.all([connecting, reconnecting?.promise]), 2_000);
    },
  };
}
