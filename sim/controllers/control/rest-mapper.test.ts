import { expect, it } from 'vitest';
import type { Reconciliation } from '../../client/contract.js';
import { Loop } from '../../engine/loop.js';
import { RestMapper } from './rest-mapper.js';

const resources = [{ resource: 'bars', scope: 'Namespaced', responseKind: { kind: 'Bar' } }];
const served = [{ metadata: { name: 'foo.io' }, versions: [{ version: 'v1', resources }] }];

/** Answers each request with what the server has in aggregated discovery. */
function run<T>(steps: Reconciliation<T>): T {
  const object = { kind: 'APIGroupDiscoveryList', items: served };
  const answer = { isOk: true, status: 200, object } as const;
  let step = steps.next();
  while (step.done !== true) step = steps.next(answer);
  return step.value;
}

it('maps a kind of a version, and tells the version that has none', () => {
  const mapper = new RestMapper(new Loop());
  expect(run(mapper.mappingOf('foo.io', 'v1', 'Bar'))).toMatchObject({ resource: 'bars' });
  expect(run(mapper.mappingOf('foo.io', 'v2', 'Bar'))).toEqual({
    error: 'no matches for kind "Bar" in version "foo.io/v2"',
  });
  expect(run(mapper.mappingOf('', 'v1', 'Nope'))).toEqual({
    error: 'no matches for kind "Nope" in version "v1"',
  });
  expect(run(mapper.resourcesOf('foo.io', 'Nope'))).toEqual({
    error: 'no matches for kind "Nope" in group "foo.io"',
  });
});
