// Status codes in as few ranges as say the same.

export interface Range {
  readonly first: number;
  readonly last: number;
}

/** In order, with those that touch each other as one. */
export function mergedRanges(ranges: readonly Range[]): Range[] {
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of ranges.toSorted((a, b) => a.first - b.first)) {
    const open = merged.at(-1);
    if (open !== undefined && first <= open.last + 1) open.last = Math.max(open.last, last);
    else merged.push({ first, last });
  }
  return merged;
}

/** `404`, `2xx`, `200-202`. */
export function writtenRange({ first, last }: Range): string | number {
  if (first === last) return first;
  return first % 100 === 0 && last === first + 99 ? `${first / 100}xx` : `${first}-${last}`;
}
