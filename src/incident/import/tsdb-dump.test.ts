import { expect, it } from 'vitest';
import { toldBy } from './told-by.js';

it('reads samples with times in milliseconds, and escapes', async () => {
  const text = `{__name__="up", job="a \\"b\\" \\\\ c"} 1 1787216820000\n{__name__="up", job="z"} NaN 1787216820000\n{__name__="up"`;
  const { format, told } = await toldBy('dump.txt', `${text}\n`);
  expect(format).toBe(undefined);
  const whole = await toldBy('dump.txt', text.split('\n').slice(0, 2).join('\n').concat('\n'));
  expect(whole.format).toBe('TSDB dump');
  expect(whole.told.series.all().map(({ labels }) => labels['job'])).toEqual(['a "b" \\ c', 'z']);
  expect(told.series.all()).toEqual([]);
});

it('tells a torn last line', async () => {
  const { told } = await toldBy(
    'dump.txt',
    '{__name__="up"} 1 1787216820000\n{__name__="up"} 1 1787216880000\n{__na',
  );
  expect(told.problems).toMatchObject([{ source: { line: 3 } }]);
});
