// How a value of the source is shown in a note: short, and never with a secret in it.

import { showUrl } from '@everytick/core';
import type { SourceValue } from './source-value.ts';
import { shownText } from './variable.ts';

const secretName =
  /pass(word|wd|phrase)|secret|token|credential|authorization|(api|access|private|routing|integration|encryption)[-_]?key|webhook/i;
/** Where it is all of the name, or the last word of it. */
const secretWord = /(^|[-_.])(pass|pwd|pw|pin|key|apikey|auth|sid|sig|signature|dsn|cookie|license)$/i;
/** Where it is all of the name, or the beginning of it. */
const secretWhole = /^code$|^x-amz-/i;

/** Whether what a key or header of this name holds is likely to be a secret. */
export function soundsSecret(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  return secretName.test(name) || secretWord.test(words) || secretWhole.test(name);
}

const mostKeys = 6;

/** Of a scalar its text, of others what is in them. `name`: the key under which it stands. */
export function shownValue(value: SourceValue, name: string): string {
  const { content } = value;
  if (content.kind === 'list')
    return `${name}: (${content.items.length === 1 ? '1 entry' : `${content.items.length} entries`})`;
  if (content.kind === 'mapping') {
    const keys = [...content.entries.keys()];
    const more = keys.length > mostKeys ? ', …' : '';
    return keys.length === 0 ? `${name}: {}` : `${name}: {${keys.slice(0, mostKeys).join(', ')}${more}}`;
  }
  return content.value === null ? `${name}:` : `${name}: ${shownScalar(content.text, name)}`;
}

/** A text under a key, with `***` in place of what may be secret. */
export function shownScalar(text: string, name: string): string {
  if (soundsSecret(name) && !/^(true|false|yes|no|on|off)$/i.test(text)) return '***';
  return withoutUrlSecrets(shownText(text));
}

/** URLs in a text without password and values of their query. */
export function withoutUrlSecrets(text: string): string {
  return text.replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, (url) => {
    if (/^https?:/i.test(url)) return showUrl(url);
    return url.replace(/\/\/[^/@\s]*@/, '//***@').replace(/\?.*$/, '?***');
  });
}

/** An address of a target, which may lack the scheme of a URL. */
export function shownAddress(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return withoutUrlSecrets(text);
  return text.replace(/^[^/?#]*@/, '***@').replace(/\?.*$/s, '?***');
}

/** The last step of a place's path: the key. */
export function keyOf(value: SourceValue): string {
  return /([\w-]+)(\[\d+\])*$/.exec(value.place.path)?.[1] ?? value.place.path;
}
