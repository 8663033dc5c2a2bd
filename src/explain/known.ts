/** What an explanation is reckoned from: pods, and the objects that speak of them, of manifests or of a cluster. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type { HasMetadata, Kind, KubeObject } from '../../sim/api/object.js';
import type { Labels } from '../../sim/api/selectors.js';
import { podOf } from '../check/mesh.js';
import type { PodTemplate } from '../check/pod-template.js';
import { unknownPodIp } from '../check/policies.js';
import type { Survey } from '../check/survey.js';

/** A pod, and whose it is. */
export interface KnownPod {
  /** Of manifests: a pod as its template would make it, by the name of its owner. */
  readonly pod: Pod;
  /** `deployment/scorer`, `pytorchjob/train`; `pod/NAME` for one that nobody owns. */
  readonly owner: string;
}

/** All that is known. */
export interface Known {
  readonly pods: readonly KnownPod[];
  /** The others, each with its namespace. */
  readonly objects: readonly KubeObject[];
  /** Whose objects have no namespace of their own, and what names without one mean. */
  readonly namespace: string;
  /** Manifests say what is to be: what every cluster has besides is not among them. */
  readonly isOfManifests: boolean;
}

/** What manifests tell. What the API server would refuse of them tells nothing. */
export function knownOfManifests(survey: Survey, namespace: string): Known {
  const refused = new Set(survey.trial.refusals.map(({ entry }) => entry.manifest));
  const taken = survey.entries.filter(
    ({ manifest, isBroken }) => !isBroken && !refused.has(manifest),
  );
  return {
    pods: survey.templates.map(template => madeBy(survey, template)),
    objects: taken.map(entry => ({
      ...entry.object,
      metadata: { ...entry.object.metadata, namespace: entry.namespace },
    })),
    namespace,
    isOfManifests: true,
  };
}

function madeBy(survey: Survey, template: PodTemplate): KnownPod {
  const { kind, name } = template.owner;
  const pod = podOf(survey, template, name);
  return {
    pod: { ...pod, status: { podIP: unknownPodIp } },
    owner: `${kind.toLowerCase()}/${name}`,
  };
}

/** What a cluster or a snapshot of one tells. Pods that have ended speak to nobody. */
export function knownOfCluster(objects: readonly KubeObject[], namespace: string): Known {
  const pods = objects.filter(isPod).filter(({ status }) => !ended.has(status?.phase ?? ''));
  return {
    pods: pods.map(pod => ({ pod, owner: ownerOf(pod) })),
    objects: objects.filter(object => !isPod(object)),
    namespace,
    isOfManifests: false,
  };
}

const ended = new Set(['Succeeded', 'Failed']);

function isPod(object: KubeObject): object is KubeObject & Pod {
  return object.kind === 'Pod' && object.apiVersion === 'v1';
}

/** The ReplicaSets of a Deployment are nobody's names: the Deployment is. */
function ownerOf({ metadata }: Pod): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return `pod/${metadata.name ?? ''}`;
  const hash = metadata.labels?.['pod-template-hash'] ?? '';
  const isOfDeployment = owner.kind === 'ReplicaSet' && hash !== '';
  return isOfDeployment && owner.name.endsWith(`-${hash}`)
    ? `deployment/${owner.name.slice(0, -hash.length - 1)}`
    : `${owner.kind.toLowerCase()}/${owner.name}`;
}

/** The objects of a kind, in whatever version they are written. */
export function objectsOf<T extends HasMetadata>(known: Known, kind: Kind<T>): readonly T[] {
  const isOfGroup = (apiVersion = ''): boolean =>
    kind.group === '' ? apiVersion === kind.version : apiVersion.startsWith(`${kind.group}/`);
  return known.objects.filter(
    object => object.kind === kind.kind && isOfGroup(object.apiVersion),
    // The API server, or the reader of the manifests, saw to their shapes.
  ) as unknown as readonly T[];
}

/** The labels of namespaces, by name: those that are named and those in which something is. */
export function namespaceLabels(known: Known): ReadonlyMap<string, Labels> {
  const names = [
    'kube-system',
    ...known.pods.map(({ pod }) => pod.metadata.namespace ?? 'default'),
    ...known.objects.flatMap(({ kind, metadata }) => {
      const { name, namespace } = metadata;
      const own = kind === 'Namespace' ? name : namespace;
      return own === undefined ? [] : [own];
    }),
  ];
  const labels = new Map<string, Labels>(
    names.map(name => [name, { 'kubernetes.io/metadata.name': name }]),
  );
  for (const { kind, apiVersion, metadata } of known.objects) {
    const { name = '' } = metadata;
    if (kind === 'Namespace' && apiVersion === 'v1')
      labels.set(name, { ...labels.get(name), ...metadata.labels });
  }
  return labels;
}
