import { expect, it } from 'vitest';
import { toldBy } from './told-by.js';

it('reads samples with times in seconds, up to the end mark', async () => {
  const { format, told } = await toldBy(
    'om.txt',
    'up{job="a"} 1 1787216100.000\nup{job="a"} 0 1787216160.500\n# EOF\n',
  );
  expect(format).toBe('OpenMetrics');
  expect(told.series.all()[0]?.samples).toEqual([
    [1787216100000, 1],
    [1787216160500, 0],
  ]);
});
