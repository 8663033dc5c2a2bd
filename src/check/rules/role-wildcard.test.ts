import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const role = (rule: string, kind = 'ClusterRole'): string => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: { name: r }
rules:
  - ${rule}
`;

it('tells stars, and takes those over own kinds for less', () => {
  expect(found('SEA601', role("{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }"))).toEqual([
    'warning 6 * on * of * in the cluster',
  ]);
  expect(
    found('SEA601', role("{ apiGroups: [''], resources: [pods], verbs: ['*'] }", 'Role')),
  ).toEqual(['warning 6 * on pods of core in namespace default']);
  const own = role("{ apiGroups: [kubeflow.org], resources: ['*'], verbs: ['*'] }");
  expect(found('SEA601', own)[0]).toMatch(/^info/);
});

it('is content with names', () => {
  expect(found('SEA601', role("{ apiGroups: [''], resources: [pods], verbs: [get] }"))).toEqual([]);
});
