// Texts in YAML that is written by the yaml library, so that they read back as what they are.

import { type Document, Scalar, visit } from 'yaml';

/** Puts into double quotes, with escapes, what would be written in another way and lost. */
export function keepTexts(document: Document): void {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && isLost(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
}

function isLost(text: string): boolean {
  // In a block the spaces of blank lines are taken for indentation where there are no others to tell.
  if (text.trim() === '') return true;
  // Elsewhere a carriage return would read back as a line feed, and others might be lost in an editor.
  return /[\p{Cc}\p{Zl}\p{Zp}\ufeff]/u.test(text.replaceAll('\n', ''));
}
