/** Metrics of volumes. @upstream kube-state-metrics v2.20 internal/store/{persistentvolume,persistentvolumeclaim,storageclass}.go */
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/kinds/core.js';
import type { StorageClass } from '../../../api/kinds/storage.js';
import { valueOf } from '../../../api/quantity.js';
import {
  choiceRows,
  conditionRows,
  created,
  deletion,
  gauge,
  information,
  series,
  type StateResource,
} from '../family.js';

const claimPhases = ['Lost', 'Bound', 'Pending'];
const volumePhases = ['Pending', 'Available', 'Bound', 'Released', 'Failed'];

/** Claims. */
export const claims: StateResource<PersistentVolumeClaim> = {
  name: 'persistentvolumeclaims',
  api: '/api/v1',
  isNamespaced: true,
  prefix: 'kube_persistentvolumeclaim',
  identity: ({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    persistentvolumeclaim: metadata.name ?? '',
  }),
  families: [
    information(
      'kube_persistentvolumeclaim_info',
      'Information about persistent volume claim.',
      ({ metadata, spec }) => [
        {
          storageclass:
            metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ??
            spec?.storageClassName ??
            '',
          volumename: spec?.volumeName ?? '',
          volumemode: spec?.volumeMode ?? '',
        },
      ],
    ),
    series(
      'kube_persistentvolumeclaim_status_phase',
      'The phase the persistent volume claim is currently in.',
      ({ status }) =>
        status?.phase === undefined ? [] : choiceRows(status.phase, 'phase', claimPhases),
    ),
    gauge(
      'kube_persistentvolumeclaim_resource_requests_storage_bytes',
      'The capacity of storage requested by the persistent volume claim.',
      ({ spec }) => bytesOf(spec?.resources?.requests?.['storage']),
    ),
    information(
      'kube_persistentvolumeclaim_access_mode',
      'The access mode(s) specified by the persistent volume claim.',
      ({ spec }) => (spec?.accessModes ?? []).map(mode => ({ access_mode: mode })),
    ),
    series(
      'kube_persistentvolumeclaim_status_condition',
      'Information about status of different conditions of persistent volume claim.',
      ({ status }) =>
        (status?.conditions ?? []).flatMap(condition =>
          conditionRows(condition.status, 'status', { condition: condition.type }),
        ),
    ),
    created('kube_persistentvolumeclaim'),
    deletion('kube_persistentvolumeclaim'),
  ],
};

const bytesOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : valueOf(text);

/** What stands behind a volume: one of these is told, the other labels are empty. */
function volumeInfo({ spec = {} }: PersistentVolume): Readonly<Record<string, string>> {
  const { nfs, csi, local, hostPath } = spec;
  return {
    storageclass: spec.storageClassName ?? '',
    gce_persistent_disk_name: spec.gcePersistentDisk?.pdName ?? '',
    ebs_volume_id: spec.awsElasticBlockStore?.volumeID ?? '',
    azure_disk_name: spec.azureDisk?.diskName ?? '',
    fc_wwids: (spec.fc?.wwids ?? []).join(','),
    fc_lun: String(spec.fc?.lun ?? ''),
    fc_target_wwns: (spec.fc?.targetWWNs ?? []).join(','),
    iscsi_target_portal: spec.iscsi?.targetPortal ?? '',
    iscsi_iqn: spec.iscsi?.iqn ?? '',
    iscsi_lun: String(spec.iscsi?.lun ?? ''),
    iscsi_initiator_name: spec.iscsi?.initiatorName ?? '',
    nfs_server: nfs?.server ?? '',
    nfs_path: nfs?.path ?? '',
    csi_driver: csi?.driver ?? '',
    csi_volume_handle: csi?.volumeHandle ?? '',
    local_path: local?.path ?? '',
    local_fs: local?.fsType ?? '',
    host_path: hostPath?.path ?? '',
    host_path_type: hostPath?.type ?? '',
    reclaim_policy: spec.persistentVolumeReclaimPolicy ?? '',
  };
}

/** Volumes. */
export const volumes: StateResource<PersistentVolume> = {
  name: 'persistentvolumes',
  api: '/api/v1',
  isNamespaced: false,
  prefix: 'kube_persistentvolume',
  identity: ({ metadata }) => ({ persistentvolume: metadata.name ?? '' }),
  families: [
    information(
      'kube_persistentvolume_claim_ref',
      'Information about the Persistent Volume Claim Reference.',
      ({ spec }) => {
        const { name = '', namespace = '' } = spec?.claimRef ?? {};
        return spec?.claimRef === undefined ? [] : [{ name, claim_namespace: namespace }];
      },
    ),
    series(
      'kube_persistentvolume_status_phase',
      'The phase indicates if a volume is available, bound to a claim, or released by a claim.',
      ({ status }) =>
        status?.phase === undefined ? [] : choiceRows(status.phase, 'phase', volumePhases),
    ),
    information('kube_persistentvolume_info', 'Information about persistentvolume.', volume => [
      volumeInfo(volume),
    ]),
    gauge(
      'kube_persistentvolume_capacity_bytes',
      'Persistentvolume capacity in bytes.',
      ({ spec }) => bytesOf(spec?.capacity?.['storage']) ?? 0,
    ),
    created('kube_persistentvolume'),
    deletion('kube_persistentvolume'),
    information(
      'kube_persistentvolume_volume_mode',
      'Volume Mode information for the PersistentVolume.',
      ({ spec }) => [{ volumemode: spec?.volumeMode ?? 'Filesystem' }],
    ),
    information(
      'kube_persistentvolume_access_mode',
      'The access mode(s) specified by the persistent volume.',
      ({ spec }) => (spec?.accessModes ?? []).map(mode => ({ access_mode: mode })),
    ),
  ],
};

/** Storage classes. */
export const storageClasses: StateResource<StorageClass> = {
  name: 'storageclasses',
  api: '/apis/storage.k8s.io/v1',
  isNamespaced: false,
  prefix: 'kube_storageclass',
  identity: ({ metadata }) => ({ storageclass: metadata.name ?? '' }),
  families: [
    information('kube_storageclass_info', 'Information about storageclass.', storageClass => [
      {
        provisioner: storageClass.provisioner,
        reclaim_policy: storageClass.reclaimPolicy ?? 'Delete',
        volume_binding_mode: storageClass.volumeBindingMode ?? 'Immediate',
      },
    ]),
    created('kube_storageclass'),
  ],
};
