// What a coordinator tells Prometheus about the configuration that it follows.

import { Counter, Gauge, type Registry } from 'prom-client';

/**
 * `applied`: something was changed. `unchanged`: all was so already. `invalid`: the files are wrong. `refused`: the database
 * has something against it, such as another source's target. `failed`: the database could not be asked.
 */
export const applyResults = ['applied', 'unchanged', 'invalid', 'refused', 'failed'] as const;
export type ApplyResult = (typeof applyResults)[number];

export class ConfigurationMetrics {
  readonly #successful: Gauge;
  readonly #succeededAt: Gauge;
  readonly #targets: Gauge;
  readonly #applies: Counter<'result'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#successful = new Gauge({
      name: 'everytick_config_last_apply_successful',
      help: '1 if the configuration is in force as it stands in its files now.',
      registers,
    });
    this.#succeededAt = new Gauge({
      name: 'everytick_config_last_success_timestamp_seconds',
      help: 'When a configuration was last put in force, in seconds since 1970.',
      registers,
    });
    this.#targets = new Gauge({
      name: 'everytick_config_targets',
      help: 'Targets that the configuration in force declares.',
      registers,
    });
    this.#applies = new Counter({
      name: 'everytick_config_applies_total',
      help: 'Attempts to put the configuration in force, by result.',
      labelNames: ['result'],
      registers,
    });
    for (const result of applyResults) this.#applies.inc({ result }, 0);
  }

  succeeded(result: 'applied' | 'unchanged', targets: number): void {
    this.#applies.inc({ result });
    this.#successful.set(1);
    this.#succeededAt.setToCurrentTime();
    this.#targets.set(targets);
  }

  /** The last good configuration stays in force, and so does what is told of it. */
  missed(result: 'invalid' | 'refused' | 'failed'): void {
    this.#applies.inc({ result });
    this.#successful.set(0);
  }
}
