// Where the marks of an axis are.

/** About so many round figures from 0 (or `low`) to at least `high`. */
export function roundMarks(low: number, high: number, count: number): number[] {
  const span = high - low || 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough * 0.999) ?? rough;
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil((high / step) * 0.9999));
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** Powers of ten around what is shown. */
export function decades(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.max(first + 1, Math.ceil(Math.log10(high)));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}

/** Of seconds since the beginning: in seconds, minutes or hours, as is short. */
export function timeMarks(seconds: number): { readonly at: number; readonly label: string }[] {
  const [unit, name] = seconds > 3 * 3_600 ? [3_600, 'h'] : seconds > 180 ? [60, 'min'] : [1, 's'];
  return roundMarks(0, seconds / unit, 6)
    .filter((mark) => mark * unit <= seconds * 1.001)
    .map((mark) => ({ at: mark * unit, label: `${mark} ${name}` }));
}
