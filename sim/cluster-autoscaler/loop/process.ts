/** Cluster Autoscaler as a program that acts on a cluster, by what it would decide. @upstream main.go, loop/run.go */
import { daemonSets } from '../../api/kinds/apps.js';
import { jobs } from '../../api/kinds/batch.js';
import type { ConfigMap } from '../../api/kinds/core.js';
import type { PolicyRule } from '../../api/kinds/rbac.js';
import type { HasMetadata, Kind, KubeObject } from '../../api/object.js';
import {
  serviceAccount,
  type Controller,
  type ControllerContext,
  type ProcessDefinition,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import { watch } from '../../client/requests.js';
import { watchedKinds } from '../../scheduler/watched-kinds.js';
import { defaultOptions, type AutoscalerOptions } from '../options.js';
import type { CloudProvider } from './cloud-provider.js';
import { deleteNode } from './deletion.js';
import type { LoopEvent } from './cluster-state.js';
import { AutoscalerLoop } from './scan.js';
import { initialStatus } from '../status/status.js';
import { statusMapKey, writeStatus } from '../status/status-map.js';

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

/** Its snapshot runs the scheduler's rules, and daemon sets and jobs decide what moves with a node. */
const watched: readonly Kind<HasMetadata>[] = [...watchedKinds, daemonSets, jobs];

function createLoop(
  { clock, queue, events, random }: ControllerContext,
  { provider, flags }: ClusterAutoscalerOptions,
): Controller {
  const options = { ...defaultOptions, ...flags };
  const loop = new AutoscalerLoop({ provider, options, events, random });
  const teller = new Teller(events);
  const now = (): number => clock.now();
  const tools = { events, provider, options, now };
  const reconcile = (key: string, view: View): Reconciliation =>
    key === scanKey
      ? scanOnce({ loop, teller, view, options, now, add: node => queue.add(node) })
      : removeOne(key, { loop, teller }, { view, ...tools });
  return {
    watches: watched.map(kind => watch(kind)),
    workers,
    start: () => queue.add(scanKey),
    reconcile,
  };
}

/** Tells what regards the autoscaler itself, once there is a ConfigMap that it can be told of. */
class Teller {
  map: ConfigMap | undefined;

  constructor(private readonly events: EventRecorder) {}

  tell(told: readonly LoopEvent[]): void {
    if (this.map === undefined) return;
    for (const event of told) this.events.record({ regarding: this.map, ...event });
  }
}

interface Scan {
  readonly loop: AutoscalerLoop;
  readonly teller: Teller;
  readonly view: View;
  readonly options: AutoscalerOptions;
  readonly now: () => number;
  readonly add: (node: string) => void;
}

function* scanOnce({ loop, teller, view, options, now, add }: Scan): Reconciliation {
  teller.map ??= yield* writeStatus(initialStatus(now()), now());
  const { deletions, told } = loop.scan(view, now());
  for (const node of deletions) add(`node/${node}`);
  teller.tell(told);
  teller.map = (yield* writeStatus(loop.status(now()), now())) ?? teller.map;
  return { requeueAfterMs: options.scanIntervalMs };
}

function* removeOne(
  key: string,
  { loop, teller }: Pick<Scan, 'loop' | 'teller'>,
  tools: Parameters<typeof deleteNode>[1],
): Reconciliation {
  const node = key.slice('node/'.length);
  const isDone = yield* deleteNode(node, tools);
  const ended = loop.ended(node, isDone, tools.now());
  teller.tell(ended === undefined ? [] : [ended]);
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
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
  {
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: [statusMapKey.name],
    verbs: ['get', 'update', 'delete'],
  },
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
