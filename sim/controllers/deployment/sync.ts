/** One pass over a deployment. @upstream pkg/controller/deployment/{sync,rolling,recreate,rollback}.go */
import { deepEqual } from '../../api/equality.js';
import {
  deployments,
  replicaSets,
  type Deployment,
  type DeploymentStatus,
  type ReplicaSet,
} from '../../api/kinds/apps.js';
import { pods } from '../../api/kinds/core.js';
import { controllerOf, isDeleting, keyOf } from '../../api/meta.js';
import type { ControllerContext, Outcome, Reconciliation } from '../../client/contract.js';
import { call, create, remove, update } from '../../client/requests.js';
import { accepted, must, Refused } from '../control/must.js';
import { owned } from '../control/owner.js';
import { isTerminal } from '../control/pod-state.js';
import {
  hasReplicas,
  maxRevision,
  newSetAnnotations,
  revisionKey,
  withReplicas,
} from './annotations.js';
import { isRolling, wantedReplicas } from './arithmetic.js';
import { outdatedSets } from './clean-up.js';
import { condition, hasDeadline, progressing, withCondition } from './conditions.js';
import { newReplicaSet } from './new-set.js';
import { active, equalIgnoringHash, newAndOld, sizeOf, statusSum } from './replica-sets.js';
import { rollbackOf, rollbackTarget } from './rollback.js';
import {
  availableScalings,
  newSetScaling,
  scaleDownMax,
  scalings,
  unhealthyScalings,
  wasScaled,
  type Scaling,
} from './scaling.js';
import { isComplete, nextCheck, rolloutStatusOf, statusOf, type Sets } from './status.js';

/** A deployment and its sets, as one pass sees and changes them. */
export class DeploymentSync {
  /** Until when the next pass comes at once, and finds nothing new if nothing changes: the deadline. */
  stuckUntilMs: number | undefined;

  constructor(
    /** What is known of the deployment, with what this pass has set and perhaps not yet written. */
    private deployment: Deployment,
    private readonly sets: readonly ReplicaSet[],
    private readonly context: ControllerContext,
  ) {}

  /** The steps of a pass, in upstream's order. */
  *run(): Reconciliation {
    if (isDeleting(this.deployment)) return yield* this.syncStatus(yield* this.findSets());
    yield* this.tellPause();
    if (this.deployment.spec?.paused === true) return yield* this.scale();
    if (rollbackOf(this.deployment) !== undefined) return yield* this.rollBack();
    if (wasScaled(this.deployment, yield* this.findSets())) return yield* this.scale();
    return isRolling(this.deployment) ? yield* this.roll() : yield* this.recreate();
  }

  private get nowMs(): number {
    return this.context.clock.now();
  }

  /** Resizes the sets without a roll-out. */
  private *scale(): Reconciliation {
    const sets = yield* this.findSets();
    for (const scaling of scalings(this.deployment, sets)) yield* this.resize(scaling);
    const isPaused = this.deployment.spec?.paused === true;
    if (isPaused && rollbackOf(this.deployment) === undefined) yield* this.cleanUp(sets);
    yield* this.syncStatus(sets);
  }

  private *roll(): Reconciliation {
    const { newSet, oldSets } = yield* this.findOrCreateSets();
    const sets = { newSet, oldSets };
    const up = newSetScaling(this.deployment, sets, newSet);
    if (up !== undefined) {
      yield* this.resize(up);
      return yield* this.syncRollout(sets);
    }
    if (yield* this.shrinkOld(sets, newSet)) return yield* this.syncRollout(sets);
    if (isComplete(this.deployment, this.deployment.status)) yield* this.cleanUp(sets);
    return yield* this.syncRollout(sets);
  }

  /** Takes pods from the old sets as far as availability allows; whether it did. */
  private *shrinkOld(sets: Sets, newSet: ReplicaSet): Reconciliation<boolean> {
    const countMax = scaleDownMax(this.deployment, sets, newSet);
    if (countMax <= 0) return false;
    try {
      const unhealthy = unhealthyScalings(sets.oldSets, countMax);
      const resized = new Map<string | undefined, ReplicaSet>();
      for (const scaling of unhealthy.scalings) {
        resized.set(scaling.set.metadata.uid, yield* this.resize(scaling));
      }
      if (unhealthy.isBehind) return false;
      const oldSets = active(sets.oldSets).map(set => resized.get(set.metadata.uid) ?? set);
      const healthy = availableScalings(this.deployment, oldSets, newSet);
      for (const scaling of healthy) yield* this.resize(scaling);
      return unhealthy.scalings.length + healthy.length > 0;
    } catch (error) {
      // As upstream: the status is told all the same, and the change of the set wakes the next pass.
      if (error instanceof Refused) return false;
      throw error;
    }
  }

  private *recreate(): Reconciliation {
    const found = yield* this.findSets();
    const old = active(found.oldSets);
    for (const set of old) yield* this.resize({ set, size: 0 });
    if (old.length > 0 || this.hasOldPods(found)) return yield* this.syncRollout(found);
    const sets = yield* this.findOrCreateSets();
    yield* this.resize({ set: sets.newSet, size: wantedReplicas(this.deployment) });
    if (isComplete(this.deployment, this.deployment.status)) yield* this.cleanUp(sets);
    return yield* this.syncRollout(sets);
  }

  private hasOldPods({ newSet, oldSets }: Sets): boolean {
    if (statusSum(oldSets, 'replicas') > 0) return true;
    return this.sets
      .filter(set => set.metadata.uid !== newSet?.metadata.uid)
      .some(set => owned(this.context.view, pods, set).some(pod => !isTerminal(pod)));
  }

  private *rollBack(): Reconciliation {
    const sets = yield* this.findOrCreateSets();
    const { deployment, event } = rollbackTarget(this.deployment, sets);
    yield* must(update(deployments, deployment));
    if (event !== undefined) this.context.events.record({ regarding: this.deployment, ...event });
  }

  /** Says that the deployment is paused or resumed, so that its deadline does not pass meanwhile. */
  private *tellPause(): Reconciliation<void> {
    const current = progressing(this.deployment);
    if (!hasDeadline(this.deployment) || current?.reason === 'ProgressDeadlineExceeded') return;
    const isPaused = this.deployment.spec?.paused === true;
    if (isPaused === (current?.reason === 'DeploymentPaused')) return;
    const reason = isPaused ? 'DeploymentPaused' : 'DeploymentResumed';
    const message = `Deployment is ${isPaused ? 'paused' : 'resumed'}`;
    this.setCondition('Unknown', { reason, message });
    yield* this.writeStatus();
  }

  private setCondition(
    status: string,
    told: { readonly reason: string; readonly message: string },
  ): void {
    const next = condition('Progressing', status, told, this.nowMs);
    const conditions = withCondition(this.deployment.status?.conditions ?? [], next);
    this.deployment = { ...this.deployment, status: { ...this.deployment.status, conditions } };
  }

  private setRevision(revision: string): boolean {
    const { metadata } = this.deployment;
    if (metadata.annotations?.[revisionKey] === revision) return false;
    const annotations = Object.assign({}, metadata.annotations, { [revisionKey]: revision });
    const revised = Object.assign({}, metadata, { annotations });
    this.deployment = Object.assign({}, this.deployment, { metadata: revised });
    return true;
  }

  /** Writes what this pass has set; another write of the same pass then meets a conflict, as upstream. */
  private *writeStatus(): Reconciliation<void> {
    yield* must(update(deployments, this.deployment, 'status'));
  }

  /** The new set, if there is one, with its annotations as they must be, and the old ones. */
  private *findSets(): Reconciliation<Sets> {
    const { newSet, oldSets } = newAndOld(this.deployment, this.sets);
    if (newSet === undefined) return { newSet, oldSets };
    const { metadata, spec } = newSet;
    const now = metadata.annotations ?? {};
    const annotations = newSetAnnotations(this.deployment, now, maxRevision(oldSets) + 1n);
    const minReadySeconds = this.deployment.spec?.minReadySeconds ?? 0;
    if (annotations !== now || minReadySeconds !== (spec?.minReadySeconds ?? 0)) {
      const { minReadySeconds: _before, ...others } = spec ?? {};
      const isSet = minReadySeconds > 0;
      const next = { ...others, ...(isSet && { minReadySeconds }) } as ReplicaSet['spec'];
      const changed = { ...newSet, metadata: { ...metadata, annotations }, spec: next };
      return { newSet: yield* must(update(replicaSets, changed)), oldSets };
    }
    let isChanged = this.setRevision(now[revisionKey] ?? '');
    if (hasDeadline(this.deployment) && progressing(this.deployment) === undefined) {
      const message = `Found new replica set "${metadata.name ?? ''}"`;
      this.setCondition('True', { reason: 'FoundNewReplicaSet', message });
      isChanged = true;
    }
    if (isChanged) yield* this.writeStatus();
    return { newSet, oldSets };
  }

  /** The same, but the new set is made when there is none. */
  private *findOrCreateSets(): Reconciliation<Sets & { readonly newSet: ReplicaSet }> {
    const { newSet, oldSets } = yield* this.findSets();
    if (newSet !== undefined) return { newSet, oldSets };
    return { newSet: yield* this.createSet(oldSets), oldSets };
  }

  private *createSet(oldSets: readonly ReplicaSet[]): Reconciliation<ReplicaSet> {
    const revision = maxRevision(oldSets) + 1n;
    const wanted = newReplicaSet(this.deployment, oldSets, revision);
    const answer = yield* call(create(replicaSets, wanted));
    if (!answer.isOk && answer.reason === 'AlreadyExists') {
      const existing = yield* this.existingSet(wanted, answer.message);
      if (this.setRevision(String(revision))) yield* this.writeStatus();
      return existing;
    }
    if (!answer.isOk) yield* this.tellFailedCreation(wanted, answer.message);
    const created = accepted(answer);
    const { name = '' } = created.metadata;
    if (sizeOf(wanted) > 0) this.tellScaling(name, 0, sizeOf(wanted));
    let isChanged = this.setRevision(String(revision));
    if (hasDeadline(this.deployment)) {
      const message = `Created new replica set "${name}"`;
      this.setCondition('True', { reason: 'NewReplicaSetCreated', message });
      isChanged = true;
    }
    if (isChanged) yield* this.writeStatus();
    return created;
  }

  /** The set that has the name already: ours, not yet in the cache of sets, or a collision of hashes. */
  private *existingSet(wanted: ReplicaSet, error: string): Reconciliation<ReplicaSet> {
    const { namespace = '', name = '' } = wanted.metadata;
    const existing = this.context.view.get(replicaSets, namespace, name);
    if (existing === undefined) throw new Refused(`replicaset.apps "${name}" not found`);
    const isOurs = controllerOf(existing)?.uid === this.deployment.metadata.uid;
    const template = this.deployment.spec?.template;
    if (isOurs && equalIgnoringHash(template, existing.spec?.template)) return existing;
    const { status } = this.deployment;
    const collisionCount = (status?.collisionCount ?? 0) + 1;
    this.deployment = { ...this.deployment, status: { ...status, collisionCount } };
    yield* call(update(deployments, this.deployment, 'status'));
    throw new Refused(error);
  }

  private *tellFailedCreation(wanted: ReplicaSet, error: string): Reconciliation<void> {
    const message = `Failed to create new replica set "${wanted.metadata.name ?? ''}": ${error}`;
    const reason = 'ReplicaSetCreateError';
    if (hasDeadline(this.deployment)) {
      this.setCondition('False', { reason, message });
      yield* call(update(deployments, this.deployment, 'status'));
    }
    const regarding = this.deployment;
    this.context.events.record({ regarding, type: 'Warning', reason, message });
  }

  /** Gives a set another size and tells so; returns the set as it is then. */
  private *resize({ set, size, isForced = false }: Scaling): Reconciliation<ReplicaSet> {
    const before = sizeOf(set);
    const isResized = before !== size;
    if (!isResized && (!isForced || hasReplicas(set, this.deployment))) return set;
    const { metadata, spec } = set;
    const annotations = withReplicas(metadata.annotations, this.deployment);
    const next = { ...spec, replicas: size } as ReplicaSet['spec'];
    const changed = { ...set, metadata: { ...metadata, annotations }, spec: next };
    const updated = yield* must(update(replicaSets, changed));
    if (isResized) this.tellScaling(metadata.name ?? '', before, size);
    return updated;
  }

  private tellScaling(name: string, from: number, to: number): void {
    const direction = from < to ? 'up' : 'down';
    this.context.events.record({
      regarding: this.deployment,
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message: `Scaled ${direction} replica set ${name} from ${from} to ${to}`,
    });
  }

  private *cleanUp({ oldSets }: Sets): Reconciliation<void> {
    for (const { metadata } of outdatedSets(this.deployment, oldSets)) {
      const { namespace = '', name = '' } = metadata;
      const answer = yield* call(remove(replicaSets, namespace, name));
      if (!answer.isOk && answer.status !== 404) throw new Refused(answer.message);
    }
  }

  private *syncStatus(sets: Sets): Reconciliation<void> {
    const status = statusOf(this.deployment, sets, this.nowMs);
    if (!this.isNews(status)) return;
    this.deployment = { ...this.deployment, status };
    yield* this.writeStatus();
  }

  private *syncRollout(sets: Sets): Reconciliation<Outcome> {
    const status = rolloutStatusOf(this.deployment, sets, this.nowMs);
    if (this.isNews(status)) {
      this.deployment = { ...this.deployment, status };
      yield* this.writeStatus();
      return undefined;
    }
    const next = nextCheck(this.deployment, status, this.nowMs);
    if (next === undefined) return undefined;
    if (next.afterMs !== 'now') return { requeueAfterMs: next.afterMs };
    this.stuckUntilMs = next.deadlineMs;
    this.context.queue.addRateLimited(keyOf(this.deployment));
    return undefined;
  }

  private isNews(status: DeploymentStatus): boolean {
    return !deepEqual(this.deployment.status ?? {}, status);
  }
}
