// Regular expressions of relabelling rules, which are in RE2 syntax and match whole values, as JavaScript has them. They are
// only used while importing, on the reader's own files, so that it does not matter that JavaScript's may take long.

/** Null where JavaScript means something else by it. */
export function javascriptPattern(given: string): RegExp | null {
  const [, flags = '', rest = given] = /^\(\?([a-z]+)\)(.*)$/s.exec(given) ?? [];
  if (/[^is]/.test(flags)) return null;
  // Without the u flag, JavaScript takes these for the letter itself; it knows no POSIX classes and no \Q...\E.
  if (/\\[pPCQEazA]/.test(rest.replaceAll('\\\\', '')) || rest.includes('[[:')) return null;
  const named = rest.replaceAll('(?P<', '(?<');
  try {
    return new RegExp(`^(?:${named})$`, flags.includes('i') ? 'is' : 's');
  } catch {
    return null;
  }
}
