// The panels that our dashboards have, in the JSON that Grafana reads: only what differs from Grafana's own defaults.

/** One query of a panel. */
export interface Query {
  readonly expr: string;
  /** The name of its series: `{{label}}` stands for a label. */
  readonly legend?: string;
}

/** What Grafana takes as the unit of a number (`reqps`, `s`, `percentunit`, ...); `short` and `none` are numbers. */
type Unit = 'short' | 'none' | 'reqps' | 'cps' | 's' | 'percentunit' | 'bytes' | 'd' | 'decbytes' | 'bool_yes_no';

export interface PanelOptions {
  readonly title: string;
  /** What it shows, and what to make of it: a sentence or two, shown when the pointer rests on the title. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Columns, of 24. */
  readonly width?: number;
  /** Rows of 30 pixels. */
  readonly height?: number;
  /** Values from which on a number has the next colour: green, the first, the second. */
  readonly thresholds?: readonly Step[];
  readonly mappings?: readonly Mapping[];
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
}

export interface Step {
  readonly from: number;
  readonly color: 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'text';
}

export interface Mapping {
  readonly value: number;
  readonly text: string;
  readonly color: string;
}

/** Without its place: that is for the dashboard to say. */
export interface Panel {
  readonly width: number;
  readonly height: number;
  readonly json: { readonly type: string; readonly title: string } & Readonly<Record<string, unknown>>;
}

/** Grafana replaces it by what is chosen at the top of the dashboard. */
export const datasource = { type: 'prometheus', uid: '$datasource' } as const;

/** Lines over time. `stacked`: on top of each other, where their sum is something. */
export function lines(options: PanelOptions & { readonly stacked?: boolean; readonly logarithmic?: boolean }): Panel {
  const custom = {
    fillOpacity: options.stacked ? 60 : 8,
    lineWidth: 1,
    showPoints: 'never',
    spanNulls: false,
    ...(options.stacked && { stacking: { mode: 'normal', group: 'A' } }),
    ...(options.logarithmic && { scaleDistribution: { type: 'log', log: 10 } }),
  };
  const lowest = options.logarithmic ? {} : { min: 0 };
  return panel('timeseries', { width: 8, height: 8, ...lowest, ...options }, custom, {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  });
}

/** One number for each series, as it is now. */
export function stat(options: PanelOptions): Panel {
  return panel('stat', { width: 4, height: 4, ...options }, undefined, {
    colorMode: options.thresholds || options.mappings ? 'background' : 'value',
    graphMode: 'none',
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    textMode: 'auto',
  });
}

/** Bars of colour over time, one for each series. */
export function timeline(options: PanelOptions & { readonly mappings: readonly Mapping[] }): Panel {
  return panel(
    'state-timeline',
    { width: 24, height: 6, ...options },
    { fillOpacity: 80, lineWidth: 0 },
    {
      mergeValues: true,
      rowHeight: 0.8,
      showValue: 'never',
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'single' },
    },
  );
}

/** How the buckets of a histogram fill over time. The query gives them by `le`. */
export function heatmap(options: PanelOptions): Panel {
  return panel(
    'heatmap',
    { width: 8, height: 8, ...options },
    undefined,
    {
      calculate: false,
      cellGap: 1,
      color: { mode: 'scheme', scheme: 'Oranges', exponent: 0.5, steps: 64 },
      rowsFrame: { layout: 'auto' },
      yAxis: { axisPlacement: 'left', unit: options.unit },
      tooltip: { mode: 'single', yHistogram: true },
    },
    'heatmap',
  );
}

function panel(
  type: string,
  {
    title,
    description,
    unit,
    queries,
    width,
    height,
    thresholds,
    mappings,
    decimals,
    min,
    max,
  }: PanelOptions & { readonly width: number; readonly height: number },
  custom: object | undefined,
  options: object,
  format: 'time_series' | 'heatmap' = 'time_series',
): Panel {
  const defaults = {
    unit,
    ...(decimals !== undefined && { decimals }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    color: { mode: thresholds ? 'thresholds' : 'palette-classic' },
    ...(thresholds && {
      thresholds: {
        mode: 'absolute',
        steps: thresholds.map(({ from, color }, index) => ({ color, value: index === 0 ? null : from })),
      },
    }),
    ...(mappings && { mappings: [{ type: 'value', options: mappingOptions(mappings) }] }),
    ...(custom && { custom }),
  };
  const targets = queries.map(({ expr, legend }, index) => ({
    refId: String.fromCharCode(65 + index),
    datasource,
    expr,
    legendFormat: legend ?? title,
    format,
    ...(type === 'stat' && { instant: true, range: false }),
  }));
  const fieldConfig = { defaults, overrides: [] };
  return { width, height, json: { type, title, description, datasource, fieldConfig, options, targets } };
}

function mappingOptions(mappings: readonly Mapping[]): object {
  return Object.fromEntries(mappings.map(({ value, text, color }, index) => [value, { text, color, index }]));
}
