import { parseSamples } from '@everytick/testing';
import { expect, test } from '@jest/globals';
import { labelsOf } from './labels.ts';

function labelsOfTarget(own: Record<string, string>, { name = 'shop', url = 'https://shop.example/' } = {}) {
  const text = `probe_success${labelsOf(['1', name, url, 'default', null, JSON.stringify(own)])}} 1\n`;
  return parseSamples(text)[0]?.labels;
}

test('names and values of any kind come through, none of them as syntax', () => {
  const name = 'a "quoted" \\ name\nof two lines, {braces}="x" } 1 — ünïcödé 🦉';
  expect(labelsOfTarget({ owner: name }, { name })).toEqual({
    instance: 'https://shop.example/',
    target: name,
    location: 'default',
    label_owner: name,
  });
});

test('secrets of a URL are not in its label', () => {
  const { instance } = labelsOfTarget({}, { url: 'https://me:secret@shop.example/a?token=secret#secret' }) ?? {};
  expect(instance).toBe('https://shop.example/a?token=***');
});

test('names that are the same as labels of Prometheus are numbered, in the order of the names', () => {
  const own = { 'a/b': '1', 'a.b': '2', a_b_conflict1: '3', a: '4', instance: '5' };
  const { instance, target, location, ...labels } = labelsOfTarget(own) ?? {};
  expect(labels).toEqual({
    label_a: '4',
    label_instance: '5',
    label_a_b_conflict1: '3',
    label_a_b_conflict2: '2',
    label_a_b_conflict3: '1',
  });
});

test('names that no label of Prometheus can have become some that it can', () => {
  const { instance, target, location, ...labels } = labelsOfTarget({ '': '1', '"} 1\n': '2', 'ключ-é': '3' }) ?? {};
  expect(labels).toEqual({ label_: '1', label____1_: '2', label_______: '3' });
});

test('there are never more than 20 labels of a target, and long texts are cut between characters', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`l${index}`, '🦉'.repeat(5_000)]));
  const labels = labelsOfTarget(many, { url: `https://shop.example/${'x'.repeat(8_000)}` }) ?? {};
  expect(Object.keys(labels)).toHaveLength(23);
  for (const value of Object.values(labels)) {
    expect(value.length).toBeLessThanOrEqual(500);
    expect(value.isWellFormed()).toBe(true);
  }
});
