/** One pass over one LeaderWorkerSet. @upstream lws v0.10.0 pkg/controllers/leaderworkerset_controller.go Reconcile */
import { deepEqual } from '../../api/equality.js';
import {
  controllerRevisions,
  statefulSets,
  type ControllerRevision,
} from '../../api/kinds/apps.js';
import { pods, services, type Pod } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import type { Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import { call, create, patch, remove, update } from '../../client/requests.js';
import { isLeader, keys, revisionKeyOf } from './keys.js';
import { headlessService, leaderStatefulSet } from './objects.js';
import { findRevision, isOfRevision, listRevisions, newRevision } from './revision.js';
import { groupStates, rolloutOf, type Rollout } from './rollout.js';
import { judge } from './status.js';
import { filledOf, leaderWorkerSets, type LeaderWorkerSet } from './types.js';

/** So long a pass waits for the leaders of a set of the same name to go. */
const goingMs = 5_000;

type Failure = string | undefined;
type Told = Omit<EventToRecord, 'regarding'>;

/** A pass over a set that stays. */
export class Pass {
  private readonly namespace: string;
  private readonly name: string;

  constructor(
    private readonly set: LeaderWorkerSet,
    private readonly view: View,
    private readonly means: { readonly nowMs: number; record(event: Told): void },
  ) {
    this.namespace = set.metadata.namespace ?? '';
    this.name = set.metadata.name ?? '';
  }

  *run(): Reconciliation {
    const leaderSet = this.leaderSet();
    if (leaderSet !== undefined && isDeleting(leaderSet)) return { requeueAfterMs: goingMs };
    const first = yield* this.firstRevision();
    if (typeof first === 'string') return { retry: first };
    const isNew = leaderSet !== undefined && !isOfRevision(this.set, first);
    const revision = isNew ? yield* this.nextRevision() : first;
    if (typeof revision === 'string') return { retry: revision };
    const key = revisionKeyOf(revision);
    const rollout = rolloutOf(this.set, leaderSet, {
      isNew,
      states: count => this.states(count, key),
    });
    this.tellReclaimed(rollout);
    const failure =
      (yield* this.applyLeaders(rollout, { revision, isNew })) ?? (yield* this.ensureService());
    if (failure !== undefined) return { retry: failure };
    return yield* this.finish(key);
  }

  private leaderSet() {
    return this.view.get(statefulSets, this.namespace, this.name);
  }

  private leaders(): readonly Pod[] {
    return this.view
      .list(pods, this.namespace)
      .filter(pod => isLeader(pod) && pod.metadata.labels?.[keys.setName] === this.name);
  }

  private states(count: number, revisionKey: string) {
    const sets = this.view
      .list(statefulSets, this.namespace)
      .filter(({ metadata }) => metadata.labels?.[keys.setName] === this.name);
    return groupStates(this.set, count, { leaders: this.leaders(), sets, revisionKey });
  }

  /** The revision that the leaders are of; it is made where it is missing. */
  private *firstRevision(): Reconciliation<ControllerRevision | string> {
    const leaderSet = this.leaderSet();
    const key = leaderSet === undefined ? '' : revisionKeyOf(leaderSet);
    const revisions = listRevisions(this.view, this.set);
    const found = findRevision(revisions, key);
    if (found !== undefined) return found;
    const made = yield* this.makeRevision(newRevision(this.set, revisions, key));
    if (typeof made === 'string') return made;
    const why =
      key === ''
        ? `Creating revision with key ${revisionKeyOf(made)} for a newly created LeaderWorkerSet`
        : `Creating missing revision with key ${key} for existing LeaderWorkerSet`;
    this.normal('CreatingRevision', 'Create', why, made);
    return made;
  }

  private *nextRevision(): Reconciliation<ControllerRevision | string> {
    const revisions = listRevisions(this.view, this.set);
    const made = yield* this.makeRevision(newRevision(this.set, revisions));
    if (typeof made === 'string') return made;
    const why = `Creating revision with key ${revisionKeyOf(made)} for updated LWS`;
    this.normal('CreatingRevision', 'Create', why, made);
    return made;
  }

  private *makeRevision(wanted: ControllerRevision): Reconciliation<ControllerRevision | string> {
    const answer = yield* call(create(controllerRevisions, wanted));
    return answer.isOk ? answer.object : answer.message;
  }

  private *applyLeaders(
    { partition, replicas }: Rollout,
    { revision, isNew }: { readonly revision: ControllerRevision; readonly isNew: boolean },
  ): Reconciliation<Failure> {
    const { set, name, namespace } = this;
    const leaderSet = this.leaderSet();
    const revisionKey = revisionKeyOf(revision);
    const how = { type: 'apply', query: { fieldManager: 'lws', force: 'true' } } as const;
    const body = leaderStatefulSet(set, { partition, replicas, revisionKey });
    const answer = yield* call(patch(statefulSets, { namespace, name }, how, body));
    if (!answer.isOk) {
      const [reason, action] =
        leaderSet === undefined
          ? (['FailedCreate', 'Create'] as const)
          : (['FailedUpdate', 'Update'] as const);
      const what = `Failed to ${action.toLowerCase()} leader statefulset ${name}`;
      return this.warn(reason, action, `${what}: ${answer.message}`, answer.message);
    }
    if (leaderSet === undefined) {
      const message = `Created leader statefulset ${name}`;
      this.normal('GroupsProgressing', 'Create', message, revision);
      return undefined;
    }
    const old = leaderSet.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
    if (isNew || partition === old) return undefined;
    const message =
      old - 1 === partition
        ? `Updating replica ${partition}`
        : `Updating replicas ${partition} to ${old - 1} (inclusive)`;
    this.normal('GroupsUpdating', 'Update', message, revision);
    return undefined;
  }

  private tellReclaimed({ surgeGoesTo }: Rollout): void {
    if (surgeGoesTo === undefined) return;
    const last = (this.leaderSet()?.spec?.replicas ?? 0) - 1;
    const message =
      surgeGoesTo === last
        ? `deleting surge replica ${this.name}-${surgeGoesTo}`
        : `deleting surge replicas from ${this.name}-${surgeGoesTo} to ${this.name}-${last}`;
    this.normal('GroupsProgressing', 'Delete', message);
  }

  private *ensureService(): Reconciliation<Failure> {
    const { set, view, namespace, name } = this;
    if (!filledOf(set).isShared || view.get(services, namespace, name) !== undefined) {
      return undefined;
    }
    const answer = yield* call(create(services, headlessService(set, set, leaderWorkerSets)));
    if (answer.isOk) return undefined;
    const message = `Failed to create headless service for error: ${answer.message}`;
    return this.warn('FailedCreate', 'Create', message, answer.message);
  }

  private *finish(revisionKey: string): Reconciliation {
    const { set, view, namespace, name } = this;
    const leaderSet = this.leaderSet();
    if (leaderSet === undefined) return { retry: `StatefulSet.apps "${name}" not found` };
    const { status, event, isUpdateDone } = judge(set, {
      ...{ leaderSet, revisionKey, leaders: this.leaders() },
      now: rfc3339(this.means.nowMs),
      workersOf: leader => view.get(statefulSets, namespace, leader),
    });
    if (event !== undefined) this.normal(event.reason, 'Update', event.message);
    if (!deepEqual(status, set.status ?? {})) {
      const answer = yield* call(update(leaderWorkerSets, { ...set, status }, 'status'));
      if (!answer.isOk) return { retry: answer.message };
    }
    return isUpdateDone ? yield* this.truncateRevisions(revisionKey) : undefined;
  }

  private *truncateRevisions(revisionKey: string): Reconciliation {
    for (const revision of listRevisions(this.view, this.set)) {
      if (revisionKeyOf(revision) === revisionKey) continue;
      const { name = '' } = revision.metadata;
      const answer = yield* call(remove(controllerRevisions, this.namespace, name));
      if (!answer.isOk) return { retry: answer.message };
    }
    return undefined;
  }

  private normal(
    reason: string,
    action: string,
    message: string,
    related?: ControllerRevision,
  ): void {
    const event = { type: 'Normal', reason, action, message } as const;
    this.means.record(related === undefined ? event : { ...event, related });
  }

  private warn(reason: string, action: string, message: string, failure: string): string {
    this.means.record({ type: 'Warning', reason, action, message });
    return failure;
  }
}
