import { expect, it } from 'vitest';
import type { Pod } from '../api/kinds/core.js';
import { boot } from '../index.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };
const pods = '/api/v1/namespaces/default/pods';
const claims = '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims';
const slices = '/apis/resource.k8s.io/v1/resourceslices';

interface Told {
  readonly items?: readonly {
    readonly reason?: string;
    readonly message?: string;
    readonly source?: { readonly component?: string };
  }[];
}

function begun() {
  const { loop, serve } = boot({ seed: 1, nodes: [] });
  const ask = (method: 'GET' | 'POST' | 'PATCH', path: string, sent?: object): unknown => {
    let body: unknown;
    const type = method === 'PATCH' ? 'merge-patch+json' : 'json';
    const headers = { 'content-type': `application/${type}` };
    serve({ method, path, headers, ...(sent && { body: sent }) }, admin, answer => {
      body = answer.body;
    });
    loop.runUntil(loop.now() + 1000);
    return body;
  };
  return { ask };
}

it('deletes pods once they no longer tolerate a taint of a device that they hold', () => {
  const { ask } = begun();
  ask('POST', '/api/v1/nodes', { metadata: { name: 'n' } });
  const pool = { name: 'p', generation: 1, resourceSliceCount: 1 };
  const devices = [{ name: 'a' }, { name: 'b' }];
  const spec = { driver: 'd.io', pool, nodeName: 'n', devices };
  ask('POST', slices, { metadata: { name: 's' }, spec });
  const start = (name: string, device: string, tolerations: readonly object[]) => {
    const requests = [{ name: 'r', exactly: { deviceClassName: 'gpu' } }];
    ask('POST', claims, { metadata: { name }, spec: { devices: { requests } } });
    const pod = ask('POST', pods, {
      metadata: { name },
      spec: {
        nodeName: 'n',
        resourceClaims: [{ name: 'x', resourceClaimName: name }],
        containers: [{ name: 'c', image: 'x' }],
      },
    }) as Pod;
    const results = [{ request: 'r', driver: 'd.io', pool: 'p', device, tolerations }];
    const reservedFor = [{ resource: 'pods', name, uid: pod.metadata.uid }];
    const status = { allocation: { devices: { results } }, reservedFor };
    ask('PATCH', `${claims}/${name}/status`, { status });
  };
  start('one', 'a', []);
  start('other', 'b', [{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }]);
  const taints = [{ key: 'hot', effect: 'NoExecute' }];
  const tainted = devices.map(device => ({ ...device, taints }));
  ask('PATCH', `${slices}/s`, { spec: { devices: tainted } });
  const read = (name: string) => ask('GET', `${pods}/${name}`) as Pod;
  expect(read('one').metadata.deletionTimestamp).toBeDefined();
  expect(read('one').status?.conditions).toContainEqual({
    type: 'DisruptionTarget',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: expect.any(String) as string,
    reason: 'DeletionByDeviceTaintManager',
    message: 'Device Taint manager: deleting due to NoExecute taint',
  });
  expect(read('other').metadata.deletionTimestamp).toBeUndefined();
  for (let s = 0; s < 4; s++) read('other');
  expect(read('other').metadata.deletionTimestamp).toBeDefined();
  const events = (ask('GET', '/api/v1/namespaces/default/events') as Told).items ?? [];
  const told = events.filter(({ reason }) => reason === 'DeviceTaintManagerEviction');
  expect(told.map(({ message, source }) => `${source?.component}: ${message}`)).toEqual([
    'device-taint-eviction-controller: Marking for deletion',
    'device-taint-eviction-controller: Marking for deletion',
  ]);
});
