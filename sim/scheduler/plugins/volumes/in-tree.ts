/** The CSI drivers that have taken over from the volume plug-ins in the tree. @upstream k8s.io/csi-translation-lib */
import type { PersistentVolumeSpec, Volume } from '../../../api/kinds/core.js';

/** A volume as a CSI driver knows it. */
export interface CSIVolume {
  readonly driver: string;
  readonly handle: string;
}

const driverByProvisioner: Readonly<Record<string, string>> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
};

/** The driver behind a storage class's provisioner. */
export function driverOf(provisioner: string): string {
  return driverByProvisioner[provisioner] ?? provisioner;
}

/** Whether a driver has taken over from the provisioner. */
export function isInTree(provisioner: string): boolean {
  return driverByProvisioner[provisioner] !== undefined;
}

/** An inline volume or a volume's source of a sort that a driver has taken over. */
export function asCSIVolume(source: Volume | PersistentVolumeSpec): CSIVolume | undefined {
  const { gcePersistentDisk, awsElasticBlockStore, azureDisk, cinder, portworxVolume } = source;
  if (gcePersistentDisk !== undefined) {
    const handle = `projects/UNSPECIFIED/zones/UNSPECIFIED/disks/${gcePersistentDisk.pdName}`;
    return { driver: 'pd.csi.storage.gke.io', handle };
  }
  if (awsElasticBlockStore !== undefined) {
    return { driver: 'ebs.csi.aws.com', handle: awsElasticBlockStore.volumeID };
  }
  if (azureDisk !== undefined) {
    return { driver: 'disk.csi.azure.com', handle: azureDisk.diskURI };
  }
  if (cinder !== undefined) {
    return { driver: 'cinder.csi.openstack.org', handle: cinder.volumeID };
  }
  if (portworxVolume !== undefined) {
    return { driver: 'pxd.portworx.com', handle: portworxVolume.volumeID };
  }
  return undefined;
}
