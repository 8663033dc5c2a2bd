/** Makes and scales the sets of a Rollout. @upstream argo-rollouts rollout/sync.go */
import { replicaSets, type ReplicaSet } from '../../api/kinds/apps.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import { isControlledBy, ownerReference } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, update } from '../../client/requests.js';
import { affinityOf, isAffinityOld } from './affinity.js';
import { conditionIn, conditionOf } from './conditions.js';
import { replicasOf, statusOf } from './defaults.js';
import { hashOf } from './hash.js';
import { keys } from './keys.js';
import { metadataOf, withPodMetadata } from './pod-metadata.js';
import { isBehind, isSame, revisionOf, sizeOf } from './replica-sets.js';
import { newSetAnnotations } from './set-annotations.js';
import type { Failure, RolloutState } from './state.js';
import { patchConditions, writeCondition, writeRevision, writeStatus } from './status-writes.js';
import { rollouts } from './types.js';

function nextRevision({ older }: RolloutState): number {
  return Math.max(0, ...older.map(revisionOf)) + 1;
}

/** Keeps number, annotations and the like of the new set. @upstream syncReplicaSetRevision */
export function* syncRevision(state: RolloutState): Reconciliation<Failure> {
  const { newSet, rollout } = state;
  if (newSet?.spec === undefined) return undefined;
  const revision = nextRevision(state);
  const present = newSet.metadata.annotations ?? {};
  const annotations = newSetAnnotations(rollout, present, { revision, isNew: false });
  const { minReadySeconds = 0 } = rollout.spec;
  const { template = {} } = newSet.spec;
  const isOther =
    (newSet.spec.minReadySeconds ?? 0) !== minReadySeconds ||
    isAffinityOld(rollout, template.spec?.affinity);
  if (annotations !== undefined || isOther) {
    const affinity = affinityOf(rollout);
    const { affinity: _, ...podSpec } = template.spec ?? { containers: [] };
    const spec = {
      ...newSet.spec,
      minReadySeconds,
      template: { ...template, spec: { ...podSpec, ...(affinity !== undefined && { affinity }) } },
    };
    const metadata = { ...newSet.metadata, annotations: annotations ?? present };
    const answer = yield* call(update(replicaSets, { ...newSet, metadata, spec }));
    const { name = '' } = newSet.metadata;
    if (!answer.isOk) return `failed to update replicaset revision on ${name}: ${answer.message}`;
    state.newSet = answer.object;
    return undefined;
  }
  const failure = yield* writeRevision(state, present[keys.revision] ?? '');
  if (failure !== undefined) return failure;
  if (conditionIn(statusOf(state.rollout).conditions, 'Progressing') !== undefined)
    return undefined;
  const message = `Found new replica set "${newSet.metadata.name ?? ''}"`;
  const condition = conditionOf(['Progressing', 'True'], 'FoundNewReplicaSet', message, state.now);
  return yield* writeCondition(state, condition);
}

/** Makes the set of a new template, without pods as yet. @upstream createDesiredReplicaSet */
export function* createSet(state: RolloutState): Reconciliation<Failure> {
  const revision = nextRevision(state);
  const wanted = newSetOf(state, revision);
  const { name = '' } = wanted.metadata;
  const answer = yield* call(create(replicaSets, wanted));
  if (!answer.isOk && answer.reason !== 'AlreadyExists') {
    const message = `Failed to create new replica set "${name}": ${answer.message}`;
    state.tell('ReplicaSetCreateError', message, 'Warning');
    const failed = conditionOf(
      ['Progressing', 'False'],
      'ReplicaSetCreateError',
      message,
      state.now,
    );
    yield* patchConditions(state, statusOf(state.rollout), [failed]);
    return answer.message;
  }
  const created = answer.isOk ? answer.object : state.view.get(replicaSets, state.namespace, name);
  if (created === undefined) return answer.isOk ? undefined : answer.message;
  if (!answer.isOk && !isControlledBy(created, state.rollout)) {
    const { collisionCount = 0 } = statusOf(state.rollout);
    const counted = { ...statusOf(state.rollout), collisionCount: collisionCount + 1 };
    yield* writeStatus(state, counted);
    return answer.message;
  }
  const failure = yield* writeRevision(state, String(revision));
  if (failure !== undefined) return failure;
  if (answer.isOk) {
    state.tell(
      'NewReplicaSetCreated',
      `Created ReplicaSet ${name} (revision ${revisionOf(created)})`,
    );
    const message = `Created new replica set "${name}"`;
    const told = conditionOf(['Progressing', 'True'], 'NewReplicaSetCreated', message, state.now);
    const refused = yield* writeCondition(state, told);
    if (refused !== undefined) return refused;
  }
  state.allSets = [...state.allSets.filter(set => !isSame(set, created)), created];
  state.sort(created);
  return undefined;
}

function newSetOf({ rollout, stableSet }: RolloutState, revision: number): ReplicaSet {
  const { metadata, spec } = rollout;
  const { template = {}, selector, minReadySeconds = 0 } = spec;
  const hash = hashOf(rollout);
  const labels = { ...template.metadata?.labels, [keys.hash]: hash };
  const affinity = affinityOf(rollout);
  const podSpec = template.spec ?? { containers: [] };
  const set: ReplicaSet = {
    metadata: {
      name: `${metadata.name ?? ''}-${hash}`,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels,
      annotations: newSetAnnotations(rollout, {}, { revision, isNew: true }) ?? {},
      ownerReferences: [ownerReference(rollout, rollouts)],
    },
    spec: {
      replicas: 0,
      ...(minReadySeconds !== 0 && { minReadySeconds }),
      selector: withHash(selector, hash),
      template: {
        ...template,
        metadata: { ...template.metadata, labels },
        spec: { ...podSpec, ...(affinity !== undefined && { affinity }) },
      },
    },
  };
  const { fresh, stable } = metadataOf(rollout);
  return withPodMetadata(set, stableSet === undefined ? stable : fresh) ?? set;
}

function withHash(selector: LabelSelector | undefined, hash: string): LabelSelector {
  return { ...selector, matchLabels: { ...selector?.matchLabels, [keys.hash]: hash } };
}

/** What became of a set that was to be scaled. */
export type Scaled =
  | { readonly isOk: true; readonly hasScaled: boolean; readonly set: ReplicaSet }
  | { readonly isOk: false; readonly failure: string };

/** Gives a set its size, and lets it know what the Rollout wants. @upstream scaleReplicaSetAndRecordEvent */
export function* scale(
  state: RolloutState,
  set: ReplicaSet,
  size: number,
  keepsDeadline = false,
): Reconciliation<Scaled> {
  const old = sizeOf(set);
  const replicas = replicasOf(state.rollout);
  if (set.spec === undefined || (old === size && !isBehind(set, replicas))) {
    return { isOk: true, hasScaled: false, set };
  }
  const annotations: Record<string, string> = {
    ...set.metadata.annotations,
    [keys.desiredReplicas]: String(replicas),
  };
  if (size === 0 && !keepsDeadline) delete annotations[keys.deadline];
  const { name = '' } = set.metadata;
  const answer = yield* call(
    update(replicaSets, {
      ...set,
      metadata: { ...set.metadata, annotations },
      spec: { ...set.spec, replicas: size },
    }),
  );
  if (!answer.isOk) {
    const failure = `error updating replicaset in updateReplicaSet ${name}: ${answer.message}`;
    return { isOk: false, failure };
  }
  const hasScaled = old !== size;
  if (hasScaled) {
    const direction = old < size ? 'up' : 'down';
    const revision = revisionOf(answer.object);
    state.tell(
      'ScalingReplicaSet',
      `Scaled ${direction} ReplicaSet ${name} (revision ${revision}) from ${old} to ${size}`,
    );
  }
  return { isOk: true, hasScaled, set: answer.object };
}
