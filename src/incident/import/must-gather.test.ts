import { expect, it } from 'vitest';
import { toldBy } from './told-by.js';

const root = 'dump/must-gather.local.7/quay-io-x';

it('reads objects by scope, and when it was taken', async () => {
  const text =
    '---\napiVersion: v1\nkind: PodList\nitems:\n- metadata:\n    name: a\n    namespace: shop\n';
  const { format, told } = await toldBy(`${root}/namespaces/shop/core/pods.yaml`, text);
  expect(format).toBe('must-gather');
  expect(told.known.all()[0]?.newest).toMatchObject({
    dump: 'must-gather dump/must-gather.local.7',
  });
  const times =
    '2026-08-20 11:27:41.118 +0200 CEST m=+0.91\n2026-08-20 11:28:52.402 +0200 CEST m=+72.2\n';
  const stamp = await toldBy('dump/must-gather.local.7/timestamp', times);
  expect([...stamp.told.dumpTimes]).toEqual([
    [
      'must-gather dump/must-gather.local.7',
      {
        fromMs: Date.parse('2026-08-20T09:27:41.118Z'),
        toMs: Date.parse('2026-08-20T09:28:52.402Z'),
      },
    ],
  ]);
});
