/**
 * Makes volumes on the nodes' own disks, and deletes them, as kind's clusters do. The helper pods
 * that make the directories are not modelled: only the time that they take.
 * @upstream rancher/local-path-provisioner provisioner.go, sig-storage-lib-external-provisioner controller/controller.go
 */
import {
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from '../../api/kinds/core.js';
import { storageClasses, type StorageClass } from '../../api/kinds/storage.js';
import { isDeleting, keyOf, splitKey } from '../../api/meta.js';
import {
  serviceAccount,
  type ControllerContext,
  type Outcome,
  type ProcessDefinition,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { call, create, pause, remove, watch } from '../../client/requests.js';
import { classOf } from '../persistent-volume-binder/matching.js';
import {
  localPathAccount,
  localPathManifests,
  localPathNamespace,
  localPathProvisioner as provisioner,
} from './manifests.js';
import { localVolume, refusalOf } from './volume.js';

const claimPrefix = 'claim:';
const volumePrefix = 'volume:';
const provisionerAnnotation = 'volume.kubernetes.io/storage-provisioner';
const selectedNode = 'volume.kubernetes.io/selected-node';
const provisionedBy = 'pv.kubernetes.io/provisioned-by';
/** As long as a helper pod takes to be scheduled, to run and to be seen. */
const helperMs = { from: 2000, to: 4000 };

const process: ProcessDefinition = {
  name: 'local-path-provisioner',
  identity: serviceAccount(localPathNamespace, localPathAccount),
  controllers: [
    {
      name: 'local-path-provisioner',
      eventSource: `${provisioner}_local-path-provisioner`,
      create: context => ({
        watches: [
          watch(persistentVolumeClaims, {
            on: ({ type, object }) => {
              const isOurs = object.metadata.annotations?.[provisionerAnnotation] === provisioner;
              if (type !== 'deleted' && isOurs) context.queue.add(claimPrefix + keyOf(object));
            },
          }),
          watch(persistentVolumes, {
            on: ({ type, object }) => {
              if (type !== 'deleted' && isToDelete(object)) {
                context.queue.add(volumePrefix + keyOf(object));
              }
            },
          }),
          watch(storageClasses),
          watch(nodes),
        ],
        workers: 4,
        reconcile: (key, view) => sync(context, view, key),
      }),
    },
  ],
};

function* sync(context: ControllerContext, view: View, key: string): Reconciliation {
  if (key.startsWith(volumePrefix)) {
    return yield* deleteVolume(context, view, key.slice(volumePrefix.length));
  }
  const { namespace, name } = splitKey(key.slice(claimPrefix.length));
  const claim = view.get(persistentVolumeClaims, namespace, name);
  return claim && (yield* provision(context, view, claim));
}

/** The program that kind installs with its class `standard`. */
export const localPathStorage = { manifests: () => localPathManifests, process };

function* provision(
  context: ControllerContext,
  view: View,
  claim: PersistentVolumeClaim,
): Reconciliation {
  const storageClass = view.get(storageClasses, '', classOf(claim));
  if (storageClass === undefined || !isToProvision(view, claim, storageClass)) return undefined;
  const { namespace = '', name = '' } = claim.metadata;
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    context.events.record({ regarding: claim, type, reason, message });
  const fail = (why: string): Outcome => {
    const className = storageClass.metadata.name ?? '';
    const text = `failed to provision volume with StorageClass "${className}": ${why}`;
    tell('Warning', 'ProvisioningFailed', text);
    return { retry: text };
  };
  tell(
    'Normal',
    'Provisioning',
    `External provisioner is provisioning volume for claim "${namespace}/${name}"`,
  );
  const refusal = refusalOf(claim);
  if (refusal !== undefined) return fail(refusal);
  const nodeName = claim.metadata.annotations?.[selectedNode] ?? '';
  if (nodeName === '') return fail('configuration error, no node was specified');
  const node = view.get(nodes, '', nodeName);
  if (node === undefined) return fail(`failed to get target node: nodes "${nodeName}" not found`);
  yield* helper(context);
  const volume = localVolume(claim, storageClass, node);
  const answer = yield* call(create(persistentVolumes, volume));
  if (!answer.isOk && answer.reason !== 'AlreadyExists') return fail(answer.message);
  const message = `Successfully provisioned volume ${volume.metadata.name ?? ''}`;
  tell('Normal', 'ProvisioningSucceeded', message);
  return undefined;
}

/** @upstream shouldProvision */
function isToProvision(
  view: View,
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
): boolean {
  const { annotations, uid = '' } = claim.metadata;
  if (isDeleting(claim) || (claim.spec?.volumeName ?? '') !== '') return false;
  if (storageClass.provisioner !== provisioner) return false;
  if (annotations?.[provisionerAnnotation] !== provisioner) return false;
  if (view.get(persistentVolumes, '', `pvc-${uid}`) !== undefined) return false;
  const isDelayed = storageClass.volumeBindingMode === 'WaitForFirstConsumer';
  return !isDelayed || annotations[selectedNode] !== undefined;
}

/** @upstream shouldDelete */
function isToDelete({ metadata, spec, status }: PersistentVolume): boolean {
  return (
    metadata.annotations?.[provisionedBy] === provisioner &&
    metadata.deletionTimestamp === undefined &&
    spec?.persistentVolumeReclaimPolicy === 'Delete' &&
    status?.phase === 'Released'
  );
}

function* deleteVolume(context: ControllerContext, view: View, name: string): Reconciliation {
  const volume = view.get(persistentVolumes, '', name);
  if (volume === undefined || !isToDelete(volume)) return undefined;
  yield* helper(context);
  const answer = yield* call(remove(persistentVolumes, '', name));
  return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
}

function* helper({ random }: ControllerContext): Reconciliation<void> {
  yield* pause(random.between(helperMs.from, helperMs.to));
}
