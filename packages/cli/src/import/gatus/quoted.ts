// Texts inside patterns.

/** In RE2 syntax, a text that stands for itself. */
export function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
