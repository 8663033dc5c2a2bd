/** The pods of a Ray cluster, in one pass. @upstream kuberay v1.7.0 raycluster_controller.go, reconcilePods */
import { pods, type Pod } from '../../api/kinds/core.js';
import { isConditionTrue } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, remove } from '../../client/requests.js';
import { clusterHash } from './cluster-hash.js';
import { desiredPods, suspensionOf, type PassFailure } from './cluster-status.js';
import { keys, kuberayVersion } from './keys.js';
import { failure, PodHand } from './pod-hand.js';
import { deletionReason } from './pod-health.js';
import { headPod, workerPod, type WorkerPlace } from './pods.js';
import type { WorkerGroupSpec } from './types.js';

/** The name under which heads are expected. */
const headExpectation = '';

/** Makes, keeps and removes the pods of one cluster. */
export class ClusterPods extends PodHand {
  *run(): Reconciliation<PassFailure | undefined> {
    const { cluster } = this;
    const suspension = suspensionOf(cluster.status);
    if (suspension === 'RayClusterSuspending') return yield* this.removeForSuspension();
    if (suspension === 'RayClusterSuspended' || cluster.spec.suspend === true) return undefined;
    if (this.isOutdated()) return yield* this.removeForUpgrade();
    const refused = yield* this.submit();
    if (refused !== undefined) return { message: refused };
    const failure = yield* this.head();
    if (failure !== undefined) return failure;
    for (const group of cluster.spec.workerGroupSpecs ?? []) {
      const { expectations, nowMs } = this.means;
      if (!expectations.isMet(this.key, group.groupName, this.view, nowMs)) continue;
      const problem = yield* this.group(group);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  private *submit(): Reconciliation<string | undefined> {
    const { scheduler } = this.means;
    return scheduler === undefined ? undefined : yield* scheduler.submit(this.cluster);
  }

  private scheduled(pod: Pod): Pod {
    return this.means.scheduler?.marked(this.cluster, pod) ?? pod;
  }

  private *removeForSuspension(): Reconciliation<PassFailure | undefined> {
    const error = yield* this.removeAll();
    return this.toldOfAll(error, {
      done: `Deleted Pods for RayCluster ${this.key} due to suspension`,
      failed: `Failed deleting Pods due to suspension for RayCluster ${this.key}`,
    });
  }

  private *removeForUpgrade(): Reconciliation<PassFailure | undefined> {
    const error = yield* this.removeAll();
    if (error === undefined) this.means.expectations.forget(this.key);
    const why = 'due to spec change with Recreate upgradeStrategy';
    return this.toldOfAll(error, {
      done: `Deleted all Pods for RayCluster ${this.key} ${why}`,
      failed: `Failed deleting Pods ${why} for RayCluster ${this.key}`,
    });
  }

  private toldOfAll(
    error: string | undefined,
    { done, failed }: { readonly done: string; readonly failed: string },
  ): PassFailure | undefined {
    if (error === undefined) {
      this.tell('DeletedPod', 'Delete', done);
      return undefined;
    }
    this.tell('FailedToDeletePodCollection', 'Delete', `${failed}, ${error}`);
    return failure('FailedDeleteAllPods', error);
  }

  /** Whether the pods were made of another spec, and the user wants them to follow. */
  private isOutdated(): boolean {
    const { spec } = this.cluster;
    if (spec.upgradeStrategy?.type !== 'Recreate') return false;
    const { annotations = {} } = this.heads()[0]?.metadata ?? {};
    const made = annotations[keys.recreateHash] ?? '';
    return made !== '' && made !== clusterHash(spec);
  }

  private *head(): Reconciliation<PassFailure | undefined> {
    const { expectations, nowMs } = this.means;
    if (!expectations.isMet(this.key, headExpectation, this.view, nowMs)) return undefined;
    const heads = this.heads();
    if (heads.length > 1) {
      const names = heads.map(({ metadata }) => metadata.name ?? '').join(' ');
      const message = `${heads.length} head pods found [${names}]. Please delete extra head pods`;
      return { message };
    }
    const [head] = heads;
    if (head !== undefined) return yield* this.judgeHead(head);
    const { status, metadata } = this.cluster;
    const isUp = isConditionTrue(status?.conditions, 'RayClusterProvisioned');
    if (isUp && metadata.annotations?.[keys.disablesHeadRestart] === 'true') return undefined;
    return yield* this.makeHead();
  }

  private *judgeHead(head: Pod): Reconciliation<PassFailure | undefined> {
    const reason = deletionReason(head, 'head');
    if (reason === undefined) return undefined;
    const name = head.metadata.name ?? '';
    const state = this.stateOf(head);
    const answer = yield* call(remove(pods, this.namespace, name));
    if (!answer.isOk) {
      const message = `Failed deleting head Pod ${state}, ${answer.message}`;
      this.tell('FailedToDeleteHeadPod', 'Delete', message);
      return failure('FailedDeleteHeadPod', answer.message);
    }
    this.expect(headExpectation, name, 'delete');
    this.tell('DeletedHeadPod', 'Delete', `Deleted head Pod ${state}`);
    return { message: reason };
  }

  private *makeHead(): Reconciliation<PassFailure | undefined> {
    const pod = headPod(this.cluster);
    const { annotations } = pod.metadata;
    const hash = clusterHash(this.cluster.spec);
    const marks = { [keys.recreateHash]: hash, [keys.version]: kuberayVersion };
    const marked = {
      ...pod,
      metadata: { ...pod.metadata, annotations: { ...annotations, ...marks } },
    };
    const answer = yield* call(create(pods, this.scheduled(marked)));
    if (!answer.isOk) {
      // It has no name yet.
      const message = `Failed to create head Pod ${this.namespace}/, ${answer.message}`;
      this.tell('FailedToCreateHeadPod', 'Create', message);
      return failure('FailedCreateHeadPod', answer.message);
    }
    const name = answer.object.metadata.name ?? '';
    this.expect(headExpectation, name, 'create');
    this.tell('CreatedHeadPod', 'Create', `Created head Pod ${this.namespace}/${name}`);
    return undefined;
  }

  private *group(group: WorkerGroupSpec): Reconciliation<PassFailure | undefined> {
    const { groupName } = group;
    const marks = { [keys.group]: groupName };
    if (group.suspend === true) {
      const error = yield* this.removeAll(marks);
      if (error !== undefined) {
        const message = `Failed deleting worker Pods for suspended group ${groupName} in RayCluster ${this.key}, ${error}`;
        this.tell('FailedToDeleteWorkerPodCollection', 'Delete', message);
        return failure('FailedDeleteWorkerPod', error);
      }
      const message = `Deleted all pods for suspended worker group ${groupName} in RayCluster ${this.key}`;
      this.tell('DeletedWorkerPod', 'Delete', message);
      return undefined;
    }
    const workers = this.marked(marks);
    if ((group.numOfHosts ?? 1) > 1) return yield* this.replicas(group, workers);
    const ill = workers.filter(pod => deletionReason(pod, 'worker') !== undefined);
    for (const pod of ill) {
      const problem = yield* this.removeWorker(groupName, pod.metadata.name ?? '', {
        done: `Deleted worker Pod ${this.stateOf(pod)}`,
        failed: `Failed deleting worker Pod ${this.stateOf(pod)}`,
      });
      if (problem !== undefined) return problem;
    }
    if (ill.length > 0) return { message: `delete ${ill.length} unhealthy worker Pods` };
    return yield* this.count(group, workers);
  }

  /** First goes whom the autoscaler names; then the number is made right. */
  private *count(
    group: WorkerGroupSpec,
    workers: readonly Pod[],
  ): Reconciliation<PassFailure | undefined> {
    const { groupName, scaleStrategy } = group;
    const gone = new Set<string>();
    for (const name of scaleStrategy?.workersToDelete ?? []) {
      const full = `${this.namespace}/${name}`;
      const answer = yield* call(remove(pods, this.namespace, name));
      if (answer.isOk) {
        this.expect(groupName, name, 'delete');
        gone.add(name);
        this.tell('DeletedWorkerPod', 'Delete', `Deleted pod ${full}`);
      } else if (answer.status !== 404) {
        const message = `Failed deleting pod ${full}, ${answer.message}`;
        this.tell('FailedToDeleteWorkerPod', 'Delete', message);
        return failure('FailedDeleteWorkerPod', answer.message);
      }
    }
    const staying = workers.filter(({ metadata }) => !gone.has(metadata.name ?? ''));
    const missing = desiredPods(group) - staying.length;
    if (missing > 0) return yield* this.addWorkers(group, staying, missing);
    // Of a cluster that scales itself nobody else takes workers away.
    if (missing === 0 || this.cluster.spec.enableInTreeAutoscaling === true) return undefined;
    return yield* this.shrink(groupName, staying.slice(0, -missing));
  }

  private *addWorkers(
    group: WorkerGroupSpec,
    staying: readonly Pod[],
    count: number,
  ): Reconciliation<PassFailure | undefined> {
    const used = indexesOf(staying);
    for (let made = 0; made < count; made++) {
      const replicaIndex = nextIndex(used);
      const problem = yield* this.makeWorker(group, { replicaIndex });
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  private *shrink(
    groupName: string,
    leaving: readonly Pod[],
  ): Reconciliation<PassFailure | undefined> {
    for (const { metadata } of leaving) {
      const name = metadata.name ?? '';
      const full = `${this.namespace}/${name}`;
      const answer = yield* call(remove(pods, this.namespace, name));
      if (!answer.isOk && answer.status !== 404) {
        this.tell(
          'FailedToDeleteWorkerPod',
          'Delete',
          `Failed deleting Pod ${full}, ${answer.message}`,
        );
        return failure('FailedDeleteWorkerPod', answer.message);
      }
      this.expect(groupName, name, 'delete');
      this.tell('DeletedWorkerPod', 'Delete', `Deleted Pod ${full}`);
    }
    return undefined;
  }

  private *makeWorker(
    group: WorkerGroupSpec,
    place: WorkerPlace,
  ): Reconciliation<PassFailure | undefined> {
    const pod = this.scheduled(workerPod(this.cluster, group, place));
    const answer = yield* call(create(pods, pod));
    if (!answer.isOk) {
      const message = `Failed to create worker Pod for the cluster ${this.key}, ${answer.message}`;
      this.tell('FailedToCreateWorkerPod', 'Create', message);
      return failure('FailedCreateWorkerPod', answer.message);
    }
    const name = answer.object.metadata.name ?? '';
    this.expect(group.groupName, name, 'create');
    this.tell('CreatedWorkerPod', 'Create', `Created worker Pod ${this.namespace}/${name}`);
    return undefined;
  }

  /** Replicas of several hosts come and go as a whole. */
  private *replicas(
    group: WorkerGroupSpec,
    workers: readonly Pod[],
  ): Reconciliation<PassFailure | undefined> {
    const { groupName, numOfHosts: hosts = 1, scaleStrategy } = group;
    const replicas = new Map<string, Pod[]>();
    for (const pod of workers) {
      const name = pod.metadata.labels?.[keys.replicaName];
      if (name !== undefined) replicas.set(name, [...(replicas.get(name) ?? []), pod]);
    }
    for (const [name, members] of replicas) {
      if (members.length >= hosts) continue;
      const why = 'cleanup of incomplete multi-host group';
      const problem = yield* this.removeMembers(groupName, members, why);
      return problem ?? { message: `cleaned up incomplete replica group ${name}, requeueing` };
    }
    for (const [name, members] of replicas) {
      const reason = members
        .map(pod => deletionReason(pod, 'worker'))
        .find(each => each !== undefined);
      if (reason === undefined) continue;
      const problem = yield* this.removeMembers(groupName, members, reason);
      if (problem !== undefined) return problem;
      replicas.delete(name);
    }
    const named = new Set(scaleStrategy?.workersToDelete ?? []);
    const leaving = [...replicas.values()]
      .filter(members => members.some(({ metadata }) => named.has(metadata.name ?? '')))
      .flat();
    if (leaving.length > 0) {
      const problem = yield* this.removeMembers(
        groupName,
        leaving,
        'autoscaler scale-down request',
      );
      const message = `deleted ${leaving.length} worker Pods based on ScaleStrategy, requeueing`;
      return problem ?? { message };
    }
    return yield* this.countReplicas(group, replicas);
  }

  private *countReplicas(
    group: WorkerGroupSpec,
    replicas: ReadonlyMap<string, readonly Pod[]>,
  ): Reconciliation<PassFailure | undefined> {
    const { groupName, numOfHosts: hosts = 1 } = group;
    const missing = desiredPods(group) / hosts - replicas.size;
    const used = indexesOf([...replicas.values()].flatMap(([first]) => first ?? []));
    for (let made = 0; made < missing; made++) {
      const replicaIndex = nextIndex(used);
      const name = `${groupName}-${this.means.random.suffix()}`;
      for (let host = 0; host < hosts; host++) {
        const problem = yield* this.makeWorker(group, { replicaIndex, replica: { name, host } });
        if (problem !== undefined) return problem;
      }
    }
    if (missing >= 0 || this.cluster.spec.enableInTreeAutoscaling === true) return undefined;
    const leaving = [...replicas.values()].slice(0, -missing).flat();
    return yield* this.removeMembers(groupName, leaving, 'scaling down');
  }

  private *removeMembers(
    groupName: string,
    members: readonly Pod[],
    reason: string,
  ): Reconciliation<PassFailure | undefined> {
    for (const pod of members) {
      const name = pod.metadata.name ?? '';
      const of = `worker Pod ${this.namespace}/${name} for group ${groupName}`;
      const problem = yield* this.removeWorker(groupName, name, {
        done: `Deleted ${of}: ${reason}`,
        failed: `Failed deleting ${of}`,
      });
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
}

function indexesOf(workers: readonly Pod[]): Set<number> {
  const texts = workers.map(({ metadata }) => metadata.labels?.[keys.replicaIndex]);
  return new Set(texts.flatMap(text => (text === undefined ? [] : [Number(text)])));
}

/** The least number that is free, which is then taken. */
function nextIndex(used: Set<number>): number {
  let index = 0;
  while (used.has(index)) index++;
  used.add(index);
  return index;
}
