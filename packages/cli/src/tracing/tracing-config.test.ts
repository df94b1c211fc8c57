import { describe, expect, it } from '@jest/globals';
import { readTracingConfig } from './tracing-config.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
const read = (environment: Record<string, string>) => readTracingConfig({ ...endpoint, ...environment });

describe('traces are exported', () => {
  it.each<[wanted: boolean, Record<string, string>]>([
    [false, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    [false, { OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_TRACES_EXPORTER: 'otlp' }],
    [true, {}],
    [true, { OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/otlp' }],
    [true, { OTEL_TRACES_EXPORTER: 'otlp' }],
    [false, { OTEL_TRACES_EXPORTER: 'none' }],
    [false, { OTEL_SDK_DISABLED: 'True' }],
    [true, { OTEL_SDK_DISABLED: 'false' }],
  ])('%s with %j', (wanted, environment) => {
    expect(read(environment) !== null).toBe(wanted);
  });
});

describe('the variables of OpenTelemetry', () => {
  it('have the defaults of its specification', () => {
    expect(read({})).toEqual({
      protocol: 'http/protobuf',
      sampler: 'parentbased_always_on',
      ratio: 1,
      batch: { scheduledDelayMillis: 5_000, exportTimeoutMillis: 30_000, maxQueueSize: 2_048, maxExportBatchSize: 512 },
      limits: {
        attributeCountLimit: 128,
        attributeValueLengthLimit: Number.POSITIVE_INFINITY,
        eventCountLimit: 128,
        linkCountLimit: 128,
        attributePerEventCountLimit: 128,
        attributePerLinkCountLimit: 128,
      },
      warnings: [],
    });
  });

  it('are read, the special before the general', () => {
    expect(
      read({
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.01',
        OTEL_BSP_MAX_QUEUE_SIZE: '100',
        OTEL_ATTRIBUTE_COUNT_LIMIT: '7',
        OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '8',
        OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '90',
      }),
    ).toMatchObject({
      protocol: 'http/json',
      sampler: 'parentbased_traceidratio',
      ratio: 0.01,
      batch: { maxQueueSize: 100 },
      limits: { attributeCountLimit: 8, attributeValueLengthLimit: 90 },
      warnings: [],
    });
  });

  it.each([
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER is "zipkin"; it must be otlp or none, so it is otlp'],
    [{ OTEL_SDK_DISABLED: 'yes' }, 'OTEL_SDK_DISABLED is "yes"; it must be true or false, so it is false'],
    [{ OTEL_TRACES_SAMPLER: 'xray' }, 'OTEL_TRACES_SAMPLER is "xray"; it must be one of always_on, '],
    [
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '1 %' },
      'OTEL_TRACES_SAMPLER_ARG is "1 %"; it must be a number from 0 to 1, so it is 1',
    ],
    [
      { OTEL_TRACES_SAMPLER_ARG: '0.1' },
      'OTEL_TRACES_SAMPLER_ARG says nothing to OTEL_TRACES_SAMPLER parentbased_always_on',
    ],
    [
      { OTEL_BSP_SCHEDULE_DELAY: '5s' },
      'OTEL_BSP_SCHEDULE_DELAY is "5s"; it must be a whole number of 1 or more, so it is 5000',
    ],
    [
      { OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '-1' },
      'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT is "-1"; it must be a whole number of 0 or more, so it is without a limit',
    ],
    [
      { OTEL_EXPORTER_OTLP_TIMEOUT: '10s' },
      'OTEL_EXPORTER_OTLP_TIMEOUT is "10s"; it must be a number of milliseconds above 0, so it is 10000',
    ],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd' }, 'OTEL_EXPORTER_OTLP_COMPRESSION is "zstd"; it must be none or gzip'],
  ])('are left at their defaults, with a warning, where they are wrong: %j', (environment, warning) => {
    expect(read(environment)?.warnings).toEqual([expect.stringContaining(warning)]);
  });

  it.each([
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'me:hunter2@collector:4318' },
      'OTEL_EXPORTER_OTLP_ENDPOINT is no http or https URL; it must be one, such as http://127.0.0.1:4318',
    ],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"; it must be one of http/protobuf, http/json; collectors take both on port 4318, where gRPC has 4317',
    ],
    [
      { OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere.pem' },
      'OTEL_EXPORTER_OTLP_CERTIFICATE is "/nowhere.pem", which cannot be read',
    ],
  ])('refuse the start where nothing could be exported as asked: %j', (environment, problem) => {
    expect(() => read(environment)).toThrow(problem);
  });
});
