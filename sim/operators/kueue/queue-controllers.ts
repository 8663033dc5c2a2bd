/** What queues tell of themselves. @upstream kueue v0.19.2 pkg/controller/core/{clusterqueue,localqueue,resourceflavor}_controller.go */
import { deepEqual } from '../../api/equality.js';
import { isConditionTrue, isDeleting, keyOf, splitKey, withCondition } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Outcome,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { call, update, watch } from '../../client/requests.js';
import { hold, release } from './finalizers.js';
import { queueOf } from './pending-queues.js';
import { flavorResource, quotasOf } from './quota-node.js';
import { quantityText, requestsOf } from './requests.js';
import { inactiveReason, isHolding } from './snapshot.js';
import {
  admissionChecks,
  clusterQueues,
  localQueues,
  resourceFlavors,
  workloads,
  type ClusterQueue,
  type FlavorUsage,
  type LocalQueue,
  type QueueStatus,
  type Workload,
} from './types.js';
import { isAdmissible, isAdmitted } from './workload-status.js';

/** Changes of workloads are gathered for so long. */
const gatherMs = 1_000;

/** The controller of ClusterQueues. */
export function clusterQueueController(): ControllerDefinition {
  return {
    name: 'kueue-clusterqueue-controller',
    create: context => {
      const all = (): void => {
        for (const queue of context.view.list(clusterQueues)) {
          context.queue.addAfter(keyOf(queue), gatherMs);
        }
      };
      return {
        watches: [
          watch(clusterQueues, { on: ({ object }) => context.queue.add(keyOf(object)) }),
          watch(workloads, {
            on: ({ object, old }) => {
              for (const one of old === undefined ? [object] : [old, object]) {
                const name = clusterQueueOf(one, context.view);
                if (name !== undefined) context.queue.addAfter(name, gatherMs);
              }
            },
          }),
          watch(localQueues),
          watch(resourceFlavors, { on: all }),
          watch(admissionChecks, { on: all }),
        ],
        reconcile: (key, view) => reconcileClusterQueue(key, view, context),
      };
    },
  };
}

function clusterQueueOf(workload: Workload, view: View): string | undefined {
  return workload.status?.admission?.clusterQueue ?? queueOf(workload, view)?.metadata.name;
}

function* reconcileClusterQueue(
  key: string,
  view: View,
  { clock }: ControllerContext,
): Reconciliation {
  const queue = view.get(clusterQueues, '', key);
  if (queue === undefined) return undefined;
  const holders = view
    .list(workloads)
    .filter(one => isHolding(one) && one.status?.admission?.clusterQueue === key);
  if (isDeleting(queue)) {
    if (holders.length === 0) {
      yield* release(clusterQueues, queue);
      return undefined;
    }
  } else if (yield* hold(clusterQueues, queue)) return undefined;
  const problem = inactiveReason(queue, view);
  const pending = view
    .list(workloads)
    .filter(one => isAdmissible(one) && queueOf(one, view)?.metadata.name === key);
  const told = problem ?? { reason: 'Ready', message: 'Can admit new workloads' };
  const status = statusOf(queue, {
    ...{ queue, holders, told, pending: pending.length },
    isOpen: problem === undefined,
    nowMs: clock.now(),
    hasBorrowing: true,
  });
  if (deepEqual(status, queue.status)) return undefined;
  return outcomeOf(yield* call(update(clusterQueues, { ...queue, status }, 'status')));
}

function outcomeOf(answer: {
  readonly isOk: boolean;
  readonly reason?: string;
  readonly message?: string;
}): Outcome {
  return answer.isOk || answer.reason === 'NotFound' ? undefined : { retry: answer.message ?? '' };
}

/** The controller of LocalQueues. */
export function localQueueController(): ControllerDefinition {
  return {
    name: 'kueue-localqueue-controller',
    create: context => {
      const { queue, view } = context;
      return {
        watches: [
          watch(localQueues, { on: ({ object }) => queue.add(keyOf(object)) }),
          watch(workloads, {
            on: ({ object }) => {
              const { namespace = '' } = object.metadata;
              queue.addAfter(`${namespace}/${object.spec.queueName ?? ''}`, gatherMs);
            },
          }),
          watch(clusterQueues, {
            on: ({ object }) => {
              for (const local of view.list(localQueues)) {
                if (local.spec?.clusterQueue === object.metadata.name) queue.add(keyOf(local));
              }
            },
          }),
        ],
        reconcile: (key, cache) => reconcileLocalQueue(key, cache, context),
      };
    },
  };
}

function* reconcileLocalQueue(
  key: string,
  view: View,
  { clock }: ControllerContext,
): Reconciliation {
  const { namespace, name } = splitKey(key);
  const local = view.get(localQueues, namespace, name);
  if (local === undefined) return undefined;
  const queue = view.get(clusterQueues, '', local.spec?.clusterQueue ?? '');
  const own = view.list(workloads, namespace).filter(({ spec }) => spec.queueName === name);
  const holders =
    queue === undefined
      ? []
      : own.filter(
          one => isHolding(one) && one.status?.admission?.clusterQueue === queue.metadata.name,
        );
  const isStopped = (local.spec?.stopPolicy ?? 'None') !== 'None';
  const waiting = isStopped || queue === undefined ? [] : own.filter(isAdmissible);
  const told = localCondition(local, queue);
  const status = statusOf(local, {
    ...{ queue, holders, told, pending: waiting.length },
    isOpen: told.reason === 'Ready',
    nowMs: clock.now(),
    hasBorrowing: false,
  });
  if (deepEqual(status, local.status)) return undefined;
  return outcomeOf(yield* call(update(localQueues, { ...local, status }, 'status')));
}

function localCondition(
  { spec }: LocalQueue,
  queue: ClusterQueue | undefined,
): { readonly reason: string; readonly message: string } {
  const closed = "Can't submit new workloads to clusterQueue";
  if ((spec?.stopPolicy ?? 'None') !== 'None') {
    return { reason: 'Stopped', message: 'LocalQueue is stopped' };
  }
  if (queue === undefined) return { reason: 'ClusterQueueDoesNotExist', message: closed };
  return isConditionTrue(queue.status?.conditions, 'Active')
    ? { reason: 'Ready', message: 'Can submit new workloads to localQueue' }
    : { reason: 'ClusterQueueIsInactive', message: closed };
}

interface Told {
  readonly queue: ClusterQueue | undefined;
  readonly holders: readonly Workload[];
  readonly pending: number;
  readonly told: { readonly reason: string; readonly message: string };
  readonly isOpen: boolean;
  readonly nowMs: number;
  readonly hasBorrowing: boolean;
}

function statusOf({ metadata, status }: LocalQueue | ClusterQueue, of: Told): QueueStatus {
  const admitted = of.holders.filter(isAdmitted);
  const { generation } = metadata;
  return {
    ...status,
    conditions: withCondition(status?.conditions, {
      type: 'Active',
      status: of.isOpen ? 'True' : 'False',
      ...of.told,
      lastTransitionTime: rfc3339(of.nowMs),
      ...(generation !== undefined && { observedGeneration: generation }),
    }),
    flavorsReservation: usageOf(of, of.holders),
    flavorsUsage: usageOf(of, admitted),
    pendingWorkloads: of.pending,
    reservingWorkloads: of.holders.length,
    admittedWorkloads: admitted.length,
  };
}

/** What the workloads use of each flavour, and how much of it is above the queue's own quota. */
function usageOf(
  { queue, hasBorrowing }: Told,
  holders: readonly Workload[],
): readonly FlavorUsage[] {
  const groups = queue?.spec?.resourceGroups ?? [];
  const quotas = quotasOf(groups);
  const isInCohort = (queue?.spec?.cohortName ?? '') !== '';
  const used = new Map<string, number>();
  for (const workload of holders) {
    for (const set of requestsOf(workload)) {
      for (const [resource, amount] of set.requests) {
        const key = flavorResource(set.flavors?.[resource] ?? '', resource);
        used.set(key, (used.get(key) ?? 0) + amount);
      }
    }
  }
  return groups.flatMap(({ flavors, coveredResources }) =>
    flavors.map(({ name: flavor }) => ({
      name: flavor,
      resources: [...coveredResources].sort().map(name => {
        const key = flavorResource(flavor, name);
        const total = used.get(key) ?? 0;
        const above = isInCohort ? Math.max(0, total - (quotas.get(key)?.nominal ?? 0)) : 0;
        const borrowed = above === 0 ? '0' : quantityText(name, above);
        return { name, total: quantityText(name, total), ...(hasBorrowing && { borrowed }) };
      }),
    })),
  );
}

/** The controller of ResourceFlavors: one that is used is not let go. */
export function resourceFlavorController(): ControllerDefinition {
  return {
    name: 'kueue-resourceflavor-controller',
    create: context => ({
      watches: [
        watch(resourceFlavors, { on: ({ object }) => context.queue.add(keyOf(object)) }),
        watch(clusterQueues, {
          on: () => {
            for (const flavor of context.view.list(resourceFlavors)) {
              if (isDeleting(flavor)) context.queue.add(keyOf(flavor));
            }
          },
        }),
      ],
      reconcile: reconcileFlavor,
    }),
  };
}

function* reconcileFlavor(key: string, view: View): Reconciliation {
  const flavor = view.get(resourceFlavors, '', key);
  if (flavor === undefined) return undefined;
  if (!isDeleting(flavor)) {
    yield* hold(resourceFlavors, flavor);
    return undefined;
  }
  const isUsed = view
    .list(clusterQueues)
    .some(({ spec }) =>
      spec?.resourceGroups?.some(group => group.flavors.some(({ name }) => name === key)),
    );
  if (!isUsed) yield* release(resourceFlavors, flavor);
  return undefined;
}
