// What a module wants of the response but for its body: status, TLS, headers.

import { optionChanged, optionLeftOut } from '../option-notes.ts';
import { mergedRanges, type Range, writtenRange } from '../status-ranges.ts';
import type { ModuleReading } from './http-module.ts';

export function addResponseExpectations(reading: ModuleReading): void {
  addStatus(reading);
  addTlsExpectation(reading);
  addForbiddenHeaders(reading);
  addWantedHeaders(reading);
}

function addStatus({ http, draft, report, name }: ModuleReading): void {
  const valid = http.get('valid_status_codes');
  if (valid === undefined) return;
  const codes: Range[] = [];
  for (const code of valid.items) {
    if (/^[1-9]\d\d$/.test(code.text ?? '')) codes.push({ first: Number(code.text), last: Number(code.text) });
    else optionLeftOut(report, code, 'is no status code');
  }
  if (valid.content.kind !== 'list') optionLeftOut(report, valid, 'is no list of status codes');
  if (codes.length === 0 && valid.content.kind === 'list' && valid.items.length > 0) {
    draft.hinder(`its module '${name}' names no status that there is, so that every probe fails`);
  }
  if (codes.length > 0) draft.expect('status', mergedRanges(codes).map(writtenRange));
}

function addTlsExpectation({ http, draft, name }: ModuleReading): void {
  const forbidden = http.get('fail_if_ssl')?.truth === true;
  const required = http.get('fail_if_not_ssl')?.truth === true;
  if (forbidden && required) draft.hinder(`its module '${name}' fails with TLS and without`);
  else if (forbidden) draft.expect('tls', 'forbidden');
  else if (required) draft.expect('tls', 'required');
}

interface HeaderMatch {
  readonly name: string;
  readonly regexp: string;
  readonly mayBeMissing: boolean;
}

function headerMatches({ http, report }: ModuleReading, key: string): (HeaderMatch & { readonly at: number })[] {
  return (http.get(key)?.items ?? []).flatMap((item, at) => {
    const name = item.get('header')?.text;
    const regexp = item.get('regexp')?.text;
    const mayBeMissing = item.get('allow_missing')?.truth === true;
    if (name !== undefined && regexp !== undefined) return [{ name, regexp, mayBeMissing, at }];
    optionLeftOut(report, item, 'has no header or no regexp');
    return [];
  });
}

function addForbiddenHeaders(reading: ModuleReading): void {
  for (const { name, regexp, mayBeMissing } of headerMatches(reading, 'fail_if_header_matches')) {
    reading.draft.expectAlso('headers', { name, not_matches: regexp });
    if (!mayBeMissing) reading.draft.expectAlso('headers', { name, present: true });
  }
}

function addWantedHeaders(reading: ModuleReading): void {
  const { http, draft, report } = reading;
  const key = 'fail_if_header_not_matches';
  for (const { name, regexp, mayBeMissing, at } of headerMatches(reading, key)) {
    const item = http.get(key)?.items[at];
    if (!mayBeMissing) draft.expectAlso('headers', { name, matches: regexp });
    else if (item !== undefined) {
      optionChanged(
        report,
        item,
        `not looked at: Everytick wants a header to match, or to be absent, not either of them`,
      );
    }
  }
}
