import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const quota = (pods: number): string =>
  `\n---\n{ apiVersion: v1, kind: ResourceQuota, metadata: { name: q }, spec: { hard: { pods: ${pods} } } }\n`;
const web = (unavailable: string): string =>
  deployment({
    rest: `replicas: 3, strategy: { rollingUpdate: { maxUnavailable: ${unavailable}, maxSurge: 1 } },`,
  });

it('tells a roll-out that has no room for its first pod', () => {
  expect(found('SEA405', web('0') + quota(3))).toEqual([
    'warning 3 a roll-out needs 4 of pods for the first of its 1 new pods, and ResourceQuota q gives 3; no old pod may go before (maxUnavailable comes to 0)',
  ]);
});

it('is content with room, or when an old pod may go', () => {
  expect(found('SEA405', web('0') + quota(4))).toEqual([]);
  expect(found('SEA405', web('1') + quota(3))).toEqual([]);
});
