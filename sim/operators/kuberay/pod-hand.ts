/** What all does that is done to the pods of a Ray cluster: finding, deleting, telling. @upstream kuberay v1.7.0 raycluster_controller.go */
import { pods, type Pod } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import type { Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import { call, pathOf, remove } from '../../client/requests.js';
import type { Random } from '../../engine/random.js';
import type { BatchScheduler } from './batch-scheduler.js';
import type { PassFailure } from './cluster-status.js';
import type { Expectations } from './expectations.js';
import { keys } from './keys.js';
import { terminatedText } from './pod-health.js';
import type { RayCluster } from './types.js';

/** What a pass works with. */
export interface PassMeans {
  readonly nowMs: number;
  readonly random: Random;
  readonly expectations: Expectations;
  /** The batch scheduler that the operator is told of. */
  readonly scheduler?: BatchScheduler | undefined;
  record(event: Omit<EventToRecord, 'regarding'>): void;
}

/** The labels of a cluster's pods, of one sort or group. */
type Marks = Readonly<Record<string, string>>;

/** A pass's hand on the pods of its cluster. */
export class PodHand {
  protected readonly name: string;
  protected readonly namespace: string;
  /** `namespace/name`. */
  protected readonly key: string;

  constructor(
    protected readonly cluster: RayCluster,
    protected readonly view: View,
    protected readonly means: PassMeans,
  ) {
    const { name = '', namespace = '' } = cluster.metadata;
    this.name = name;
    this.namespace = namespace;
    this.key = `${namespace}/${name}`;
  }

  /** Those in the cache that bear the marks. */
  marked(marks: Marks = {}): readonly Pod[] {
    const all = Object.entries({ [keys.cluster]: this.name, ...marks });
    return this.view
      .list(pods, this.namespace)
      .filter(({ metadata }) => all.every(([key, value]) => metadata.labels?.[key] === value));
  }

  heads(): readonly Pod[] {
    return this.marked({ [keys.nodeType]: 'head' });
  }

  /** Deletes those that bear the marks, all in one request. */
  *removeAll(marks: Marks = {}): Reconciliation<string | undefined> {
    if (this.marked(marks).every(isDeleting)) return undefined;
    const labelSelector = Object.entries({ [keys.cluster]: this.name, ...marks })
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
    const query = new URLSearchParams({ labelSelector }).toString();
    const path = `${pathOf(pods, this.namespace)}?${query}`;
    const answer = yield* call({ method: 'DELETE', path });
    return answer.isOk ? undefined : answer.message;
  }

  protected tell(reason: string, action: string, message: string): void {
    const type = reason.startsWith('Failed') ? 'Warning' : 'Normal';
    this.means.record({ type, reason, action, message });
  }

  protected stateOf(pod: Pod): string {
    const { phase = '' } = pod.status ?? {};
    const policy = pod.spec?.restartPolicy ?? '';
    return `${this.namespace}/${pod.metadata.name ?? ''}; Pod status: ${phase}; Pod restart policy: ${policy}; Ray container terminated status: ${terminatedText(pod)}`;
  }

  protected expect(group: string, pod: string, action: 'create' | 'delete'): void {
    this.means.expectations.expect(this.key, group, pod, { action, atMs: this.means.nowMs });
  }

  protected *removeWorker(
    groupName: string,
    name: string,
    { done, failed }: { readonly done: string; readonly failed: string },
  ): Reconciliation<PassFailure | undefined> {
    const answer = yield* call(remove(pods, this.namespace, name));
    if (!answer.isOk) {
      this.tell('FailedToDeleteWorkerPod', 'Delete', `${failed}, ${answer.message}`);
      return failure('FailedDeleteWorkerPod', answer.message);
    }
    this.expect(groupName, name, 'delete');
    this.tell('DeletedWorkerPod', 'Delete', done);
    return undefined;
  }
}

/** A failure of the reason that the status tells. */
export function failure(reason: string, error: string): PassFailure {
  return { reason, message: `${reason}\n${error}` };
}
