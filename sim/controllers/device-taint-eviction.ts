/**
 * Deletes pods whose claims hold devices with NoExecute taints that they do not tolerate, or not for ever.
 * Left out: DeviceTaintRules, whose beta API is off by default. Slices are watched from the first
 * allocated claim on, where upstream's informer runs from the start: nobody can tell.
 * @upstream pkg/controller/devicetainteviction/device_taint_eviction.go
 */
import { deepEqual } from '../api/equality.js';
import { pods, type Pod } from '../api/kinds/core.js';
import {
  resourceClaims,
  resourceSlices,
  type ResourceClaim,
  type ResourceSlice,
} from '../api/kinds/resource.js';
import { isDeleting, keyOf } from '../api/meta.js';
import { rfc3339 } from '../api/time.js';
import {
  serviceAccount,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
} from '../client/contract.js';
import { call, get, remove, watch } from '../client/requests.js';
import { forgetBeyond, noteNewest } from '../engine/newest.js';
import { patchPodStatus, withPodCondition } from './control/pod-status.js';
import { DevicePools } from './device-taint-eviction/device-pools.js';
import {
  claimEviction,
  isSameEviction,
  joined,
  type Eviction,
} from './device-taint-eviction/eviction.js';
import { claimNameOf, isOwnedByPod } from './resource-claim/claims.js';
import { isReservedFor } from './resource-claim/sync-pod.js';

/** The controller that evicts pods by taints of their devices. */
export const deviceTaintEvictionController: ControllerDefinition = {
  name: 'device-taint-eviction-controller',
  queueName: 'device-taint-eviction-controller',
  identity: serviceAccount('kube-system', 'device-taint-eviction-controller'),
  create: context => new DeviceTaintEvictionController(context),
};

const evictedMax = 500;

/** The very pod that is to go. */
interface PodReference {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

interface AllocatedClaim {
  readonly claim: ResourceClaim;
  readonly eviction: Eviction | undefined;
}

class DeviceTaintEvictionController implements Controller {
  readonly workers = 8;
  private readonly pools = new DevicePools();
  private readonly claims = new Map<string, AllocatedClaim>();
  /** Who is to be deleted and when, by uid. */
  private readonly due = new Map<string, PodReference & Eviction>();
  private readonly evicted = new Map<string, true>();
  private hearsOfSlices = false;

  constructor(private readonly context: ControllerContext) {}

  readonly watches = [
    watch(pods, { on: change => this.onPod(change) }),
    watch(resourceClaims, { on: change => this.onClaim(change) }),
  ];

  /** The key is the uid of a pod. */
  *reconcile(key: string): Reconciliation {
    const due = this.due.get(key);
    if (due === undefined || this.evicted.has(key)) return undefined;
    const leftMs = due.atMs - this.context.clock.now();
    if (leftMs > 0) return { requeueAfterMs: leftMs };
    const failure = yield* this.evict(due);
    if (failure !== undefined) return { retry: failure };
    this.due.delete(key);
    noteNewest(this.evicted, key, true);
    forgetBeyond(this.evicted, evictedMax);
    return undefined;
  }

  /** Marks and deletes the pod; returns why that failed. One that is gone needs nothing. */
  private *evict({ namespace, name, uid }: PodReference): Reconciliation<string | undefined> {
    const read = yield* call(get(pods, namespace, name));
    if (!read.isOk) return read.status === 404 ? undefined : read.message;
    const pod = read.object;
    if (pod.metadata.uid !== uid || isDeleting(pod)) return undefined;
    this.tell({ namespace, name, uid }, 'Marking for deletion');
    const wanted = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByDeviceTaintManager',
      message: 'Device Taint manager: deleting due to NoExecute taint',
    };
    // Unlike others, this condition does not say of which generation it is.
    const ungenerated = { ...pod, metadata: {} };
    const condition = withPodCondition(ungenerated, wanted, rfc3339(this.context.clock.now()));
    if (condition !== undefined) {
      const answer = yield* call(patchPodStatus(pod, { conditions: [condition] }));
      if (!answer.isOk) return answer.status === 404 ? undefined : answer.message;
    }
    const answer = yield* call(remove(pods, namespace, name, { preconditions: { uid } }));
    return answer.isOk || answer.status === 404 ? undefined : answer.message;
  }

  private onClaim({ type, object: claim, old }: Change<ResourceClaim>): void {
    const key = keyOf(claim);
    const isAllocated = type !== 'deleted' && claim.status?.allocation !== undefined;
    const known = this.claims.get(key);
    if (!isAllocated && known === undefined) return;
    if (!isAllocated) this.claims.delete(key);
    else {
      // An allocation never changes: only a new one is looked at.
      const isSame = known !== undefined && known.claim.metadata.uid === claim.metadata.uid;
      const eviction = isSame ? known.eviction : claimEviction(claim, this.pools);
      this.claims.set(key, { claim, eviction });
      this.hearOfSlices();
    }
    const before = old ?? known?.claim;
    if (before && !deepEqual(before.status?.reservedFor, claim.status?.reservedFor)) {
      this.lookAtPods(before);
    }
    this.lookAtPods(claim);
  }

  private hearOfSlices(): void {
    if (this.hearsOfSlices) return;
    this.hearsOfSlices = true;
    this.context.watch(watch(resourceSlices, { on: change => this.onSlice(change) }));
  }

  private onSlice({ type, object, old }: Change<ResourceSlice>): void {
    const isGone = type === 'deleted';
    const change = this.pools.replace(isGone ? object : old, isGone ? undefined : object);
    if (change === undefined || change.changed.size === 0) return;
    const { pool, changed } = change;
    for (const [key, { claim, eviction: before }] of this.claims) {
      const isTouched = (claim.status?.allocation?.devices?.results ?? []).some(
        one => one.driver === pool.driver && one.pool === pool.pool && changed.has(one.device),
      );
      if (!isTouched) continue;
      const eviction = claimEviction(claim, this.pools);
      if (isSameEviction(eviction, before)) continue;
      this.claims.set(key, { claim, eviction });
      this.lookAtPods(claim);
    }
  }

  private onPod({ type, object: pod, old }: Change<Pod>): void {
    if (pod.spec?.resourceClaims === undefined) return;
    if (type === 'deleted') {
      this.due.delete(pod.metadata.uid ?? '');
      return;
    }
    const isSame =
      old !== undefined &&
      old.spec?.nodeName === pod.spec.nodeName &&
      deepEqual(old.status?.resourceClaimStatuses, pod.status?.resourceClaimStatuses);
    if (!isSame) this.lookAt(pod);
  }

  private lookAtPods({ metadata, status }: ResourceClaim): void {
    for (const { apiGroup = '', resource, name, uid } of status?.reservedFor ?? []) {
      if (apiGroup !== '' || resource !== 'pods') continue;
      const pod = this.context.view.get(pods, metadata.namespace ?? '', name);
      if (pod?.metadata.uid === uid) this.lookAt(pod);
    }
  }

  private lookAt(pod: Pod): void {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    const eviction = this.evictionOf(pod);
    if (eviction === undefined) {
      if (this.due.delete(uid)) this.tell({ namespace, name, uid }, 'Cancelling deletion');
      return;
    }
    this.due.set(uid, Object.assign({ namespace, name, uid }, eviction));
    const { queue, clock } = this.context;
    const delayMs = eviction.atMs - clock.now();
    if (delayMs <= 0) queue.add(uid);
    else queue.addAfter(uid, delayMs);
  }

  /** Of a pod that was bound: by all of its claims that are reserved for it. */
  private evictionOf(pod: Pod): Eviction | undefined {
    if (!pod.spec?.nodeName) return undefined;
    let eviction: Eviction | undefined;
    for (const podClaim of pod.spec.resourceClaims ?? []) {
      const named = claimNameOf(pod, podClaim);
      if (typeof named === 'string') continue;
      const known = this.claims.get(`${pod.metadata.namespace}/${named.name}`);
      if (known?.eviction === undefined) continue;
      if (named.isGenerated && !isOwnedByPod(known.claim, pod)) continue;
      if (isReservedFor(pod, known.claim)) eviction = joined(eviction, known.eviction);
    }
    return eviction;
  }

  private tell(metadata: PodReference, message: string): void {
    const regarding = { apiVersion: 'v1', kind: 'Pod', metadata };
    const reason = 'DeviceTaintManagerEviction';
    this.context.events.record({ regarding, type: 'Normal', reason, message });
  }
}
