import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const binding = (role: string, subject: string): string => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: b }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${role} }
subjects:
  - ${subject}
`;
const account = (name: string): string => `{ kind: ServiceAccount, namespace: ops, name: ${name} }`;

it('tells admins, everybody and the default account', () => {
  expect(found('SEA605', binding('cluster-admin', account('deployer')))).toEqual([
    'warning 7 ServiceAccount ops/deployer becomes cluster-admin',
  ]);
  const everybody =
    '{ kind: Group, apiGroup: rbac.authorization.k8s.io, name: system:authenticated }';
  expect(found('SEA605', binding('view', everybody))).toEqual([
    'error 7 ClusterRole view goes to system:authenticated: to everybody',
  ]);
  expect(found('SEA605', binding('view', account('default')))[0]).toMatch(/^info/);
});

it('is content with a role for an account of its own', () => {
  expect(found('SEA605', binding('view', account('deployer')))).toEqual([]);
});

it('takes what is only to be read, and named, for public', () => {
  const everybody =
    '{ kind: Group, apiGroup: rbac.authorization.k8s.io, name: system:authenticated }';
  const role = (rule: string): string => `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: public }
rules: [{ apiGroups: [''], ${rule} }]
`;
  const told = (rule: string): string[] =>
    found('SEA605', binding('public', everybody) + role(rule)).map(text => text.slice(0, 5));
  expect(told('resources: [configmaps], resourceNames: [info], verbs: [get, watch]')).toEqual([
    'info ',
  ]);
  expect(told('resources: [secrets], resourceNames: [info], verbs: [get]')).toEqual(['error']);
  expect(told('resources: [configmaps], verbs: [get]')).toEqual(['error']);
  const discovery = binding('system:service-account-issuer-discovery', everybody);
  expect(found('SEA605', discovery)).toEqual([]);
});
