// What a row of the ledger says of how its tick was carried out, and how that is packed: README.md.

import { Buffer } from 'node:buffer';
import type { HttpProtocol, Phases } from '../domain/check.ts';
import { formatIpAddress, parseIpAddress } from '../network/ip-address.ts';

export interface Measurements {
  /** In microseconds after `scheduled_at`; null where the check was never begun. */
  readonly latenessUs: number | null;
  readonly workerId: number | null;
  readonly httpStatus: number | null;
  readonly matched: boolean | null;
  readonly suspect: boolean | null;
  readonly phases: Phases;
  readonly bodyBytes: number | null;
  readonly loopDelayUs: number | null;
  readonly protocol: HttpProtocol | null;
  readonly redirects: number | null;
  /** Without a zone. */
  readonly remoteAddress: string | null;
  /** In whole seconds since 1970. */
  readonly certificateExpiresAtS: number | null;
  readonly errorDetail: string | null;
  /** A JSON array. */
  readonly failedAssertions: string | null;
}

/** What the rest of the row says. */
export interface RowContext {
  readonly scheduledAtMs: number;
  readonly responseTimeUs: number | null;
}

const flagBytes = 3;
const usualStatus = 200;
/** Of an integer in PostgreSQL: 35 minutes, in microseconds. */
const largest = 2_147_483_647;
/** All numbers and an address: none takes more than eight bytes. */
const longestWithoutTexts = flagBytes + 14 * 8 + 16;
const scratch = Buffer.alloc(longestWithoutTexts);

/** As hexadecimal digits: the form in which bytes go to PostgreSQL within arrays. */
export function packMeasurements(m: Measurements, context: RowContext): string {
  const writer = new NumberWriter();
  const { phases } = m;
  const status = m.httpStatus === null ? 0 : m.httpStatus === usualStatus ? 1 : 2;
  const redirects = m.redirects === null ? 0 : m.redirects === 0 ? 1 : 2;
  const address = m.remoteAddress === null ? null : parseIpAddress(m.remoteAddress);
  const certificate =
    m.certificateExpiresAtS === null ? null : m.certificateExpiresAtS - Math.floor(context.scheduledAtMs / 1_000);

  // Nearly always the worker was not held up at all.
  const calm = m.suspect === false && m.loopDelayUs === 0;
  const a =
    writer.signed(m.latenessUs) |
    (writer.unsigned(m.workerId) << 1) |
    (status << 2) |
    (ternary(m.matched) << 4) |
    ((calm ? 3 : ternary(m.suspect)) << 6);
  if (status === 2) writer.unsigned(m.httpStatus);
  const left = leftForFirstByte(phases, context.responseTimeUs);
  const b =
    writer.unsigned(phases.dnsWaitUs) |
    (writer.unsigned(phases.dnsUs) << 1) |
    (writer.unsigned(phases.connectUs) << 2) |
    (writer.unsigned(phases.tlsUs) << 3) |
    (writer.unsigned(phases.requestUs) << 4) |
    ((left === null || phases.firstByteUs === null
      ? writer.unsigned(phases.firstByteUs)
      : writer.signed(phases.firstByteUs - left)) <<
      5) |
    (writer.unsigned(phases.downloadUs) << 6) |
    (writer.unsigned(m.bodyBytes) << 7);
  let c = writer.unsigned(calm ? null : m.loopDelayUs);
  if (redirects === 2) writer.unsigned(m.redirects);
  c |= writer.signed(certificate) << 7;
  if (m.protocol !== null) c |= m.protocol === 'h2' ? 4 : 2;
  c |= redirects << 3;
  if (address !== null) c |= typeof address === 'number' ? 32 : 64;
  if (typeof address === 'number') writer.word(address);
  else if (address !== null) for (const word of address) writer.word(word);

  scratch[0] = a;
  scratch[1] = b;
  scratch[2] = c;
  return scratch.toString('hex', 0, writer.end) + packedTexts(m);
}

function packedTexts({ errorDetail, failedAssertions }: Measurements): string {
  if (errorDetail === null && failedAssertions === null) return '';
  const detail = Buffer.from(errorDetail ?? '');
  const size = Buffer.alloc(8);
  const end = writeNumber(size, 0, errorDetail === null ? 0 : detail.length + 1);
  return Buffer.concat([size.subarray(0, end), detail, Buffer.from(failedAssertions ?? '')]).toString('hex');
}

/** Null for a row of a tick of which there is nothing to say. */
export function measurementsOf(packed: Buffer | null, context: RowContext): Measurements | null {
  if (packed === null) return null;
  const [a = 0, b = 0, c = 0] = packed;
  const reader = new NumberReader(packed);
  const latenessUs = reader.signed((a & 1) > 0);
  const workerId = reader.unsigned((a & 2) > 0);
  const status = reader.unsigned((a & 12) === 8);
  const dnsWaitUs = reader.unsigned((b & 1) > 0);
  const dnsUs = reader.unsigned((b & 2) > 0);
  const connectUs = reader.unsigned((b & 4) > 0);
  const tlsUs = reader.unsigned((b & 8) > 0);
  const requestUs = reader.unsigned((b & 16) > 0);
  const known = context.responseTimeUs !== null;
  const firstByte = known ? reader.signed((b & 32) > 0) : reader.unsigned((b & 32) > 0);
  const downloadUs = reader.unsigned((b & 64) > 0);
  const others = { dnsWaitUs, dnsUs, connectUs, tlsUs, requestUs, downloadUs };
  const left = leftForFirstByte(others, context.responseTimeUs);
  const bodyBytes = reader.unsigned((b & 128) > 0);
  const loopDelayUs = reader.unsigned((c & 1) > 0);
  const redirects = reader.unsigned((c & 24) === 16);
  const certificate = reader.signed((c & 128) > 0);
  const remoteAddress = (c & 32) > 0 ? reader.address(1) : (c & 64) > 0 ? reader.address(4) : null;
  return {
    latenessUs,
    workerId,
    httpStatus: (a & 12) === 4 ? usualStatus : status,
    matched: booleanOf((a >> 4) & 3),
    suspect: booleanOf((a >> 6) & 3),
    phases: { ...others, firstByteUs: firstByte === null || left === null ? firstByte : firstByte + left },
    bodyBytes,
    loopDelayUs: a >= 192 ? 0 : loopDelayUs,
    protocol: (c & 6) === 0 ? null : (c & 6) === 4 ? 'h2' : 'http/1.1',
    redirects: (c & 24) === 8 ? 0 : redirects,
    remoteAddress,
    certificateExpiresAtS: certificate === null ? null : certificate + Math.floor(context.scheduledAtMs / 1_000),
    ...reader.texts(),
  };
}

/** What the other phases leave of the response time. */
function leftForFirstByte(phases: Omit<Phases, 'firstByteUs'>, responseTimeUs: number | null): number | null {
  if (responseTimeUs === null) return null;
  const { dnsUs, connectUs, tlsUs, requestUs, downloadUs } = phases;
  return responseTimeUs - (dnsUs ?? 0) - (connectUs ?? 0) - (tlsUs ?? 0) - (requestUs ?? 0) - (downloadUs ?? 0);
}

function ternary(value: boolean | null): number {
  return value === null ? 0 : value ? 2 : 1;
}

function booleanOf(value: number): boolean | null {
  return value === 0 ? null : value === 2;
}

/** Up to 2^53: no shifts, which are of 32 bits. */
function writeNumber(bytes: Buffer, at: number, number: number): number {
  let rest = number;
  let end = at;
  while (rest > 127) {
    bytes[end++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[end++] = rest;
  return end;
}

/** Writes behind the flags, and says of each number whether it is there: 1 or 0. */
class NumberWriter {
  end = flagBytes;

  /** What does not fit in its column of the view `results` is the nearest that does: nothing a worker measures may keep a row from being read. */
  unsigned(number: number | null): 0 | 1 {
    return this.#write(number === null ? null : Math.min(Math.max(number, 0), largest));
  }

  signed(number: number | null): 0 | 1 {
    return this.#write(number === null ? null : number < 0 ? -2 * number - 1 : 2 * number);
  }

  #write(number: number | null): 0 | 1 {
    if (number === null) return 0;
    this.end = writeNumber(scratch, this.end, number);
    return 1;
  }

  word(word: number): void {
    this.end = scratch.writeUInt32BE(word, this.end);
  }
}

class NumberReader {
  readonly #bytes: Buffer;
  #at = flagBytes;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  unsigned(present: boolean): number | null {
    return present ? this.#next() : null;
  }

  signed(present: boolean): number | null {
    if (!present) return null;
    const number = this.#next();
    return number % 2 === 1 ? -(number + 1) / 2 : number / 2;
  }

  address(words: 1 | 4): string {
    const read = Array.from({ length: words }, (_, nth) => this.#bytes.readUInt32BE(this.#at + 4 * nth));
    this.#at += 4 * words;
    return formatIpAddress(words === 1 ? (read[0] as number) : (read as [number, number, number, number]));
  }

  texts(): Pick<Measurements, 'errorDetail' | 'failedAssertions'> {
    if (this.#at >= this.#bytes.length) return { errorDetail: null, failedAssertions: null };
    const size = this.#next();
    const end = this.#at + Math.max(0, size - 1);
    return {
      errorDetail: size === 0 ? null : this.#bytes.toString('utf8', this.#at, end),
      failedAssertions: end < this.#bytes.length ? this.#bytes.toString('utf8', end) : null,
    };
  }

  #next(): number {
    let number = 0;
    for (let place = 1; ; place *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError('a packed number has no end');
      number += (byte % 128) * place;
      if (byte < 128) return number;
    }
  }
}
