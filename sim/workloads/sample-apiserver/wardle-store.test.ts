import { expect, it } from 'vitest';
import type { WatchEvent } from '../../api/request.js';
import { Loop } from '../../engine/loop.js';
import { Random } from '../../engine/random.js';
import { flunders } from './resources.js';
import { WardleStore } from './wardle-store.js';

it('tells the last changes to a watch, and 410 where it has forgotten some', () => {
  const store = new WardleStore(new Loop(), new Random(1));
  store.create(flunders, 'default', { metadata: { name: 'a' } });
  const first = Number(store.resourceVersion);
  const watched = (afterRevision: number) => {
    const told: WatchEvent[] = [];
    store
      .watch(flunders, afterRevision, () => true)
      .start({ item: item => void told.push(item as WatchEvent), end: () => undefined })();
    return told;
  };
  const change = () => store.replace(flunders, 'default', 'a', { metadata: { name: 'a' } });
  for (let count = 0; count < 500; count++) change();
  expect(watched(first)).toHaveLength(500);
  for (let count = 0; count < 10_000; count++) change();
  expect(watched(first)).toMatchObject([{ type: 'ERROR', object: { code: 410 } }]);
  expect(watched(Number(store.resourceVersion) - 900)).toHaveLength(900);
});
