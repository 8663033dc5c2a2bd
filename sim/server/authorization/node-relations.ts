/**
 * Which objects a node has to do with: those that the pods on it use, as they are now.
 * @upstream plugin/pkg/auth/authorizer/node/graph.go, pkg/api/v1/pod/util.go
 */
import {
  persistentVolumes,
  pods,
  type PersistentVolume,
  type Pod,
  type PodSpec,
  type Volume,
} from '../../api/kinds/core.js';
import { resourceSlices } from '../../api/kinds/resource.js';
import { volumeAttachments } from '../../api/kinds/storage.js';
import type { ServerAccess } from '../access.js';

/** What a node may be related to. */
export type RelatedKind =
  | 'pod'
  | 'secret'
  | 'configMap'
  | 'serviceAccount'
  | 'claim'
  | 'volume'
  | 'volumeAttachment'
  | 'resourceClaim'
  | 'resourceSlice';

/** All kinds of which an object may make a relation. */
export const relatingKinds = [pods, persistentVolumes, volumeAttachments, resourceSlices];

/** Whether a pod of the node, or the node itself, uses the object. */
export function isRelated(
  access: ServerAccess,
  nodeName: string,
  object: { readonly kind: RelatedKind; readonly namespace: string; readonly name: string },
): boolean {
  const { kind, namespace, name } = object;
  const isUsed = (uses: (pod: Pod) => Iterable<string | undefined>, inNamespace = namespace) =>
    podsOf(access, nodeName, inNamespace).some(pod => includes(uses(pod), name));
  switch (kind) {
    case 'pod':
      return nodeNameIn(access.get(pods, namespace, name)) === nodeName;
    case 'volumeAttachment':
      return nodeNameIn(access.get(volumeAttachments, '', name)) === nodeName;
    case 'resourceSlice':
      return nodeNameIn(access.get(resourceSlices, '', name)) === nodeName;
    case 'serviceAccount':
      return isUsed(pod => [pod.spec?.serviceAccountName]);
    case 'configMap':
      return isUsed(pod => configMapsOf(specOf(pod)));
    case 'claim':
      return isUsed(claimsOf);
    case 'resourceClaim':
      return isUsed(resourceClaimsOf);
    case 'volume':
      return isVolumeRelated(access, nodeName, access.get(persistentVolumes, '', name));
    case 'secret':
      return isUsed(pod => secretsOf(specOf(pod))) || isInVolume(access, nodeName, object);
  }
}

function nodeNameIn(object: unknown): string | undefined {
  return (object as { readonly spec?: { readonly nodeName?: string } } | undefined)?.spec?.nodeName;
}

function podsOf(access: ServerAccess, nodeName: string, namespace: string): readonly Pod[] {
  const all = access.list(pods, namespace) as unknown as readonly Pod[];
  return all.filter(pod => pod.spec?.nodeName === nodeName);
}

const noSpec: PodSpec = { containers: [] };

function specOf(pod: Pod): PodSpec {
  return pod.spec ?? noSpec;
}

function includes(names: Iterable<string | undefined>, name: string): boolean {
  for (const one of names) if (one === name) return true;
  return false;
}

function isVolumeRelated(access: ServerAccess, nodeName: string, stored: unknown): boolean {
  const claim = (stored as PersistentVolume | undefined)?.spec?.claimRef;
  if (claim?.namespace === undefined) return false;
  return podsOf(access, nodeName, claim.namespace).some(pod =>
    includes(claimsOf(pod), claim.name ?? ''),
  );
}

/** Whether a volume that is related to the node names the secret for kubelets. */
function isInVolume(
  access: ServerAccess,
  nodeName: string,
  secret: { readonly namespace: string; readonly name: string },
): boolean {
  const volumes = access.list(persistentVolumes) as unknown as readonly PersistentVolume[];
  return volumes.some(
    volume =>
      volumeSecrets(volume).some(
        ({ namespace, name }) => namespace === secret.namespace && name === secret.name,
      ) && isVolumeRelated(access, nodeName, volume),
  );
}

/** @upstream pkg/api/v1/persistentvolume/util.go VisitPVSecretNames */
function volumeSecrets({ spec }: PersistentVolume) {
  const claimNamespace = spec?.claimRef?.namespace ?? '';
  const csi = spec?.csi;
  const references = [
    spec?.cephfs?.secretRef,
    spec?.cinder?.secretRef,
    spec?.flexVolume?.secretRef,
    spec?.rbd?.secretRef,
    spec?.scaleIO?.secretRef,
    spec?.iscsi?.secretRef,
    spec?.storageos?.secretRef,
    csi?.nodePublishSecretRef,
    csi?.nodeStageSecretRef,
    csi?.nodeExpandSecretRef,
    spec?.azureFile && {
      name: spec.azureFile.secretName,
      namespace: spec.azureFile.secretNamespace,
    },
  ];
  return references.map(reference => ({
    name: reference?.name,
    namespace: reference?.namespace ? reference.namespace : claimNamespace,
  }));
}

function* containersOf(spec: PodSpec) {
  yield* spec.initContainers ?? [];
  yield* spec.containers;
  yield* spec.ephemeralContainers ?? [];
}

/** @upstream VisitPodSecretNames */
export function* secretsOf(spec: PodSpec): Generator<string | undefined> {
  for (const reference of spec.imagePullSecrets ?? []) yield reference.name;
  for (const container of containersOf(spec)) {
    for (const source of container.envFrom ?? []) yield source.secretRef?.name;
    for (const variable of container.env ?? []) yield variable.valueFrom?.secretKeyRef?.name;
  }
  for (const volume of spec.volumes ?? []) yield* secretsOfVolume(volume);
}

function* secretsOfVolume(volume: Volume): Generator<string | undefined> {
  yield volume.secret?.secretName;
  yield volume.azureFile?.secretName;
  yield volume.cephfs?.secretRef?.name;
  yield volume.cinder?.secretRef?.name;
  yield volume.flexVolume?.secretRef?.name;
  yield volume.rbd?.secretRef?.name;
  yield volume.scaleIO?.secretRef?.name;
  yield volume.iscsi?.secretRef?.name;
  yield volume.storageos?.secretRef?.name;
  yield volume.csi?.nodePublishSecretRef?.name;
  for (const source of volume.projected?.sources ?? []) yield source.secret?.name;
}

/** @upstream VisitPodConfigmapNames */
export function* configMapsOf(spec: PodSpec): Generator<string | undefined> {
  for (const container of containersOf(spec)) {
    for (const source of container.envFrom ?? []) yield source.configMapRef?.name;
    for (const variable of container.env ?? []) yield variable.valueFrom?.configMapKeyRef?.name;
  }
  for (const volume of spec.volumes ?? []) {
    yield volume.configMap?.name;
    for (const source of volume.projected?.sources ?? []) yield source.configMap?.name;
  }
}

function* claimsOf(pod: Pod): Generator<string | undefined> {
  for (const volume of pod.spec?.volumes ?? []) {
    yield volume.persistentVolumeClaim?.claimName;
    if (volume.ephemeral !== undefined) yield `${pod.metadata.name ?? ''}-${volume.name}`;
  }
}

function* resourceClaimsOf(pod: Pod): Generator<string | undefined> {
  for (const claim of pod.spec?.resourceClaims ?? []) {
    yield claim.resourceClaimName;
    const made = pod.status?.resourceClaimStatuses?.find(status => status.name === claim.name);
    yield made?.resourceClaimName;
  }
  yield pod.status?.extendedResourceClaimStatus?.resourceClaimName;
}
