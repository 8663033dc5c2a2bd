/** One pass over a stateful set's pods. @upstream pkg/controller/statefulset/stateful_set_control.go */
import { statefulSets, type StatefulSet, type StatefulSetStatus } from '../../api/kinds/apps.js';
import type { Pod } from '../../api/kinds/core.js';
import { isDeleting, keyOf } from '../../api/meta.js';
import type { ControllerContext, Reconciliation } from '../../client/contract.js';
import { call, pause, update } from '../../client/requests.js';
import { Refused } from '../control/must.js';
import type { OwnWrites } from '../control/own-writes.js';
import { isAvailable, isReady } from '../control/pod-state.js';
import { templateOf } from '../control/revision.js';
import { slowStart } from '../control/slow-start.js';
import { isInRange, ordinalOf, replicasOf, startOrdinal } from './ordinals.js';
import { hasIdentity, hasStorage, isCreated, revisionOf, versionedPod } from './pod.js';
import { StatefulPodControl } from './pod-control.js';
import type { Revisions } from './revisions.js';
import { countsOf, isNews, statusOf, type Counts, type RevisionNames } from './status.js';

/** A conflict on the status is tried again so often. */
const statusAttemptsMax = 5;

/** Works on one pod; whether the others have to wait. Undefined: there is nothing to do. */
type WorkOnPlace = (place: number) => Reconciliation<boolean> | undefined;

/** A stateful set and its pods in one pass. */
export class StatefulSetSync {
  private readonly control: StatefulPodControl;
  private readonly nowMs: number;
  private readonly names: RevisionNames;
  /** The set with the template that is rolled out, and the one with that which most pods are of. */
  private readonly updateSet: StatefulSet;
  private readonly currentSet: StatefulSet;
  /** One for each number that is wanted; undefined: it is not there, and not planned either so far. */
  private readonly replicas: (Pod | undefined)[];
  /** Those beyond the wanted numbers, highest first. */
  private readonly condemned: readonly Pod[];
  private readonly isMonotonic: boolean;

  constructor(
    private readonly set: StatefulSet,
    private readonly pods: readonly Pod[],
    private readonly revisions: Revisions,
    private readonly context: ControllerContext,
    private readonly ownWrites: OwnWrites,
  ) {
    const { current, update: next } = revisions;
    this.control = new StatefulPodControl(context, ownWrites);
    this.nowMs = context.clock.now();
    this.names = { current: current.metadata.name ?? '', update: next.metadata.name ?? '' };
    this.updateSet = at(set, templateOf(next));
    this.currentSet = at(set, templateOf(current));
    this.isMonotonic = set.spec?.podManagementPolicy !== 'Parallel';
    const start = startOrdinal(set);
    this.replicas = new Array<Pod | undefined>(replicasOf(set)).fill(undefined);
    const condemned: Pod[] = [];
    for (const pod of pods) {
      const ordinal = ordinalOf(pod);
      if (isInRange(set, ordinal)) this.replicas[ordinal - start] = pod;
      else if (ordinal >= 0) condemned.push(pod);
    }
    this.condemned =
      condemned.length < 2 ? condemned : condemned.sort((a, b) => ordinalOf(b) - ordinalOf(a));
  }

  /** The pod of a place among the wanted ones: planned when it is not there. */
  private replica(place: number): Pod {
    return (this.replicas[place] ??= versionedPod(
      { set: this.currentSet, revision: this.names.current },
      { set: this.updateSet, revision: this.names.update },
      startOrdinal(this.set) + place,
    ));
  }

  /** The wanted pods and the others. Those that are only planned are in no count, so none is planned for it. */
  private known(): readonly Pod[] {
    const replicas = this.replicas.filter(pod => pod !== undefined);
    return this.condemned.length === 0 ? replicas : [...replicas, ...this.condemned];
  }

  /** Brings the pods closer to what the set wants, writes the status and returns it. */
  *run(): Reconciliation<StatefulSetStatus> {
    let counts = this.count(this.pods);
    let error: Refused | undefined;
    if (!isDeleting(this.set)) {
      try {
        const isSettled = yield* this.settle();
        counts = this.count(this.known());
        if (isSettled && (yield* this.replaceOne())) counts.currentReplicas--;
      } catch (thrown) {
        if (!(thrown instanceof Refused)) throw thrown;
        counts = this.count(this.known());
        error = thrown;
      }
    }
    const status = statusOf(this.set, counts, this.names, this.revisions.collisionCount);
    yield* this.writeStatus(status, error);
    if (error !== undefined) throw error;
    return status;
  }

  private get minReadySeconds(): number {
    return this.set.spec?.minReadySeconds ?? 0;
  }

  private count(pods: readonly Pod[]): Counts {
    const { minReadySeconds, nowMs } = this;
    return countsOf(pods, this.names, { minReadySeconds, nowMs });
  }

  private isAvailable(pod: Pod): boolean {
    return isAvailable(pod, this.minReadySeconds, this.nowMs);
  }

  private isUnavailable(pod: Pod): boolean {
    return !this.isAvailable(pod) || isDeleting(pod);
  }

  /** Whether all wanted pods are there and all others are not, so that an update may go on. */
  private *settle(): Reconciliation<boolean> {
    const { replicas, condemned } = this;
    if (yield* this.forAll(replicas.length, place => this.processReplica(place))) return false;
    if (condemned.length === 0) return true;
    yield* this.forAll(condemned.length, place => this.fixClaimOwners(condemned[place] as Pod));
    const firstUnavailable = [
      ...replicas.map((_known, place) => this.replica(place)),
      ...condemned.toReversed(),
    ].find(pod => this.isUnavailable(pod));
    const condemn = (place: number) => this.condemn(condemned[place] as Pod, firstUnavailable);
    return !(yield* this.forAll(condemned.length, condemn));
  }

  private *fixClaimOwners(pod: Pod): Reconciliation<boolean> {
    const { control, updateSet } = this;
    if (!control.haveClaimsRightOwners(updateSet, pod)) {
      yield* control.fixClaimOwners(updateSet, pod);
    }
    return false;
  }

  /** One after another until one says stop; or all, when the set's pods need not wait for each other. */
  private *forAll(count: number, work: WorkOnPlace): Reconciliation<boolean> {
    if (this.isMonotonic) {
      for (let place = 0; place < count; place++) {
        const pass = work(place);
        if (pass !== undefined && (yield* pass)) return true;
      }
      return false;
    }
    const { error } = yield* slowStart(count, place => refusalOf(work, place));
    if (error !== undefined) throw error;
    return false;
  }

  /** Works on one wanted pod; undefined: it is as it should be, as most are at most passes. */
  private processReplica(place: number): Reconciliation<boolean> | undefined {
    const pod = this.replica(place);
    return this.isHealthy(pod) && this.isRight(pod) ? undefined : this.processed(pod);
  }

  private isHealthy(pod: Pod): boolean {
    return !isDeleting(pod) && isRunningAndReady(pod) && this.isAvailable(pod);
  }

  /** Whether its name, its volumes and the owners of its claims are the set's. */
  private isRight(pod: Pod): boolean {
    const { set, updateSet, control } = this;
    const isOwn = hasIdentity(set, pod) && hasStorage(set, pod);
    return isOwn && control.haveClaimsRightOwners(updateSet, pod);
  }

  /** Creates, renews or repairs one wanted pod; whether the others have to wait. */
  private *processed(pod: Pod): Reconciliation<boolean> {
    const { set, updateSet, control, isMonotonic } = this;
    const phase = pod.status?.phase;
    if (phase === 'Failed' || phase === 'Succeeded') {
      if (!isDeleting(pod)) yield* control.deletePod(set, pod);
      return true;
    }
    if (!isCreated(pod)) {
      if (control.awaitsStaleClaims(set, pod)) return true;
      yield* control.createPod(set, pod);
      if (isMonotonic) return true;
    }
    if (phase === 'Pending') yield* control.createMissingClaims(set, pod);
    if (isMonotonic && !this.isHealthy(pod)) return true;
    if (!this.isRight(pod)) yield* control.repairPod(updateSet, pod);
    return false;
  }

  /** Deletes one pod that is not wanted any more; whether the others have to wait. */
  private *condemn(pod: Pod, firstUnavailable: Pod | undefined): Reconciliation<boolean> {
    if (isDeleting(pod)) return this.isMonotonic;
    const isUp = isRunningAndReady(pod) && this.isAvailable(pod);
    if (!isUp && this.isMonotonic && pod !== firstUnavailable) return true;
    yield* this.control.deletePod(this.set, pod);
    return true;
  }

  /** Deletes the highest pod of another revision, unless one above it is not yet available; whether it did. */
  private *replaceOne(): Reconciliation<boolean> {
    const { updateStrategy } = this.set.spec ?? {};
    if (updateStrategy?.type === 'OnDelete') return false;
    const partition = updateStrategy?.rollingUpdate?.partition ?? 0;
    for (let place = this.replicas.length - 1; place >= partition; place--) {
      const pod = this.replica(place);
      if (revisionOf(pod) !== this.names.update && !isDeleting(pod)) {
        yield* this.control.deletePod(this.set, pod);
        return true;
      }
      if (this.isUnavailable(pod)) return false;
    }
    return false;
  }

  private *writeStatus(
    status: StatefulSetStatus,
    earlier: Refused | undefined,
  ): Reconciliation<void> {
    const { namespace = '', name = '' } = this.set.metadata;
    let set = this.set;
    if (!isNews(status, set.status)) return;
    for (let attempt = 1; ; attempt++) {
      const answer = yield* call(update(statefulSets, { ...set, status }, 'status'));
      if (answer.isOk) this.ownWrites.note(keyOf(set), set, statefulSets, answer.object);
      if (answer.isOk || earlier !== undefined) return;
      if (answer.reason !== 'Conflict' || attempt === statusAttemptsMax) {
        throw new Refused(answer.message, answer);
      }
      yield* pause(10);
      set = this.context.view.get(statefulSets, namespace, name) ?? set;
    }
  }
}

/** Does the work and returns what it was refused, if anything. */
function* refusalOf(work: WorkOnPlace, place: number): Reconciliation<Refused | undefined> {
  try {
    const pass = work(place);
    if (pass !== undefined) yield* pass;
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown;
    throw thrown;
  }
}

function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isReady(pod);
}

function at(set: StatefulSet, template: ReturnType<typeof templateOf>): StatefulSet {
  return set.spec === undefined ? set : { ...set, spec: { ...set.spec, template } };
}
