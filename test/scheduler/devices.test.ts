/** Devices for pods against the API server: claims, extended resources, what happens when they lack. */
import { beforeEach, describe, expect, it } from 'vitest';
import { pods } from '../../sim/api/kinds/core.js';
import {
  deviceClasses,
  resourceClaims,
  resourceSlices,
  type ResourceClaim,
} from '../../sim/api/kinds/resource.js';
import type { HasMetadata } from '../../sim/api/object.js';
import { pathOf } from '../../sim/client/requests.js';
import { Cluster } from './cluster.js';

const driver = 'gpu.example.com';

function addSlice(cluster: Cluster, node: string, count: number): void {
  cluster.create(resourceSlices, {
    metadata: { name: `${node}-gpus` },
    spec: {
      driver,
      nodeName: node,
      pool: { name: node, generation: 1, resourceSliceCount: 1 },
      devices: Array.from({ length: count }, (_, index) => ({
        name: `gpu-${index}`,
        attributes: { model: { string: 'h100' } },
      })),
    },
  });
}

function addClaim(cluster: Cluster, name: string, count: number): ResourceClaim {
  const exactly = { deviceClassName: 'gpu', allocationMode: 'ExactCount', count };
  return cluster.create(resourceClaims, {
    metadata: { name, namespace: 'default' },
    spec: { devices: { requests: [{ name: 'gpus', exactly }] } },
  });
}

function addPodWithClaim(cluster: Cluster, name: string, claim: string): void {
  cluster.create(pods, {
    metadata: { name, namespace: 'default' },
    spec: {
      containers: [{ name: 'c', image: 'train', resources: { claims: [{ name: 'gpus' }] } }],
      resourceClaims: [{ name: 'gpus', resourceClaimName: claim }],
    },
  });
}

describe('devices', () => {
  let cluster: Cluster;

  beforeEach(() => {
    cluster = new Cluster();
    cluster.create(deviceClasses, {
      metadata: { name: 'gpu' },
      spec: {
        selectors: [{ cel: { expression: `device.driver == "${driver}"` } }],
        extendedResourceName: 'example.com/gpu',
      },
    });
    cluster.addNode('n1', 0);
    cluster.addNode('n2', 0);
    addSlice(cluster, 'n2', 4);
  });

  it('allocates and reserves the claim before the pod is bound', () => {
    addClaim(cluster, 'claim', 2);
    addPodWithClaim(cluster, 'p', 'claim');
    cluster.run(2_000);
    expect(cluster.pod('p').spec?.nodeName).toBe('n2');
    const { metadata, status } = cluster.get(resourceClaims, 'default', 'claim');
    expect(metadata.finalizers).toEqual(['resource.kubernetes.io/delete-protection']);
    expect(status?.reservedFor).toMatchObject([{ resource: 'pods', name: 'p' }]);
    expect(status?.allocation?.devices?.results).toMatchObject([
      { request: 'gpus', driver, pool: 'n2', device: 'gpu-0' },
      { request: 'gpus', driver, pool: 'n2', device: 'gpu-1' },
    ]);
  });

  it('gives no device away twice, and wakes a pod when there are more', () => {
    for (const name of ['a', 'b', 'c']) {
      addClaim(cluster, name, 2);
      addPodWithClaim(cluster, name, name);
    }
    cluster.run(3_000);
    const placed = () => ['a', 'b', 'c'].map(name => cluster.pod(name).spec?.nodeName);
    expect(placed().filter(node => node === 'n2')).toHaveLength(2);
    addSlice(cluster, 'n1', 2);
    cluster.run(12_000);
    expect(placed().filter(node => node === 'n1')).toHaveLength(1);
    expect(placed()).not.toContain(undefined);
  });

  it('makes a claim for extended resources that devices give', () => {
    const requests = { 'example.com/gpu': '3' };
    cluster.create(pods, {
      metadata: { name: 'p', namespace: 'default' },
      spec: {
        containers: [{ name: 'c', image: 'train', resources: { requests, limits: requests } }],
      },
    });
    cluster.run(3_000);
    const pod = cluster.pod('p');
    expect(pod.spec?.nodeName).toBe('n2');
    const given = pod.status?.extendedResourceClaimStatus;
    expect(given?.requestMappings).toEqual([
      {
        containerName: 'c',
        resourceName: 'example.com/gpu',
        requestName: 'container-0-request-0',
      },
    ]);
    const claim = cluster.get(resourceClaims, 'default', given?.resourceClaimName ?? '');
    expect(claim.metadata.generateName).toBe('p-extended-resources-');
    expect(claim.status?.allocation?.devices?.results).toHaveLength(3);
    expect(claim.status?.reservedFor).toMatchObject([{ name: 'p' }]);
  });

  it('frees a claim whose devices are out of reach', () => {
    addClaim(cluster, 'claim', 1);
    addPodWithClaim(cluster, 'first', 'claim');
    cluster.run(2_000);
    cluster.send('DELETE', `${pathOf(pods, 'default', 'first')}?gracePeriodSeconds=0`);
    const { status, ...claim } = cluster.get(resourceClaims, 'default', 'claim');
    const unreserved = { ...claim, status: { allocation: status?.allocation } };
    const path = pathOf(resourceClaims, 'default', 'claim', 'status');
    expect(cluster.send('PUT', path, unreserved).status).toBe(200);
    addSlice(cluster, 'n1', 1);
    const node = cluster.send('GET', '/api/v1/nodes/n2').body as HasMetadata & { spec: object };
    cluster.send('PUT', '/api/v1/nodes/n2', { ...node, spec: { unschedulable: true } });
    addPodWithClaim(cluster, 'second', 'claim');
    cluster.run(15_000);
    expect(cluster.pod('second').spec?.nodeName).toBe('n1');
  });

  it('tells that it waits for devices to be made ready, and looks every five seconds', () => {
    cluster.create(resourceSlices, {
      metadata: { name: 'n1-fabric' },
      spec: {
        driver,
        nodeName: 'n1',
        pool: { name: 'n1', generation: 1, resourceSliceCount: 1 },
        devices: [
          {
            name: 'far',
            attributes: { model: { string: 'far' } },
            bindingConditions: ['Attached'],
            bindingFailureConditions: ['Broken'],
          },
        ],
      },
    });
    const selectors = [{ cel: { expression: `device.attributes["${driver}"].model == "far"` } }];
    const requests = [{ name: 'gpus', exactly: { deviceClassName: 'gpu', selectors } }];
    const metadata = { name: 'claim', namespace: 'default' };
    cluster.create(resourceClaims, { metadata, spec: { devices: { requests } } });
    addPodWithClaim(cluster, 'p', 'claim');
    cluster.run(2_000);
    const [event] = cluster.events('BindingConditionsPending');
    expect(event).toMatchObject({
      type: 'Normal',
      action: 'Scheduling',
      note: 'waiting for binding conditions for device on node n1',
    });
    const condition = { type: 'Attached', status: 'True', reason: 'Done', message: '' };
    const conditions = [{ ...condition, lastTransitionTime: '2026-01-01T00:00:00Z' }];
    const claim = cluster.get(resourceClaims, 'default', 'claim');
    const devices = [{ driver, pool: 'n1', device: 'far', conditions }];
    const ready = { ...claim, status: { ...claim.status, devices } };
    const path = pathOf(resourceClaims, 'default', 'claim', 'status');
    expect(cluster.send('PUT', path, ready).status).toBe(200);
    cluster.run(2_000);
    expect(cluster.pod('p').spec?.nodeName).toBeUndefined();
    cluster.run(2_000);
    expect(cluster.pod('p').spec?.nodeName).toBe('n1');
  });
});
