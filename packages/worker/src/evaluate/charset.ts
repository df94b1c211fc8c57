// The text of a body: which encoding it is in, as browsers find out (WHATWG Encoding, and HTML's prescan).

import type { Buffer } from 'node:buffer';
import { TextDecoder } from 'node:util';

/** How far into a document its own declaration of an encoding is looked for. */
const prescanBytes = 1_024;

/**
 * Decodes a body by its byte order mark, else the charset of its Content-Type, else what an HTML or XML document declares
 * itself, else as UTF-8. Labels that nobody knows are passed over, bytes that mean nothing become U+FFFD; never throws.
 */
export function decodeBody(body: Buffer, contentType: string | undefined): string {
  return decoderOf(body, contentType).decode(body);
}

// A byte order mark would stand before what `^` is meant to find, so it is left out.
const utf8 = new TextDecoder('utf-8');
const utf16le = new TextDecoder('utf-16le');
const utf16be = new TextDecoder('utf-16be');

function decoderOf(body: Buffer, contentType: string | undefined): TextDecoder {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return utf8;
  if (body[0] === 0xff && body[1] === 0xfe) return utf16le;
  if (body[0] === 0xfe && body[1] === 0xff) return utf16be;
  return decoderFor(charsetOf(contentType)) ?? (isMarkup(contentType) ? declared(body) : null) ?? utf8;
}

function charsetOf(contentType: string | undefined): string | undefined {
  const match = /;\s*charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;,]*))/i.exec(contentType ?? '');
  return match?.[1] ?? match?.[2] ?? match?.[3];
}

/** Text that a page quotes declares nothing, so JSON and plain text are not searched. */
function isMarkup(contentType: string | undefined): boolean {
  return !contentType?.trim() || /html|xml/i.test(contentType);
}

/** Most pages say it by their headers, and have neither. */
const declaring = /<meta|<\?xml/i;

function declared(body: Buffer): TextDecoder | null {
  const beginning = body.toString('latin1', 0, prescanBytes);
  if (!declaring.test(beginning)) return null;
  const inXml = /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"'>]*)["']/.exec(beginning)?.[1];
  const decoder = decoderFor(inXml ?? inMeta(beginning));
  // It could not have been read if it were true.
  return decoder === utf16le || decoder === utf16be ? utf8 : decoder;
}

/** Of the first `<meta charset=...>` or `<meta http-equiv=content-type content="...; charset=...">`. */
function inMeta(beginning: string): string | undefined {
  for (const [tag] of beginning.replace(/<!--.*?(?:-->|$)/gs, '').matchAll(/<meta[\s/][^>]*/gi)) {
    const attribute = /[\s/"']charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;"'>]*))/i.exec(tag);
    if (attribute) return attribute[1] ?? attribute[2] ?? attribute[3];
    if (!/http-equiv\s*=\s*["']?content-type/i.test(tag)) continue;
    const inContent = /charset\s*=\s*["']?([^\s;"'>]+)/i.exec(tag);
    if (inContent) return inContent[1];
  }
  return undefined;
}

// There are about 40 encodings, under some 220 labels, so that what is kept is bounded.
const decoders = new Map<string, TextDecoder>([
  ['utf-8', utf8],
  ['utf-16le', utf16le],
  ['utf-16be', utf16be],
]);

function decoderFor(label: string | undefined): TextDecoder | null {
  if (!label || label.length > 40) return null;
  const asked = label.trim().toLowerCase();
  const known = decoders.get(asked);
  if (known) return known;
  try {
    const made = new TextDecoder(asked);
    const decoder = decoders.get(made.encoding) ?? made;
    decoders.set(asked, decoder);
    return decoder;
  } catch {
    return null;
  }
}
