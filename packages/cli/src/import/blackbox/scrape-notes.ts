// Notes on what stands in Prometheus's configuration beside the checks: how it talks to exporters, what it does with samples,
// which other ways of finding targets it has.

import type { ImportReport } from '../imported.ts';
import { optionChanged, optionLeftOut } from '../option-notes.ts';
import type { SourceValue } from '../source-value.ts';

/** How Prometheus reaches the exporter, which Everytick does not need. */
export const exporterOptions = [
  'scheme',
  'enable_compression',
  'basic_auth',
  'authorization',
  'oauth2',
  'bearer_token',
  'bearer_token_file',
  'sigv4',
  'follow_redirects',
  'enable_http2',
  'tls_config',
  'proxy_url',
  'no_proxy',
  'proxy_from_environment',
  'proxy_connect_header',
  'http_headers',
];

/** What Prometheus does with the samples that it gets. */
export const sampleOptions = [
  'scrape_protocols',
  'fallback_scrape_protocol',
  'honor_labels',
  'honor_timestamps',
  'track_timestamps_staleness',
  'scrape_failure_log_file',
  'metric_relabel_configs',
  'body_size_limit',
  'sample_limit',
  'label_limit',
  'label_name_length_limit',
  'label_value_length_limit',
  'target_limit',
  'keep_dropped_targets',
  'metric_name_validation_scheme',
  'metric_name_escaping_scheme',
  'native_histogram_bucket_limit',
  'native_histogram_min_bucket_factor',
  'scrape_native_histograms',
  'scrape_classic_histograms',
  'convert_classic_histograms_to_nhcb',
  'always_scrape_classic_histograms',
  'extra_scrape_metrics',
];

const serverOptions: Readonly<Record<string, string>> = {
  rule_files: 'rules and alerts are not carried over',
  alerting: 'rules and alerts are not carried over',
  remote_write: 'concerns the samples of Prometheus',
  remote_read: 'concerns the samples of Prometheus',
  otlp: 'concerns the samples of Prometheus',
  storage: 'concerns the samples of Prometheus',
  tracing: 'concerns Prometheus itself',
  runtime: 'concerns Prometheus itself',
};

const probeParams = ['module', 'target', 'hostname'];
const ownTimes = ['scrape_interval', 'scrape_timeout'];

export function noteServerOptions(prometheus: SourceValue, report: ImportReport): void {
  for (const [key, why] of Object.entries(serverOptions)) {
    const value = prometheus.get(key);
    if (value !== undefined) optionLeftOut(report, value, why);
  }
  const global = prometheus.get('global');
  for (const [key, value] of global?.entries ?? []) {
    if (ownTimes.includes(key)) continue;
    const why =
      key === 'external_labels'
        ? 'are labels of the Prometheus server; give them to targets as labels where they say something of those'
        : 'concerns Prometheus itself';
    optionLeftOut(report, value, why);
  }
}

export function noteJobOptions(job: SourceValue, report: ImportReport): void {
  note(exporterOptions, 'is how Prometheus reaches the exporter; workers check the targets themselves');
  note(sampleOptions, 'is what Prometheus does with samples; results of Everytick are in its database');
  for (const [key, value] of [...job.entries]) {
    if (!key.endsWith('_sd_configs') || key === 'file_sd_configs') continue;
    optionLeftOut(report, value, 'these targets are found while Prometheus runs, so that they are not known here');
  }
  for (const [key, values] of job.get('params')?.entries ?? []) {
    if (!probeParams.includes(key)) optionLeftOut(report, values, 'changes nothing of what blackbox_exporter checks');
    else if (values.items.length > 1) optionChanged(report, values, 'only the first counts, as with blackbox_exporter');
  }
  for (const discovery of job.get('file_sd_configs')?.items ?? []) {
    const refresh = discovery.get('refresh_interval');
    if (refresh !== undefined) optionLeftOut(report, refresh, 'the files are read once, now');
  }

  function note(keys: readonly string[], why: string): void {
    for (const key of keys) {
      const value = job.get(key);
      if (value !== undefined) optionLeftOut(report, value, why);
    }
  }
}
