import { describe, expect, it } from 'vitest';
import { Heap } from './heap.js';
import { Random } from './random.js';

describe('a heap', () => {
  it('gives its items in order, whatever comes and goes in between', () => {
    const random = new Random(1);
    const heap = new Heap<number>((a, b) => a < b);
    let kept: number[] = [];
    const taken: (number | undefined)[] = [];
    const expected: (number | undefined)[] = [];
    for (let step = 0; step < 3000; step++) {
      if (random.float() < 0.6) {
        const item = Math.floor(random.float() * 1000) + step / 10_000;
        heap.push(item);
        kept = [...kept, item].sort((a, b) => a - b);
      } else {
        taken.push(heap.pop(), heap.peek(), heap.size);
        expected.push(kept.shift(), kept[0], kept.length);
      }
    }
    expect(taken).toEqual(expected);
    expect(taken.length).toBeGreaterThan(3000);
  });

  it('is empty after its last item, and gives nothing then', () => {
    const heap = new Heap<number>((a, b) => a < b);
    heap.push(1);
    expect(heap.pop()).toBe(1);
    expect(heap.pop()).toBeUndefined();
    expect(heap.peek()).toBeUndefined();
  });
});
