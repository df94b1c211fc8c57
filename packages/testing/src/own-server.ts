// A PostgreSQL server that belongs to one test, which may crash it and start it again.

import { type EmbeddedPostgres, removeEmbeddedPostgres, type StopMode } from '@everytick/cli/embedded-postgres';
import { makeScratchDirectory, startScratchServer } from './scratch-server.ts';
import { atEnd } from './test-scope.ts';

export interface OwnPostgres extends AsyncDisposable {
  /** A superuser's URL of its empty database `everytick`; the same after every start. */
  readonly url: string;
  readonly port: number;
  /** What the server logs. */
  readonly logFile: string;
  /** `immediate` is a crash: connections break, and the next start recovers. */
  stop(mode?: StopMode): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** Ends it and deletes its data. Happens by itself at the end of the test. */
  remove(): Promise<void>;
}

/** Starts an embedded server. What was committed survives `stop` in either mode, but not a crash of the machine. */
export async function startOwnPostgres({
  settings = {},
}: {
  settings?: Readonly<Record<string, string>>;
} = {}): Promise<OwnPostgres> {
  const dataDir = await makeScratchDirectory();
  const remove = () => removeEmbeddedPostgres(dataDir);
  atEnd(remove);
  let server: EmbeddedPostgres = await startScratchServer(dataDir, { settings });
  const { url, port, logFile } = server;
  return {
    url,
    port,
    logFile,
    stop: (mode) => server.stop(mode),
    async start() {
      server = await startScratchServer(dataDir, { port, settings });
      if (server.port !== port) throw new Error(`Port ${port} was taken while the server was stopped.`);
    },
    remove,
    [Symbol.asyncDispose]: remove,
  };
}
