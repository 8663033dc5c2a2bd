import { describe, expect, it } from 'vitest';
import type { Pod } from '../api/kinds/core.js';
import type { HasMetadata, Kind } from '../api/object.js';
import { explain } from './explain.js';
import type { ObjectReader } from './framework.js';

function readerOf(objects: Readonly<Record<string, readonly HasMetadata[]>>): ObjectReader {
  return {
    get: <T extends HasMetadata>({ resource }: Kind<T>, namespace: string, name: string) =>
      objects[resource]?.find(
        ({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace,
      ) as T | undefined,
    list: <T extends HasMetadata>({ resource }: Kind<T>) =>
      (objects[resource] ?? []) as readonly T[],
  };
}

function node(name: string, gpus: number, taints: readonly object[] = []): HasMetadata {
  const allocatable = { cpu: '8', memory: '32Gi', pods: '110', 'nvidia.com/gpu': String(gpus) };
  return { metadata: { name }, spec: { taints }, status: { allocatable } } as HasMetadata;
}

function pod(name: string, gpus: number, more: object = {}): Pod {
  const requests = { 'nvidia.com/gpu': String(gpus) };
  return {
    metadata: { namespace: 'default', name, uid: name },
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests } }], ...more },
  };
}

describe('explain', () => {
  const spot = { key: 'spot', effect: 'NoSchedule' };
  const nodes = [node('small', 1), node('spot', 8, [spot]), node('large', 8)];

  it('tells node by node why a pod cannot run there', () => {
    const running = pod('running', 6, { nodeName: 'large' });
    const explanation = explain(readerOf({ nodes, pods: [running] }), pod('p', 4));
    expect(explanation.nodes).toEqual([
      {
        node: 'small',
        isFeasible: false,
        plugin: 'NodeResourcesFit',
        reasons: ['Insufficient nvidia.com/gpu'],
      },
      {
        node: 'spot',
        isFeasible: false,
        plugin: 'TaintToleration',
        reasons: ['node(s) had untolerated taint(s)'],
      },
      {
        node: 'large',
        isFeasible: false,
        plugin: 'NodeResourcesFit',
        reasons: ['Insufficient nvidia.com/gpu'],
      },
    ]);
    expect(explanation.message).toMatch(/^0\/3 nodes are available: /);
  });

  it('names the pods that preemption would evict', () => {
    const running = pod('running', 6, { nodeName: 'large', priority: 0 });
    const explanation = explain(readerOf({ nodes, pods: [running] }), pod('p', 4, { priority: 9 }));
    expect(explanation.preemption).toEqual({ node: 'large', victims: ['default/running'] });
  });

  it('asks about a running pod as if it did not run', () => {
    const running = pod('running', 6, { nodeName: 'large' });
    expect(explain(readerOf({ nodes, pods: [running] }), running).node).toBe('large');
  });

  it('tells of gates', () => {
    const gated = pod('p', 1, { schedulingGates: [{ name: 'quota' }] });
    expect(explain(readerOf({ nodes }), gated).gates).toEqual([
      'waiting for scheduling gates: [quota]',
    ]);
  });
});
