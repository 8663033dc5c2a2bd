import { expect, it } from 'vitest';
import { onStall } from './host.js';

it('tells when the process would end before its time, until that is forgotten', () => {
  let stalls = 0;
  const before = process.listeners('beforeExit');
  const forget = onStall(() => void stalls++);
  const added = process.listeners('beforeExit').filter(each => !before.includes(each));
  for (const listener of added) listener(0);
  expect([added.length, stalls]).toEqual([1, 1]);
  forget();
  expect(process.listeners('beforeExit')).toEqual(before);
});
