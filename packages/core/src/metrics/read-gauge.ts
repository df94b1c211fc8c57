// Gauges whose value is looked up when somebody asks for it.

import { Gauge, type Registry } from 'prom-client';

/** `read` must cost next to nothing and wait for nobody. While it says `undefined` the gauge is absent. */
export function readGauge(registry: Registry, name: string, help: string, read: () => number | undefined): Gauge {
  return new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      const value = read();
      if (value === undefined) this.remove();
      else this.set(value);
    },
  });
}
