// A module's `tls_config`.

import { optionLeftOut } from '../option-notes.ts';
import { fileReference } from '../secret-file.ts';
import type { SourceValue } from '../source-value.ts';
import type { ModuleReading } from './http-module.ts';

const versions: Readonly<Record<string, string>> = { TLS10: '1.0', TLS11: '1.1', TLS12: '1.2', TLS13: '1.3' };

export function addTls({ http, draft, report, secrets, name }: ModuleReading): void {
  const config = http.get('tls_config');
  if (config === undefined) return;
  const tls: Record<string, unknown> = {};
  const insecure = config.get('insecure_skip_verify')?.truth === true;
  if (insecure) tls['insecure_skip_verify'] = true;
  for (const key of ['ca_file', 'ca']) {
    const ca = config.get(key);
    if (ca?.text === undefined) continue;
    if (insecure) optionLeftOut(report, ca, 'without effect where insecure_skip_verify is true');
    else tls['ca'] = key === 'ca' ? ca.text : fileReference(ca, report);
  }
  const certificate = certificateOf(config);
  if (certificate !== null) tls['certificate'] = certificate;
  const server = config.get('server_name')?.text;
  if (server !== undefined && server !== '') tls['server_name'] = server;
  for (const key of ['min_version', 'max_version']) {
    const given = config.get(key);
    const version = versions[given?.text ?? ''];
    if (version !== undefined) tls[key] = version;
    else if (given !== undefined) optionLeftOut(report, given, 'is no version of TLS that is known here');
  }
  if (Object.keys(tls).length > 0) draft.set('tls', tls);

  function certificateOf(from: SourceValue) {
    const cert = from.get('cert') ?? from.get('cert_file');
    const key = from.get('key');
    const keyFile = from.get('key_file');
    const keyText = key?.text ?? keyFile?.text;
    if (cert?.text === undefined && keyText === undefined) return null;
    if (cert?.text === undefined || keyText === undefined) {
      draft.hinder(`its module '${name}' has a client certificate without its key, or the key alone`);
      return null;
    }
    const shown = from.get('cert') === undefined ? fileReference(cert, report) : cert.text;
    const secret =
      key?.text === undefined
        ? keyFile && fileReference(keyFile, report)
        : secrets.reference(
            key.text,
            [name, 'tls', 'key'],
            key.where,
            'the private key of the client certificate',
            null,
          );
    return { cert: shown, key: secret };
  }
}
