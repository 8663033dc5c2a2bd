/** Parts that the StatefulSets of all kinds have alike. @upstream prometheus-operator v0.93 pkg/prometheus/common.go, pkg/alertmanager/statefulset.go */
import type { PersistentVolumeClaim, PodSpec, Volume, VolumeMount } from '../../api/kinds/core.js';
import type { StorageSpec } from './types.js';

/** Fields of the pod as the user has them: those that are not said are left to the API server. */
export function usersFields<F extends keyof PodSpec>(
  spec: Partial<Pick<PodSpec, F | 'hostNetwork' | 'dnsPolicy'>>,
  fields: readonly F[],
): Partial<PodSpec> {
  const taken = Object.fromEntries(
    fields.flatMap(field => (spec[field] === undefined ? [] : [[field, spec[field]]])),
  ) as Partial<PodSpec>;
  const usualPolicy = spec.hostNetwork === true ? 'ClusterFirstWithHostNet' : undefined;
  const dnsPolicy = spec.dnsPolicy ?? usualPolicy;
  return { ...taken, ...(dnsPolicy !== undefined && { dnsPolicy }) };
}

/** The claim for what it keeps; undefined: it is kept in the pod. */
export function storageClaim(
  storage: StorageSpec | undefined,
  usualName: string,
): PersistentVolumeClaim | undefined {
  if (storage === undefined || storage.emptyDir !== undefined || storage.ephemeral !== undefined) {
    return undefined;
  }
  const { metadata: own, spec: wanted } = storage.volumeClaimTemplate ?? { metadata: {} };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { ...own, name: own.name ?? usualName },
    spec: { ...wanted, accessModes: wanted?.accessModes ?? ['ReadWriteOnce'] },
  };
}

/** The volume in the pod, where there is no claim. */
export function storageVolumes(storage: StorageSpec | undefined, name: string): readonly Volume[] {
  if (storageClaim(storage, name) !== undefined) return [];
  return [
    storage?.ephemeral === undefined
      ? { name, emptyDir: storage?.emptyDir ?? {} }
      : { name, ephemeral: storage.ephemeral },
  ];
}

/** Where it is mounted. */
export function storageMount(
  storage: StorageSpec | undefined,
  usual: { readonly name: string; readonly mountPath: string; readonly subPath: string },
): VolumeMount {
  const { name, mountPath, subPath } = usual;
  const hasFolder = storage !== undefined && storage.disableMountSubPath !== true;
  return {
    name: storage?.volumeClaimTemplate?.metadata.name ?? name,
    mountPath,
    ...(hasFolder && { subPath }),
  };
}
