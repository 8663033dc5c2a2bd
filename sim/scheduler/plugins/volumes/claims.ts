/** The claims behind a pod's volumes. @upstream staging/src/k8s.io/component-helpers/storage */
import {
  persistentVolumeClaims,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type Volume,
} from '../../../api/kinds/core.js';
import type { ObjectReader } from '../../framework.js';

/** A claim that a pod's volume names. */
export interface ClaimReference {
  readonly name: string;
  /** Whether the claim is made for the pod and goes with it. */
  readonly isEphemeral: boolean;
}

/** The claim of the volume, if it has one. */
export function claimReference(pod: Pod, volume: Volume): ClaimReference | undefined {
  if (volume.persistentVolumeClaim !== undefined) {
    return { name: volume.persistentVolumeClaim.claimName, isEphemeral: false };
  }
  if (volume.ephemeral === undefined) return undefined;
  return { name: `${pod.metadata.name ?? ''}-${volume.name}`, isEphemeral: true };
}

/** The claims of all the pod's volumes. */
export function claimReferences(pod: Pod): readonly ClaimReference[] {
  return (pod.spec?.volumes ?? []).flatMap(volume => claimReference(pod, volume) ?? []);
}

/** The claim by its name in the pod's namespace. */
export function findClaim(
  objects: ObjectReader,
  pod: Pod,
  name: string,
): PersistentVolumeClaim | undefined {
  return objects.get(persistentVolumeClaims, pod.metadata.namespace ?? '', name);
}

/** Why the claim is not this pod's own; undefined when it is. @upstream ephemeral.VolumeIsForPod */
export function notForPod(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  const { metadata } = claim;
  const isOwn =
    metadata.namespace === pod.metadata.namespace &&
    metadata.ownerReferences?.some(
      ({ controller, uid }) => controller === true && uid === pod.metadata.uid,
    ) === true;
  if (isOwn) return undefined;
  const name = `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
  const podName = `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`;
  return `PVC ${name} was not created for pod ${podName} (pod is not owner)`;
}

const betaClass = 'volume.beta.kubernetes.io/storage-class';

/** The storage class that a claim asks for; '' for none. */
export function claimClass({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[betaClass] ?? spec?.storageClassName ?? '';
}

/** The storage class that a volume is of; '' for none. */
export function volumeClass({ metadata, spec }: PersistentVolume): string {
  return metadata.annotations?.[betaClass] ?? spec?.storageClassName ?? '';
}

/** Whether the claim has its volume, on both sides. */
export function isFullyBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return (
    (spec?.volumeName ?? '') !== '' &&
    metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined
  );
}
