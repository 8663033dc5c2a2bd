import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { KeyedHeap } from './keyed-heap.js';

const operation = fc.oneof(
  fc.record({ key: fc.integer({ min: 0, max: 9 }), value: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ key: fc.integer({ min: 0, max: 9 }) }),
  fc.constant('pop' as const),
);

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

describe('KeyedHeap', () => {
  it('gives what a sorted list gives, equal items in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), operations => {
        const { got, wanted } = played(operations);
        expect(got).toEqual(wanted);
      }),
    );
  });
});

/** What the heap gives at every step, and what a sorted list gives. */
function played(operations: readonly Operation[]): {
  readonly got: readonly unknown[];
  readonly wanted: readonly unknown[];
} {
  const heap = new KeyedHeap<number>((a, b) => a < b);
  let list: { readonly key: string; readonly value: number; readonly order: number }[] = [];
  let order = 0;
  const got: unknown[] = [];
  const wanted: unknown[] = [];
  for (const each of operations) {
    if (each === 'pop') {
      got.push(heap.pop());
      wanted.push(list.shift()?.value);
    } else {
      const key = String(each.key);
      const known = list.find(item => item.key === key);
      list = list.filter(item => item.key !== key);
      if ('value' in each) {
        heap.set(key, each.value);
        list.push({ key, value: each.value, order: known?.order ?? order++ });
        list.sort((a, b) => a.value - b.value || a.order - b.order);
      } else heap.delete(key);
    }
    got.push(heap.size, heap.peek());
    wanted.push(list.length, list[0]?.value);
  }
  return { got, wanted };
}
