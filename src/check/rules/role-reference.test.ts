import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const binding = (role: string, subject: string): string => `
{ apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: { name: reader }, rules: [] }
---
{ apiVersion: v1, kind: ServiceAccount, metadata: { name: trainer } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: b }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${role} }
subjects:
  - { kind: ServiceAccount, namespace: default, name: ${subject} }
`;

it('tells a role and an account that are not there', () => {
  expect(found('SEA212', binding('Role, name: readr', 'trainers'))).toEqual([
    'warning 9 there is no Role default/readr among the manifests; did you mean reader?',
    'warning 11 there is no ServiceAccount default/trainers among the manifests; did you mean trainer?',
  ]);
});

it('knows the roles that every cluster has', () => {
  expect(found('SEA212', binding('ClusterRole, name: view', 'trainer'))).toEqual([]);
  expect(found('SEA212', binding('Role, name: reader', 'default'))).toEqual([]);
  const reader = `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: b, namespace: kube-system }
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: extension-apiserver-authentication-reader
`;
  expect(found('SEA212', reader)).toEqual([]);
});

it('leaves bindings without a role, and of versions that are gone, to the API server', () => {
  const text = (version: string): string =>
    `{ apiVersion: rbac.authorization.k8s.io/${version}, kind: ClusterRoleBinding, metadata: { name: b } }`;
  expect(found('SEA212', text('v1'))).toEqual([]);
  expect(found('SEA212', text('v1beta1'))).toEqual([]);
  expect(found('SEA005', text('v1beta1'))[0]).toMatch(/was removed/);
});
