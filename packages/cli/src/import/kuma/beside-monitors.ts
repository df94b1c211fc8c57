// Notes on what is in Uptime Kuma's database beside monitors: by table, so that one that is new here is told as well.

import type { ImportReport } from '../imported.ts';
import type { KumaSource } from './read-kuma.ts';

const history = 'the history stays where it is: the ledger of Everytick begins with its first check';
const noNotices = 'no notifications are sent: alert on the metrics of Everytick instead';
const noPages = 'there are no status pages';
const otherTypes = 'is for monitors of types that are not carried over';
const accounts = 'accounts and settings of Uptime Kuma';

/** Of the tables of versions 1.2x and 2.x. */
export const tableNotes: Readonly<Record<string, string>> = {
  notification: noNotices,
  monitor_notification: noNotices,
  notification_sent_history: history,
  maintenance: "not carried over: maintenance windows are made with 'everytick maintenance'",
  monitor_maintenance: "not carried over: maintenance windows are made with 'everytick maintenance'",
  maintenance_status_page: noPages,
  maintenance_timeslot: "not carried over: maintenance windows are made with 'everytick maintenance'",
  status_page: noPages,
  status_page_cname: noPages,
  group: noPages,
  monitor_group: noPages,
  incident: noPages,
  docker_host: otherTypes,
  remote_browser: otherTypes,
  api_key: accounts,
  user: accounts,
  setting: accounts,
  heartbeat: history,
  stat_minutely: history,
  stat_hourly: history,
  stat_daily: history,
  monitor_tls_info: history,
  domain_expiry: 'the registration of domains is not looked at',
};

/** Read one by one, or the bookkeeping of SQLite and of migrations. */
const silent = new Set(['monitor', 'monitor_tag', 'tag', 'proxy', 'knex_migrations', 'knex_migrations_lock']);

export function noteBesideMonitors(source: KumaSource, report: ImportReport): void {
  const { file, rowCounts, titles, withoutLog } = source;
  if (withoutLog) {
    const why =
      'what Uptime Kuma wrote last may be missing, if this is a copy made while it ran: copy kuma.db-wal as well';
    report.changed(file, 'no -wal file beside the database', why);
  }
  for (const [table, count] of rowCounts) {
    if (count === 0 || silent.has(table) || table.startsWith('sqlite_')) continue;
    const named = titles.get(table)?.filter((title) => title !== '') ?? [];
    const what = `${table}: ${count === 1 ? '1 row' : `${count} rows`}${named.length === 0 ? '' : `: ${named.join(', ')}`}`;
    const why = Object.hasOwn(tableNotes, table) ? tableNotes[table] : undefined;
    report.leftOut(file, what, why ?? 'unknown table: it is not known what it would do');
  }
  if ((rowCounts.get('tag') ?? 0) > 0) report.leftOut(file, 'tag.color', 'labels have no colours');
  const used = new Set(source.monitors.map((monitor) => monitor['proxy_id']));
  for (const proxy of source.proxies) {
    if (used.has(proxy['id'])) continue;
    const what = `${proxy['protocol']}://${proxy['host']}:${proxy['port']}`;
    report.leftOut(`${file}: proxy[${proxy['id']}]`, what, 'no monitor uses this proxy');
  }
}
