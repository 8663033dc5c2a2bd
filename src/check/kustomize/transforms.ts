/** What a kustomization does to all its objects: namespace, names, labels, annotations, images, replicas. */
import { isRecord } from '../../../sim/api/equality.js';
import type { KubeObject } from '../../../sim/api/object.js';
import { valueAt } from '../pod-template.js';
import type { Kustomization } from './kustomization.js';
import { withObject, withValueAt, type Resource } from './resource.js';

/** One of them. */
type Step = (object: KubeObject, resource: Resource) => KubeObject;

/** All of them, in kustomize's order; patches come before. */
export function transformed(resources: readonly Resource[], value: Kustomization): Resource[] {
  const { namespace, namePrefix = '', nameSuffix = '', commonLabels, commonAnnotations } = value;
  const steps: Step[] = [
    ...(namespace === undefined ? [] : [inNamespace(namespace)]),
    ...(namePrefix === '' && nameSuffix === '' ? [] : [renamed(namePrefix, nameSuffix)]),
    ...(value.labels ?? []).map(labelled),
    ...(commonLabels === undefined
      ? []
      : [labelled({ pairs: commonLabels, includeSelectors: true })]),
    ...(commonAnnotations === undefined ? [] : [annotated(commonAnnotations)]),
    ...(value.replicas ?? []).map(counted),
    ...(value.images ?? []).map(imaged),
  ];
  return resources.map(resource =>
    steps.reduce((one, step) => withObject(one, step(one.object, one)), resource),
  );
}

/** Kinds without a namespace: of built-in groups; custom ones are taken to have one. */
const clusterKinds = new Set([
  'APIService',
  'CertificateSigningRequest',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterServingRuntime',
  'ClusterTrainingRuntime',
  'CSIDriver',
  'CSINode',
  'CustomResourceDefinition',
  'DeviceClass',
  'FlowSchema',
  'IngressClass',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'PriorityLevelConfiguration',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
]);

function inNamespace(namespace: string): (object: KubeObject) => KubeObject {
  return object => {
    const { kind = '' } = object;
    if (kind === 'Namespace') return withValueAt(object, ['metadata', 'name'], () => namespace);
    const placed = clusterKinds.has(kind)
      ? object
      : withValueAt(object, ['metadata', 'namespace'], () => namespace);
    if (!kind.endsWith('RoleBinding')) return placed;
    // Only the account default is surely of the namespace; others are found by their names later.
    return withValueAt(placed, ['subjects'], subjects =>
      Array.isArray(subjects)
        ? subjects.map((one: unknown) =>
            isRecord(one) && one['kind'] === 'ServiceAccount' && one['name'] === 'default'
              ? { ...one, namespace }
              : one,
          )
        : subjects,
    );
  };
}

/** Their names mean something to others. */
const keptNames = new Set(['CustomResourceDefinition', 'APIService', 'Namespace']);

function renamed(prefix: string, suffix: string): (object: KubeObject) => KubeObject {
  return object =>
    keptNames.has(object.kind ?? '')
      ? object
      : withValueAt(object, ['metadata', 'name'], name => `${prefix}${String(name)}${suffix}`);
}

/** Where labels of templates stand, by kind. */
const templates: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Deployment: [['spec', 'template', 'metadata', 'labels']],
  ReplicaSet: [['spec', 'template', 'metadata', 'labels']],
  DaemonSet: [['spec', 'template', 'metadata', 'labels']],
  StatefulSet: [['spec', 'template', 'metadata', 'labels']],
  ReplicationController: [['spec', 'template', 'metadata', 'labels']],
  Job: [['spec', 'template', 'metadata', 'labels']],
  CronJob: [
    ['spec', 'jobTemplate', 'metadata', 'labels'],
    ['spec', 'jobTemplate', 'spec', 'template', 'metadata', 'labels'],
  ],
};

/** Where selectors stand: those that are made when they are not there, and those that are not. */
const selectors: Readonly<Record<string, readonly { path: readonly string[]; isMade: boolean }[]>> =
  {
    Service: [{ path: ['spec', 'selector'], isMade: true }],
    ReplicationController: [{ path: ['spec', 'selector'], isMade: true }],
    Deployment: [{ path: ['spec', 'selector', 'matchLabels'], isMade: true }],
    ReplicaSet: [{ path: ['spec', 'selector', 'matchLabels'], isMade: true }],
    DaemonSet: [{ path: ['spec', 'selector', 'matchLabels'], isMade: true }],
    StatefulSet: [{ path: ['spec', 'selector', 'matchLabels'], isMade: true }],
    Job: [{ path: ['spec', 'selector', 'matchLabels'], isMade: false }],
    PodDisruptionBudget: [{ path: ['spec', 'selector', 'matchLabels'], isMade: false }],
    NetworkPolicy: [{ path: ['spec', 'podSelector', 'matchLabels'], isMade: false }],
  };

function labelled({
  pairs,
  includeSelectors = false,
  includeTemplates = false,
}: NonNullable<Kustomization['labels']>[number]): (object: KubeObject) => KubeObject {
  const add = (value: unknown): unknown => ({ ...(isRecord(value) ? value : {}), ...pairs });
  return object => {
    const { kind = '' } = object;
    const paths = [['metadata', 'labels']];
    if (includeSelectors || includeTemplates)
      paths.push(...(templates[kind] ?? []).map(one => [...one]));
    if (includeSelectors) {
      const own = selectors[kind] ?? [];
      paths.push(
        ...own
          .filter(({ path, isMade }) => isMade || isRecord(valueAt(object, path)))
          .map(({ path }) => [...path]),
      );
    }
    return paths.reduce((one, path) => withValueAt(one, path, add), object);
  };
}

function annotated(pairs: Readonly<Record<string, string>>): (object: KubeObject) => KubeObject {
  const add = (value: unknown): unknown => ({ ...(isRecord(value) ? value : {}), ...pairs });
  return object => {
    const inner = (templates[object.kind ?? ''] ?? []).map(path => [
      ...path.slice(0, -1),
      'annotations',
    ]);
    return [['metadata', 'annotations'], ...inner].reduce(
      (one, path) => withValueAt(one, path, add),
      object,
    );
  };
}

const countedKinds = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController']);

function counted({ name, count }: { readonly name: string; readonly count: number }): Step {
  return (object, { formerNames }) =>
    countedKinds.has(object.kind ?? '') && formerNames.includes(name)
      ? withValueAt(object, ['spec', 'replicas'], () => count)
      : object;
}

function imaged(
  image: NonNullable<Kustomization['images']>[number],
): (object: KubeObject) => KubeObject {
  const visit = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item: unknown) => visit(item, key));
    if (!isRecord(value)) return value;
    const isContainer = key === 'containers' || key === 'initContainers';
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) =>
        isContainer && name === 'image' && typeof inner === 'string'
          ? [name, newImage(inner, image)]
          : [name, visit(inner, name)],
      ),
    );
  };
  // It was an object with metadata and still is one.
  return object =>
    object.kind === 'CustomResourceDefinition' ? object : (visit(object, '') as KubeObject);
}

function newImage(
  text: string,
  { name, newName, newTag, digest }: NonNullable<Kustomization['images']>[number],
): string {
  const [, base = text, old = ''] = /^(.*?)((?::[^:/@]+)?(?:@.+)?)$/.exec(text) ?? [];
  if (base !== name) return text;
  const tag = digest !== undefined ? `@${digest}` : newTag !== undefined ? `:${newTag}` : old;
  return `${newName ?? base}${tag}`;
}
