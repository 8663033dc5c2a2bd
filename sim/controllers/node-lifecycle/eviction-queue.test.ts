import { describe, expect, it } from 'vitest';
import type { Reconciliation } from '../../client/contract.js';
import { EvictionQueue, type Tainted } from './eviction-queue.js';

/** Lets out what may go at that time; returns who went. */
function letOut(queue: EvictionQueue, nowMs: number, result: Tainted = 'done'): readonly string[] {
  const out: string[] = [];
  // eslint-disable-next-line require-yield
  function* taint(node: string): Reconciliation<Tainted> {
    out.push(node);
    return result;
  }
  expect(queue.letOut(() => nowMs, taint).next().done).toBe(true);
  return out;
}

describe('The nodes that wait for their taint', () => {
  it('go one by one, at the rate', () => {
    const queue = new EvictionQueue(0.1, 0);
    for (const node of ['a', 'b', 'a']) queue.add(node, 0);
    expect(letOut(queue, 0)).toEqual(['a']);
    expect(letOut(queue, 5_000)).toEqual([]);
    expect(queue.nextInMs(5_000)).toBe(5_000);
    expect(letOut(queue, 10_000)).toEqual(['b']);
  });

  it('do not come again before they are removed', () => {
    const queue = new EvictionQueue(1, 0);
    queue.add('a', 0);
    letOut(queue, 0);
    expect(queue.add('a', 1_000)).toBe(false);
    queue.remove('a');
    expect(queue.add('a', 1_000)).toBe(true);
  });

  it('stay while the rate is zero', () => {
    const queue = new EvictionQueue(1, 0);
    queue.add('a', 0);
    queue.setRate(0, 0);
    expect(letOut(queue, 60_000)).toEqual([]);
    expect(queue.nextInMs(60_000)).toBeUndefined();
    queue.setRate(1, 60_000);
    expect(letOut(queue, 61_000)).toEqual(['a']);
  });

  it('are tried again later when they could not be tainted', () => {
    const queue = new EvictionQueue(1, 0);
    queue.add('a', 0);
    expect(letOut(queue, 0, { againAfterMs: 250 })).toEqual(['a']);
    expect(queue.isEmpty).toBe(false);
    expect(letOut(queue, 1_000)).toEqual(['a']);
    expect(queue.isEmpty).toBe(true);
  });
});
