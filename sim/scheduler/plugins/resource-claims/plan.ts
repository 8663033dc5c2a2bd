/** The writes that give a pod its claims once its node is chosen. @upstream dynamicresources.go bindClaim */
import { pods, type Pod } from '../../../api/kinds/core.js';
import {
  resourceClaims,
  type AllocationResult,
  type ResourceClaim,
} from '../../../api/kinds/resource.js';
import type { Kind, KubeObject } from '../../../api/object.js';
import { rfc3339 } from '../../../api/time.js';
import { pendingClaims } from '../../devices/pending-claims.js';
import type { Handle, ObjectWrite, WritePlan, WriteWait } from '../../framework.js';
import { isOverdue, needsBinding, readiness } from './readiness.js';
import { extendedIn, type DeviceState } from './state.js';
import { temporaryName } from './extended-claim.js';
import { isReservedFor } from './pod-claims.js';

/** Keeps a claim with devices from going away. */
export const claimFinalizer = 'resource.kubernetes.io/delete-protection';

const claimKind = resourceClaims as unknown as Kind;
const podKind = pods as unknown as Kind;

interface Task {
  readonly handle: Handle;
  readonly state: DeviceState;
  readonly pod: Pod;
  readonly node: string;
}

/** All the writes; the last waits until the devices are ready. */
export function devicePlan(task: Task, timeoutMs: number): WritePlan {
  const { state, pod } = task;
  const plan = state.claims.flatMap((claim, index) =>
    isReservedFor(claim, pod) ? [] : claimWrites(task, index),
  );
  const allocations = state.claims.map(
    ({ status }, index) => state.chosen.get(index) ?? status?.allocation,
  );
  if (!allocations.some(each => needsBinding(each?.devices?.results))) return plan;
  return [...plan, readyDevices(task, timeoutMs)];
}

/** Writes nothing, but waits until the devices are ready. */
function readyDevices({ handle, state, node }: Task, timeoutMs: number): ObjectWrite {
  const message = `waiting for binding conditions for device on node ${node}`;
  const wait: WriteWait = {
    isDone: () => areReady(handle, state, timeoutMs),
    timeoutMs,
    periodMs: readyPeriodMs,
    isImmediate: true,
    timeout: 'device binding timeout: context deadline exceeded',
    event: { reason: 'BindingConditionsPending', message },
  };
  return { verb: 'update', kind: claimKind, object: () => undefined, wait };
}

/** How often it is looked whether devices are ready. */
const readyPeriodMs = 5_000;

function claimWrites({ handle, state, pod, node }: Task, index: number): readonly ObjectWrite[] {
  const allocation = state.chosen.get(index);
  const isExtended = index === state.ownCount;
  const claim = () => state.claims[index] as ResourceClaim;
  const isUntouched = allocation === undefined && claim().spec.devices?.requests === undefined;
  if (isExtended && isUntouched) return [];
  const base = { kind: claimKind, onDone: (answer: KubeObject) => remember(state, index, answer) };
  const found = state.byNode.get(node);
  const writes: ObjectWrite[] = [];
  if (isExtended && claim().metadata.name === temporaryName) {
    writes.push({ ...base, verb: 'create', object: newClaim(found?.extendedClaim ?? claim()) });
  }
  if (allocation !== undefined) {
    writes.push({
      ...base,
      verb: 'update',
      object: fresh => withFinalizer((fresh as ResourceClaim | undefined) ?? claim()),
    });
  }
  writes.push({
    ...base,
    verb: 'update',
    subresource: 'status',
    onDone(answer) {
      remember(state, index, answer);
      const id = state.pendingIds.get(index);
      if (id !== undefined) pendingClaims(handle.objects).written(id, claim());
    },
    object: fresh => {
      const current = (fresh as ResourceClaim | undefined) ?? claim();
      return reserved(current, { allocation, pod, nowMs: handle.now() });
    },
  });
  if (isExtended) {
    writes.push({
      verb: 'patch',
      kind: podKind,
      subresource: 'status',
      object: () => podPatch(pod, claim(), found?.mappings ?? []),
    });
  }
  return writes;
}

function remember(state: DeviceState, index: number, answer: KubeObject): void {
  state.claims[index] = answer as unknown as ResourceClaim;
}

function newClaim({ metadata, spec }: ResourceClaim): KubeObject {
  const { name: _name, uid: _uid, ...rest } = metadata;
  return { metadata: rest, spec };
}

function withFinalizer(claim: ResourceClaim): KubeObject | string | undefined {
  const problem = lateness(claim, true);
  if (problem !== undefined) return problem;
  const finalizers = claim.metadata.finalizers ?? [];
  if (finalizers.includes(claimFinalizer)) return undefined;
  const metadata = { ...claim.metadata, finalizers: [...finalizers, claimFinalizer] };
  return { ...claim, metadata } as unknown as KubeObject;
}

function reserved(
  claim: ResourceClaim,
  how: {
    readonly allocation: AllocationResult | undefined;
    readonly pod: Pod;
    readonly nowMs: number;
  },
): KubeObject | string {
  const { allocation, pod, nowMs } = how;
  const problem = lateness(claim, allocation !== undefined);
  if (problem !== undefined) return problem;
  const given = allocation ?? claim.status?.allocation;
  if (given === undefined) return `claim ${keyOf(claim)} got deallocated elsewhere in the meantime`;
  const { name = '', uid = '' } = pod.metadata;
  const status = {
    ...claim.status,
    allocation: { ...given, allocationTimestamp: given.allocationTimestamp ?? rfc3339(nowMs) },
    reservedFor: [...(claim.status?.reservedFor ?? []), { resource: 'pods', name, uid }],
  };
  return { ...claim, status } as unknown as KubeObject;
}

function lateness(claim: ResourceClaim, isToBeAllocated: boolean): string | undefined {
  if (claim.metadata.deletionTimestamp !== undefined) {
    return `claim ${keyOf(claim)} got deleted in the meantime`;
  }
  if (!isToBeAllocated || claim.status?.allocation === undefined) return undefined;
  return `claim ${keyOf(claim)} got allocated elsewhere in the meantime`;
}

function keyOf({ metadata }: ResourceClaim): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

function podPatch(
  { metadata }: Pod,
  claim: ResourceClaim,
  requestMappings: readonly unknown[],
): KubeObject {
  const { namespace = '', name = '' } = metadata;
  const resourceClaimName = claim.metadata.name ?? '';
  const status = { extendedResourceClaimStatus: { requestMappings, resourceClaimName } };
  return { metadata: { namespace, name }, status };
}

/** @upstream isPodReadyForBinding */
function areReady(handle: Handle, state: DeviceState, timeoutMs: number): boolean | string {
  for (const { metadata } of state.claims) {
    const { namespace = '', name = '' } = metadata;
    const claim = handle.objects.get(resourceClaims, namespace, name);
    if (claim === undefined) return `could not find ResourceClaim "${namespace}/${name}"`;
    const answer = readiness(claim);
    if (typeof answer === 'string') return answer;
    if (answer) continue;
    const isLate = isOverdue(claim, handle.now(), timeoutMs);
    return isLate ? `device binding timeout: claim=${name}` : false;
  }
  return true;
}

/** The write that frees a claim of its devices, so that others may be tried. */
export function deallocation(claim: ResourceClaim): ObjectWrite {
  const { status: _status, ...rest } = claim;
  const object = { ...rest, status: {} } as unknown as KubeObject;
  return { verb: 'update', kind: claimKind, object, subresource: 'status' };
}

/** The writes that remove the claim of extended resources. */
export function removal(claim: ResourceClaim): WritePlan {
  const metadata = {
    ...claim.metadata,
    finalizers: (claim.metadata.finalizers ?? []).filter(each => each !== claimFinalizer),
  };
  const object = { ...claim, metadata } as unknown as KubeObject;
  return [
    { verb: 'update', kind: claimKind, object },
    { verb: 'delete', kind: claimKind, object },
  ];
}

/** The writes that undo the plan as far as it was carried out. */
export function undoing(state: DeviceState, { metadata }: Pod): WritePlan {
  const writes: ObjectWrite[] = [];
  for (const claim of state.claims.slice(0, state.ownCount)) {
    const isHeld = claim.status?.reservedFor?.some(({ uid }) => uid === metadata.uid) === true;
    if (claim.status?.allocation === undefined || !isHeld) continue;
    const { namespace = '', name = '', uid = '' } = claim.metadata;
    const gone = { $patch: 'delete', uid: metadata.uid ?? '' };
    const object = { metadata: { namespace, name, uid }, status: { reservedFor: [gone] } };
    writes.push({ verb: 'patch', kind: claimKind, object, subresource: 'status' });
  }
  const extended = extendedIn(state);
  if (extended !== undefined && extended.metadata.name !== temporaryName) {
    writes.push(...removal(extended));
  }
  return writes;
}
