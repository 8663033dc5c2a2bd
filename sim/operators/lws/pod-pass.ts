/** One pass over one pod of a group. @upstream lws v0.10.0 pkg/controllers/pod_controller.go Reconcile */
import { statefulSets, type StatefulSet } from '../../api/kinds/apps.js';
import { nodes, pods, services, type Pod } from '../../api/kinds/core.js';
import { controllerOf, isConditionTrue, isDeleting } from '../../api/meta.js';
import type { Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import { call, create, get, remove } from '../../client/requests.js';
import { isLeader, keys, ordinalOf, revisionKeyOf } from './keys.js';
import { headlessService, workerStatefulSet } from './objects.js';
import { findRevision, listRevisions, restored } from './revision.js';
import { filledOf, type LeaderWorkerSet } from './types.js';

type Told = Omit<EventToRecord, 'regarding'>;
type Texts = Readonly<Record<string, string>>;

/** So long a pass waits for the revision that a leader is of. */
const revisionMs = 1_000;

/** A pass over a pod whose set is there. */
export class PodPass {
  private readonly namespace: string;
  private readonly name: string;

  constructor(
    private readonly pod: Pod,
    private readonly set: LeaderWorkerSet,
    private readonly means: { readonly view: View; record(event: Told): void },
  ) {
    this.namespace = pod.metadata.namespace ?? '';
    this.name = pod.metadata.name ?? '';
  }

  *run(): Reconciliation {
    const recreated = yield* this.recreateGroup();
    if (recreated === 'recreated') return undefined;
    if (recreated !== undefined) return recreated;
    const { pod, set, name } = this;
    // Workers are looked at for the restart policy alone.
    if (!isLeader(pod)) return undefined;
    if (pod.metadata.annotations?.[keys.leaderName]) {
      this.warn(
        `leader pod ${this.namespace}/${name} contains mistake annotation '${keys.leaderName}': requires Kubernetes ≥v1.27 or v1.26 with StatefulSetStartOrdinal feature`,
      );
      return undefined;
    }
    if (!filledOf(set).isShared) {
      const failure = yield* this.ensureService();
      if (failure !== undefined) return { retry: failure };
    }
    if (isDeleting(pod) || filledOf(set).size === 1) return undefined;
    const isReady = isConditionTrue(pod.status?.conditions, 'Ready');
    if (set.spec.startupPolicy === 'LeaderReady' && !isReady) return undefined;
    return yield* this.ensureWorkers();
  }

  /** A group whose pod goes, or starts again, is made anew from its leader on. */
  private *recreateGroup(): Reconciliation<{ readonly retry: string } | 'recreated' | undefined> {
    const { pod, set, namespace } = this;
    const policy = set.spec.leaderWorkerTemplate.restartPolicy ?? '';
    if (!policy.startsWith('RecreateGroup') || !(hasRestarted(pod) || isDeleting(pod))) {
      return undefined;
    }
    const waits =
      policy === 'RecreateGroupAfterStart' ||
      set.metadata.annotations?.[keys.recreateAfterStart] !== undefined;
    if (waits && this.isAnyPending()) return undefined;
    const leader = this.leader();
    if (leader === undefined) return undefined;
    if (isDeleting(leader)) return 'recreated';
    const { name = '', labels } = leader.metadata;
    const foreground = { propagationPolicy: 'Foreground' } as const;
    const answer = yield* call(remove(pods, namespace, name, foreground));
    if (!answer.isOk) return { retry: answer.message };
    const group = labels?.[keys.groupIndex] ?? '';
    this.means.record({
      ...{ type: 'Normal', reason: 'RecreateGroup', action: 'Delete', related: leader },
      message: `Worker pod ${this.name} failed, deleted leader pod ${name} to recreate group ${group}`,
    });
    return 'recreated';
  }

  private isAnyPending(): boolean {
    const own = this.pod.metadata.labels ?? {};
    const group = this.means.view
      .list(pods, this.namespace)
      .filter(({ metadata: { labels = {} } }) =>
        [keys.setName, keys.groupIndex].every(key => labels[key] === own[key]),
      );
    return (
      group.length !== filledOf(this.set).size ||
      group.some(({ status }) => status?.phase === 'Pending')
    );
  }

  /** The leader of the pod's group; none where it is another one by now, which will get workers of its own. */
  private leader(): Pod | undefined {
    const { pod, namespace, name } = this;
    if (isLeader(pod)) return pod;
    const leader = this.means.view.get(pods, namespace, ordinalOf(name)?.parent ?? '');
    if (leader === undefined || revisionKeyOf(leader) !== revisionKeyOf(pod)) return undefined;
    return this.isWorkerOf(leader) ? leader : undefined;
  }

  private isWorkerOf(leader: Pod): boolean {
    const owner = controllerOf(this.pod);
    if (owner?.kind === 'Pod') return owner.uid === leader.metadata.uid;
    if (owner?.kind !== statefulSets.kind) return false;
    const workers = this.means.view.get(statefulSets, this.namespace, owner.name);
    if (workers === undefined || workers.metadata.uid !== owner.uid) return false;
    return controllerOf(workers)?.uid === leader.metadata.uid;
  }

  private *ensureService(): Reconciliation<string | undefined> {
    const { pod, set, namespace, name } = this;
    if (this.means.view.get(services, namespace, name) !== undefined) return undefined;
    const answer = yield* call(create(services, headlessService(set, pod, pods)));
    return answer.isOk ? undefined : answer.message;
  }

  private *ensureWorkers(): Reconciliation {
    const { pod, set, namespace, name } = this;
    const { view } = this.means;
    const revision = findRevision(listRevisions(view, set), revisionKeyOf(pod));
    if (revision === undefined) return { requeueAfterMs: revisionMs };
    const place = yield* this.topology();
    if (place.kind !== 'known') return place.kind === 'waits' ? undefined : { retry: place.why };
    if (view.get(statefulSets, namespace, name) !== undefined) return undefined;
    const { topology } = place;
    const workers = workerStatefulSet(set, {
      ...{ past: restored(set, revision), leader: pod },
      ...(topology !== undefined && { topology }),
    });
    return yield* this.createWorkers(workers);
  }

  private *createWorkers(workers: StatefulSet): Reconciliation {
    const answer = yield* call(create(statefulSets, workers));
    if (answer.isOk) {
      const message = `Created worker statefulset for leader pod ${this.name}`;
      this.means.record({
        ...{ type: 'Normal', reason: 'GroupsProgressing', action: 'Create' },
        ...{ message, related: this.pod },
      });
      return undefined;
    }
    if (answer.reason === 'AlreadyExists') return undefined;
    this.warn(`Failed to create worker statefulset for leader pod ${this.name}: ${answer.message}`);
    return { retry: answer.message };
  }

  /** Where workers must run whose group has a domain of its own: where their leader does. */
  private *topology(): Reconciliation<
    | { readonly kind: 'known'; readonly topology?: Texts }
    | { readonly kind: 'waits' }
    | { readonly kind: 'failed'; readonly why: string }
  > {
    const key = this.set.metadata.annotations?.[keys.exclusive];
    if (key === undefined) return { kind: 'known' };
    const { nodeName = '' } = this.pod.spec ?? {};
    if (nodeName === '') return { kind: 'waits' };
    const answer = yield* call(get(nodes, '', nodeName));
    // A node that has gone meanwhile leaves a selector that nothing fits.
    if (!answer.isOk && answer.status === 404) return { kind: 'known', topology: { [key]: '' } };
    if (!answer.isOk) return { kind: 'failed', why: answer.message };
    const value = answer.object.metadata.labels?.[key];
    return value === undefined
      ? { kind: 'failed', why: 'node does not have topology label: ' }
      : { kind: 'known', topology: { [key]: value } };
  }

  private warn(message: string): void {
    this.means.record({
      ...{ type: 'Warning', reason: 'FailedCreate', action: 'Create' },
      ...{ message, related: this.pod },
    });
  }
}

function hasRestarted({ status }: Pod): boolean {
  if (status?.phase !== 'Running' && status?.phase !== 'Pending') return false;
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return all.some(({ restartCount = 0 }) => restartCount > 0);
}
