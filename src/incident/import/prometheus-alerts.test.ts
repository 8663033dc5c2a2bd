import { expect, it } from 'vitest';
import { toldBy } from './told-by.js';

it('tells the alerts that are on, and since when', async () => {
  const alerts = [
    {
      labels: { alertname: 'Slow', severity: 'page' },
      state: 'firing',
      activeAt: '2026-08-20T09:02:00Z',
    },
    { labels: {} },
  ];
  const { format, told } = await toldBy(
    'alerts.json',
    JSON.stringify({ status: 'success', data: { alerts } }),
  );
  expect(format).toBe('alerts');
  expect(told.alerts).toMatchObject([
    { alert: 'Slow', labels: { severity: 'page' }, activeAtMs: Date.parse('2026-08-20T09:02:00Z') },
  ]);
  expect(told.problems).toHaveLength(1);
});
