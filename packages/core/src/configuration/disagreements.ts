// What YAML allows and its readers do not agree about: it is refused, with a way to write it that all of them read alike.

/** The end of a line is escaped in double quotes, and a blank line is below. By YAML it is an end of a line, for others nothing or a space. */
export const blankBelowEscape = /\\\r?\n[ \t]*\r?\n/;

export const blankBelowEscapeRefused =
  'readers of YAML do not agree about a blank line below a line that ends in \\: leave it out, or write \\n';

export const commentAboveRefused =
  'readers of YAML do not agree about a value below a comment that is indented less: indent the comment as far, or write the value behind its key';

/** Whether what begins at `offset` begins its line, and a comment that is indented less is right above. */
export function isBelowOuterComment(text: string, offset: number): boolean {
  const start = lineStart(text, offset);
  if (!/^ *(?:&\S+ +)?$/.test(text.slice(start, offset))) return false;
  const indentation = text.slice(start).search(/[^ ]/);
  for (let end = start - 1; end >= 0; end = lineStart(text, end) - 1) {
    const line = text.slice(lineStart(text, end), end);
    const first = line.search(/\S/);
    if (first !== -1 && line[first] !== '#') return false;
    if (first !== -1 && first < indentation) return true;
  }
  return false;
}

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}
