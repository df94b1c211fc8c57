// The part of JSONata that is a path of names and positions, as JSONPath (RFC 9535).

const step = /^(?:\.\s*(?:([A-Za-z_]\w*)|`([^`]+)`|"([^"\\]+)"|'([^'\\]+)')|\[\s*(-?\d+)\s*\])\s*/;
/** Words that mean something else where a name could be. */
const words = new Set(['true', 'false', 'null', 'and', 'or', 'in', 'function']);

/** Null where the query says more than a path. */
export function jsonPathOf(query: string): string | null {
  const given = query.trim();
  if (given === '' || given === '$' || given === '$$') return '$';
  const rooted = /^\$\$?\s*(?=[.[])/.exec(given)?.[0];
  // Without `$`, a bracket makes an array instead of looking into one.
  if (rooted === undefined && given.startsWith('[')) return null;
  let rest = rooted === undefined ? `.${given}` : given.slice(rooted.length);
  let path = '$';
  while (rest !== '') {
    const [whole, name, ...others] = step.exec(rest) ?? [];
    if (whole === undefined || (name !== undefined && words.has(name))) return null;
    const [backticked, double, single, position] = others;
    const quoted = backticked ?? double ?? single;
    if (position !== undefined) path += `[${position}]`;
    else if (quoted === undefined) path += `.${name}`;
    else if (/^[A-Za-z_]\w*$/.test(quoted)) path += `.${quoted}`;
    else path += `[${JSON.stringify(quoted)}]`;
    rest = rest.slice(whole.length);
  }
  return path;
}
