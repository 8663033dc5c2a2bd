/** Tries manifests on a rebuilt cluster: what fits, what waits and why, what would be preempted. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { ConfigurationDocument } from '../../sim/scheduler/configuration.js';
import type { SimulatedCluster } from '../backends/sim.js';
import type { Applied } from '../cluster.js';
import type { AutoscalerConfig } from '../gpu/autoscaler-config.js';
import type { Edit } from './edits.js';
import { growthFor, type Growth } from './growth.js';
import { buildStage, podsOf, settle, worldOf } from './stage.js';
import { verdictOf } from './verdict.js';
import { podKey, type World } from './world.js';

/** Pods that wait for the same reason. */
export interface Waiting {
  readonly pods: readonly string[];
  readonly message: string;
  /** The smallest change found that gives the first of them a place. */
  readonly change?: { readonly node: string; readonly edits: readonly Edit[] };
  /** Devices that they ask for and no node has. */
  readonly lacking?: readonly string[];
}

/** What would come of the manifests. */
export interface Plan {
  /** Whether all have a place, or would once node groups have grown. */
  readonly fits: boolean;
  /** What would come of the node groups, where some are told of and pods wait. */
  readonly growth?: Growth;
  readonly placed: readonly { readonly pod: string; readonly node: string }[];
  readonly waiting: readonly Waiting[];
  readonly preempted: readonly {
    readonly pod: string;
    readonly node: string;
    readonly by: string;
  }[];
  /** Workloads whose pods the API server refuses. */
  readonly notMade: readonly { readonly object: string; readonly message: string }[];
  /** Pods of the cluster that wait with or without the manifests. */
  readonly waitingBefore: readonly string[];
  readonly replaced: readonly string[];
  readonly warnings: readonly string[];
}

/** What is tried. */
export interface Attempt {
  readonly manifests: readonly KubeObject[];
  /** Default: kube-scheduler's own defaults. */
  readonly schedulerConfig?: ConfigurationDocument;
  /** Cluster Autoscaler and its node groups. Default: none. */
  readonly autoscaler?: AutoscalerConfig;
}

/** The manifests' fate on a cluster of these objects; `refused` is called for each that the API server refuses. */
export async function planOf(
  objects: readonly KubeObject[],
  { manifests, schedulerConfig = {}, autoscaler }: Attempt,
  applied: (each: Applied, index: number) => void,
): Promise<Plan> {
  const { cluster, warnings, replaced } = await buildStage(objects, manifests, schedulerConfig);
  await using _ended = cluster;
  const before = await podsOf(cluster);
  const revision = cluster.simulation.server.revision();
  (await cluster.apply(manifests)).forEach(applied);
  await settle(cluster);
  const old = new Set(before.map(({ metadata }) => metadata.uid));
  const after = await podsOf(cluster);
  const fresh = after.filter(({ metadata }) => !old.has(metadata.uid));
  const placed = fresh.flatMap(pod => {
    const node = pod.spec?.nodeName ?? '';
    return node === '' ? [] : [{ pod: podKey(pod), node }];
  });
  const world = await worldOf(cluster);
  const without = fresh.filter(isWaiting);
  const waiting = groups(world, without, schedulerConfig);
  const growth =
    autoscaler === undefined || without.length === 0
      ? undefined
      : growthFor(world, without, autoscaler);
  const isHelped = without.length === (growth?.helped.length ?? 0);
  const preempted = await preemptions(cluster, revision);
  const notMade = await refusedPods(cluster);
  return {
    fits: isHelped && preempted.length === 0 && notMade.length === 0,
    ...(growth !== undefined && { growth }),
    placed,
    waiting,
    preempted,
    notMade,
    waitingBefore: before.filter(isWaiting).map(podKey),
    replaced,
    warnings,
  };
}

function isWaiting({ spec, status }: Pod): boolean {
  return (spec?.nodeName ?? '') === '' && (status?.phase ?? 'Pending') === 'Pending';
}

function groups(
  world: World,
  pods: readonly Pod[],
  schedulerConfig: ConfigurationDocument,
): Waiting[] {
  const byMessage = new Map<string, Pod[]>();
  for (const pod of pods) {
    const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    const message = scheduled?.message ?? 'no scheduler has looked at it';
    byMessage.set(message, [...(byMessage.get(message) ?? []), pod]);
  }
  return [...byMessage].map(([message, group]) => {
    const verdict = group[0] && verdictOf(world, group[0], schedulerConfig);
    const { change, lacking } = verdict ?? {};
    return {
      pods: group.map(podKey),
      message,
      ...(change !== undefined && { change }),
      ...(lacking !== undefined && { lacking }),
    };
  });
}

/** Each pod that was evicted for another, told by the preemptor's mark in the history. */
async function preemptions(
  cluster: SimulatedCluster,
  afterRevision: number,
): Promise<Plan['preempted']> {
  const evicted = new Map<string, { pod: string; node: string; by: string }>();
  const named = new Map<string, string>();
  for await (const { resource, object } of cluster.history(afterRevision)) {
    if (resource !== 'pods') continue;
    const pod = object as Pod;
    named.set(pod.metadata.uid ?? '', podKey(pod));
    const mark = pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
    if (mark?.reason !== 'PreemptionByScheduler' || evicted.has(podKey(pod))) continue;
    evicted.set(podKey(pod), { pod: podKey(pod), node: pod.spec?.nodeName ?? '', by: '' });
  }
  for (const { reason, regarding, note = '' } of await eventsOf(cluster)) {
    if (reason !== 'Preempted') continue;
    const victim = evicted.get(keyOf(regarding));
    // The event names the preemptor by its uid alone.
    const uid = /^Preempted by pod (\S+) on node/.exec(note)?.[1] ?? '';
    if (victim !== undefined) victim.by = named.get(uid) ?? uid;
  }
  return [...evicted.values()];
}

interface Reference {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

interface SchedulingEvent {
  readonly reason?: string;
  readonly note?: string;
  readonly regarding?: Reference;
}

function keyOf({ namespace = '', name = '' }: Reference = {}): string {
  return `${namespace}/${name}`;
}

async function eventsOf(cluster: SimulatedCluster): Promise<readonly SchedulingEvent[]> {
  const path = '/apis/events.k8s.io/v1/events';
  const { body } = await cluster.request({ method: 'GET', path });
  return (body as { readonly items?: readonly SchedulingEvent[] }).items ?? [];
}

async function refusedPods(cluster: SimulatedCluster): Promise<Plan['notMade']> {
  const refused = new Map<string, { object: string; message: string }>();
  for (const { reason, regarding, note = '' } of await eventsOf(cluster)) {
    if (reason !== 'FailedCreate') continue;
    const { kind = '', namespace = '', name = '' } = regarding ?? {};
    const object = `${kind} ${namespace}/${name}`;
    // The name of a pod that was never made tells nothing.
    const message = note.replace(/^Error creating: (pods "[^"]*" is )?/, '');
    refused.set(object, { object, message });
  }
  return [...refused.values()];
}
