// What the standard variables of OpenTelemetry ask for. Those that the SDK's parts read by themselves (endpoint, headers,
// timeout, compression, certificates, names and attributes of the resource) are left to them. The rest is read here: the parts
// do not look at it, and what would bring in all of it (@opentelemetry/sdk-node, with gRPC, metrics, logs and Zipkin) takes a
// wrong value without a word.
//
// A value without which nothing can be exported as asked refuses the start, as a wrong setting of Everytick does. In place of
// any other wrong value the default is taken, with a warning, as the specification of OpenTelemetry wants it.

import { accessSync, constants } from 'node:fs';
import { type Environment, EverytickError } from '@everytick/core';
import { wholeNumbers } from './whole-numbers.ts';

export const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type SamplerName = (typeof samplers)[number];

export const protocols = ['http/protobuf', 'http/json'] as const;
export type Protocol = (typeof protocols)[number];

export interface TracingConfig {
  readonly protocol: Protocol;
  readonly sampler: SamplerName;
  /** Of traces that begin here, from 0 to 1; for the samplers that take one. */
  readonly ratio: number;
  readonly batch: ReturnType<typeof wholeNumbers>['batch'];
  readonly limits: ReturnType<typeof wholeNumbers>['limits'];
  /** Sentences about values that were not taken. */
  readonly warnings: readonly string[];
}

/** Null where no traces are wanted. An empty variable counts as absent. Throws `config_invalid`. */
export function readTracingConfig(environment: Environment): TracingConfig | null {
  const given = (name: string) => environment[name]?.trim() || undefined;
  const ofTraces = (name: string) => {
    const own = `OTEL_EXPORTER_OTLP_TRACES_${name}`;
    const variable = given(own) === undefined ? `OTEL_EXPORTER_OTLP_${name}` : own;
    return { variable, value: given(variable) };
  };
  const warnings: string[] = [];
  const problems: string[] = [];

  const endpoint = ofTraces('ENDPOINT');
  const exporter = given('OTEL_TRACES_EXPORTER') ?? 'otlp';
  if (endpoint.value === undefined || exporter === 'none' || isTrue('OTEL_SDK_DISABLED', given, warnings)) return null;
  if (exporter !== 'otlp')
    warnings.push(`OTEL_TRACES_EXPORTER is "${exporter}"; it must be otlp or none, so it is otlp`);

  const { protocol: scheme } = URL.parse(endpoint.value) ?? {};
  if (scheme !== 'http:' && scheme !== 'https:') {
    // The user and password of a collector may stand in it.
    problems.push(`${endpoint.variable} is no http or https URL; it must be one, such as http://127.0.0.1:4318`);
  }
  const protocol = ofTraces('PROTOCOL');
  if (protocol.value !== undefined && !isOneOf(protocols, protocol.value)) {
    const grpc = protocol.value === 'grpc' ? '; collectors take both on port 4318, where gRPC has 4317' : '';
    problems.push(`${protocol.variable} is "${protocol.value}"; it must be one of ${protocols.join(', ')}${grpc}`);
  }
  for (const name of ['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY']) {
    const { variable, value } = ofTraces(name);
    if (value !== undefined && !isReadable(value)) problems.push(`${variable} is "${value}", which cannot be read`);
  }
  if (problems.length > 0) throw new EverytickError('config_invalid', problems.join('\n'));

  const timeout = ofTraces('TIMEOUT');
  if (timeout.value !== undefined && !(Number(timeout.value) > 0)) {
    warnings.push(
      `${timeout.variable} is "${timeout.value}"; it must be a number of milliseconds above 0, so it is 10000`,
    );
  }
  const compression = ofTraces('COMPRESSION');
  if (compression.value !== undefined && !['none', 'gzip'].includes(compression.value)) {
    warnings.push(`${compression.variable} is "${compression.value}"; it must be none or gzip, so it is none`);
  }
  return {
    protocol: (protocol.value as Protocol | undefined) ?? 'http/protobuf',
    ...samplerOf(given, warnings),
    ...wholeNumbers(given, warnings),
    warnings,
  };
}

function samplerOf(given: (name: string) => string | undefined, warnings: string[]) {
  const name = given('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on';
  const arg = given('OTEL_TRACES_SAMPLER_ARG');
  if (!isOneOf(samplers, name)) {
    const allowed = `it must be one of ${samplers.join(', ')}, so it is parentbased_always_on`;
    warnings.push(`OTEL_TRACES_SAMPLER is "${name}"; ${allowed}`);
    return { sampler: 'parentbased_always_on', ratio: 1 } as const;
  }
  const ratio = arg === undefined ? 1 : Number(arg);
  const wanted = name.endsWith('traceidratio');
  if (wanted && !(ratio >= 0 && ratio <= 1)) {
    warnings.push(`OTEL_TRACES_SAMPLER_ARG is "${arg}"; it must be a number from 0 to 1, so it is 1`);
    return { sampler: name, ratio: 1 };
  }
  if (!wanted && arg !== undefined)
    warnings.push(`OTEL_TRACES_SAMPLER_ARG says nothing to OTEL_TRACES_SAMPLER ${name}`);
  return { sampler: name, ratio };
}

function isTrue(name: string, given: (name: string) => string | undefined, warnings: string[]): boolean {
  const value = given(name)?.toLowerCase() ?? 'false';
  if (value !== 'true' && value !== 'false')
    warnings.push(`${name} is "${value}"; it must be true or false, so it is false`);
  return value === 'true';
}

function isOneOf<const Word extends string>(words: readonly Word[], word: string): word is Word {
  return (words as readonly string[]).includes(word);
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
