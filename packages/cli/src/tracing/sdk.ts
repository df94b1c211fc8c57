// The OpenTelemetry SDK, put together from the parts that tracing needs. Nothing else imports it, and this module is imported
// only where traces are wanted: a process without tracing loads none of it.
//
//   spans --BatchSpanProcessor: a bounded queue--> LoggedExporter --> OTLP over HTTP
//             \-- full: spans are dropped

import { hostname } from 'node:os';
import { type Logger, makeSpans, withinDeadline } from '@everytick/core';
import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { ExporterLog, LoggedExporter } from './exporter-log.ts';
import type { Service, Tracing } from './start-tracing.ts';
import type { Protocol, TracingConfig } from './tracing-config.ts';

export type VersionedService = Service & { readonly version: string };

/** Registers the SDK and lets the process make spans. */
export async function startSdk(config: TracingConfig, service: VersionedService, logger: Logger): Promise<Tracing> {
  const log = new ExporterLog(logger);
  diag.setLogger(log, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  setGlobalErrorHandler((error) => log.error(error instanceof Error ? error.message : String(error)));

  const exporter = await exporterOf(config.protocol);
  const processor = new BatchSpanProcessor({ ...config.batch, exporter: new LoggedExporter(exporter, log) });
  const provider = new TracerProvider({
    resource: resourceOf(service, logger),
    sampler: samplerOf(config),
    spanLimits: config.limits,
    spanProcessors: [processor],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  const makeNone = makeSpans(service.version);
  const sampler = config.sampler.endsWith('traceidratio') ? `${config.sampler} ${config.ratio}` : config.sampler;
  logger.info({ protocol: config.protocol, sampler }, 'exporting traces');

  return {
    async stop(deadlineMs) {
      makeNone();
      const sent = provider.shutdown().then(
        () => true,
        () => false,
      );
      if ((await withinDeadline(sent, deadlineMs)) !== true) {
        logger.warn({ deadlineMs }, 'the last spans could not be exported in time and are lost');
      }
    },
  };
}

async function exporterOf(protocol: Protocol): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

function samplerOf({ sampler, ratio }: TracingConfig): Sampler {
  const name = sampler.replace('parentbased_', '');
  const root =
    name === 'traceidratio'
      ? new TraceIdRatioBasedSampler(ratio)
      : name === 'always_off'
        ? new AlwaysOffSampler()
        : new AlwaysOnSampler();
  return name === sampler ? root : new ParentBasedSampler({ root });
}

function resourceOf({ name, version, instance }: VersionedService, logger: Logger): Resource {
  const own = resourceFromAttributes({
    'service.name': name,
    'service.version': version,
    ...(instance === undefined ? {} : { 'service.instance.id': instance }),
    'host.name': hostname(),
    'process.pid': process.pid,
  });
  const asked = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] });
  // The detector takes all of it or, without a word, nothing.
  const attributes = process.env['OTEL_RESOURCE_ATTRIBUTES']?.replaceAll(',', '').trim();
  if (attributes && Object.keys(resourceAttributesEnvDetector.detect().attributes ?? {}).length === 0) {
    const form = 'it must be name=value, several of them with a comma between, with , and = in them as %2C and %3D';
    logger.warn(`OTEL_RESOURCE_ATTRIBUTES cannot be read, so none of it is taken; ${form}`);
  }
  return defaultResource().merge(own).merge(asked);
}
