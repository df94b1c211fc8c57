// Which HTTP status codes count as up: '200', '200-299', '2xx'.

import { z } from 'zod';
import { writtenAs } from '../described.ts';
import { longestList, reject, report, shown, wrongTypeSentence } from '../field-rules.ts';
import { form } from '../written-forms.ts';

const statusAllowed = 'a code (200), a class (2xx), a range (200-299), or a list of them; codes are 100 to 999';

/** Each time a schema of its own, for descriptions to be put on. */
export const statusList = () => writtenAs(checked(), written);

const written = {
  anyOf: [form('StatusRange'), { type: 'array', items: form('StatusRange'), maxItems: longestList }],
};

const checked = () =>
  z
    .custom<string | number | readonly (string | number)[]>(() => true)
    .transform((given, context): string[] => {
      const list = Array.isArray(given) ? given : [given];
      if (list.length > longestList) return reject(context, `has ${list.length} entries; allowed are ${longestList}`);
      const ranges = list.flatMap((each: unknown, position) => {
        const range = rangeOf(each);
        if (typeof range !== 'string') return [range];
        report(context, range, Array.isArray(given) ? [position] : []);
        return [];
      });
      const ordered = ranges.sort((a, b) => a.least - b.least || a.most - b.most);
      const written = [...new Set(ordered.map(writtenRange))];
      // What is expected without being said.
      return written.join() === '2xx' ? [] : written;
    });

interface Range {
  readonly least: number;
  readonly most: number;
}

/** A range, or what is wrong with it. */
function rangeOf(given: unknown): Range | string {
  if (typeof given !== 'string' && typeof given !== 'number') return wrongTypeSentence(given, statusAllowed);
  const text = String(given).trim().toLowerCase();
  const refused = `'${shown(String(given))}' is no status; it has to be ${statusAllowed}`;
  const [, hundreds] = /^([1-9])xx$/.exec(text) ?? [];
  if (hundreds !== undefined) return { least: Number(hundreds) * 100, most: Number(hundreds) * 100 + 99 };
  const [, first, last = first] = /^([1-9]\d\d)(?:\s*-\s*([1-9]\d\d))?$/.exec(text) ?? [];
  if (first === undefined) return refused;
  if (Number(last) < Number(first)) return `'${text}' ends before it begins; did you mean '${last}-${first}'?`;
  return { least: Number(first), most: Number(last) };
}

function writtenRange({ least, most }: Range): string {
  if (least === most) return String(least);
  return least % 100 === 0 && most === least + 99 ? `${least / 100}xx` : `${least}-${most}`;
}
