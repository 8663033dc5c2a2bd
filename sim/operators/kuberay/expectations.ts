/** Pods that were made or deleted, and of which the cache may not know yet. @upstream kuberay v1.7.0 controllers/ray/expectations */
import { pods } from '../../api/kinds/core.js';
import type { View } from '../../client/contract.js';

/** So long a pod that was made may stay unseen: it may have been deleted at once. */
const timeoutMs = 30_000;

interface Expected {
  readonly action: 'create' | 'delete';
  readonly atMs: number;
}

/** What is expected of the groups of all clusters. */
export class Expectations {
  /** By cluster (`namespace/name`), group and pod. */
  private readonly clusters = new Map<string, Map<string, Map<string, Expected>>>();

  expect(
    cluster: string,
    group: string,
    pod: string,
    { action, atMs }: { readonly action: Expected['action']; readonly atMs: number },
  ): void {
    const groups = this.clusters.get(cluster) ?? new Map<string, Map<string, Expected>>();
    const expected = groups.get(group) ?? new Map<string, Expected>();
    this.clusters.set(cluster, groups.set(group, expected.set(pod, { action, atMs })));
  }

  /** Whether the cache shows all that was done in the group. */
  isMet(cluster: string, group: string, view: View, nowMs: number): boolean {
    const expected = this.clusters.get(cluster)?.get(group);
    const [namespace = ''] = cluster.split('/');
    for (const [pod, { action, atMs }] of expected ?? []) {
      const isThere = view.get(pods, namespace, pod) !== undefined;
      const isSeen = action === 'create' ? isThere || atMs + timeoutMs < nowMs : !isThere;
      if (!isSeen) return false;
      expected?.delete(pod);
    }
    return true;
  }

  forget(cluster: string): void {
    this.clusters.delete(cluster);
  }
}
