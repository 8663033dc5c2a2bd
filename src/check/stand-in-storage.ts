/** Classes and volumes that manifests ask for and do not hold: what a platform would have. */
import { statefulSets } from '../../sim/api/kinds/apps.js';
import {
  persistentVolumeClaims,
  persistentVolumes,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from '../../sim/api/kinds/core.js';
import { storageClasses, type StorageClass } from '../../sim/api/kinds/storage.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { Survey } from './survey.js';

/** They stand in, with the claims that were stood in for already. */
export function storageFor(survey: Survey, claims: readonly KubeObject[]): KubeObject[] {
  const own = survey
    .of(persistentVolumeClaims)
    .map(({ object, namespace }) => ({ ...object, metadata: { ...object.metadata, namespace } }));
  const volumes = survey.of(persistentVolumes).map(({ object }) => object);
  const all = [...own, ...claims.filter(isClaim)];
  return [...missingClasses(survey), ...sharedVolumes([...all, ...claimsOfSets(survey)], volumes)];
}

/** What no driver of the manifests' classes does here, the cluster's own provisioner does for them. */
export function provisionedHere(object: KubeObject): KubeObject {
  if (driverOf(object) === undefined) return object;
  const { parameters: _, allowedTopologies: __, ...rest } = object as KubeObject & StorageClass;
  return { ...rest, provisioner: ownProvisioner, volumeBindingMode: 'WaitForFirstConsumer' };
}

/** The driver for which the cluster's own provisioner stands in: `ebs.csi.aws.com`; undefined for none. */
export function driverOf({ kind, ...object }: KubeObject): string | undefined {
  const { provisioner } = object as Partial<StorageClass>;
  const isOther = kind === 'StorageClass' && provisioner !== ownProvisioner;
  return isOther && provisioner !== 'kubernetes.io/no-provisioner' ? provisioner : undefined;
}

const isClaim = (object: KubeObject): object is KubeObject & PersistentVolumeClaim =>
  object.kind === 'PersistentVolumeClaim';

/** Of the cluster itself. */
const ownClass = 'standard';
const ownProvisioner = 'rancher.io/local-path';

/** Where claims had their class before there was a field for it, and still may. */
const oldClass = 'volume.beta.kubernetes.io/storage-class';

/** So many replicas more than the manifests say find a volume, where sets grow on a voyage. */
const replicasMore = 4;

/** The claims that StatefulSets make of their templates. */
function claimsOfSets(survey: Survey): readonly PersistentVolumeClaim[] {
  return survey.of(statefulSets).flatMap(({ object, namespace, name }) => {
    const first = object.spec?.ordinals?.start ?? 0;
    const count = (object.spec?.replicas ?? 1) + replicasMore;
    return (object.spec?.volumeClaimTemplates ?? []).flatMap(({ metadata, spec }) =>
      Array.from({ length: count }, (_, index) => ({
        metadata: { namespace, name: `${metadata.name ?? ''}-${name}-${first + index}` },
        ...(spec !== undefined && { spec }),
      })),
    );
  });
}

function missingClasses(survey: Survey): KubeObject[] {
  const held = new Set(survey.of(storageClasses).map(({ name }) => name));
  const templates = survey
    .of(statefulSets)
    .flatMap(({ object }) => object.spec?.volumeClaimTemplates ?? []);
  const claims = survey.of(persistentVolumeClaims).map(({ object }) => object);
  const ephemeral = survey.templates.flatMap(({ spec }) =>
    (spec.volumes ?? []).flatMap(volume => volume.ephemeral?.volumeClaimTemplate ?? []),
  );
  const wanted = [...claims, ...templates, ...ephemeral].flatMap(
    ({ metadata, spec }) => metadata?.annotations?.[oldClass] ?? spec?.storageClassName ?? [],
  );
  const missing = [...new Set(wanted)].filter(
    name => name !== '' && name !== ownClass && !held.has(name),
  );
  return missing.sort().map(name => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: ownProvisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
  }));
}

/** The cluster's provisioner makes volumes of one node: those that several share are there already. */
function sharedVolumes(
  claims: readonly PersistentVolumeClaim[],
  held: readonly PersistentVolume[],
): KubeObject[] {
  const shared = claims.filter(
    claim =>
      claim.spec?.accessModes?.some(mode => sharedModes.has(mode)) === true &&
      !held.some(volume => mayBind(volume, claim)),
  );
  return shared.map(({ metadata: { name = '', namespace = 'default' }, spec }) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: spec?.volumeName ?? `${namespace}-${name}` },
    spec: {
      accessModes: spec?.accessModes,
      capacity: { storage: spec?.resources?.requests?.['storage'] ?? '1Gi' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name },
      hostPath: { path: `/mnt/${namespace}/${name}` },
      ...(spec?.storageClassName !== undefined && { storageClassName: spec.storageClassName }),
    },
  }));
}

const sharedModes: ReadonlySet<string> = new Set(['ReadWriteMany', 'ReadOnlyMany']);

/** Whether the manifests hold the claim's volume: it is named, or of its class and modes. */
function mayBind({ metadata, spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  // The API server gives a claim without a class the default one, and a volume without one is not of that.
  const { volumeName, storageClassName = ownClass, accessModes = [] } = claim.spec ?? {};
  if (volumeName !== undefined) return volumeName === metadata.name;
  return (
    (spec?.storageClassName ?? '') === storageClassName &&
    accessModes.every(mode => spec?.accessModes?.includes(mode) === true)
  );
}
