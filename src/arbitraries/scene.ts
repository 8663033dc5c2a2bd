/** What events can be about: read off a cluster's shape and its manifests. */
import type { KubeObject } from '../../sim/api/object.js';
import { demandsOf } from '../scenario/edge/derived-traffic.js';
import { trialModelOf, type TrialModel } from '../stacks/releases/trial-model.js';
import type { PodChoice, Target } from '../scenario/happening.js';
import { nodeNames, type ClusterPlan } from '../voyages/plan.js';

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
  /** Models of which there is a version in a registry. */
  readonly models: readonly TrialModel[];
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
  const counts = cluster.pools.flatMap(({ count, gpus }) =>
    Array.from({ length: count }, () => gpus?.count ?? 0),
  );
  const ofKind = (kinds: ReadonlySet<string>): Target[] =>
    objects.filter(({ kind = '' }) => kinds.has(kind)).map(targetOf);
  const namespaces = [...new Set(objects.flatMap(namespaceOf))].sort();
  return {
    nodes,
    gpus: nodes
      .map((node, index) => ({ node, count: counts[index] ?? 0 }))
      .filter(({ count }) => count > 0),
    processes: [
      ...controlPlane,
      ...(cluster.operators ?? []),
      ...nodes.map(node => `kubelet/${node}`),
    ],
    namespaces,
    scalable: ofKind(scalableKinds),
    rolling: ofKind(rollingKinds),
    deletable: ofKind(workloadKinds),
    pods: objects.flatMap(podsOf),
    ports: [...new Set(objects.flatMap(object => portsIn(object)))].sort((a, b) => a - b),
    accounts: accountsOf(objects, namespaces),
    models: objects.flatMap(object => trialModelOf(object) ?? []),
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
    : (spec?.selector?.matchLabels ?? spec?.template?.metadata?.labels ?? metadata.labels);
  const selector = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  if (selector.length === 0) return [];
  return [{ namespace: metadata.namespace ?? 'default', selector: selector.join(','), index: 0 }];
}

/** Numbers of fields that name ports, in any depth. */
function portsIn(value: unknown, field = ''): number[] {
  if (typeof value === 'number') return portFields.has(field) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(item => portsIn(item, field));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => portsIn(item, name));
}

const portFields = new Set(['containerPort', 'targetPort', 'port']);
