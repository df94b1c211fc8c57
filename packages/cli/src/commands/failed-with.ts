/** What went wrong, for a command whose exit codes mean something else than usual. */
export class FailedWith extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, cause: unknown) {
    super('see the cause', { cause });
    this.exitCode = exitCode;
  }
}
