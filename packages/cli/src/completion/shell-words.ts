// A line of bash that is being written, as words, with nothing in it expanded; and words as bash reads them again.

export interface ShellWords {
  /** The last one is being written; empty after a blank. */
  readonly words: readonly string[];
  /** Whether the last one has a quotation mark that is still open. */
  readonly quoted: boolean;
}

export function shellWords(line: string): ShellWords {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let at = 0; at < line.length; at++) {
    const letter = line.charAt(at);
    if (quote === "'") {
      if (letter === "'") quote = null;
      else word += letter;
    } else if (letter === '\\' && (quote === null || '"\\$`'.includes(line.charAt(at + 1)))) {
      at += 1;
      word = (word ?? '') + line.charAt(at);
    } else if (quote === '"') {
      if (letter === '"') quote = null;
      else word += letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (/\s/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + letter;
  }
  return { words: [...words, word ?? ''], quoted: quote !== null };
}

/** As `printf %q` writes it. */
export function quoted(text: string): string {
  return text.replaceAll(/[^\w./:=@%+,\-\u0080-\uffff]/g, (letter) => `\\${letter}`);
}
