// Packed here and unpacked by SQL, packed by SQL and unpacked here: there is one layout.

import { Buffer } from 'node:buffer';
import { createTestDatabase, type TestDatabase } from '@everytick/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noPhases } from '../domain/check.ts';
import { type Measurements, measurementsOf, packMeasurements, type RowContext } from './measurements.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const orNull = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: null, freq: 3 });
const micros = fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 200_000 }), fc.nat({ max: 2_147_483_647 }));
const address = fc.oneof(
  fc.ipV4(),
  fc.constantFrom(
    '::',
    '::1',
    '1::',
    'fe80::1',
    '2001:db8::1:0:0:1',
    '::ffff:192.0.2.1',
    '2001:db8:1:2:3:4:5:6',
    '1:0:0:2::3',
  ),
);

const rows: fc.Arbitrary<readonly [Measurements, RowContext]> = fc.tuple(
  fc.record({
    latenessUs: orNull(
      fc.oneof(
        fc.integer({ min: -5_000, max: 5_000 }),
        fc.integer({ min: -8_640_000_000_000, max: 8_640_000_000_000 }),
      ),
    ),
    workerId: orNull(fc.nat({ max: 2_147_483_647 })),
    httpStatus: orNull(fc.constantFrom(200, 100, 204, 301, 404, 503, 999)),
    matched: orNull(fc.boolean()),
    suspect: orNull(fc.boolean()),
    phases: fc.record({
      dnsWaitUs: orNull(micros),
      dnsUs: orNull(micros),
      connectUs: orNull(micros),
      tlsUs: orNull(micros),
      requestUs: orNull(micros),
      firstByteUs: orNull(micros),
      downloadUs: orNull(micros),
    }),
    bodyBytes: orNull(micros),
    loopDelayUs: orNull(fc.oneof(fc.constant(0), micros)),
    protocol: orNull(fc.constantFrom('http/1.1' as const, 'h2' as const)),
    redirects: orNull(fc.nat({ max: 30 })),
    remoteAddress: orNull(address),
    certificateExpiresAtS: orNull(fc.integer({ min: -62_000_000_000, max: 253_402_300_799 })),
    errorDetail: orNull(fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => !text.includes('\0'))),
    failedAssertions: orNull(fc.constantFrom('[{"kind": "status", "seen": "404 – ü", "expected": "200"}]', '[]')),
  }),
  fc.record({
    scheduledAtMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    responseTimeUs: orNull(micros),
  }),
);

/** In the order of the type in SQL. */
function columnsOf(m: Measurements, { scheduledAtMs }: RowContext): unknown[] {
  const { phases } = m;
  return [
    m.latenessUs,
    m.workerId,
    m.httpStatus,
    m.matched,
    m.suspect,
    phases.dnsWaitUs,
    phases.dnsUs,
    phases.connectUs,
    phases.tlsUs,
    phases.requestUs,
    phases.firstByteUs,
    phases.downloadUs,
    m.bodyBytes,
    m.loopDelayUs,
    m.protocol,
    m.redirects,
    m.remoteAddress,
    m.certificateExpiresAtS,
    m.errorDetail,
    m.failedAssertions,
    new Date(scheduledAtMs),
  ];
}

const columns = `started.at AS lateness, (m).worker_id, (m).http_status, (m).matched, (m).suspect, (m).dns_wait_us, (m).dns_us,
  (m).connect_us, (m).tls_us, (m).request_us, (m).first_byte_us, (m).download_us, (m).body_bytes, (m).loop_delay_us, (m).protocol,
  (m).redirects, host((m).remote_address), extract(epoch FROM (m).certificate_expires_at)::float8, (m).error_detail,
  (m).failed_assertions::text, lateness_us_of($2)::float8 AS lateness_alone`;

async function unpackedBySql(packed: Buffer, { scheduledAtMs, responseTimeUs }: RowContext): Promise<unknown[]> {
  const { rows: found } = await database.pool.query<unknown[]>({
    name: 'unpack',
    text: `SELECT ${columns}
      FROM (SELECT measurements_of($2::bytea, $1::timestamptz, $3::integer) AS m) AS row
      CROSS JOIN LATERAL (
        SELECT round(extract(epoch FROM (m).started_at - $1) * 1000000)::float8 AS at
      ) AS started`,
    values: [new Date(scheduledAtMs), packed, responseTimeUs],
    rowMode: 'array',
  });
  return found[0] as unknown[];
}

async function packedBySql(m: Measurements, context: RowContext): Promise<Buffer | null> {
  const { rows: found } = await database.pool.query<[Buffer | null]>({
    name: 'pack',
    text: `SELECT packed_measurements((
        $21::timestamptz + $1::float8 * interval '1 microsecond', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
        to_timestamp($18::float8), $19, $20)::measurements, $21::timestamptz, $22::integer)`,
    values: [...columnsOf(m, context), context.responseTimeUs],
    rowMode: 'array',
  });
  return found[0]?.[0] ?? null;
}

const isNothing = (m: Measurements) =>
  Object.values({ ...m, phases: null, ...m.phases }).every((value) => value === null);

const nothing: Measurements = {
  latenessUs: null,
  workerId: null,
  httpStatus: null,
  matched: null,
  suspect: null,
  phases: noPhases,
  bodyBytes: null,
  loopDelayUs: null,
  protocol: null,
  redirects: null,
  remoteAddress: null,
  certificateExpiresAtS: null,
  errorDetail: null,
  failedAssertions: null,
};

describe('measurements', () => {
  it('come out as they went in, here and in SQL, and SQL packs them as they are packed here', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async ([m, context]) => {
        const packed = Buffer.from(packMeasurements(m, context), 'hex');
        expect(measurementsOf(packed, context)).toEqual(m);
        const [...unpacked] = await unpackedBySql(packed, context);
        expect(unpacked.pop()).toBe(m.latenessUs);
        const expected = columnsOf(m, context).slice(0, -1);
        // JSON comes back in PostgreSQL's spelling, which is the one used above.
        expect(unpacked).toEqual(expected);
        if (!isNothing(m)) expect(await packedBySql(m, context)).toEqual(packed);
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);

  it('beyond what their columns hold come out as the most that these do', async () => {
    const context = { scheduledAtMs: Date.now(), responseTimeUs: null };
    const stalled = { ...nothing, loopDelayUs: 2_160_000_000, bodyBytes: -1 };
    const packed = Buffer.from(packMeasurements(stalled, context), 'hex');
    expect(measurementsOf(packed, context)).toEqual({ ...nothing, loopDelayUs: 2_147_483_647, bodyBytes: 0 });
    // A loop delay of 36 minutes, and a certificate of before all times, as they had once been packed.
    const asBefore = Buffer.from('000081' + '80b0fb8508' + 'ffffffffffff7f', 'hex');
    const [row] = await database
      .query('SELECT m.* FROM measurements_of($1, now(), NULL) AS m', [asBefore])
      .then(({ rows: found }) => found);
    expect(row).toMatchObject({ loop_delay_us: 2_147_483_647, certificate_expires_at: null });
  });

  it('of which there are none are NULL', async () => {
    const context = { scheduledAtMs: 0, responseTimeUs: null };
    expect(await packedBySql(nothing, context)).toBeNull();
    expect(measurementsOf(null, context)).toBeNull();
    const { rows: found } = await database.query('SELECT (measurements_of(NULL, now(), NULL)).*, lateness_us_of(NULL)');
    expect(Object.values(found[0] ?? {}).every((value) => value === null)).toBe(true);
  });

  it('of a usual check take 20 bytes over HTTP, and 31 over HTTPS with a look-up', () => {
    const plain: Measurements = {
      latenessUs: 700,
      workerId: 1_200,
      httpStatus: 200,
      matched: true,
      suspect: false,
      phases: { ...noPhases, connectUs: 9_000, requestUs: 130, firstByteUs: 60_000, downloadUs: 1_500 },
      bodyBytes: 12_000,
      loopDelayUs: 0,
      protocol: 'http/1.1',
      redirects: 0,
      remoteAddress: '192.0.2.1',
      certificateExpiresAtS: null,
      errorDetail: null,
      failedAssertions: null,
    };
    const context = { scheduledAtMs: 1_800_000_000_000, responseTimeUs: 70_631 };
    expect(packMeasurements(plain, context).length / 2).toBe(20);
    const phases = { ...plain.phases, dnsWaitUs: 4, dnsUs: 3_000, connectUs: 20_000, tlsUs: 45_000 };
    const secure = { ...plain, phases, certificateExpiresAtS: 1_800_000_000 + 5_000_000 };
    expect(packMeasurements(secure, { ...context, responseTimeUs: 129_631 }).length / 2).toBe(31);
  });
});
