// What is wrong with a response: not a failure of the connection, but of what came over it.

export type HttpErrorCode =
  /** Not valid HTTP, for the reason given. */
  | 'HPE_INVALID'
  | 'HPE_HEADER_OVERFLOW'
  /** More bytes than any header and body that is read could need. */
  | 'HPE_TOO_LONG'
  /** The connection ended before the response did. */
  | 'CONNECTION_ENDED';

/** `reason` is a sentence's second half: "the response is not valid HTTP: reason". */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;

  constructor(code: HttpErrorCode, reason: string) {
    // Made for a bad server and shown to nobody as such: where it was thrown is of no interest, and costs.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`(${reason})`);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
  }
}
