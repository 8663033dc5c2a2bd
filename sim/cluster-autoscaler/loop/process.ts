/** Cluster Autoscaler as a program that acts on a cluster, by what it would decide. @upstream main.go, loop/run.go */
import { daemonSets, replicaSets, statefulSets } from '../../api/kinds/apps.js';
import { jobs } from '../../api/kinds/batch.js';
import {
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  replicationControllers,
  services,
} from '../../api/kinds/core.js';
import { podDisruptionBudgets } from '../../api/kinds/policy.js';
import type { PolicyRule } from '../../api/kinds/rbac.js';
import { deviceClasses, resourceClaims, resourceSlices } from '../../api/kinds/resource.js';
import {
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
} from '../../api/kinds/storage.js';
import type { HasMetadata, Kind, KubeObject } from '../../api/object.js';
import {
  serviceAccount,
  type Controller,
  type ControllerContext,
  type ProcessDefinition,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { watch } from '../../client/requests.js';
import { defaultOptions, type AutoscalerOptions } from '../options.js';
import type { CloudProvider } from './cloud-provider.js';
import { deleteNode } from './deletion.js';
import { AutoscalerLoop } from './scan.js';

/** What it is started with. */
export interface ClusterAutoscalerOptions {
  readonly provider: CloudProvider;
  readonly flags?: Partial<AutoscalerOptions>;
}

/** An installation, in the form in which a simulation is booted with one. */
export interface ClusterAutoscaler {
  readonly name: string;
  readonly models: string;
  manifests(): readonly KubeObject[];
  readonly process: ProcessDefinition;
}

const namespace = 'kube-system';
const name = 'cluster-autoscaler';
const scanIntervalMs = 10_000;
const scanKey = 'scan';
/** One scan, and as many deletions as may go on at once. */
const workers = 12;

/** Cluster Autoscaler for the groups of a provider. */
export function clusterAutoscaler(options: ClusterAutoscalerOptions): ClusterAutoscaler {
  const create = (context: ControllerContext): Controller => createLoop(context, options);
  return {
    name,
    models: 'Cluster Autoscaler 1.36.1',
    manifests: () => manifests,
    process: {
      name,
      identity: serviceAccount(namespace, name),
      controllers: [{ name, create }],
    },
  };
}

const watched = [
  nodes,
  pods,
  namespaces,
  services,
  persistentVolumeClaims,
  persistentVolumes,
  replicationControllers,
  replicaSets,
  statefulSets,
  daemonSets,
  jobs,
  podDisruptionBudgets,
  deviceClasses,
  resourceClaims,
  resourceSlices,
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  storageClasses,
  volumeAttachments,
] as unknown as readonly Kind<HasMetadata>[];

function createLoop(
  { clock, queue, events, random }: ControllerContext,
  { provider, flags }: ClusterAutoscalerOptions,
): Controller {
  const loop = new AutoscalerLoop({
    provider,
    options: { ...defaultOptions, ...flags },
    events,
    random,
  });
  const now = (): number => clock.now();
  const reconcile = (key: string, view: View): Reconciliation =>
    key === scanKey
      ? scanOnce(loop, view, { now, add: node => queue.add(node) })
      : removeOne(key, loop, { view, events, provider, now });
  return {
    watches: watched.map(kind => watch(kind)),
    workers,
    start: () => queue.add(scanKey),
    reconcile,
  };
}

function* scanOnce(
  loop: AutoscalerLoop,
  view: View,
  { now, add }: { readonly now: () => number; readonly add: (node: string) => void },
): Reconciliation {
  for (const node of loop.scan(view, now())) add(`node/${node}`);
  return { requeueAfterMs: scanIntervalMs };
}

function* removeOne(
  key: string,
  loop: AutoscalerLoop,
  tools: Parameters<typeof deleteNode>[1],
): Reconciliation {
  const node = key.slice('node/'.length);
  const isDone = yield* deleteNode(node, tools);
  loop.ended(node, isDone, tools.now());
  return undefined;
}

const read = ['get', 'list', 'watch'];

/** What it may do: it reads what schedulers read, marks and deletes nodes, and evicts pods. */
const rules: readonly PolicyRule[] = [
  ...watched.map(({ group, resource }) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: read,
  })),
  { apiGroups: [''], resources: ['nodes'], verbs: ['update', 'delete'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
];

const rbac = 'rbac.authorization.k8s.io';
const manifests = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } },
  { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', namespace, name }],
  },
] as unknown as readonly KubeObject[];
