/** What a first scenario makes because manifests name it and do not hold it. */
import { persistentVolumeClaims, type PersistentVolumeClaim } from '../../../sim/api/kinds/core.js';
import { statefulSets } from '../../../sim/api/kinds/apps.js';
import { storageClasses } from '../../../sim/api/kinds/storage.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { Entry } from '../entry.js';
import { sailable, titleOf } from '../sailable.js';
import { standInDefinitions } from '../stand-in-definitions.js';
import { systemNamespaces } from '../system-namespaces.js';
import type { Survey } from '../survey.js';

/** The objects, in the order in which they are applied. */
export function firstStandIns(survey: Survey): readonly KubeObject[] {
  const { objects, standIns } = sailable(survey);
  const named = new Set(standIns);
  const { definitions } = standInDefinitions(survey.entries);
  const others = objects.filter(object => named.has(titleOf(object)));
  const claims = [
    ...survey.of(persistentVolumeClaims).map(inItsNamespace),
    ...others.filter(isClaim),
  ];
  return [
    ...definitions,
    ...missingClasses(survey),
    ...spacesFor(others),
    ...sharedVolumes(claims),
    ...others,
  ];
}

const isClaim = (object: KubeObject): object is KubeObject & PersistentVolumeClaim =>
  object.kind === 'PersistentVolumeClaim';

const inItsNamespace = ({
  object,
  namespace,
}: Entry<PersistentVolumeClaim>): PersistentVolumeClaim => ({
  ...object,
  metadata: { ...object.metadata, namespace },
});

/** Namespaces that the manifests hold, but that have to be there before what stands in. */
function spacesFor(objects: readonly KubeObject[]): KubeObject[] {
  const made = new Set(
    objects.flatMap(({ kind, metadata }) => (kind === 'Namespace' ? [metadata.name ?? ''] : [])),
  );
  const used = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  return [...used]
    .filter(name => !made.has(name) && !systemNamespaces.some(own => own === name))
    .map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
}

/** Of the cluster itself. */
const ownClass = 'standard';

function missingClasses(survey: Survey): KubeObject[] {
  const held = new Set(survey.of(storageClasses).map(({ name }) => name));
  const templates = survey
    .of(statefulSets)
    .flatMap(({ object }) => object.spec?.volumeClaimTemplates ?? []);
  const claims = survey.of(persistentVolumeClaims).map(({ object }) => object);
  const wanted = [...claims, ...templates].flatMap(({ spec }) => spec?.storageClassName ?? []);
  const missing = [...new Set(wanted)].filter(
    name => name !== '' && name !== ownClass && !held.has(name),
  );
  return missing.sort().map(name => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'rancher.io/local-path',
    volumeBindingMode: 'WaitForFirstConsumer',
  }));
}

/** The cluster's provisioner makes volumes of one node: those that several share are there already. */
function sharedVolumes(claims: readonly PersistentVolumeClaim[]): KubeObject[] {
  const shared = claims.filter(({ spec }) =>
    spec?.accessModes?.some(mode => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany'),
  );
  return shared.map(({ metadata: { name = '', namespace = 'default' }, spec }) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `${namespace}-${name}` },
    spec: {
      accessModes: spec?.accessModes,
      capacity: { storage: spec?.resources?.requests?.['storage'] ?? '1Gi' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name },
      hostPath: { path: `/mnt/${namespace}/${name}` },
      ...(spec?.storageClassName !== undefined && { storageClassName: spec.storageClassName }),
    },
  }));
}
