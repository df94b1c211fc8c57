import {
  anything,
  damaged,
  likelyConfiguration,
  looseConfiguration,
  yamlNoise,
  yamlOf,
} from '@everytick/testing/yaml-arbitrary';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Part } from './part.ts';
import { Problems } from './problems.ts';
import { readDocument } from './read-document.ts';
import { readEvents } from './read-events.ts';

const tabbed = fc.constantFrom(
  ...[
    '\t',
    ' # a\tb',
    ' #\t',
    '"a\tb"',
    "'a # b'\t",
    '"\t"',
    " '\ta' #\tb",
    '\n #\t#\n',
    '|\n  # a\tb\n',
    '"a\n # b\tc"',
  ],
);

const withTabs = fc
  .tuple(fc.oneof(yamlNoise, yamlOf(likelyConfiguration)), fc.array(fc.tuple(fc.nat(), tabbed), { maxLength: 3 }))
  .map(([given, inserted]) =>
    inserted.reduce((whole, [at, each]) => {
      const place = at % (whole.length + 1);
      return whole.slice(0, place) + each + whole.slice(place);
    }, given),
  );

const text = fc.oneof(
  withTabs,
  yamlNoise,
  yamlOf(anything),
  yamlOf(looseConfiguration),
  yamlOf(likelyConfiguration),
  damaged(yamlOf(likelyConfiguration)),
  damaged(yamlOf(anything)),
  damaged(yamlOf(looseConfiguration)),
);

test('what the fast reader of YAML reads, the thorough one reads in the same way, with the same places', () => {
  let read = 0;
  const numRuns = 1_500;
  fc.assert(
    fc.property(text, (given) => {
      const file = { path: 'x.yaml', text: given };
      const fast = readEvents(file);
      if (fast === null) return;
      read++;
      const problems = new Problems();
      const thorough = readDocument(file, problems);
      problems.throwIfAny();
      expect(thorough && shown(thorough)).toEqual(shown(fast));
    }),
    { numRuns },
  );
  // And it is no rare thing.
  expect(read).toBeGreaterThan(numRuns / 4);
}, 60_000);

function shown(part: Part): unknown {
  const { kind, offset, keyOffset, size } = part;
  if (part.kind === 'scalar') return { kind, offset, keyOffset, size, value: part.value };
  const parts = part.kind === 'list' ? [...part.items.entries()] : [...part.entries];
  return { kind, offset, keyOffset, size, parts: parts.map(([key, each]) => [key, shown(each)]) };
}
