import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const role = (rule: string, kind = 'ClusterRole'): string => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: { name: r }
rules:
  - ${rule}
`;

it('tells all Secrets, and is content with named ones', () => {
  expect(
    found('SEA602', role("{ apiGroups: [''], resources: [secrets], verbs: [list, watch] }")),
  ).toEqual(['warning 6 it may list, watch all Secrets of every namespace it is bound in']);
  const named = "{ apiGroups: [''], resources: [secrets], resourceNames: [a], verbs: [get] }";
  expect(found('SEA602', role(named))).toEqual([]);
  const written = "{ apiGroups: [''], resources: [secrets], verbs: [create] }";
  expect(found('SEA602', role(written))).toEqual([]);
});
