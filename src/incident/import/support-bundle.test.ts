import { expect, it } from 'vitest';
import { toldBy } from './told-by.js';

const root = 'support-bundle-2026-08-20T09_28_00/cluster-resources';

it('reads its lists, its time, and what it was not allowed to read', async () => {
  const pods = '{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a"}}]}';
  const { format, told } = await toldBy(`${root}/pods/shop.json`, pods);
  expect(format).toBe('support bundle');
  expect([...told.dumpTimes.values()][0]?.fromMs).toBe(Date.parse('2026-08-20T09:28:00Z'));
  expect((await toldBy(`${root}/pods-errors.json`, 'null')).told.problems).toEqual([]);
  const refused = await toldBy(`${root}/pods-errors.json`, '["pods is forbidden"]');
  expect(refused.told.problems[0]?.what).toContain('pods is forbidden');
});
