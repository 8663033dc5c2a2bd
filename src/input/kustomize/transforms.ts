/** What a kustomization does to all its objects: namespace, names, labels, annotations, images, replicas. */
import { isRecord } from '../../../sim/api/equality.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { FieldConfig } from './configurations.js';
import { changedBySpec, type FieldSpec } from './field-specs.js';
import type { Kustomization, ReadKustomization } from './kustomization.js';
import { patchedByOperations } from './patches.js';
import { replaced } from './replacements.js';
import { staged, withObject, withValueAt, type Resource } from './resource.js';
import { isClusterScoped } from './scope.js';

/** One of them. */
type Step = (object: KubeObject, resource: Resource) => KubeObject;

/** The kustomization, and what is known of fields. */
export interface Transforming {
  readonly read: ReadKustomization;
  readonly config: FieldConfig;
}

/** All of them, in kustomize's order; other patches come before. */
export function transformed(
  resources: readonly Resource[],
  { read, config }: Transforming,
): Resource[] {
  const { value } = read;
  const { namespace, namePrefix = '', nameSuffix = '', commonLabels, commonAnnotations } = value;
  let current = [...resources];
  if (namespace !== undefined) {
    const place = inNamespace(namespace, config);
    current = current.map(one => withObject(staged(one), place(one.object)));
  }
  for (const [prefix, suffix, specs] of [
    [namePrefix, '', config.namePrefix],
    ['', nameSuffix, config.nameSuffix],
  ] as const) {
    if (prefix !== '' || suffix !== '')
      current = current.map(one =>
        renamed(one, (name: string) => prefix + name + suffix, [atName, ...specs]),
      );
  }
  const before: Step[] = [
    ...(value.labels ?? []).map(label => labelled(label, config)),
    ...(commonLabels === undefined
      ? []
      : [labelled({ pairs: commonLabels, includeSelectors: true }, config)]),
    ...(commonAnnotations === undefined ? [] : [annotated(commonAnnotations, config)]),
  ];
  const after: Step[] = [
    ...(value.replicas ?? []).map(count => counted(count, config)),
    ...(value.images ?? []).map(image => imaged(image, config)),
  ];
  return replaced(stepped(patchedByOperations(stepped(current, before), read), after), read);
}

const stepped = (resources: readonly Resource[], steps: readonly Step[]): Resource[] =>
  resources.map(resource =>
    steps.reduce((one, step) => withObject(one, step(one.object, one)), resource),
  );

const namespaceSpecs: readonly FieldSpec[] = [
  {
    path: 'spec/service/namespace',
    group: 'apiregistration.k8s.io',
    kind: 'APIService',
    create: true,
  },
  {
    path: 'spec/conversion/webhook/clientConfig/service/namespace',
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
  },
];

function inNamespace(namespace: string, config: FieldConfig): (object: KubeObject) => KubeObject {
  const specs = [...namespaceSpecs, ...config.namespace].filter(
    ({ path }) => path !== 'metadata/namespace' && path !== 'metadata/name',
  );
  return object => {
    const { kind = '' } = object;
    if (kind === 'Namespace') return withValueAt(object, ['metadata', 'name'], () => namespace);
    const here = isClusterScoped(object)
      ? object
      : withValueAt(object, ['metadata', 'namespace'], () => namespace);
    const placed = specs
      .filter(({ path }) => !kind.endsWith('RoleBinding') || path !== 'subjects/namespace')
      .reduce((one, spec) => changedBySpec(one, spec, () => namespace), here);
    if (!kind.endsWith('RoleBinding') || !Array.isArray(placed['subjects'])) return placed;
    // Only the account default is surely of the namespace; others are found by their names later.
    return withValueAt(placed, ['subjects'], subjects =>
      (subjects as readonly unknown[]).map(one =>
        isRecord(one) && one['name'] === 'default' ? { ...one, namespace } : one,
      ),
    );
  };
}

/** Their names mean something to others. */
const keptNames = new Set(['CustomResourceDefinition', 'APIService', 'Namespace']);

const atName: FieldSpec = { path: 'metadata/name' };

/** The resource with names changed at the specs' fields; a few kinds keep theirs. */
export function renamed(
  resource: Resource,
  change: (name: string) => string,
  specs: readonly FieldSpec[],
): Resource {
  if (keptNames.has(resource.object.kind ?? '')) return resource;
  const changeText = (name: unknown): unknown => (typeof name === 'string' ? change(name) : name);
  const object = specs.reduce((one, spec) => changedBySpec(one, spec, changeText), resource.object);
  return withObject(
    specs.some(({ path }) => path === atName.path) ? staged(resource) : resource,
    object,
  );
}

const template = 'spec/template/metadata';
const workloads = ['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet'];

/** Where the metadata of templates stand, by kind. */
const templates: readonly FieldSpec[] = [
  ...[...workloads, 'ReplicationController', 'Job'].map(kind => ({ kind, path: template })),
  { kind: 'CronJob', path: 'spec/jobTemplate/metadata' },
  { kind: 'CronJob', path: 'spec/jobTemplate/spec/template/metadata' },
];

const below = (specs: readonly FieldSpec[], field: string): FieldSpec[] =>
  specs.map(({ kind, path }) => ({
    ...(kind && { kind }),
    path: `${path}/${field}`,
    create: true,
  }));

const templateLabels: readonly FieldSpec[] = [
  ...below(templates, 'labels'),
  { kind: 'StatefulSet', path: 'spec/volumeClaimTemplates[]/metadata/labels', create: true },
];

const term = 'DuringSchedulingIgnoredDuringExecution';

/** Selectors within the pods of a Deployment or StatefulSet. */
const podSelectors = ['Deployment', 'StatefulSet'].flatMap(kind => {
  const base = 'spec/template/spec';
  return [
    ...['podAffinity', 'podAntiAffinity'].flatMap(affinity => [
      `${base}/affinity/${affinity}/preferred${term}/podAffinityTerm/labelSelector/matchLabels`,
      `${base}/affinity/${affinity}/required${term}/labelSelector/matchLabels`,
    ]),
    `${base}/topologySpreadConstraints/labelSelector/matchLabels`,
  ].map(path => ({ kind, path }));
});

/** Where selectors stand: those that are made when they are not there, and those that are not. */
const selectors: readonly FieldSpec[] = [
  { kind: 'Service', version: 'v1', path: 'spec/selector', create: true },
  { kind: 'ReplicationController', path: 'spec/selector', create: true },
  ...workloads.map(kind => ({ kind, path: 'spec/selector/matchLabels', create: true })),
  ...podSelectors,
  { kind: 'Job', path: 'spec/selector/matchLabels' },
  { kind: 'CronJob', path: 'spec/jobTemplate/spec/selector/matchLabels' },
  { kind: 'PodDisruptionBudget', path: 'spec/selector/matchLabels' },
  { kind: 'NetworkPolicy', path: 'spec/podSelector/matchLabels' },
  { kind: 'NetworkPolicy', path: 'spec/ingress/from/podSelector/matchLabels' },
  { kind: 'NetworkPolicy', path: 'spec/egress/to/podSelector/matchLabels' },
];

function labelled(
  {
    pairs,
    includeSelectors = false,
    includeTemplates = false,
    fields = [],
  }: NonNullable<Kustomization['labels']>[number],
  config: FieldConfig,
): (object: KubeObject) => KubeObject {
  const specs = [
    { path: 'metadata/labels', create: true },
    ...fields,
    ...config.labels,
    ...(includeSelectors || includeTemplates ? templateLabels : []),
    ...(includeSelectors ? [...selectors, ...config.commonLabels] : []),
    ...(includeTemplates && !includeSelectors ? config.templateLabels : []),
  ];
  return added(specs, pairs);
}

/** Adds pairs to the maps at the specs' fields. */
export const added =
  (specs: readonly FieldSpec[], pairs: Readonly<Record<string, string>>) =>
  (object: KubeObject): KubeObject =>
    specs.reduce(
      (one, spec) =>
        changedBySpec(one, spec, value => ({ ...(isRecord(value) ? value : {}), ...pairs })),
      object,
    );

function annotated(
  pairs: Readonly<Record<string, string>>,
  config: FieldConfig,
): (object: KubeObject) => KubeObject {
  return added(
    [
      { path: 'metadata/annotations', create: true },
      ...below(templates, 'annotations'),
      ...config.commonAnnotations,
    ],
    pairs,
  );
}

const countedKinds = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController']);

function counted(
  { name, count }: { readonly name: string; readonly count: number },
  config: FieldConfig,
): Step {
  return (object, { formerNames }) => {
    if (!formerNames.includes(name)) return object;
    const own = countedKinds.has(object.kind ?? '')
      ? withValueAt(object, ['spec', 'replicas'], () => count)
      : object;
    return config.replicas.reduce((one, spec) => changedBySpec(one, spec, () => count), own);
  };
}

function imaged(
  image: NonNullable<Kustomization['images']>[number],
  config: FieldConfig,
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
  const ofSpec = (value: unknown): unknown =>
    typeof value === 'string' ? newImage(value, image) : value;
  return object => {
    if (object.kind === 'CustomResourceDefinition') return object;
    // It was an object with metadata and still is one.
    const own = visit(object, '') as KubeObject;
    return config.images.reduce((one, spec) => changedBySpec(one, spec, ofSpec), own);
  };
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
