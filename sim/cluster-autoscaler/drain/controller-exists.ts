/** Blocks pods whose controller is gone or has too few replicas. @upstream simulator/drainability/rules/replicacount */
import { daemonSets, replicaSets, statefulSets } from '../../api/kinds/apps.js';
import { jobs } from '../../api/kinds/batch.js';
import { replicationControllers, type Pod } from '../../api/kinds/core.js';
import type { OwnerReference } from '../../api/kinds/meta.js';
import { goQuote } from '../../api/go-text.js';
import { controllerOf } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import { isDaemonSetPod, podKey } from '../pods.js';
import { blocked, type DrainContext, type DrainVerdict } from './verdict.js';

/** Passes over pods without a controller, and over kinds of controllers that it does not know. */
export function controllerExists(pod: Pod, context: DrainContext): DrainVerdict | undefined {
  // Where custom controllers are put up with, none is looked up.
  if (!context.options.skipNodesWithCustomControllerPods) return undefined;
  const owner = controllerOf(pod);
  if (owner === undefined) return undefined;
  const isApps = groupOf(owner) === 'apps';
  if (owner.kind === 'ReplicationController') {
    return replicasVerdict(pod, owner, replicationControllers, context);
  }
  if (isDaemonSetPod(pod)) {
    if (!isApps || owner.kind !== 'DaemonSet') return undefined;
    return missing(pod, owner, daemonSets, context);
  }
  switch (owner.kind) {
    case 'Job':
      return missing(pod, owner, jobs, context);
    case 'ReplicaSet':
      return replicasVerdict(pod, owner, replicaSets, context);
    case 'StatefulSet':
      if (!isApps) return undefined;
      return missing(pod, owner, statefulSets, context);
    default:
      return undefined;
  }
}

interface Replicated extends HasMetadata {
  readonly spec?: { readonly replicas?: number };
}

function replicasVerdict<T extends Replicated>(
  pod: Pod,
  owner: OwnerReference,
  kind: Kind<T>,
  context: DrainContext,
): DrainVerdict | undefined {
  const gone = missing(pod, owner, kind, context);
  if (gone !== undefined) return gone;
  const { objects, options } = context;
  const found = objects.get(kind, pod.metadata.namespace ?? '', owner.name);
  const replicas = found?.spec?.replicas ?? options.minReplicaCount;
  if (replicas >= options.minReplicaCount) return undefined;
  const named = `replication controller for ${podKey(pod)}`;
  const counts = `spec: ${replicas} min: ${options.minReplicaCount}`;
  return blocked('MinReplicasReached', `${named} has too few replicas ${counts}`);
}

function missing<T extends HasMetadata>(
  pod: Pod,
  { name }: OwnerReference,
  kind: Kind<T>,
  { objects }: DrainContext,
): DrainVerdict | undefined {
  if (objects.get(kind, pod.metadata.namespace ?? '', name) !== undefined) return undefined;
  const resource = kind.kind.toLowerCase() + (kind.group === '' ? '' : `.${kind.group}`);
  const error = `err: ${resource} ${goQuote(name)} not found`;
  const { what, not } = words[kind.kind] ?? otherWords;
  return blocked('ControllerNotFound', `${what} for ${podKey(pod)} is not ${not} ${error}`);
}

/** Upstream calls a replica set by the name of what it came from. */
const otherWords = { what: 'replication controller', not: 'available,' };
const words: Readonly<Record<string, typeof otherWords>> = {
  DaemonSet: { what: 'daemonset', not: 'present,' },
  Job: { what: 'job', not: 'available:' },
  StatefulSet: { what: 'statefulset', not: 'available:' },
};

function groupOf({ apiVersion }: OwnerReference): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
