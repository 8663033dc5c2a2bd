import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const quota = (hard: string): string =>
  `\n---\napiVersion: v1\nkind: ResourceQuota\nmetadata: { name: q }\nspec:\n  hard:\n    ${hard}\n`;
const asking = (cpu: string, replicas: number, name = 'web'): string =>
  deployment({
    name,
    rest: `replicas: ${replicas},`,
    container: `resources: { requests: { cpu: ${cpu} } }`,
  });

it('adds up what workloads ask for', () => {
  const text = asking('1', 3) + asking('500m', 4, 'api');
  expect(found('SEA403', text + quota('requests.cpu: 4'))).toEqual([
    'warning 26 requests.cpu: 4 for 5 that is asked for (Deployment default/web 3, Deployment default/api 2)',
  ]);
  expect(found('SEA403', text + quota('requests.cpu: 5'))).toEqual([]);
});

it('is sure of a single pod that is too large', () => {
  expect(found('SEA403', asking('2', 1) + quota('requests.cpu: 1'))[0]).toMatch(
    /^error 5 its pods are refused: exceeded quota: q, requested: requests.cpu=2/,
  );
});
