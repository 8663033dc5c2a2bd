/** The plug-in CapacityScheduling: namespaces lend each other what they do not use, and take it back. @upstream scheduler-plugins v0.34.7 pkg/capacityscheduling/capacity_scheduling.go */
import { pods, type Pod } from '../../api/kinds/core.js';
import type { Change } from '../../client/contract.js';
import type { CycleState } from '../../scheduler/cycle-state.js';
import {
  status,
  type Handle,
  type Plugin,
  type PluginFactory,
  type PostFilterResult,
} from '../../scheduler/framework.js';
import type { PodInfo } from '../../scheduler/pod-info.js';
import { preempt, type PreemptionRules } from '../../scheduler/preemption.js';
import { action, anyAction } from '../../scheduler/queue/cluster-event.js';
import { Resource } from '../../scheduler/resource.js';
import { capacityPreemption } from './capacity-preemption.js';
import { quotasKey, wishKey, type Wish } from './capacity-state.js';
import { copiesOf, isTotalOverMinWith, QuotaInfo, requestOf } from './elastic-quotas.js';
import { elasticQuotas, type ElasticQuota } from './types.js';

const name = 'CapacityScheduling';

/** The plug-in. */
export const capacityScheduling: PluginFactory = (_args, handle) => new CapacityScheduling(handle);

class CapacityScheduling implements Plugin {
  readonly name = name;
  readonly events = [
    { event: { resource: 'Pod', actions: action.delete } },
    { event: { resource: 'elasticquotas.v1alpha1.scheduling.x-k8s.io', actions: anyAction } },
  ] as const;
  private readonly quotas = new Map<string, QuotaInfo>();
  private readonly rules: PreemptionRules = capacityPreemption(name);

  constructor(private readonly handle: Handle) {
    handle.observe(elasticQuotas, change => this.onQuota(change));
    handle.observe(pods, change => this.onPod(change));
  }

  preFilter(...[state, pod]: Parameters<NonNullable<Plugin['preFilter']>>) {
    const quotas = copiesOf(this.quotas);
    state.write(quotasKey, quotas);
    const request = requestOf(pod.pod);
    const own = quotas.get(pod.namespace);
    if (own === undefined) {
      const nothing = new Resource();
      state.write(wishKey, { request, inNamespace: nothing, inAll: nothing });
      return {};
    }
    const wish = this.wishOf(pod, request);
    state.write(wishKey, wish);
    const refused = `Pod ${pod.key} is rejected in PreFilter because`;
    if (own.isOverMaxWith(wish.inNamespace)) {
      return rejected(`${refused} ElasticQuota ${pod.namespace} is more than Max`);
    }
    if (isTotalOverMinWith(quotas, wish.inAll)) {
      return rejected(`${refused} total ElasticQuota used is more than min`);
    }
    return {};
  }

  private wishOf(pod: PodInfo, request: Resource): Wish {
    const inNamespace = request.clone();
    const inAll = request.clone();
    for (const node of this.handle.nodes.nodes) {
      for (const other of this.handle.nominator.podsOn(node.name)) {
        const quota = this.quotas.get(other.namespace);
        if (other.uid === pod.uid || quota === undefined) continue;
        const isSame = other.namespace === pod.namespace;
        const wanted = requestOf(other.pod);
        if (isSame && other.priority >= pod.priority) {
          inNamespace.add(wanted, 1);
          inAll.add(wanted, 1);
        } else if (!isSame && !quota.isOverMin()) inAll.add(wanted, 1);
      }
    }
    return { request, inNamespace, inAll };
  }

  addPod(state: CycleState, _pod: PodInfo, added: PodInfo): void {
    state.read(quotasKey)?.get(added.namespace)?.add(added.pod);
  }

  removePod(state: CycleState, _pod: PodInfo, removed: PodInfo): void {
    state.read(quotasKey)?.get(removed.namespace)?.remove(removed.pod);
  }

  postFilter(
    ...[state, pod, statuses]: Parameters<NonNullable<Plugin['postFilter']>>
  ): PostFilterResult {
    return preempt(this.handle, this.rules, { state, pod, statuses });
  }

  reserve(_state: CycleState, { namespace, pod }: PodInfo): undefined {
    this.quotas.get(namespace)?.add(pod);
  }

  unreserve(_state: CycleState, { namespace, pod }: PodInfo): void {
    this.quotas.get(namespace)?.remove(pod);
  }

  /** One quota counts in a namespace. Pods that were there before it are counted under none. */
  private onQuota({ type, object }: Change<ElasticQuota>): void {
    const { namespace = '' } = object.metadata;
    const known = this.quotas.get(namespace);
    if (type === 'deleted') this.quotas.delete(namespace);
    else if (type === 'updated' || known === undefined) {
      this.quotas.set(namespace, QuotaInfo.of(object, known));
    }
  }

  private onPod({ type, object, old }: Change<Pod>): void {
    if (!isAssigned(object)) return;
    const { namespace = '' } = object.metadata;
    if (type === 'deleted' || (old !== undefined && isAssigned(old) && hasEnded(object))) {
      this.quotas.get(namespace)?.remove(object);
    } else if (old === undefined || !isAssigned(old)) this.quotaOf(namespace)?.add(object);
  }

  private quotaOf(namespace: string): QuotaInfo | undefined {
    const known = this.quotas.get(namespace);
    if (known !== undefined) return known;
    const [first] = this.handle.objects.list(elasticQuotas, namespace);
    if (first === undefined) return undefined;
    const made = QuotaInfo.of(first);
    this.quotas.set(namespace, made);
    return made;
  }
}

function rejected(reason: string) {
  return { status: status('Unschedulable', name, reason) };
}

function isAssigned({ spec }: Pod): boolean {
  return (spec?.nodeName ?? '') !== '';
}

function hasEnded({ status: told }: Pod): boolean {
  return told?.phase !== 'Running' && told?.phase !== 'Pending';
}
