import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/kinds/core.js';
import type { PodDisruptionBudget } from '../../api/kinds/policy.js';
import type { HasMetadata } from '../../api/object.js';
import { RemainingBudgets } from '../disruption-budgets.js';
import { madePod, ownedBy, readerOf, testNowMs } from '../made-objects.js';
import { defaultOptions, type AutoscalerOptions } from '../options.js';
import { podsToMove } from './pods-to-move.js';

const own = { metadata: { namespace: 'fraud', name: 'own' }, spec: { replicas: 3 } };
const owners = { replicasets: [own], statefulsets: [own], jobs: [own], daemonsets: [own] };

interface Surroundings {
  readonly objects?: Readonly<Record<string, readonly HasMetadata[]>>;
  readonly budgets?: readonly PodDisruptionBudget[];
  readonly flags?: Partial<AutoscalerOptions>;
}

/** In a word: what becomes of the pod, or why it blocks. */
function fate(pod: Pod, { objects = owners, budgets = [], flags = {} }: Surroundings = {}): string {
  const found = podsToMove([pod], {
    objects: readerOf(objects),
    budgets: new RemainingBudgets(budgets),
    options: { ...defaultOptions, ...flags },
    nowMs: testNowMs,
  });
  if ('blockedBy' in found) return found.reason;
  const lists = Object.entries(found) as [string, readonly Pod[]][];
  return lists.find(([, pods]) => pods.length > 0)?.[0] ?? 'nothing';
}

function pod(metadata: Pod['metadata'] = {}, spec: Partial<NonNullable<Pod['spec']>> = {}): Pod {
  return madePod('p', {}, { metadata, spec });
}

const annotated = (name: string, value: string) => ({
  annotations: { [`cluster-autoscaler.kubernetes.io/${name}`]: value },
});
const onDisk = { volumes: [{ name: 'tmp', emptyDir: {} }] };

describe('the drain rules', () => {
  it('let pods of controllers that exist go', () => {
    expect(fate(pod())).toBe('move');
    expect(fate(pod(), { objects: {} })).toBe('ControllerNotFound');
    for (const kind of ['StatefulSet', 'Job']) {
      const given = pod({ ownerReferences: [ownedBy(kind)] });
      expect(fate(given)).toBe('move');
      expect(fate(given, { objects: {} })).toBe('ControllerNotFound');
    }
    expect(fate(pod(), { flags: { minReplicaCount: 4 } })).toBe('MinReplicasReached');
  });

  it('are stopped by pods that nobody would make again', () => {
    expect(fate(pod({ ownerReferences: [] }))).toBe('NotReplicated');
    const custom = pod({ ownerReferences: [ownedBy('PyTorchJob', 'kubeflow.org/v1')] });
    expect(fate(custom)).toBe('NotReplicated');
    expect(fate(custom, { flags: { skipNodesWithCustomControllerPods: false } })).toBe('move');
  });

  it('leave daemons, mirrors and the long gone', () => {
    const daemon = pod({ ownerReferences: [ownedBy('DaemonSet')] });
    expect(fate(daemon)).toBe('daemonSetPods');
    expect(fate(daemon, { objects: {} })).toBe('ControllerNotFound');
    expect(fate(pod({ annotations: { 'kubernetes.io/config.mirror': '' } }))).toBe('nothing');
    expect(fate(pod({ deletionTimestamp: '2026-08-20T11:58:59Z' }))).toBe('nothing');
    expect(fate(pod({ deletionTimestamp: '2026-08-20T11:59:00Z' }))).toBe('move');
  });

  it('heed what the pod says of itself', () => {
    expect(fate(pod(annotated('safe-to-evict', 'false')))).toBe('NotSafeToEvictAnnotation');
    expect(fate(pod(annotated('safe-to-evict', 'on-completion')))).toBe('waitFor');
    const bare = { ...annotated('safe-to-evict', 'true'), ownerReferences: [] };
    expect(fate(pod(bare, onDisk))).toBe('move');
  });

  it('are stopped by what is kept on disk', () => {
    expect(fate(pod({}, onDisk))).toBe('LocalStorageRequested');
    expect(fate(pod({}, onDisk), { flags: { skipNodesWithLocalStorage: false } })).toBe('move');
    expect(fate(pod(annotated('safe-to-evict-local-volumes', 'a,tmp'), onDisk))).toBe('move');
    const inMemory = { volumes: [{ name: 'tmp', emptyDir: { medium: 'Memory' } }] };
    expect(fate(pod({}, inMemory))).toBe('move');
  });

  it('are stopped by young pods of the system', () => {
    const objects = {
      replicasets: [{ ...own, metadata: { ...own.metadata, namespace: 'kube-system' } }],
    };
    const system = (creationTimestamp: string, spec = {}) =>
      pod({ namespace: 'kube-system', creationTimestamp }, spec);
    expect(fate(system('2026-08-20T11:00:00Z'), { objects })).toBe('UnmovableKubeSystemPod');
    // Whoever has been there for long goes, and no later rule is asked.
    expect(fate(system('2026-08-20T10:59:59Z', onDisk), { objects })).toBe('move');
  });

  it('are stopped by budgets that allow nothing', () => {
    const budget = (namespace: string, disruptionsAllowed: number): PodDisruptionBudget => ({
      metadata: { namespace, name: 'b' },
      spec: { selector: {} },
      status: { disruptionsAllowed },
    });
    expect(fate(pod(), { budgets: [budget('fraud', 0)] })).toBe('NotEnoughPdb');
    expect(fate(pod(), { budgets: [budget('fraud', 1), budget('other', 0)] })).toBe('move');
  });
});
