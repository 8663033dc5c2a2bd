import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

it('tells what is taken of the node', () => {
  const text = deployment({
    container: 'securityContext: { privileged: true }',
    spec: `hostNetwork: true,
      volumes: [{ name: v, hostPath: { path: /var/run/docker.sock } }],`,
  });
  expect(found('SEA604', text)).toEqual([
    "warning 6 it shares the node's Network",
    'warning 7 volume v is /var/run/docker.sock of the node',
    'warning 9 container main is privileged',
  ]);
});

it('takes no policy about pods for a pod', () => {
  const allowed = `{ apiVersion: auto.gke.io/v1, kind: WorkloadAllowlist, metadata: { name: agent }, matchingCriteria: {
  containers: [{ name: agent, image: agent, securityContext: { privileged: true } }] } }
---
{ apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: { name: agents }, spec: { rules: [{ name: all, validate: {
  pattern: { spec: { containers: [{ name: '*', securityContext: { privileged: true } }] } } } }] } }
`;
  expect(found('SEA604', allowed)).toEqual([]);
});

it('leaves it to pod security where a level is set', () => {
  const text = `${deployment({ namespace: 'ns', spec: 'hostPID: true,' })}
---
{ apiVersion: v1, kind: Namespace, metadata: { name: ns, labels: { pod-security.kubernetes.io/enforce: baseline } } }
`;
  expect(found('SEA604', text)).toEqual([]);
  expect(found('SEA304', text)).toHaveLength(1);
});
