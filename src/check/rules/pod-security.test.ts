import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const namespace = (mode: string): string =>
  `\n---\n{ apiVersion: v1, kind: Namespace, metadata: { name: ns, labels: { pod-security.kubernetes.io/${mode}: baseline } } }\n`;
const web = deployment({
  namespace: 'ns',
  container: 'securityContext: { privileged: true }',
});

it('tells what is enforced as an error, what is warned about as a warning', () => {
  expect(found('SEA304', web + namespace('enforce'))).toEqual([
    'error 5 above baseline:latest (enforce) of namespace ns, its pods are refused: privileged (container "main" must not set securityContext.privileged=true)',
  ]);
  expect(found('SEA304', web + namespace('warn'))[0]).toMatch(/^warning 5 .*it is warned about/);
  expect(found('SEA304', web + namespace('audit'))[0]).toMatch(/^info/);
});

it('is content within the level, and without one', () => {
  expect(found('SEA304', deployment({ namespace: 'ns' }) + namespace('enforce'))).toEqual([]);
  expect(found('SEA304', web)).toEqual([]);
});
