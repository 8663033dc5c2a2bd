/** Which workloads of the manifests got a pod ready on a voyage, and what the pods of the others waited for. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { HistoryEntry } from '../../sim/server/contract.js';
import { whyNotReady } from '../scenario/why-not-ready.js';

/** Those that have or should have pods, by `Deployment shop/web`. */
export interface Readiness {
  /** A pod of theirs was ready once, or did all its work. */
  readonly ready: readonly string[];
  /** None was: what the last one waited for. */
  readonly waiting: Readonly<Record<string, string>>;
}

/** Follows the pods of a history to the objects of the manifests that they belong to. */
export function readinessOf(
  objects: readonly KubeObject[],
  history: Iterable<HistoryEntry>,
): Readiness {
  const own = new Set(objects.map(titleOf));
  const owners = new Map<string, string>();
  const ready = new Set<string>();
  const waiting = new Map<string, string>();
  for (const { type, resource, object } of history) {
    const uid = object.metadata.uid ?? '';
    if (type === 'ADDED') owners.set(uid, ownerOf(object, owners));
    if (resource !== 'pods') {
      const refusal = mayRefuse.has(resource) ? whyNotReady(object, []) : undefined;
      const maker = owners.get(uid) ?? '';
      if (refusal !== undefined && own.has(maker)) waiting.set(maker, refusal);
      continue;
    }
    const workload = owners.get(uid) ?? '';
    if (!own.has(workload) || ready.has(workload)) continue;
    const pod = object as unknown as Pod;
    if (hasServed(pod)) ready.add(workload);
    else waiting.set(workload, whyNotReady(object, [pod]) ?? waiting.get(workload) ?? '');
  }
  return { ready: [...ready].sort(), waiting: withoutReady(waiting, ready) };
}

/** Those whose pods the API server may refuse say so in a condition. */
const mayRefuse: ReadonlySet<string> = new Set(['replicasets.apps', 'deployments.apps']);

function titleOf({
  kind = '',
  metadata: { namespace = 'default', name = '' },
}: KubeObject): string {
  return `${kind} ${namespace}/${name}`;
}

/** The title of the outermost object that controls it; its own where nobody does. */
function ownerOf(object: KubeObject, owners: ReadonlyMap<string, string>): string {
  const { ownerReferences = [], namespace = 'default' } = object.metadata;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  if (owner === undefined) return titleOf(object);
  return owners.get(owner.uid) ?? `${owner.kind} ${namespace}/${owner.name}`;
}

function hasServed({ status }: Pod): boolean {
  if (status?.phase === 'Succeeded') return true;
  return status?.conditions?.some(one => one.type === 'Ready' && one.status === 'True') === true;
}

function withoutReady(
  waiting: ReadonlyMap<string, string>,
  ready: ReadonlySet<string>,
): Record<string, string> {
  const never = [...waiting].filter(([title, why]) => !ready.has(title) && why !== '');
  return Object.fromEntries(never.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Sums up voyages: what no pod of a workload ever got over, by how often it was so. */
export class NeverReady {
  private readonly ready = new Set<string>();
  private readonly waiting = new Map<string, Map<string, number>>();

  add(readiness: Readiness): void {
    for (const title of readiness.ready) this.ready.add(title);
    for (const [title, why] of Object.entries(readiness.waiting)) {
      const reasons = this.waiting.get(title) ?? new Map<string, number>();
      const reason = why.replace(podName, '');
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      this.waiting.set(title, reasons);
    }
  }

  /** The workloads in order, each with its most frequent reason. */
  told(): { readonly workload: string; readonly why: string }[] {
    return [...this.waiting]
      .filter(([workload]) => !this.ready.has(workload))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([workload, reasons]) => {
        const [[why = ''] = []] = [...reasons].sort(([, a], [, b]) => b - a);
        return { workload, why };
      });
  }
}

/** Each voyage has other names. */
const podName = /^pod \S+: /;
