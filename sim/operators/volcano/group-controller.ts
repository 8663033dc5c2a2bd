/** Gives plain pods their groups. @upstream volcano v1.15.1 pkg/controllers/podgroup */
import { daemonSets, replicaSets, statefulSets } from '../../api/kinds/apps.js';
import { jobs as batchJobs } from '../../api/kinds/batch.js';
import { pods, type Pod } from '../../api/kinds/core.js';
import { controllerOf, ownerReference } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import {
  defaultRetryPolicy,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { call, create, get, keyOf, patch, remove, splitKey, watch } from '../../client/requests.js';
import { controllerSource, keys, schedulerName } from './keys.js';
import { requestsOf } from './min-resources.js';
import { podGroups, type PodGroup } from './types.js';

/** The controller. */
export const podGroupController: ControllerDefinition = {
  name: 'volcano-podgroup-controller',
  eventSource: controllerSource,
  create: context => ({
    retry: defaultRetryPolicy,
    watches: watchesOf(context),
    reconcile: sync,
  }),
};

const emptyPrefix = 'empty ';

function watchesOf({ queue }: ControllerContext) {
  const ofOwner = {
    on: ({ object }: { readonly object: HasMetadata & { spec?: { replicas?: number } } }) => {
      const { uid = '', namespace = '' } = object.metadata;
      if (object.spec?.replicas === 0) queue.add(`${emptyPrefix}${namespace}/podgroup-${uid}`);
    },
  };
  return [
    watch(pods, {
      on: ({ type, object }) => {
        if (type !== 'deleted' && isPlain(object)) queue.add(keyOf(object));
      },
    }),
    watch(podGroups),
    watch(replicaSets, ofOwner),
    watch(statefulSets, ofOwner),
  ];
}

function isPlain({ metadata, spec }: Pod): boolean {
  const group = metadata.annotations?.[keys.groupName] ?? '';
  return spec?.schedulerName === schedulerName && group === '';
}

function* sync(key: string, view: View): Reconciliation {
  if (key.startsWith(emptyPrefix)) return yield* removeGroup(key.slice(emptyPrefix.length), view);
  const { namespace, name } = splitKey(key);
  const pod = view.get(pods, namespace, name);
  if (pod === undefined || !isPlain(pod)) return undefined;
  const groupName = `podgroup-${controllerOf(pod)?.uid ?? pod.metadata.uid ?? ''}`;
  if (view.get(podGroups, namespace, groupName) === undefined) {
    const group = groupOf(pod, groupName, yield* annotationsAbove(pod));
    const answer = yield* call(create(podGroups, group));
    if (!answer.isOk && answer.reason !== 'AlreadyExists') return { retry: answer.message };
  }
  const body = { metadata: { annotations: { [keys.groupName]: groupName } } };
  const answer = yield* call(patch(pods, { namespace, name }, { type: 'strategic' }, body));
  return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
}

/** The group of an owner that wants no pods any more goes. */
function* removeGroup(key: string, view: View): Reconciliation {
  const { namespace, name } = splitKey(key);
  if (view.get(podGroups, namespace, name) === undefined) return undefined;
  const answer = yield* call(remove(podGroups, namespace, name));
  return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
}

const kindsAbove: Readonly<Record<string, Kind<HasMetadata>>> = {
  ReplicaSet: replicaSets as unknown as Kind<HasMetadata>,
  DaemonSet: daemonSets as unknown as Kind<HasMetadata>,
  StatefulSet: statefulSets as unknown as Kind<HasMetadata>,
  Job: batchJobs as unknown as Kind<HasMetadata>,
};

type Texts = Readonly<Record<string, string>>;

function* annotationsAbove({ metadata }: Pod): Reconciliation<Texts> {
  let found: Texts = {};
  for (const { kind, name } of metadata.ownerReferences ?? []) {
    const above = kindsAbove[kind];
    if (above === undefined) continue;
    const answer = yield* call(get(above, metadata.namespace ?? '', name));
    if (answer.isOk) found = { ...answer.object.metadata.annotations, ...found };
  }
  return found;
}

function groupOf(pod: Pod, name: string, above: Texts): PodGroup {
  const { namespace = '', annotations = {}, labels = {}, ownerReferences = [] } = pod.metadata;
  const asked = Number(above[keys.groupMinMember] ?? NaN);
  const minMember = Number.isInteger(asked) && asked >= 0 ? asked : 1;
  const { priorityClassName } = pod.spec ?? {};
  const queue = annotations[keys.queueOfGroup];
  const budget = annotations[keys.budgetMin] === undefined ? keys.budgetMax : keys.budgetMin;
  const inherited = Object.entries(above).filter(([key]) => key.startsWith('volcano.sh/'));
  const own = picked(annotations, [keys.preemptable, keys.cooldown, keys.revocableZone, budget]);
  const isOwned = controllerOf(pod) !== undefined;
  return {
    metadata: {
      namespace,
      name,
      ownerReferences: isOwned ? ownerReferences : [ownerReference(pod, pods)],
      annotations: { ...Object.fromEntries(inherited), ...own },
      labels: picked(labels, [keys.preemptable, keys.cooldown]),
    },
    spec: {
      minMember,
      ...(priorityClassName !== undefined && { priorityClassName }),
      minResources: requestsOf(pod, minMember),
      ...(queue !== undefined && { queue }),
    },
    status: { phase: 'Pending' },
  };
}

function picked(texts: Texts, names: readonly string[]): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([key]) => names.includes(key)));
}
