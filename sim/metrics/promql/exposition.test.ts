import { expect, it } from 'vitest';
import { readExposition, writeExposition } from './exposition.js';

const odd = 'a "b" \\ c\nd';

const text = writeExposition([
  {
    name: 'asked_total',
    type: 'counter',
    help: 'What was asked.',
    samples: [
      { value: 3 },
      { labels: {}, value: 0.5 },
      { labels: { by: 'x.y/z-1', why: odd }, value: -Infinity },
    ],
  },
  {
    name: 'took',
    type: 'histogram',
    help: 'How long it took.',
    samples: [
      { suffix: '_bucket', labels: { le: '+Inf' }, value: Infinity },
      { suffix: '_sum', value: NaN },
    ],
  },
]);

it('is written line by line, with what needs it escaped', () => {
  expect(text.split('\n')).toEqual([
    '# HELP asked_total What was asked.',
    '# TYPE asked_total counter',
    'asked_total 3',
    'asked_total 0.5',
    'asked_total{by="x.y/z-1",why="a \\"b\\" \\\\ c\\nd"} -Inf',
    '# HELP took How long it took.',
    '# TYPE took histogram',
    'took_bucket{le="+Inf"} +Inf',
    'took_sum NaN',
    '',
  ]);
});

it('is read as it was meant', () => {
  const { samples, error } = readExposition(text);
  expect(error).toBeUndefined();
  expect(samples.map(({ value }) => value)).toEqual([3, 0.5, -Infinity, Infinity, NaN]);
  expect(samples[2]?.metric).toEqual({ __name__: 'asked_total', by: 'x.y/z-1', why: odd });
});
