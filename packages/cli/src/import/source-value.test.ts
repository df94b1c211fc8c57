import { describe, expect, test } from '@jest/globals';
import { ImportReport } from './imported.ts';
import { parseSourceYaml } from './read-source.ts';
import { sourceValueOf } from './source-value.ts';
import { reportUnknownOptions } from './unknown-options.ts';

describe('a source', () => {
  test('tells what nobody has looked at, with its place', () => {
    const source = parseSourceYaml('a: 1\nb:\n  c: 2\n  d: [x, {e: 3}]\nf: {password: hidden}\n', 'a.yaml');
    source.get('b')?.get('d')?.items[1]?.get('none');
    const report = new ImportReport();
    reportUnknownOptions(source, report);
    expect(report.notes.map(({ where, given }) => [where, given])).toEqual([
      ['a.yaml:1: a', 'a: 1'],
      ['a.yaml:3: b.c', 'c: 2'],
      ['a.yaml:4: b.d[1].e', 'e: 3'],
      ['a.yaml:5: f', 'f: {password}'],
    ]);
  });

  test('does not tell of what others refer to, for there it is read', () => {
    const source = parseSourceYaml('x: {y: &y {z: 1, w: 2}, v: 3}\nlist: [*y, {<<: *y, z: 4}]\n', 'a.yaml');
    const [first, second] = source.get('list')?.items ?? [];
    expect([first?.get('z')?.text, second?.get('z')?.text]).toEqual(['1', '4']);
    expect(second?.get('w')?.text).toBe('2');
    expect(source.unseen.map(({ where }) => where)).toEqual(['a.yaml:1: x.v', 'a.yaml:1: list[0].w']);
  });

  test('reads truth as older YAML does, and texts as they were written', () => {
    const source = parseSourceYaml('a: yes\nb: Off\nc: 0644\nd: 1.0\ne:\n', 'a.yaml');
    expect([source.get('a')?.truth, source.get('b')?.truth]).toEqual([true, false]);
    expect([source.get('c')?.text, source.get('d')?.text, source.get('e')]).toEqual(['0644', '1.0', undefined]);
  });

  test('tells what is not of the kind for which it was taken', () => {
    const source = parseSourceYaml('a: x\nb: {c: 1}\nd: [1]\ne:\nf: [2]\n', 'a.yaml');
    for (const key of ['a', 'b', 'e']) source.get(key)?.items.forEach(String);
    for (const key of ['d', 'f']) String(source.get(key)?.text);
    source.get('f')?.dismiss();
    const report = new ImportReport();
    reportUnknownOptions(source, report);
    expect(report.notes.map(({ given, why }) => [given, /a (list|text)/.exec(why)?.[1]])).toEqual([
      ['a: x', 'list'],
      ['b: {c}', 'list'],
      ['d: (1 entry)', 'text'],
    ]);
  });

  test('takes an alias for what bore its anchor last', () => {
    const source = parseSourceYaml('a: &x {p: 1}\nb: &y {q: *x}\nc: &x {p: 2}\nd: *x\ne: *y\n', 'a.yaml');
    expect(source.plain).toMatchObject({ d: { p: 2 }, e: { q: { p: 1 } } });
  });

  test('may come from anywhere', () => {
    const row = sourceValueOf({ name: 'a', tags: [{ id: 1 }] }, { file: 'kuma.db', path: 'monitor[1]', line: null });
    expect(row.get('tags')?.items[0]?.get('id')?.where).toBe('kuma.db: monitor[1].tags[0].id');
    expect(row.unseen.map(({ where }) => where)).toEqual(['kuma.db: monitor[1].name']);
  });

  test('that means millions of values is refused', () => {
    const levels = [...'abcdefghi'].map((letter, at) => {
      const before = at === 0 ? 'x' : `*${'abcdefghi'[at - 1]}`;
      return `${letter}: &${letter} [${Array(9).fill(before).join(', ')}]`;
    });
    expect(() => parseSourceYaml(levels.join('\n'), 'a.yaml')).toThrow(/^a\.yaml:\d+:1: .*too many aliases/);
  });
});
