/** What events can be about: read off a cluster's shape and its manifests. */
import type { ServiceAccount } from '../../sim/api/kinds/core.js';
import type { Role, RoleBinding } from '../../sim/api/kinds/rbac.js';
import type { KubeObject } from '../../sim/api/object.js';
import { operatorProcesses } from '../backends/operator-processes.js';
import { gpuDriverLabel } from '../gpu/device-slices.js';
import { demandsOf } from '../scenario/edge/derived-traffic.js';
import { trialModelOf, type TrialModel } from '../stacks/releases/trial-model.js';
import { trialPaymentsOf, type TrialPayments } from '../stacks/releases/trial-payments.js';
import type { PodChoice, Target } from '../scenario/happening.js';
import { nodeNames, type ClusterPlan } from '../voyages/plan.js';

/** An account and a secret that it says it needs. */
export interface SecretUse {
  readonly user: string;
  readonly namespace: string;
  readonly name: string;
}

/** An account that a role allows to write roles or bindings. */
export interface Maker {
  readonly user: string;
  readonly namespace: string;
  /** Of the account and of its role. */
  readonly name: string;
  readonly writes: 'roles' | 'rolebindings';
}

/** Who and what there is. */
export interface Scene {
  readonly nodes: readonly string[];
  readonly gpus: readonly { readonly node: string; readonly count: number }[];
  readonly processes: readonly string[];
  readonly namespaces: readonly string[];
  /** What has replicas. */
  readonly scalable: readonly Target[];
  /** What has a template whose change rolls out. */
  readonly rolling: readonly Target[];
  /** What people delete. */
  readonly deletable: readonly Target[];
  /** Selectors of pods, the index always 0. */
  readonly pods: readonly PodChoice[];
  /** Ports that containers declare or policies name. */
  readonly ports: readonly number[];
  /** Users of service accounts: those of the manifests, and those that pods have without being told. */
  readonly accounts: readonly string[];
  readonly secrets: readonly SecretUse[];
  /** Accounts that no binding names, where none names groups. */
  readonly strangers: readonly string[];
  readonly makers: readonly Maker[];
  /** Models of which there is a version in a registry, and which nobody but people trains. */
  readonly models: readonly TrialModel[];
  /** What the models score that a monitor watches. */
  readonly payments: readonly TrialPayments[];
  /** Whether requests come to a Service. */
  readonly hasTraffic: boolean;
  readonly objects: readonly KubeObject[];
}

const controlPlane = ['kube-controller-manager', 'kube-scheduler', 'kube-proxy'];

const rollingKinds = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
const scalableKinds = new Set(['Deployment', 'StatefulSet', 'ReplicaSet']);
const workloadKinds = new Set([
  ...rollingKinds,
  ...scalableKinds,
  'Job',
  'CronJob',
  'Pod',
  'MXJob',
  'PyTorchJob',
  'TFJob',
  'MPIJob',
  'InferenceService',
]);

/** The scene of a cluster with these manifests. */
export function sceneOf(cluster: ClusterPlan, objects: readonly KubeObject[]): Scene {
  const nodes = nodeNames(cluster.pools);
  const counts = cluster.pools.flatMap(({ count, gpus, labels }) =>
    // Of the DRA driver's GPUs kubelets know nothing: they cannot fail there.
    Array.from({ length: count }, () =>
      labels?.[gpuDriverLabel] === 'dra' ? 0 : (gpus?.count ?? 0),
    ),
  );
  const ofKind = (kinds: ReadonlySet<string>): Target[] =>
    objects.filter(({ kind = '' }) => kinds.has(kind)).map(targetOf);
  const namespaces = [...new Set(objects.flatMap(namespaceOf))].sort();
  const payments = objects.flatMap(object => trialPaymentsOf(object) ?? []);
  const isWatched = ({ namespace, name }: TrialModel): boolean =>
    payments.some(one => one.namespace === namespace && one.name === name);
  return {
    nodes,
    gpus: nodes
      .map((node, index) => ({ node, count: counts[index] ?? 0 }))
      .filter(({ count }) => count > 0),
    processes: [
      ...controlPlane,
      ...(cluster.operators ?? []).flatMap(operatorProcesses),
      ...(cluster.autoscaler === undefined ? [] : ['cluster-autoscaler']),
      ...nodes.map(node => `kubelet/${node}`),
    ],
    namespaces,
    scalable: ofKind(scalableKinds),
    rolling: ofKind(rollingKinds),
    deletable: ofKind(workloadKinds),
    pods: objects.flatMap(podsOf),
    ports: [...new Set(objects.flatMap(portsOf))].sort((a, b) => a - b),
    accounts: accountsOf(objects, namespaces),
    secrets: secretsOf(objects),
    strangers: strangersOf(objects, accountsOf(objects, namespaces)),
    makers: bindingsIn(objects).flatMap(object => makersOf(object, objects)),
    models: objects.flatMap(object => trialModelOf(object) ?? []).filter(one => !isWatched(one)),
    payments,
    hasTraffic: demandsOf(objects).length > 0,
    objects,
  };
}

function accountsOf(objects: readonly KubeObject[], namespaces: readonly string[]): string[] {
  const own = objects
    .filter(({ kind }) => kind === 'ServiceAccount')
    .map(({ metadata: { namespace = 'default', name = '' } }) => `${namespace}:${name}`);
  const all = [...own, ...namespaces.map(namespace => `${namespace}:default`)];
  return [...new Set(all)].sort().map(name => `system:serviceaccount:${name}`);
}

function secretsOf(objects: readonly KubeObject[]): SecretUse[] {
  return objects.flatMap((object: ServiceAccount) => {
    const { kind, metadata, secrets = [] } = object;
    const { namespace = 'default', name: account = '' } = metadata;
    if (kind !== 'ServiceAccount') return [];
    const user = userOf({ namespace, name: account });
    return secrets.flatMap(({ name }) => (name === undefined ? [] : [{ user, namespace, name }]));
  });
}

/** Bindings of namespaces and of the cluster, which have the same form. */
function bindingsIn(objects: readonly KubeObject[]): readonly RoleBinding[] {
  // The kind says which type a manifest has.
  const bindings: readonly unknown[] = objects.filter(({ kind = '' }) =>
    kind.endsWith('RoleBinding'),
  );
  return bindings as readonly RoleBinding[];
}

function strangersOf(objects: readonly KubeObject[], accounts: readonly string[]): string[] {
  const bound = bindingsIn(objects).flatMap(({ subjects = [] }) => subjects);
  if (bound.some(({ kind }) => kind !== 'ServiceAccount')) return [];
  const named = new Set(bound.map(({ namespace = '', name }) => userOf({ namespace, name })));
  return accounts.filter(account => !named.has(account));
}

/** The accounts to which a binding gives a role of the manifests that allows it. */
function makersOf(
  { metadata, roleRef, subjects = [] }: RoleBinding,
  objects: readonly KubeObject[],
): Maker[] {
  const { namespace = 'default' } = metadata;
  if (roleRef.kind !== 'Role') return [];
  const role: Role | undefined = objects.find(
    one =>
      one.kind === 'Role' &&
      one.metadata.name === roleRef.name &&
      (one.metadata.namespace ?? 'default') === namespace,
  );
  const rules = (role?.rules ?? []).filter(({ verbs }) => verbs.includes('create'));
  return (['roles', 'rolebindings'] as const).flatMap(writes => {
    if (!rules.some(({ resources = [] }) => resources.includes(writes))) return [];
    return subjects
      .filter(one => one.kind === 'ServiceAccount' && one.name === roleRef.name)
      .filter(one => one.namespace === namespace)
      .map(({ name }) => ({ user: userOf({ namespace, name }), namespace, name, writes }));
  });
}

function userOf({
  namespace,
  name,
}: {
  readonly namespace: string;
  readonly name: string;
}): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

function targetOf({ apiVersion = '', kind = '', metadata }: KubeObject): Target {
  const { namespace, name = '' } = metadata;
  return { apiVersion, kind, ...(namespace !== undefined && { namespace }), name };
}

function namespaceOf({ kind = '', metadata }: KubeObject): string[] {
  if (!workloadKinds.has(kind)) return [];
  return [metadata.namespace ?? 'default'];
}

interface Selecting {
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template?: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
    };
  };
}

function podsOf(object: KubeObject): PodChoice[] {
  const { kind = '', metadata } = object;
  if (!workloadKinds.has(kind)) return [];
  const { spec } = object as Selecting;
  const byOperator = kind === 'MXJob' || kind === 'PyTorchJob' || kind === 'TFJob';
  const labels = byOperator
    ? { 'training.kubeflow.org/job-name': metadata.name ?? '' }
    : kind === 'InferenceService'
      ? { 'serving.kserve.io/inferenceservice': metadata.name ?? '' }
      : (spec?.selector?.matchLabels ?? spec?.template?.metadata?.labels ?? metadata.labels);
  const selector = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  if (selector.length === 0) return [];
  return [{ namespace: metadata.namespace ?? 'default', selector: selector.join(','), index: 0 }];
}

/** Numbers of fields that name ports, in any depth. */
function portsOf(object: KubeObject): readonly number[] {
  const found: number[] = [];
  for (const name in object) findPorts(object[name], name, found);
  return found;
}

function findPorts(value: unknown, field: string, found: number[]): void {
  if (typeof value === 'number') {
    if (portFields.has(field)) found.push(value);
  } else if (Array.isArray(value)) {
    for (const item of value) findPorts(item, field, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const name in value) findPorts(value[name as keyof typeof value], name, found);
  }
}

const portFields = new Set(['containerPort', 'targetPort', 'port']);
