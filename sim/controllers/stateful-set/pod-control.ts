/** Writes the pods and claims of a stateful set, and tells so. @upstream pkg/controller/statefulset/stateful_pod_control.go */
import type { StatefulSet } from '../../api/kinds/apps.js';
import {
  persistentVolumeClaims,
  pods,
  type PersistentVolumeClaim,
  type Pod,
} from '../../api/kinds/core.js';
import { isDeleting, keyOf } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { ControllerContext, Reconciliation } from '../../client/contract.js';
import { call, create, pause, remove, update } from '../../client/requests.js';
import { Refused } from '../control/must.js';
import type { OwnWrites } from '../control/own-writes.js';
import { claimName, ordinalOf } from './ordinals.js';
import { claimsOf, hasIdentity, hasStorage, withIdentity, withStorage } from './pod.js';
import { hasConflict, hasRightOwners, isStale, retentionOf, withRightOwners } from './retention.js';

/** A conflict is tried again so often, after 10 ms, 50 ms, 250 ms. */
const attemptsMax = 4;

/** Creates, repairs and deletes pods with their claims. A failure is told, and ends the pass. */
export class StatefulPodControl {
  constructor(
    private readonly context: ControllerContext,
    private readonly ownWrites: OwnWrites,
  ) {}

  *createPod(set: StatefulSet, pod: Pod): Reconciliation<void> {
    yield* this.telling('Create', set, pod, this.createClaims(set, pod));
    const answer = yield* call(create(pods, pod));
    if (!answer.isOk && answer.reason === 'AlreadyExists') throw new Refused(answer.message);
    if (answer.isOk) this.note(set, pods, answer.object);
    yield* this.telling('Update', set, pod, this.fixClaimOwners(set, pod));
    this.tell('Create', set, pod, answer.isOk ? undefined : answer.message);
    if (!answer.isOk) throw new Refused(answer.message);
  }

  *deletePod(set: StatefulSet, pod: Pod): Reconciliation<void> {
    const { namespace = '', name = '' } = pod.metadata;
    const answer = yield* call(remove(pods, namespace, name));
    const error = answer.isOk || answer.status === 404 ? undefined : answer.message;
    this.tell('Delete', set, pod, error);
    if (error !== undefined) throw new Refused(error);
  }

  /** Puts identity, volumes and owners of claims right. */
  *repairPod(set: StatefulSet, original: Pod): Reconciliation<void> {
    let pod = original;
    let error: string | undefined;
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const repaired = yield* this.repaired(set, pod);
      if (repaired === pod) return;
      const answer = yield* call(update(pods, repaired));
      error = answer.isOk ? undefined : answer.message;
      if (answer.isOk) this.note(set, pods, answer.object);
      if (answer.isOk || answer.reason !== 'Conflict') break;
      yield* pause(10 * 5 ** attempt);
      const { namespace = '', name = '' } = pod.metadata;
      pod = this.context.view.get(pods, namespace, name) ?? pod;
    }
    this.tell('Update', set, original, error);
    if (error !== undefined) throw new Refused(error);
  }

  /** Makes the claims that are missing, and puts their owners right. */
  *createMissingClaims(set: StatefulSet, pod: Pod): Reconciliation<void> {
    yield* this.createClaims(set, pod);
    yield* this.telling('Update', set, pod, this.fixClaimOwners(set, pod));
  }

  /** Whether the owners of the pod's claims are as the set's policy has them. */
  haveClaimsRightOwners(set: StatefulSet, pod: Pod): boolean {
    return this.claims(set, pod).every(claim => hasRightOwners(claim, set, pod));
  }

  *fixClaimOwners(set: StatefulSet, pod: Pod): Reconciliation<void> {
    for (const claim of this.claims(set, pod)) {
      const name = claim.metadata.name ?? '';
      if (hasConflict(claim, set, pod)) {
        const message = `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
        this.record(set, 'Warning', 'ConflictingController', message);
      }
      if (hasRightOwners(claim, set, pod)) continue;
      const wanted = withRightOwners(claim, set, pod);
      const answer = yield* call(update(persistentVolumeClaims, wanted));
      if (answer.isOk) this.note(set, persistentVolumeClaims, answer.object);
      if (answer.isOk) continue;
      const error = `could not update claim ${name} for delete policy ownerRefs`;
      throw new Refused(`${error}: ${answer.message}`);
    }
  }

  /** Whether the planned pod has to wait until the claims of a former one are gone. */
  awaitsStaleClaims(set: StatefulSet, pod: Pod): boolean {
    if (!retentionOf(set).deletesWhenScaled) return false;
    return this.claims(set, pod).some(claim => isStale(claim, pod));
  }

  private *repaired(set: StatefulSet, pod: Pod): Reconciliation<Pod> {
    let next = hasIdentity(set, pod) ? pod : withIdentity(pod);
    if (!hasStorage(set, next)) {
      next = withStorage(set, next);
      yield* this.telling('Update', set, pod, this.createClaims(set, next));
    }
    if (this.haveClaimsRightOwners(set, next)) return next;
    yield* this.telling('Update', set, pod, this.fixClaimOwners(set, next));
    return next === pod ? { ...pod } : next;
  }

  /** The claims of the pod that there are. */
  private claims(set: StatefulSet, pod: Pod): readonly PersistentVolumeClaim[] {
    const templates = set.spec?.volumeClaimTemplates ?? [];
    if (templates.length === 0) return [];
    const ordinal = ordinalOf(pod);
    const { namespace = '' } = set.metadata;
    return templates
      .map(({ metadata }) => claimName(set, metadata.name ?? '', ordinal))
      .map(name => this.context.view.get(persistentVolumeClaims, namespace, name))
      .filter(claim => claim !== undefined);
  }

  private *createClaims(set: StatefulSet, pod: Pod): Reconciliation<void> {
    const errors: string[] = [];
    for (const claim of claimsOf(set, ordinalOf(pod))) {
      const { namespace = '', name = '' } = claim.metadata;
      const existing = this.context.view.get(persistentVolumeClaims, namespace, name);
      if (existing !== undefined) {
        if (isDeleting(existing)) errors.push(`pvc ${name} is being deleted`);
        continue;
      }
      const answer = yield* call(create(persistentVolumeClaims, claim));
      if (answer.isOk) this.note(set, persistentVolumeClaims, answer.object);
      else errors.push(`failed to create PVC ${name}: ${answer.message}`);
      if (answer.isOk || answer.reason !== 'AlreadyExists') {
        this.tellClaim(set, pod, name, answer.isOk ? undefined : answer.message);
      }
    }
    const [first, ...others] = errors;
    if (first === undefined) return;
    throw new Refused(others.length === 0 ? first : `[${errors.join(', ')}]`);
  }

  private note<T extends HasMetadata>(set: StatefulSet, kind: Kind<T>, object: HasMetadata): void {
    this.ownWrites.note(keyOf(set), set, kind, object);
  }

  /** Runs a part of the work; when it fails, that is told. */
  private *telling(
    verb: string,
    set: StatefulSet,
    pod: Pod,
    work: Reconciliation<void>,
  ): Reconciliation<void> {
    try {
      yield* work;
    } catch (error) {
      if (error instanceof Refused) this.tell(verb, set, pod, error.message);
      throw error;
    }
  }

  private tell(verb: string, set: StatefulSet, pod: Pod, error: string | undefined): void {
    const what = `${verb} Pod ${pod.metadata.name ?? ''} in StatefulSet ${set.metadata.name ?? ''}`;
    if (error === undefined) this.record(set, 'Normal', `Successful${verb}`, `${what} successful`);
    else this.record(set, 'Warning', `Failed${verb}`, `${what} failed error: ${error}`);
  }

  private tellClaim(set: StatefulSet, pod: Pod, claim: string, error: string | undefined): void {
    const [podName = '', setName = ''] = [pod.metadata.name, set.metadata.name];
    if (error === undefined) {
      const message = `Create Claim ${claim} Pod ${podName} in StatefulSet ${setName} success`;
      this.record(set, 'Normal', 'SuccessfulCreate', message);
      return;
    }
    const what = `Create Claim ${claim} for Pod ${podName} in StatefulSet ${setName}`;
    this.record(set, 'Warning', 'FailedCreate', `${what} failed error: ${error}`);
  }

  private record(
    regarding: StatefulSet,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    this.context.events.record({ regarding, type, reason, message });
  }
}
