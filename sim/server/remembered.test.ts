import { expect, it } from 'vitest';
import { priorityClasses } from '../api/kinds/scheduling.js';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import { createCore } from './core.js';
import { remembered } from './remembered.js';

it('reads anew when an object of the kinds has changed, for each server by itself', () => {
  let reads = 0;
  const namesOf = remembered([priorityClasses], access => {
    reads++;
    return access.list(priorityClasses).map(({ metadata }) => metadata.name);
  });
  const server = () => createCore({ clock: new Loop(), random: new Random(1), isEmpty: true });
  const [one, other] = [server(), server()];
  expect([namesOf(one.access), namesOf(other.access), namesOf(one.access)]).toEqual([[], [], []]);
  expect(reads).toBe(2);
  const { group, version, kind } = priorityClasses;
  one.access.store(priorityClasses, {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { name: 'high' },
  });
  expect([namesOf(one.access), namesOf(one.access)]).toEqual([['high'], ['high']]);
  expect(namesOf(other.access)).toEqual([]);
  expect(reads).toBe(3);
});
