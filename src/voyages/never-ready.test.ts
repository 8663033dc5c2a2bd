import { expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { NeverReady, readinessOf } from './never-ready.js';

const deployment = (name: string): KubeObject => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
  metadata: { name, namespace: 'shop', uid: name },
});
const ownedBy = (kind: string, name: string, uid: string) => ({
  namespace: 'shop',
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid, controller: true }],
});
const replicas = (name: string, status = {}): KubeObject => ({
  ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet', status },
  metadata: { name: `${name}-1`, uid: `${name}-1`, ...ownedBy('Deployment', name, name) },
});
const pod = (of: string, conditions: readonly object[]): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Pod', status: { phase: 'Pending', conditions } },
  metadata: { name: `${of}-1-x`, uid: `${of}-x`, ...ownedBy('ReplicaSet', `${of}-1`, `${of}-1`) },
});
const entry = (type: HistoryEntry['type'], resource: string, object: KubeObject): HistoryEntry =>
  ({ type, resource, object }) as unknown as HistoryEntry;
const unplaced = { type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' };

it('tells whose pods were ready once, and what those of the others waited for', () => {
  const refused = {
    conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }],
  };
  const names = ['stuck', 'well', 'refused'];
  const history = [
    ...names.flatMap(name => [
      entry('ADDED', 'deployments.apps', deployment(name)),
      entry('ADDED', 'replicasets.apps', replicas(name)),
    ]),
    entry('MODIFIED', 'replicasets.apps', replicas('refused', refused)),
    entry('ADDED', 'pods', pod('stuck', [])),
    entry('MODIFIED', 'pods', pod('stuck', [unplaced])),
    entry('ADDED', 'pods', pod('well', [unplaced])),
    entry('MODIFIED', 'pods', pod('well', [{ type: 'Ready', status: 'True' }])),
    entry('MODIFIED', 'pods', pod('well', [unplaced])),
  ];
  const readiness = readinessOf(names.map(deployment), history);
  expect(readiness).toEqual({
    ready: ['Deployment shop/well'],
    waiting: {
      'Deployment shop/refused': 'it has no pods: exceeded quota',
      'Deployment shop/stuck': 'pod stuck-1-x: no node: 0/3 nodes are available',
    },
  });
  const all = new NeverReady();
  all.add(readiness);
  all.add({ ready: ['Deployment shop/refused'], waiting: {} });
  expect(all.told()).toEqual([
    { workload: 'Deployment shop/stuck', why: 'no node: 0/3 nodes are available' },
  ]);
});
