import { expect, it } from 'vitest';
import { found } from '../../../test/check/found.js';

const role = (rule: string, kind = 'ClusterRole'): string => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: { name: r }
rules:
  - ${rule}
`;

it.each([
  ["{ apiGroups: [''], resources: [pods/exec], verbs: [create] }", /runs commands in pods/],
  [
    '{ apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [escalate] }',
    /may escalate/,
  ],
  ['{ apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind] }', /may bind/],
  ["{ apiGroups: [''], resources: [serviceaccounts], verbs: [impersonate] }", /may impersonate/],
  ["{ apiGroups: [''], resources: [serviceaccounts/token], verbs: [create] }", /makes tokens/],
  ["{ apiGroups: [''], resources: [nodes/proxy], verbs: [get] }", /reaches kubelets/],
  [
    '{ apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], verbs: [patch] }',
    /changes admission webhooks/,
  ],
])('tells %s', (rule, message) => {
  const all = found('SEA603', role(rule));
  expect(all).toHaveLength(1);
  expect(all[0]).toMatch(message);
});

it('is content with what leads nowhere', () => {
  const rule =
    "{ apiGroups: [''], resources: [pods, pods/log, serviceaccounts], verbs: [create, get] }";
  expect(found('SEA603', role(rule))).toEqual([]);
});
