import { expect, it } from 'vitest';
import { toldBy } from './told-by.js';

it('tells the series of a matrix, only where they change', async () => {
  const values = [
    [100, '3'],
    [160, '3'],
    [220, '6'],
    [280, '+Inf'],
    [340, 'NaN'],
  ];
  const result = [{ metric: { __name__: 'up', job: 'x' }, values }];
  const text = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
  const { format, told } = await toldBy('up.json', text);
  expect(format).toBe('query_range');
  expect(told.series.all()).toMatchObject([
    {
      metric: 'up',
      labels: { job: 'x' },
      stepMs: 60_000,
      samples: [
        [100_000, 3],
        [220_000, 6],
        [280_000, Infinity],
        [340_000, NaN],
      ],
    },
  ]);
});

it('an expression has the name of its file; a failed query is told', async () => {
  const result = [{ metric: {}, values: [[100, '1']] }];
  const text = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
  const { told } = await toldBy('rate.json', text);
  expect(told.series.all()[0]?.metric).toBe('rate');
  const failed = await toldBy('x.json', '{"status":"error","error":"query timed out"}');
  expect(failed.told.problems[0]?.what).toContain('query timed out');
});

it('a hole of a series is a hole', async () => {
  const values = [
    [0, '1'],
    [60, '1'],
    [120, '1'],
    [600, '1'],
    [660, '1'],
  ];
  const result = [{ metric: { __name__: 'ALERTS' }, values }];
  const text = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
  const { told } = await toldBy('a.json', text);
  expect(told.series.all()[0]?.samples).toEqual([
    [0, 1],
    [180_000, NaN],
    [600_000, 1],
    [660_000, 1],
  ]);
});
