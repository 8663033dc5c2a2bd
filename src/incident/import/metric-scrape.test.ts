import { expect, it } from 'vitest';
import { toldBy } from './told-by.js';

it('reads the gauges of one moment', async () => {
  const text = '# HELP g help\n# TYPE g gauge\ng{gpu="0",Hostname="n1"} 99\ng_total 1e3\n';
  const { format, told } = await toldBy('dcgm.txt', text);
  expect(format).toBe('scrape of metrics');
  expect(told.series.readings).toMatchObject([
    { metric: 'g', labels: { gpu: '0', Hostname: 'n1' }, value: 99 },
    { metric: 'g_total', value: 1000 },
  ]);
});
