/** A case of Cluster Autoscaler's vectors, and what the simulation is handed of it. */
import { daemonSets, replicaSets, type DaemonSet } from '../../../../sim/api/kinds/apps.js';
import type { Node, Pod } from '../../../../sim/api/kinds/core.js';
import type { PodDisruptionBudget } from '../../../../sim/api/kinds/policy.js';
import type { HasMetadata, Kind } from '../../../../sim/api/object.js';
import { timeMs } from '../../../../sim/api/time.js';
import type { ExpanderName } from '../../../../sim/cluster-autoscaler/expanders.js';
import type { NodeGroup } from '../../../../sim/cluster-autoscaler/node-group.js';
import {
  defaultOptions,
  type AutoscalerOptions,
} from '../../../../sim/cluster-autoscaler/options.js';
import { ObjectIndex } from '../scheduler/world.js';

/** A line of a file. */
export interface AutoscalerCase {
  readonly id: string;
  readonly kind: 'scale-up' | 'drain' | 'scale-down' | 'similar';
  readonly options?: Flags;
  readonly nodeGroups?: readonly GroupOfCase[];
  readonly nodes?: readonly Node[];
  readonly pods?: readonly Pod[];
  readonly unschedulable?: readonly Pod[];
  readonly replicaSets?: readonly HasMetadata[];
  readonly daemonSets?: readonly DaemonSet[];
  readonly pdbs?: readonly PodDisruptionBudget[];
  readonly now?: string;
  /** Seconds from `now` on. */
  readonly steps?: readonly number[];
  readonly templates?: readonly Node[];
  readonly expect?: unknown;
  readonly expectAnyOf?: readonly unknown[];
}

interface GroupOfCase {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly nodes?: readonly string[];
  readonly template?: Node;
}

type Switches = Pick<
  AutoscalerOptions,
  | 'balanceSimilarNodeGroups'
  | 'maxNodesTotal'
  | 'scaleDownUtilizationThreshold'
  | 'scaleDownUnreadyEnabled'
  | 'ignoreDaemonSetsUtilization'
  | 'skipNodesWithSystemPods'
  | 'skipNodesWithLocalStorage'
  | 'skipNodesWithCustomControllerPods'
  | 'minReplicaCount'
>;

interface Flags extends Partial<Switches> {
  readonly expander?: string;
  readonly maxCoresTotal?: number;
  readonly minCoresTotal?: number;
  readonly scaleDownUnneededTimeSeconds?: number;
}

/** The cases without a moment of their own were made at this one. */
const defaultNow = '2026-08-20T12:00:00Z';

/** The flags of the case. */
export function optionsOf({ options = {} }: AutoscalerCase): AutoscalerOptions {
  const { expander, maxCoresTotal, minCoresTotal, scaleDownUnneededTimeSeconds, ...rest } = options;
  const { coresTotal, scaleDownUnneededTimeMs, expanders } = defaultOptions;
  return {
    ...defaultOptions,
    ...rest,
    expanders: expander === undefined ? expanders : (expander.split(',') as ExpanderName[]),
    coresTotal: { min: minCoresTotal ?? coresTotal.min, max: maxCoresTotal ?? coresTotal.max },
    scaleDownUnneededTimeMs:
      scaleDownUnneededTimeSeconds === undefined
        ? scaleDownUnneededTimeMs
        : scaleDownUnneededTimeSeconds * 1000,
  };
}

/** The groups of the case: each is as large as it has nodes. */
export function groupsOf({ nodeGroups = [] }: AutoscalerCase): readonly NodeGroup[] {
  return nodeGroups.map(({ nodes = [], ...group }) => ({
    ...group,
    nodes,
    targetSize: nodes.length,
  }));
}

/** When the case plays. */
export function nowOf({ now = defaultNow }: AutoscalerCase): number {
  return timeMs(now) ?? 0;
}

/** The other objects of the case. */
export function objectsOf(each: AutoscalerCase): ObjectIndex {
  const objects = new ObjectIndex();
  for (const object of each.replicaSets ?? []) objects.set(replicaSets as unknown as Kind, object);
  for (const object of each.daemonSets ?? []) objects.set(daemonSets as unknown as Kind, object);
  return objects;
}

/** The names of objects, sorted. */
export function namesOf(objects: readonly HasMetadata[]): readonly string[] {
  return objects.map(({ metadata }) => metadata.name ?? '').sort();
}
