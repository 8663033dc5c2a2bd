/** What a stateful set's status says of its pods. @upstream pkg/controller/statefulset/stateful_set_control.go */
import type { StatefulSet, StatefulSetStatus } from '../../api/kinds/apps.js';
import type { Pod } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import { isAvailable, isReady } from '../control/pod-state.js';
import { replicasOf } from './ordinals.js';
import { isCreated, revisionOf } from './pod.js';

/** The counts of a status, all of them. */
export interface Counts {
  replicas: number;
  readyReplicas: number;
  availableReplicas: number;
  currentReplicas: number;
  updatedReplicas: number;
}

/** The names of the revision that most pods are of, and of the one that is rolled out. */
export interface RevisionNames {
  readonly current: string;
  readonly update: string;
}

/** Counts the pods. */
export function countsOf(
  pods: readonly Pod[],
  { current, update }: RevisionNames,
  { minReadySeconds, nowMs }: { readonly minReadySeconds: number; readonly nowMs: number },
): Counts {
  const counts: Counts = {
    replicas: 0,
    readyReplicas: 0,
    availableReplicas: 0,
    currentReplicas: 0,
    updatedReplicas: 0,
  };
  for (const pod of pods) {
    if (!isCreated(pod)) continue;
    counts.replicas++;
    if (pod.status?.phase === 'Running' && isReady(pod)) {
      counts.readyReplicas++;
      if (isAvailable(pod, minReadySeconds, nowMs)) counts.availableReplicas++;
    }
    if (isDeleting(pod)) continue;
    if (revisionOf(pod) === current) counts.currentReplicas++;
    if (revisionOf(pod) === update) counts.updatedReplicas++;
  }
  return counts;
}

/** The status; a roll-out that is complete makes the new revision the current one. @upstream completeRollingUpdate */
export function statusOf(
  set: StatefulSet,
  counts: Counts,
  revisions: RevisionNames,
  collisionCount: number,
): StatefulSetStatus {
  const wanted = replicasOf(set);
  const { replicas, readyReplicas, availableReplicas, updatedReplicas } = counts;
  const isComplete =
    set.spec?.updateStrategy?.type === 'RollingUpdate' &&
    updatedReplicas === wanted &&
    readyReplicas === wanted &&
    replicas === wanted;
  const currentReplicas = isComplete ? updatedReplicas : counts.currentReplicas;
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas,
    ...(readyReplicas !== 0 && { readyReplicas }),
    ...(currentReplicas !== 0 && { currentReplicas }),
    ...(updatedReplicas !== 0 && { updatedReplicas }),
    currentRevision: isComplete ? revisions.update : revisions.current,
    updateRevision: revisions.update,
    collisionCount,
    availableReplicas,
  };
}

/** Whether the status says what the stored one does not. @upstream inconsistentStatus */
export function isNews(status: StatefulSetStatus, stored: StatefulSetStatus | undefined): boolean {
  if ((status.observedGeneration ?? 0) > (stored?.observedGeneration ?? 0)) return true;
  const fields = [
    'replicas',
    'currentReplicas',
    'readyReplicas',
    'updatedReplicas',
    'currentRevision',
    'availableReplicas',
    'updateRevision',
  ] as const;
  return fields.some(field => (status[field] ?? 0) !== (stored?.[field] ?? 0));
}
