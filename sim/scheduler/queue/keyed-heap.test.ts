import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { KeyedHeap } from './keyed-heap.js';

const operation = fc.oneof(
  fc.record({ key: fc.integer({ min: 0, max: 9 }), value: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ key: fc.integer({ min: 0, max: 9 }) }),
  fc.constant('pop' as const),
);

describe('KeyedHeap', () => {
  test.prop([fc.array(operation, { maxLength: 60 })])(
    'gives what a sorted list gives, equal items in the order in which they came',
    operations => {
      const heap = new KeyedHeap<number>((a, b) => a < b);
      let list: { readonly key: string; readonly value: number; readonly order: number }[] = [];
      let order = 0;
      const sort = () => list.sort((a, b) => a.value - b.value || a.order - b.order);
      for (const each of operations) {
        if (each === 'pop') {
          expect(heap.pop()).toBe(list.shift()?.value);
          continue;
        }
        const key = String(each.key);
        const known = list.find(item => item.key === key);
        list = list.filter(item => item.key !== key);
        if ('value' in each) {
          heap.set(key, each.value);
          list.push({ key, value: each.value, order: known?.order ?? order++ });
        } else {
          heap.delete(key);
        }
        sort();
        expect(heap.size).toBe(list.length);
        expect(heap.peek()).toBe(list[0]?.value);
      }
    },
  );
});
