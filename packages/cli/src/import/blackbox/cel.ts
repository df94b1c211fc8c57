// The part of CEL that Everytick's JSON expectations can say: comparisons of one value of the body with a literal, joined by
// && where all have to hold, or by || where none may. A value that is missing, or of another type, fails in both.

type JsonTest = Readonly<Record<string, unknown>>;

/** `wanted`: whether the expression has to be true. Null where it says more than can be carried over. */
export function celExpectations(expression: string, wanted: boolean): JsonTest[] | null {
  // "a and b" wanted is both; "a or b" unwanted is neither.
  const parts = splitAt(expression.trim(), wanted ? '&&' : '||');
  const tests = parts.map((part) => comparison(part, wanted));
  return tests.every((test) => test !== null) ? tests : null;
}

/** At an operator outside of quotes. */
function splitAt(expression: string, operator: string): string[] {
  const parts: string[] = [];
  let quote = '';
  let from = 0;
  for (let at = 0; at < expression.length; at++) {
    const character = expression.charAt(at);
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (expression.startsWith(operator, at)) {
      parts.push(expression.slice(from, at));
      at += operator.length - 1;
      from = at + 1;
    }
  }
  return [...parts, expression.slice(from)].map((part) => part.trim());
}

const path = String.raw`body((?:\.[A-Za-z_]\w*|\[\d+\]|\["[^"\\]*"\]|\['[^'\\]*'\])*)`;
const text = String.raw`"(?:[^"\\]*)"|'(?:[^'\\]*)'`;
const comparing = new RegExp(String.raw`^${path}\s*(==|!=|>=|<=|>|<)\s*(${text}|-?\d+(?:\.\d+)?|true|false|null)$`);
const matching = new RegExp(String.raw`^${path}\.matches\(\s*r?(${text})\s*\)$`);

const opposite: Readonly<Record<string, string>> = {
  '==': '!=',
  '!=': '==',
  '>': '<=',
  '>=': '<',
  '<': '>=',
  '<=': '>',
};
const names: Readonly<Record<string, string>> = {
  '==': 'equals',
  '!=': 'not_equals',
  '>': 'above',
  '>=': 'at_least',
  '<': 'below',
  '<=': 'at_most',
};

function comparison(part: string, wanted: boolean): JsonTest | null {
  const [, matchedPath, pattern] = matching.exec(part) ?? [];
  if (matchedPath !== undefined && pattern !== undefined) {
    return { path: `$${matchedPath}`, [wanted ? 'matches' : 'not_matches']: pattern.slice(1, -1) };
  }
  const [, comparedPath, operator = '', literal = ''] = comparing.exec(part) ?? [];
  if (comparedPath === undefined) return null;
  const name = names[wanted ? operator : (opposite[operator] ?? '')];
  const value = /^["']/.test(literal) ? literal.slice(1, -1) : (JSON.parse(literal) as unknown);
  const ordered = name !== 'equals' && name !== 'not_equals';
  if (name === undefined || (ordered && typeof value !== 'number')) return null;
  return { path: `$${comparedPath}`, [name]: value };
}
