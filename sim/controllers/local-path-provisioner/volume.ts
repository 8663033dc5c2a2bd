/** The volume that local-path-provisioner makes for a claim. @upstream rancher/local-path-provisioner provisioner.go */
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../../api/kinds/core.js';
import type { StorageClass } from '../../api/kinds/storage.js';
import { localPathDirectory, localPathProvisioner } from './manifests.js';

const hostnameLabel = 'kubernetes.io/hostname';
const modesOfOneNode = ['ReadWriteOnce', 'ReadWriteOncePod'];

/** Why no volume can be made for the claim; undefined when one can. */
export function refusalOf({ spec }: PersistentVolumeClaim): string | undefined {
  if (spec?.selector !== undefined) return 'claim.Spec.Selector is not supported';
  const modes = spec?.accessModes ?? [];
  return modes.every(mode => modesOfOneNode.includes(mode))
    ? undefined
    : 'NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes';
}

/** A directory of the node that is the claim's from the start. */
export function localVolume(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  node: Node,
): PersistentVolume {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = claim.metadata;
  const volumeName = `pvc-${uid}`;
  const storage = claim.spec?.resources?.requests?.['storage'] ?? '0';
  const nodeName = node.metadata.name ?? '';
  const hostname = node.metadata.labels?.[hostnameLabel] ?? nodeName;
  const isHere = { key: hostnameLabel, operator: 'In', values: [hostname] };
  return {
    metadata: {
      name: volumeName,
      annotations: {
        'local.path.provisioner/selected-node': nodeName,
        'pv.kubernetes.io/provisioned-by': localPathProvisioner,
      },
    },
    spec: {
      capacity: { storage },
      accessModes: claim.spec?.accessModes ?? [],
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name ?? '',
      volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
      hostPath: {
        path: `${localPathDirectory}/${volumeName}_${namespace}_${name}`,
        type: 'DirectoryOrCreate',
      },
      claimRef: {
        kind: 'PersistentVolumeClaim',
        apiVersion: 'v1',
        namespace,
        name,
        uid,
        resourceVersion,
      },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [isHere] }] } },
    },
  };
}
