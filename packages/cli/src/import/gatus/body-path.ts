// Paths behind `[BODY]`: keys between dots, and `[0]` for elements of arrays. As JSONPath (RFC 9535), from `$`.

/** Null for what no path of Gatus is. */
export function jsonPathOf(path: string): string | null {
  let rest = path;
  let written = '$';
  while (rest !== '') {
    const [whole, key, index] = /^(?:([^.[\]]+)|\[(\d+)\])(?:\.(?=.)|(?=\[)|$)/.exec(rest) ?? [];
    if (whole === undefined) return null;
    if (index !== undefined) written += `[${Number(index)}]`;
    else if (key !== undefined) written += /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `.${key}` : `['${escaped(key)}']`;
    rest = rest.slice(whole.length);
  }
  return written;
}

/** A text as JSONPath writes it. */
export function jsonText(text: string): string {
  return `'${escaped(text)}'`;
}

function escaped(text: string): string {
  return text.replace(/[\\']/g, '\\$&').replace(/\p{Cc}/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
