// A dashboard as Grafana reads it: rows of panels, each panel with a number and a place, and what can be chosen at its top.

import { datasource, type Panel } from './panels.ts';

export interface Row {
  readonly title: string;
  /** From left to right; a panel that finds no room begins the next line. */
  readonly panels: readonly Panel[];
}

/** What can be chosen beside the data source. */
export interface Choice {
  readonly name: string;
  readonly label: string;
  /** `label_values(...)`. */
  readonly query: string;
  /** One only; several where absent, all of them at first. */
  readonly single?: boolean;
}

export interface DashboardOptions {
  /** Part of its address: it never changes. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly choices: readonly Choice[];
  readonly rows: readonly Row[];
  /** The other dashboards, by uid. */
  readonly links: readonly { readonly title: string; readonly uid: string }[];
}

/** Of Grafana 12. Later versions bring it up to date when they read it. */
const SCHEMA_VERSION = 42;
const COLUMNS = 24;

export function dashboard({ uid, title, description, choices, rows, links }: DashboardOptions): object {
  return {
    uid,
    title,
    description,
    tags: ['everytick'],
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [firingAlerts] },
    links: links.map((link) => ({
      type: 'link',
      title: link.title,
      url: `/d/${link.uid}`,
      icon: 'dashboard',
      keepTime: true,
      includeVars: false,
      tags: [],
      targetBlank: false,
      asDropdown: false,
      tooltip: '',
    })),
    templating: { list: [datasourceChoice, ...choices.map(choiceJson)] },
    panels: placed(rows),
  };
}

/** Numbers them and puts them one below the other. */
function placed(rows: readonly Row[]): object[] {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    let lineHeight = 0;
    for (const { width, height, json } of row.panels) {
      if (x + width > COLUMNS) {
        x = 0;
        y += lineHeight;
        lineHeight = 0;
      }
      panels.push({ id: panels.length + 1, ...json, gridPos: { x, y, w: width, h: height } });
      x += width;
      lineHeight = Math.max(lineHeight, height);
    }
    y += lineHeight;
  }
  return panels;
}

const datasourceChoice = {
  type: 'datasource',
  name: 'datasource',
  label: 'Data source',
  query: 'prometheus',
  current: {},
  hide: 0,
  includeAll: false,
  multi: false,
  options: [],
  refresh: 1,
  regex: '',
};

function choiceJson({ name, label, query, single = false }: Choice): object {
  return {
    type: 'query',
    name,
    label,
    datasource,
    definition: query,
    query: { query, refId: name },
    hide: 0,
    includeAll: !single,
    multi: !single,
    // Matches series that have no such label as well.
    ...(!single && { allValue: '.*' }),
    current: single ? {} : { selected: true, text: ['All'], value: ['$__all'] },
    options: [],
    // When the time range changes too: what is new can be chosen.
    refresh: 2,
    regex: '',
    sort: 1,
  };
}

const firingAlerts = {
  name: 'Alerts',
  datasource,
  enable: true,
  hide: false,
  iconColor: 'red',
  expr: 'ALERTS{alertname=~"Everytick.*", alertstate="firing", severity="critical"}',
  titleFormat: '{{alertname}}',
  textFormat: '{{target}} {{location}} {{instance}}',
  step: '60s',
};
