/**
 * Makes the claims of pods' ephemeral volumes, which the pods own.
 * @upstream pkg/controller/volume/ephemeral/controller.go
 */
import { persistentVolumeClaims, pods, type Pod, type Volume } from '../api/kinds/core.js';
import { isControlledBy, isDeleting, keyOf, ownerReference } from '../api/meta.js';
import {
  serviceAccount,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
} from '../client/contract.js';
import { call, create, splitKey, watch } from '../client/requests.js';
import { ephemeralClaimName, podClaimKeys } from './control/pod-claims.js';

const claimIndex = 'ephemeral-volume/claim';

/** The controller of the claims of ephemeral volumes. */
export const ephemeralVolumeController: ControllerDefinition = {
  name: 'ephemeral-volume-controller',
  queueName: 'ephemeral_volume',
  eventSource: 'ephemeral_volume',
  identity: serviceAccount('kube-system', 'ephemeral-volume-controller'),
  create: context => ({
    workers: 5,
    watches: [
      watch(pods, {
        indexes: { [claimIndex]: podClaimKeys },
        // Nothing that changes in a pod changes its claims.
        on: ({ type, object }) => {
          if (type === 'added') addPod(context, object);
        },
      }),
      watch(persistentVolumeClaims, {
        on: ({ type, object }) => {
          if (type !== 'deleted') return;
          const users = context.view.byIndex(pods, claimIndex, keyOf(object));
          for (const pod of users) addPod(context, pod);
        },
      }),
    ],
    reconcile: key => makeClaims(context, key),
  }),
};

function addPod({ queue }: ControllerContext, pod: Pod): void {
  const isConcerned = pod.spec?.volumes?.some(({ ephemeral }) => ephemeral !== undefined) === true;
  if (isConcerned && !isDeleting(pod)) queue.add(keyOf(pod));
}

function* makeClaims({ view, events }: ControllerContext, key: string): Reconciliation {
  const { namespace, name } = splitKey(key);
  const pod = view.get(pods, namespace, name);
  if (pod === undefined || isDeleting(pod)) return undefined;
  for (const volume of pod.spec?.volumes ?? []) {
    const why = yield* makeClaim({ view }, pod, volume);
    if (why === undefined) continue;
    const message = `ephemeral volume ${volume.name}: ${why}`;
    events.record({ regarding: pod, type: 'Warning', reason: 'FailedBinding', message });
    return { retry: `pod ${key}, ${message}` };
  }
  return undefined;
}

/** Makes the volume's claim if it is not there; why that cannot be. */
function* makeClaim(
  { view }: Pick<ControllerContext, 'view'>,
  pod: Pod,
  volume: Volume,
): Reconciliation<string | undefined> {
  if (volume.ephemeral === undefined) return undefined;
  const { namespace = '', name: podName = '' } = pod.metadata;
  const name = ephemeralClaimName(pod, volume);
  const claim = view.get(persistentVolumeClaims, namespace, name);
  if (claim !== undefined) {
    return isControlledBy(claim, pod)
      ? undefined
      : `PVC ${namespace}/${name} was not created for pod ${namespace}/${podName} (pod is not owner)`;
  }
  const { metadata = {}, spec } = volume.ephemeral.volumeClaimTemplate ?? {};
  const { annotations, labels } = metadata;
  const made = {
    metadata: {
      name,
      namespace,
      ownerReferences: [ownerReference(pod, pods)],
      ...(annotations !== undefined && { annotations }),
      ...(labels !== undefined && { labels }),
    },
    ...(spec !== undefined && { spec }),
  };
  const answer = yield* call(create(persistentVolumeClaims, made));
  return answer.isOk ? undefined : `create PVC ${name}: ${answer.message}`;
}
