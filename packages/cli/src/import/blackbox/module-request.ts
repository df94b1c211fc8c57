// What a module has blackbox_exporter send: method, headers, body, and which codings it asks for.

import { optionChanged, optionLeftOut } from '../option-notes.ts';
import { fileReference } from '../secret-file.ts';
import { sentBody } from '../sent-body.ts';
import { shownScalar, soundsSecret } from '../source-text.ts';
import type { ModuleReading } from './http-module.ts';

export function addRequest(reading: ModuleReading): void {
  const { http, draft } = reading;
  const method = http.get('method')?.text;
  if (method !== undefined) draft.set('method', method);
  addHeaders(reading);
  addMoreHeaders(reading);
  addBody(reading);
  addCompression(reading);
}

function addHeaders({ http, draft, report, secrets, name }: ModuleReading): void {
  for (const [header, value] of http.get('headers')?.entries ?? []) {
    if (value.text === undefined && !value.isEmpty) {
      optionLeftOut(report, value, 'is no text, which a header has to be');
    } else if (soundsSecret(header) && value.text !== undefined) {
      draft.setHeader(header, secrets.reference(value.text, [name, header], value.where, `the header ${header}`, null));
    } else {
      draft.setHeader(header, value.text ?? '');
    }
  }
}

/** `http_headers`: values, secrets and files, which blackbox_exporter sends one after the other. */
function addMoreHeaders({ http, draft, report, secrets, name }: ModuleReading): void {
  for (const [header, value] of http.get('http_headers')?.entries ?? []) {
    const values = value.get('values')?.items ?? [];
    const secret = value.get('secrets')?.items ?? [];
    const files = value.get('files')?.items ?? [];
    const both = draft.header(header) !== undefined;
    if (both) optionChanged(report, value, `only the value under 'http_headers' is sent, not the one under 'headers'`);
    const [last] = [...values, ...secret, ...files].slice(-1);
    if (last === undefined) {
      optionLeftOut(report, value, 'says no value for the header');
      continue;
    }
    if (secret.length + files.length === 0 && !soundsSecret(header)) {
      draft.setHeader(header, values.map((each) => each.text ?? '').join(', '));
      if (values.length > 1) optionChanged(report, value, 'sent as one header with commas between the values');
      continue;
    }
    for (const dropped of [...values, ...secret, ...files].slice(0, -1)) {
      const why = 'a header that comes from a secret has one value; the last one is sent';
      report.leftOut(dropped.where, shownScalar(dropped.text ?? '', 'secret'), why);
    }
    const text = last.text ?? '';
    draft.setHeader(
      header,
      files.includes(last)
        ? fileReference(last, report)
        : secrets.reference(text, [name, header], last.where, `the header ${header}`, null),
    );
  }
}

function addBody({ http, draft, report, name, secrets }: ModuleReading): void {
  const body = http.get('body');
  const file = http.get('body_file');
  if (body?.text !== undefined && body.text !== '') {
    draft.set('body', sentBody(body.text, secrets, [name, 'body'], body.where, null));
    if (file !== undefined) optionLeftOut(report, file, "'body' is given as well, and counts");
  } else if (file?.text !== undefined) {
    draft.set('body', fileReference(file, report));
  } else {
    return;
  }
  // Everytick wants the method said where a body is sent.
  if (http.get('method') === undefined) draft.set('method', 'GET');
}

const codingPatterns: Readonly<Record<string, string>> = {
  gzip: '(?i)^(x-)?gzip$',
  br: '(?i)^br$',
  deflate: '(?i)^deflate$',
};

/** With `compression`, what is not compressed so fails the probe. Without, nothing is asked for and nothing undone. */
function addCompression({ http, draft, report }: ModuleReading): void {
  const compression = http.get('compression');
  const coding = compression?.text?.toLowerCase();
  if (compression === undefined || coding === undefined || coding === '') return;
  const matches = codingPatterns[coding];
  if (matches === undefined && coding !== 'identity') {
    optionLeftOut(report, compression, 'is no coding that blackbox_exporter knows');
    return;
  }
  if (draft.header('accept-encoding') === undefined) draft.setHeader('Accept-Encoding', coding);
  if (matches === undefined) return;
  draft.expectAlso('headers', { name: 'content-encoding', matches });
  optionChanged(report, compression, `asked for, and the response has to say 'Content-Encoding: ${coding}'`);
}
