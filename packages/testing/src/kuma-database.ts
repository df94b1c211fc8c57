// A database as Uptime Kuma makes it, with the columns of its versions 1.23 and 2.x.

import { DatabaseSync } from 'node:sqlite';

/** The table `monitor` of version 1.23, after all of its patches. */
const monitor123 = `
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(150), active BOOLEAN DEFAULT 1 NOT NULL,
  user_id INTEGER REFERENCES user, interval INTEGER DEFAULT 20 NOT NULL, url TEXT, type VARCHAR(20),
  weight INTEGER DEFAULT 2000, hostname VARCHAR(255), port INTEGER,
  created_date DATETIME DEFAULT (DATETIME('now')) NOT NULL, keyword VARCHAR(255),
  maxretries INTEGER NOT NULL DEFAULT 0, ignore_tls BOOLEAN DEFAULT 0 NOT NULL, upside_down BOOLEAN DEFAULT 0 NOT NULL,
  maxredirects INTEGER DEFAULT 10 NOT NULL, accepted_statuscodes_json TEXT DEFAULT '["200-299"]' NOT NULL,
  dns_resolve_type VARCHAR(5), dns_resolve_server VARCHAR(255), dns_last_result VARCHAR(255),
  retry_interval INTEGER DEFAULT 0 NOT NULL, push_token VARCHAR(20) DEFAULT NULL, method TEXT DEFAULT 'GET' NOT NULL,
  body TEXT DEFAULT NULL, headers TEXT DEFAULT NULL, basic_auth_user TEXT DEFAULT NULL, basic_auth_pass TEXT DEFAULT NULL,
  docker_host INTEGER REFERENCES docker_host(id), docker_container VARCHAR(255), proxy_id INTEGER REFERENCES proxy(id),
  expiry_notification BOOLEAN DEFAULT 1, mqtt_topic TEXT, mqtt_success_message VARCHAR(255), mqtt_username VARCHAR(255),
  mqtt_password VARCHAR(255), database_connection_string VARCHAR(2000), database_query TEXT, auth_method VARCHAR(250),
  auth_domain TEXT, auth_workstation TEXT, grpc_url VARCHAR(255) DEFAULT NULL, grpc_protobuf TEXT DEFAULT NULL,
  grpc_body TEXT DEFAULT NULL, grpc_metadata TEXT DEFAULT NULL, grpc_method VARCHAR(255) DEFAULT NULL,
  grpc_service_name VARCHAR(255) DEFAULT NULL, grpc_enable_tls BOOLEAN DEFAULT 0 NOT NULL, radius_username VARCHAR(255),
  radius_password VARCHAR(255), radius_calling_station_id VARCHAR(50), radius_called_station_id VARCHAR(50),
  radius_secret VARCHAR(255), resend_interval INTEGER DEFAULT 0 NOT NULL, packet_size INTEGER DEFAULT 56 NOT NULL,
  game VARCHAR(255), http_body_encoding VARCHAR(25), description TEXT DEFAULT NULL, tls_ca TEXT DEFAULT NULL,
  tls_cert TEXT DEFAULT NULL, tls_key TEXT DEFAULT NULL, parent INTEGER REFERENCES monitor (id),
  invert_keyword BOOLEAN DEFAULT 0 NOT NULL, json_path TEXT, expected_value VARCHAR(255),
  kafka_producer_topic VARCHAR(255), kafka_producer_brokers TEXT, kafka_producer_sasl_options TEXT,
  kafka_producer_message TEXT, oauth_client_id TEXT DEFAULT NULL, oauth_client_secret TEXT DEFAULT NULL,
  oauth_token_url TEXT DEFAULT NULL, oauth_scopes TEXT DEFAULT NULL, oauth_auth_method TEXT DEFAULT NULL,
  timeout DOUBLE DEFAULT 0 NOT NULL, gamedig_given_port_only BOOLEAN DEFAULT 1 NOT NULL,
  kafka_producer_ssl BOOLEAN DEFAULT 0 NOT NULL, kafka_producer_allow_auto_topic_creation BOOLEAN DEFAULT 0 NOT NULL`;

/** What version 2 has more. */
const monitor2 = `
  mqtt_check_type VARCHAR(255) NOT NULL DEFAULT 'keyword', remote_browser INTEGER DEFAULT NULL,
  snmp_oid VARCHAR(255) DEFAULT NULL, snmp_version TEXT DEFAULT '2c', json_path_operator VARCHAR(255) DEFAULT NULL,
  cache_bust BOOLEAN NOT NULL DEFAULT '0', conditions TEXT NOT NULL DEFAULT '[]', rabbitmq_nodes TEXT,
  rabbitmq_username VARCHAR(255), rabbitmq_password VARCHAR(255), smtp_security VARCHAR(255) DEFAULT NULL,
  ws_ignore_sec_websocket_accept_header BOOLEAN NOT NULL DEFAULT '0', ws_subprotocol VARCHAR(255) NOT NULL DEFAULT '',
  ping_count INTEGER DEFAULT '1' NOT NULL, ping_numeric BOOLEAN DEFAULT '1' NOT NULL,
  ping_per_request_timeout INTEGER DEFAULT '2' NOT NULL, ip_family VARCHAR(4) DEFAULT NULL,
  manual_status SMALLINT DEFAULT NULL, oauth_audience VARCHAR(255) DEFAULT NULL, mqtt_websocket_path VARCHAR(255) NULL,
  domain_expiry_notification BOOLEAN DEFAULT '0', save_response BOOLEAN NOT NULL DEFAULT '0',
  save_error_response BOOLEAN NOT NULL DEFAULT '1', response_max_length INTEGER NOT NULL DEFAULT '1024',
  system_service_name VARCHAR(255), subtype VARCHAR(10) NULL, location VARCHAR(255) NULL, protocol VARCHAR(20) NULL,
  snmp_v3_username VARCHAR(255), expected_tls_alert VARCHAR(50) DEFAULT NULL,
  retry_only_on_status_code_failure BOOLEAN DEFAULT '0' NOT NULL, screenshot_delay INTEGER NOT NULL DEFAULT '0',
  ntp_stratum_threshold INTEGER DEFAULT '5', ntp_time_offset_threshold INTEGER DEFAULT '1000',
  ntp_root_dispersion_threshold INTEGER DEFAULT '500', bearer_token TEXT DEFAULT NULL, gamedig_token TEXT DEFAULT NULL`;

/** Of both versions, with the columns that say something here. */
const otherTables = `
  CREATE TABLE user (id INTEGER PRIMARY KEY, username VARCHAR(255), password VARCHAR(255), active BOOLEAN DEFAULT 1);
  CREATE TABLE setting (id INTEGER PRIMARY KEY, key VARCHAR(200), value TEXT, type VARCHAR(20));
  CREATE TABLE docker_host (id INTEGER PRIMARY KEY, user_id INT, docker_daemon VARCHAR(255), docker_type VARCHAR(255), name VARCHAR(255));
  CREATE TABLE proxy (id INTEGER PRIMARY KEY, user_id INT NOT NULL, protocol VARCHAR(10) NOT NULL, host VARCHAR(255) NOT NULL,
    port SMALLINT NOT NULL, auth BOOLEAN NOT NULL, username VARCHAR(255), password VARCHAR(255),
    active BOOLEAN NOT NULL DEFAULT 1, 'default' BOOLEAN NOT NULL DEFAULT 0, created_date DATETIME DEFAULT (DATETIME('now')) NOT NULL);
  CREATE TABLE tag (id INTEGER PRIMARY KEY, name VARCHAR(255) NOT NULL, color VARCHAR(255) NOT NULL, created_date DATETIME);
  CREATE TABLE monitor_tag (id INTEGER PRIMARY KEY, monitor_id INTEGER NOT NULL, tag_id INTEGER NOT NULL, value TEXT);
  CREATE TABLE notification (id INTEGER PRIMARY KEY, name VARCHAR(255), config TEXT, active BOOLEAN DEFAULT 1, user_id INTEGER, is_default BOOLEAN DEFAULT 0);
  CREATE TABLE monitor_notification (id INTEGER PRIMARY KEY, monitor_id INTEGER, notification_id INTEGER);
  CREATE TABLE notification_sent_history (id INTEGER PRIMARY KEY, type VARCHAR(50), monitor_id INTEGER, days INTEGER);
  CREATE TABLE maintenance (id INTEGER PRIMARY KEY, title VARCHAR(150), description TEXT, user_id INTEGER, active BOOLEAN DEFAULT 1,
    strategy VARCHAR(50) DEFAULT 'single', start_date DATETIME, end_date DATETIME, start_time TIME, end_time TIME,
    weekdays VARCHAR2(250) DEFAULT '[]', days_of_month TEXT DEFAULT '[]', interval_day INTEGER, cron TEXT, timezone VARCHAR(255), duration INTEGER);
  CREATE TABLE monitor_maintenance (id INTEGER PRIMARY KEY, monitor_id INTEGER, maintenance_id INTEGER);
  CREATE TABLE maintenance_status_page (id INTEGER PRIMARY KEY, status_page_id INTEGER, maintenance_id INTEGER);
  CREATE TABLE status_page (id INTEGER PRIMARY KEY, slug VARCHAR(255), title VARCHAR(255), icon VARCHAR(255), theme VARCHAR(30));
  CREATE TABLE status_page_cname (id INTEGER PRIMARY KEY, status_page_id INTEGER, domain VARCHAR);
  CREATE TABLE [group] (id INTEGER PRIMARY KEY, name VARCHAR(255), public BOOLEAN, active BOOLEAN, weight INTEGER, status_page_id INTEGER);
  CREATE TABLE monitor_group (id INTEGER PRIMARY KEY, monitor_id INTEGER, group_id INTEGER, weight INTEGER, send_url BOOLEAN);
  CREATE TABLE incident (id INTEGER PRIMARY KEY, title VARCHAR(255), content TEXT);
  CREATE TABLE api_key (id INTEGER PRIMARY KEY, key VARCHAR(255), name VARCHAR(255), user_id INTEGER);
  CREATE TABLE heartbeat (id INTEGER PRIMARY KEY, important BOOLEAN, monitor_id INTEGER, status SMALLINT, msg TEXT, time DATETIME, ping INTEGER);
  CREATE TABLE monitor_tls_info (id INTEGER PRIMARY KEY, monitor_id INTEGER, info_json TEXT);`;

const tablesOf2 = `
  CREATE TABLE remote_browser (id INTEGER PRIMARY KEY, name VARCHAR(255), url VARCHAR(255), user_id INTEGER);
  CREATE TABLE domain_expiry (id INTEGER PRIMARY KEY, last_check DATETIME, domain VARCHAR(255), expiry DATETIME);
  CREATE TABLE stat_minutely (id INTEGER PRIMARY KEY, monitor_id INTEGER, timestamp INTEGER);
  CREATE TABLE stat_hourly (id INTEGER PRIMARY KEY, monitor_id INTEGER, timestamp INTEGER);
  CREATE TABLE stat_daily (id INTEGER PRIMARY KEY, monitor_id INTEGER, timestamp INTEGER);
  CREATE TABLE knex_migrations (id INTEGER PRIMARY KEY, name VARCHAR(255));`;

type Cell = string | number | null;

/** Makes the file; the database has to be closed. */
export function makeKumaDatabase(path: string, version: '1.23' | '2'): KumaDatabase {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF');
  database.exec(`CREATE TABLE monitor (${monitor123}${version === '2' ? `, ${monitor2}` : ''})`);
  database.exec(otherTables);
  if (version === '2') database.exec(tablesOf2);
  return new KumaDatabase(database);
}

export class KumaDatabase {
  readonly database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  insert(table: string, row: Readonly<Record<string, Cell>>): number {
    const names = Object.keys(row);
    const places = names.map(() => '?').join(', ');
    const sql = `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${places})`;
    return Number(this.database.prepare(sql).run(...Object.values(row)).lastInsertRowid);
  }

  /** As the form of Uptime Kuma saves it: with what belongs to other types as well. */
  monitor(row: Readonly<Record<string, Cell>>): number {
    const form = { type: 'http', interval: 60, timeout: 48, dns_resolve_type: 'A', dns_resolve_server: '1.1.1.1' };
    return this.insert('monitor', { ...form, accepted_statuscodes_json: '["200-299"]', ...row });
  }

  get columns(): string[] {
    return this.database
      .prepare('PRAGMA table_info(monitor)')
      .all()
      .map(({ name }) => String(name));
  }
}
