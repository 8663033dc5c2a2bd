import { expect, it } from 'vitest';
import type { Connection } from '../../api/request.js';
import { ByConnection } from './by-connection.js';

it('knows what was noted last, until it has taken as many notes as it may', () => {
  const [one, other] = [{}, {}] as Connection[] as [Connection, Connection];
  const known = new ByConnection<number>(3);
  known.set('a', one, 1);
  known.set('a', one, 2);
  known.set('a', other, 3);
  expect([known.get('a', one), known.get('a', other), known.get('b', one)]).toEqual([
    2,
    3,
    undefined,
  ]);
  known.set('b', one, 4);
  expect([known.get('a', one), known.get('a', other), known.get('b', one)]).toEqual([
    undefined,
    undefined,
    4,
  ]);
});
