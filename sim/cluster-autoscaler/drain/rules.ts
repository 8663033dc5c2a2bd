/** The rules by which a pod may leave its node, in their order. @upstream simulator/drainability/rules */
import type { Pod } from '../../api/kinds/core.js';
import { controllerOf } from '../../api/meta.js';
import { timeMs } from '../../api/time.js';
import { isDaemonSetPod, isLongTerminating, isMirrorPod, podKey } from '../pods.js';
import { controllerExists } from './controller-exists.js';
import { hasBlockingLocalStorage } from './local-storage.js';
import { blocked, type DrainContext, type DrainRule, type DrainVerdict } from './verdict.js';

const safeToEvictKey = 'cluster-autoscaler.kubernetes.io/safe-to-evict';
const drain: DrainVerdict = { kind: 'drain' };

/** The answer of the first rule that has one; a pod that no rule is about may go. */
export function drainVerdict(pod: Pod, context: DrainContext): DrainVerdict {
  for (const rule of rules) {
    const verdict = rule(pod, context);
    if (verdict !== undefined) return verdict;
  }
  return drain;
}

const rules: readonly DrainRule[] = [
  mirror,
  longTerminating,
  controllerExists,
  daemonSet,
  safeToEvict,
  terminal,
  onCompletion,
  replicated,
  system,
  notSafeToEvict,
  localStorage,
  budget,
];

function mirror(pod: Pod): DrainVerdict | undefined {
  return isMirrorPod(pod) ? { kind: 'skip' } : undefined;
}

function longTerminating(pod: Pod, { nowMs }: DrainContext): DrainVerdict | undefined {
  return isLongTerminating(pod, nowMs) ? { kind: 'skip' } : undefined;
}

function daemonSet(pod: Pod): DrainVerdict | undefined {
  return isDaemonSetPod(pod) ? drain : undefined;
}

function safeToEvict(pod: Pod): DrainVerdict | undefined {
  return safeToEvictOf(pod) === 'true' ? drain : undefined;
}

/** A pod that has ended for good. A failed one is never started again, whatever it says. */
function terminal({ spec, status }: Pod): DrainVerdict | undefined {
  if (status?.phase === 'Failed') return drain;
  const isOnce = spec?.restartPolicy === 'Never' || spec?.restartPolicy === 'OnFailure';
  return isOnce && status?.phase === 'Succeeded' ? drain : undefined;
}

function onCompletion(pod: Pod): DrainVerdict | undefined {
  return safeToEvictOf(pod) === 'on-completion' ? { kind: 'wait' } : undefined;
}

const replicatedKinds: ReadonlySet<string> = new Set([
  'ReplicationController',
  'Job',
  'ReplicaSet',
  'StatefulSet',
]);

function replicated(pod: Pod, { options }: DrainContext): DrainVerdict | undefined {
  const owner = controllerOf(pod);
  const isKnown =
    !options.skipNodesWithCustomControllerPods || replicatedKinds.has(owner?.kind ?? '');
  if (owner !== undefined && isKnown) return undefined;
  return blocked('NotReplicated', `${podKey(pod)} is not replicated`);
}

/** A pod of the system that no budget covers blocks for a time; then it may go, whatever comes after. */
function system(pod: Pod, { options, budgets, nowMs }: DrainContext): DrainVerdict | undefined {
  const { namespace, name = '', creationTimestamp } = pod.metadata;
  if (!options.skipNodesWithSystemPods) return undefined;
  if (namespace !== 'kube-system' || budgets.covers(pod)) return undefined;
  const createdMs = timeMs(creationTimestamp);
  if (createdMs !== undefined && nowMs > createdMs + options.systemPodDisruptionTimeoutMs) {
    return drain;
  }
  const what = 'non-daemonset, non-mirrored, non-pdb-assigned kube-system pod present';
  return blocked('UnmovableKubeSystemPod', `${what}: ${name}`);
}

function notSafeToEvict(pod: Pod): DrainVerdict | undefined {
  if (safeToEvictOf(pod) !== 'false') return undefined;
  const error = `pod annotated as not safe to evict present: ${pod.metadata.name ?? ''}`;
  return blocked('NotSafeToEvictAnnotation', error);
}

function localStorage(pod: Pod, { options }: DrainContext): DrainVerdict | undefined {
  if (!options.skipNodesWithLocalStorage || !hasBlockingLocalStorage(pod)) return undefined;
  const error = `pod with local storage present: ${pod.metadata.name ?? ''}`;
  return blocked('LocalStorageRequested', error);
}

function budget(pod: Pod, { budgets }: DrainContext): DrainVerdict | undefined {
  if (!budgets.forbids(pod)) return undefined;
  return blocked('NotEnoughPdb', `not enough pod disruption budget to move ${podKey(pod)}`);
}

function safeToEvictOf({ metadata }: Pod): string | undefined {
  return metadata.annotations?.[safeToEvictKey];
}
