/**
 * Keeps as many executors as are wanted: creates their pods, and others for those that are lost.
 * @upstream scheduler/cluster/k8s/ExecutorPodsAllocator.scala, ExecutorPodsLifecycleManager.scala
 */
import type { Pod } from '../../api/kinds/core.js';
import { wholeNumber, type SparkConf } from '../../spark/conf.js';
import { executorPod, type ExecutorParts } from '../../spark/executor-pod.js';
import { containerNames, labelKeys } from '../../spark/names.js';
import type { ContainerContext } from '../workload.js';
import type { DriverApi, PodListener } from './driver-api.js';
import { logLine } from './log.js';

/** What an allocator tells its driver. */
export interface AllocatorListener {
  /** `isByApp`: it counts as a failure of what it was doing. */
  lost(executorId: number, reason: string, isByApp: boolean): void;
  /** No pods can be seen: the driver cannot work. */
  failed(error: string): void;
}

type PodState = 'pending' | 'running' | 'failed' | 'succeeded' | 'deleted';

const batchMs = 1_000;
const batchSize = 10;

/** The executors' pods of one driver. */
export class ExecutorAllocator implements PodListener {
  private readonly pods = new Map<number, Pod>();
  private readonly unseen = new Set<number>();
  private readonly removed = new Set<number>();
  private lastId = 0;
  private target = 0;
  private isLooking = false;
  private isAsking = false;
  private isStopped = false;
  private readonly deletes: boolean;

  constructor(
    private readonly context: ContainerContext,
    private readonly api: DriverApi,
    private readonly parts: Omit<ExecutorParts, 'executorId' | 'localId'>,
    private readonly listener: AllocatorListener,
  ) {
    this.deletes = deletesExecutors(parts.conf);
  }

  /** Wants so many from now on. */
  want(target: number): void {
    this.target = target;
    this.look();
  }

  get wanted(): number {
    return this.target;
  }

  stop(): void {
    this.isStopped = true;
  }

  isGone(executorId: number): boolean {
    return this.removed.has(executorId);
  }

  /** Deletes the pod of an executor that is not heard of any more. */
  kill(executorId: number): void {
    const name = this.pods.get(executorId)?.metadata.name;
    if (name !== undefined) this.remove(name);
  }

  all(pods: readonly Pod[]): void {
    const ids = new Set(pods.map(idOf));
    for (const pod of pods) this.changed(pod);
    for (const [id, pod] of this.pods) if (!ids.has(id)) this.gone(pod);
  }

  changed(pod: Pod): void {
    const id = idOf(pod);
    this.pods.set(id, pod);
    this.unseen.delete(id);
    this.lookSoon();
  }

  gone(pod: Pod): void {
    const id = idOf(pod);
    this.pods.delete(id);
    this.unseen.delete(id);
    const text = `The executor with id ${id} was deleted by a user or the framework.`;
    this.lose(id, text, false);
    this.lookSoon();
  }

  refused(error: string): void {
    this.listener.failed(error);
  }

  /** Changes are looked at together. */
  private lookSoon(): void {
    if (this.isLooking || this.isStopped) return;
    this.isLooking = true;
    this.context.clock.after(batchMs, 'spark driver looks at its executors', () => {
      this.isLooking = false;
      this.look();
    });
  }

  private look(): void {
    if (this.isStopped) return;
    for (const [id, pod] of this.pods) this.judge(id, pod);
    if (this.isStopped || this.isAsking || this.unseen.size > 0) return;
    const standing = [...this.pods.values()].filter(isStanding).length;
    const missing = this.target - standing;
    if (missing <= 0) return;
    const count = Math.min(missing, this.batchSize());
    const text =
      `ExecutorPodsAllocator: Going to request ${count} executors from Kubernetes for ` +
      `ResourceProfile Id: 0, target: ${this.target}, known: ${standing}, ` +
      'sharedSlotFromPendingPods: 2147483647.';
    logLine(this.context, 'INFO', text);
    this.isAsking = true;
    this.request(count);
  }

  private batchSize(): number {
    return wholeNumber(this.parts.conf, 'spark.kubernetes.allocation.batch.size', batchSize);
  }

  private judge(id: number, pod: Pod): void {
    const state = stateOf(pod);
    if (state === 'pending' || state === 'running' || this.removed.has(id)) return;
    if (state === 'deleted') {
      const text = `The executor with id ${id} was deleted by a user or the framework.`;
      return this.lose(id, text, false);
    }
    if (this.deletes) this.remove(pod.metadata.name ?? '');
    this.lose(id, exitText(id, pod), true);
  }

  private lose(id: number, reason: string, isByApp: boolean): void {
    if (this.removed.has(id) || this.isStopped) return;
    this.removed.add(id);
    this.listener.lost(id, reason, isByApp);
  }

  private remove(name: string): void {
    this.api.ask({ method: 'DELETE', path: this.api.path('pods', name) }, answer => {
      if (!answer.isOk)
        logLine(this.context, 'ERROR', `Utils: Uncaught exception: ${answer.error}`);
    });
  }

  /** Each try takes a number, whatever comes of it. */
  private request(count: number): void {
    if (count === 0 || this.isStopped) {
      this.isAsking = false;
      this.lookSoon();
      return;
    }
    const executorId = ++this.lastId;
    const localId = this.context.random.uuid();
    const body = executorPod({ ...this.parts, executorId, localId });
    this.api.ask({ method: 'POST', path: this.api.path('pods'), body }, answer => {
      if (answer.isOk) {
        if (!this.pods.has(executorId)) this.unseen.add(executorId);
        return this.request(count - 1);
      }
      const where = 'ExecutorPodsSnapshotsStoreImpl: Exception when notifying snapshot subscriber.';
      logLine(this.context, 'WARN', `${where} ${answer.error}`);
      this.isAsking = false;
      this.lookSoon();
    });
  }
}

/** Whether pods are deleted when their executors end. */
export function deletesExecutors(conf: SparkConf): boolean {
  return conf['spark.kubernetes.executor.deleteOnTermination'] !== 'false';
}

function idOf({ metadata }: Pod): number {
  return Number(metadata.labels?.[labelKeys.executorId] ?? '0');
}

function isStanding(pod: Pod): boolean {
  const state = stateOf(pod);
  return state === 'pending' || state === 'running';
}

/** A pod that is being deleted counts for as long as it runs. @upstream ExecutorPodsSnapshot.scala */
function stateOf(pod: Pod): PodState {
  const phase = pod.status?.phase ?? 'Pending';
  if (pod.metadata.deletionTimestamp !== undefined && phase !== 'Running') return 'deleted';
  if (phase === 'Failed') return 'failed';
  if (phase === 'Succeeded') return 'succeeded';
  if (phase !== 'Running') return 'pending';
  const code = sparkEnd(pod)?.exitCode;
  if (code === undefined) return 'running';
  return code === 0 ? 'succeeded' : 'failed';
}

function sparkEnd({ status }: Pod) {
  const statuses = status?.containerStatuses ?? [];
  return statuses.find(({ name }) => name === containerNames.executor)?.state?.terminated;
}

function exitText(id: number, pod: Pod): string {
  const { reason = 'N/A', message = 'N/A' } = pod.status ?? {};
  const code = sparkEnd(pod)?.exitCode ?? -1;
  return (
    `The executor with id ${id} exited with exit code ${code}. The API gave the following brief ` +
    `reason: ${reason}. The API gave the following message: ${message}.`
  );
}
