/** The manifests as voyages take them: what the API server refuses left out, what must come from elsewhere stood in for. */
import type { KubeObject } from '../../sim/api/object.js';
import { isRecord } from '../../sim/api/equality.js';
import type { APIServiceSpec } from '../../sim/api/kinds/apiregistration.js';
import { chooser } from '../../sim/workloads/index.js';
import { assumedOf } from './assumed.js';
import { issuedSecrets } from './certificate-secrets.js';
import type { Entry } from './entry.js';
import { namedObjects } from './named-objects.js';
import { driverOf, provisionedHere, storageFor } from './stand-in-storage.js';
import { grouped, type Survey } from './survey.js';
import { isModelled } from './stand-in-definitions.js';
import { systemNamespaces } from './system-namespaces.js';

/** What sails. */
export interface Sailable {
  /** In the order in which they are applied. */
  readonly objects: readonly KubeObject[];
  /** What was made because manifests name it: `Secret fraud/database`, `ebs.csi.aws.com of StorageClass gp3`. */
  readonly standIns: readonly string[];
  /** Kinds and objects that do not sail, each with the reason. */
  readonly leftOut: readonly string[];
  /** What is taken for granted of the programs in containers: `3 waiting for others as their commands say`. */
  readonly assumed?: readonly string[];
}

/** Makes them ready. Equal surveys give equal objects, for tokens name them. */
export function sailable(survey: Survey): Sailable {
  const sorted = new Map<string, Entry[]>();
  const kept: Entry[] = [];
  for (const entry of lastOfEach(survey)) {
    const reason = reasonAgainst(survey, entry);
    if (reason === undefined) kept.push(entry);
    else sorted.set(reason, [...(sorted.get(reason) ?? []), entry]);
  }
  const own = kept.map(({ manifest }) => inNamespace(manifest.object));
  const standIns = standInsFor(survey);
  const objects = [...standIns, ...own.map(provisionedHere)].sort((a, b) => rank(a) - rank(b));
  const drivers = own.flatMap(object => {
    const driver = driverOf(object);
    return driver === undefined ? [] : [`${driver} of ${titleOf(object)}`];
  });
  const taken = [...standIns.map(titleOf), ...drivers];
  return {
    objects,
    standIns: taken,
    leftOut: [...sorted].map(leftOutText),
    assumed: assumedOf(survey),
  };
}

/** Of objects that stand twice the last one counts, as with kubectl apply. */
function lastOfEach({ entries }: Survey): readonly Entry[] {
  const last = new Map<string, Entry>();
  for (const entry of entries) {
    const { group, kind, namespace, name } = entry;
    last.set(JSON.stringify([group, kind, namespace, name]), entry);
  }
  return [...last.values()];
}

function reasonAgainst(survey: Survey, entry: Entry): string | undefined {
  const { trial } = survey;
  if (entry.isBroken || trial.refusals.some(one => one.entry === entry)) {
    return 'the API server refuses';
  }
  if (trial.unserved.includes(entry) || trial.undefinedKinds.has(entry)) {
    return 'nobody defines their kind';
  }
  if (entry.kind.endsWith('WebhookConfiguration')) return 'nothing here answers their calls';
  if (entry.kind === 'APIService' && isServed(survey, entry)) return undefined;
  if (entry.kind === 'CustomResourceDefinition' || entry.kind === 'APIService') {
    return 'nothing here acts on what they define';
  }
  if (entry.isBuiltIn || isModelled(entry)) return undefined;
  return 'no controller here acts on their kind';
}

/** The API servers that are played, and the groups that they serve. */
const apiServers: readonly (readonly [workload: string, groups: readonly string[]])[] = [
  ['prometheus-adapter', ['custom.metrics.k8s.io', 'external.metrics.k8s.io']],
];
const choose = chooser([]);

/** Whether a program of the manifests, beside the service that is named, serves the group. */
function isServed({ templates }: Survey, { object }: Entry): boolean {
  const { group, service } = (object['spec'] ?? {}) as APIServiceSpec;
  const names = apiServers.flatMap(([name, groups]) =>
    group !== undefined && groups.includes(group) ? [name] : [],
  );
  if (names.length === 0) return false;
  return templates.some(
    ({ namespace, spec }) =>
      namespace === service?.namespace &&
      spec.containers.some(container => {
        const pod = { metadata: {}, spec };
        return names.includes(choose({ pod, container, command: container.args ?? [] }).name);
      }),
  );
}

const namesMax = 3;

function leftOutText([reason, entries]: readonly [string, readonly Entry[]]): string {
  const kinds = [...grouped(entries, ({ kind }) => kind)].map(
    ([kind, all]) => `${all.length} ${kind}`,
  );
  const names = entries.length > namesMax ? kinds : entries.map(({ title }) => title);
  return `${names.join(', ')}: ${reason}`;
}

/** What a context's namespace would be. */
function inNamespace(object: KubeObject): KubeObject {
  const { kind = '', metadata } = object;
  if (metadata.namespace !== undefined || clusterKinds.has(kind)) return object;
  return { ...object, metadata: { ...metadata, namespace: 'default' } };
}

const clusterKinds = new Set([
  'Namespace',
  'APIService',
  'Node',
  'PersistentVolume',
  'ClusterRole',
  'ClusterRoleBinding',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'CSIDriver',
  'DeviceClass',
  'IngressClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'ClusterServingRuntime',
  'ClusterStorageContainer',
]);

/** What others stand on comes first; workloads last. */
const order = [
  'Namespace',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ResourceQuota',
  'LimitRange',
  'ServiceAccount',
  'ConfigMap',
  'Secret',
  'PersistentVolume',
  'PersistentVolumeClaim',
];

function rank({ kind = '' }: KubeObject): number {
  const index = order.indexOf(kind);
  return index < 0 ? order.length : index;
}

/** `Secret fraud/database`. */
export const titleOf = ({ kind = '', metadata }: KubeObject): string =>
  `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name ?? ''}`;

/** Objects that the manifests name and do not hold. */
function standInsFor(survey: Survey): KubeObject[] {
  const held = new Set(
    survey.entries.map(({ kind, namespace, name }) =>
      clusterKinds.has(kind) ? `${kind} ${name}` : `${kind} ${namespace}/${name}`,
    ),
  );
  for (const { namespace, name } of issuedSecrets(survey)) held.add(`Secret ${namespace}/${name}`);
  const made = new Map<string, KubeObject>();
  const add = (object: KubeObject): void => {
    const title = titleOf(object);
    const isNew = !held.has(title) && !made.has(title);
    if (isNew && mayBeNamed(object.metadata.name)) made.set(title, object);
  };
  for (const { namespace } of survey.entries) {
    if (!ownNamespaces.has(namespace)) add(core('Namespace', { name: namespace }));
  }
  for (const template of survey.templates) {
    const { namespace, spec } = template;
    const account = spec.serviceAccountName || spec.serviceAccount || 'default';
    if (account !== 'default') add(core('ServiceAccount', { namespace, name: account }));
    const { priorityClassName: priority = '', runtimeClassName: runtime = '' } = spec;
    if (priority !== '' && !priority.startsWith('system-')) add(priorityClass(priority));
    if (runtime !== '') add(runtimeClass(runtime));
  }
  for (const [title, named] of namedByTitle(survey)) {
    if (!held.has(title)) add(named);
  }
  for (const object of storageFor(survey, [...made.values()])) add(object);
  return [...made.values()];
}

/** The API server would take nothing that is named `REPLACE_WITH_YOUR_PVC`: nobody has filled that in. */
const mayBeNamed = (name = ''): boolean => /^[a-z0-9]([-a-z0-9.:]*[a-z0-9])?$/.test(name);

const ownNamespaces: ReadonlySet<string> = new Set(systemNamespaces);

const core = (kind: string, metadata: KubeObject['metadata']): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata,
});

const priorityClass = (name: string): KubeObject => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  value: 0,
});

const runtimeClass = (name: string): KubeObject => ({
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: { name },
  handler: 'runc',
});

/** ConfigMaps and Secrets with the keys that pods want, and claims. */
function namedByTitle(survey: Survey): Map<string, KubeObject> {
  const all = new Map<string, KubeObject>();
  for (const template of survey.templates) {
    const { namespace } = template;
    for (const { kind, name, key, isOptional } of namedObjects(template)) {
      if (isOptional || (kind === 'ConfigMap' && name === 'kube-root-ca.crt')) continue;
      const title = `${kind} ${namespace}/${name}`;
      const before = all.get(title) ?? standIn(kind, { namespace, name });
      all.set(title, key === undefined ? before : withKey(before, key));
    }
  }
  return all;
}

function standIn(kind: string, metadata: KubeObject['metadata']): KubeObject {
  if (kind !== 'PersistentVolumeClaim') return core(kind, metadata);
  const resources = { requests: { storage: '1Gi' } };
  return { ...core(kind, metadata), spec: { accessModes: ['ReadWriteMany'], resources } };
}

function withKey(object: KubeObject, key: string): KubeObject {
  const { data } = object;
  return { ...object, data: { ...(isRecord(data) ? data : {}), [key]: '' } };
}
