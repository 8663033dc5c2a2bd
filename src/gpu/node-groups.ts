/** From node groups as a user describes them to those that the simulation is booted with. */
import type { ExpanderName } from '../../sim/cluster-autoscaler/expanders.js';
import type { AutoscalerOptions } from '../../sim/cluster-autoscaler/options.js';
import type { MachineGroup, NodeAutoscaling } from '../../sim/simulation.js';
import { durationMs } from '../input/duration.js';
import {
  groupLabels,
  nodeGroupLabel,
  type AutoscalerConfig,
  type NodeGroupConfig,
} from './autoscaler-config.js';
import { durationFlags, numberFlags, switchFlags } from './autoscaler-schema.js';
import type { ConfiguredNode, KindConfig } from './kind-config.js';
import { nodeShape } from './node-shapes.js';

/** How long machines of a large cloud take to become a node with GPUs, about. */
const defaultMedian = '90s';
const defaultSigma = 0.2;

/** The groups and the flags. Nodes are called `<cluster>-<group>-<number>`; no number is given twice. */
export function nodeAutoscaling(
  autoscaler: AutoscalerConfig,
  about: ClusterOfGroups,
): NodeAutoscaling {
  return {
    groups: autoscaler.nodeGroups.map(group => machineGroup(group, about)),
    flags: flagsOf(autoscaler),
  };
}

/** What of the cluster decides about its machines. */
interface ClusterOfGroups {
  readonly config: Pick<KindConfig, 'file' | 'name'>;
  readonly seed: number;
}

function machineGroup(group: NodeGroupConfig, about: ClusterOfGroups): MachineGroup {
  const { name, min = 0, max, size = min, provisioning = {} } = group;
  const node = configuredNode(group);
  return {
    ...{ name, min, max, size },
    prefix: `${about.config.name}-${name}`,
    provisioning: {
      medianMs: durationMs(provisioning.median ?? defaultMedian),
      sigma: provisioning.sigma ?? defaultSigma,
      failedShare: provisioning.failedShare ?? 0,
      outages: (provisioning.outages ?? []).map(({ from = '0s', until }) => ({
        fromMs: durationMs(from),
        untilMs: durationMs(until),
      })),
    },
    shapeOf: machine => nodeShape(machine, node, { ...about, isSingle: false }),
  };
}

function configuredNode(group: NodeGroupConfig): ConfiguredNode {
  const { cpu, memory, maxPods, taints = [] } = group;
  return {
    role: 'worker',
    labels: {
      ...groupLabels(group),
      ...(cpu !== undefined && { 'seatrial.dev/cpu': cpu }),
      ...(memory !== undefined && { 'seatrial.dev/memory': memory }),
    },
    taints,
    ...(maxPods !== undefined && { maxPods }),
  };
}

function flagsOf(config: AutoscalerConfig): Partial<AutoscalerOptions> {
  const durations = namesOf(durationFlags).flatMap(name => {
    const value = config[name];
    return value === undefined ? [] : [[`${name}Ms`, durationMs(value)]];
  });
  const others = [...namesOf(numberFlags), ...namesOf(switchFlags)].flatMap(name => {
    const value = config[name];
    return value === undefined ? [] : [[optionOf(name), value]];
  });
  const { expander, maxGracefulTerminationSec: graceful } = config;
  // The schema has seen to the expanders' names.
  const expanders = expander?.split(',').map(name => name.trim()) as ExpanderName[] | undefined;
  return {
    gpuLabel: 'nvidia.com/gpu.present',
    balancingIgnoreLabels: [nodeGroupLabel],
    ...(Object.fromEntries([...durations, ...others]) as Partial<AutoscalerOptions>),
    ...(expanders !== undefined && { expanders }),
    ...(graceful !== undefined && { maxGracefulTerminationMs: graceful * 1000 }),
  };
}

function namesOf<Flags extends object>(flags: Flags): readonly (keyof Flags & string)[] {
  return Object.keys(flags) as (keyof Flags & string)[];
}

function optionOf(flag: string): string {
  return flag === 'ignoreDaemonsetsUtilization' ? 'ignoreDaemonSetsUtilization' : flag;
}
