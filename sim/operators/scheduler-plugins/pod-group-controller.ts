/** Tells how far groups have come. @upstream scheduler-plugins v0.34.7 pkg/controllers/podgroup_controller.go */
import { deepEqual } from '../../api/equality.js';
import { pods, type Pod } from '../../api/kinds/core.js';
import {
  defaultRetryPolicy,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { call, keyOf, patch, splitKey, watch } from '../../client/requests.js';
import { groupKeyOf, groupLabel, podGroups, type PodGroup, type PodGroupStatus } from './types.js';

/** The controller. */
export const podGroupController: ControllerDefinition = {
  name: 'podgroup',
  eventSource: 'PodGroupController',
  create: ({ queue }: ControllerContext) => ({
    retry: defaultRetryPolicy,
    workers: 1,
    watches: [
      watch(pods, {
        on: ({ object }) => {
          const key = groupKeyOf(object);
          if (key !== '') queue.add(key);
        },
      }),
      watch(podGroups, { on: ({ object }) => queue.add(keyOf(object)) }),
    ],
    reconcile: sync,
  }),
};

function* sync(key: string, view: View): Reconciliation {
  const { namespace, name } = splitKey(key);
  const group = view.get(podGroups, namespace, name);
  if (group === undefined || ['Finished', 'Failed'].includes(group.status?.phase ?? '')) {
    return undefined;
  }
  // The pods of all namespaces count: upstream forgets to ask for the group's own.
  const members = view.list(pods).filter(({ metadata }) => metadata.labels?.[groupLabel] === name);
  return yield* write(group, statusOf(group, members));
}

/** The status is patched, and then the object with what is different there: nothing. */
function* write(group: PodGroup, status: PodGroupStatus): Reconciliation {
  const { namespace = '', name = '' } = group.metadata;
  const fields = changedFields(group.status ?? {}, status);
  const of = { namespace, name, subresource: 'status' };
  const body = Object.keys(fields).length === 0 ? {} : { status: fields };
  const answer = yield* call(patch(podGroups, of, { type: 'merge' }, body));
  if (!answer.isOk) return { retry: answer.message };
  const { resourceVersion } = answer.object.metadata;
  const isNew = resourceVersion !== group.metadata.resourceVersion;
  const rest = isNew ? { metadata: { resourceVersion }, ...body } : {};
  const whole = yield* call(patch(podGroups, { namespace, name }, { type: 'merge' }, rest));
  return whole.isOk ? undefined : { retry: whole.message };
}

function changedFields(
  old: PodGroupStatus,
  next: PodGroupStatus,
): Readonly<Record<string, unknown>> {
  const names = ['phase', 'occupiedBy', 'running', 'succeeded', 'failed'] as const;
  const changed = names.filter(name => !deepEqual(old[name], next[name]));
  return Object.fromEntries(changed.map(name => [name, next[name] ?? null]));
}

/** The status as the pods have it. */
export function statusOf({ spec, status = {} }: PodGroup, members: readonly Pod[]): PodGroupStatus {
  const { minMember = 0 } = spec;
  const { phase = '' } = status;
  if (phase === '') return { ...status, phase: 'Pending' };
  if (phase === 'Pending') {
    if (members.length < minMember) return status;
    const [first] = members;
    const owners = first === undefined ? '' : ownersOf(first);
    return { ...status, phase: 'Scheduling', ...(owners !== '' && { occupiedBy: owners }) };
  }
  const inPhase = (wanted: string) =>
    members.filter(member => member.status?.phase === wanted).length;
  const [running, succeeded, failed] = [
    inPhase('Running'),
    inPhase('Succeeded'),
    inPhase('Failed'),
  ];
  const { running: _r, succeeded: _s, failed: _f, ...rest } = status;
  const counted = {
    ...rest,
    ...(running > 0 && { running }),
    ...(succeeded > 0 && { succeeded }),
    ...(failed > 0 && { failed }),
  };
  if (members.length < minMember) return { ...counted, phase: 'Pending' };
  if (succeeded >= minMember) return { ...counted, phase: 'Finished' };
  if (failed > 0 && failed + running + succeeded >= minMember) {
    return { ...counted, phase: 'Failed' };
  }
  return { ...counted, phase: succeeded + running < minMember ? 'Scheduling' : 'Running' };
}

function ownersOf({ metadata }: Pod): string {
  const { namespace = '', ownerReferences = [] } = metadata;
  return ownerReferences
    .map(({ name }) => `${namespace}/${name}`)
    .sort()
    .join(',');
}
