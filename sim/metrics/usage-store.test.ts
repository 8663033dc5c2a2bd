import { expect, it } from 'vitest';
import { canonicalQuantity } from '../api/quantity.js';
import { Random } from '../engine/random.js';
import { nanosText } from './usage-store.js';

it('writes nano-units as Kubernetes does', () => {
  const random = new Random(1);
  const nanos = [0, 1, 999, 1000, 1500, 1e6, 25e7, 1e9, 64e9, 1e12, 25e14, 1e18];
  for (let draw = 0; draw < 500; draw++) {
    nanos.push(random.integer(1e6) * 10 ** random.integer(10));
  }
  for (const each of nanos) {
    expect({ isOk: true, value: nanosText(each) }).toEqual(canonicalQuantity(`${each}n`));
  }
});
