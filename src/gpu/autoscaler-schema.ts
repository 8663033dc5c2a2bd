/** The form of what a user says of Cluster Autoscaler: node groups, and its flags by their own names. */
import type { JsonSchema } from '../input/schema.js';

/** Flags that are durations, with the defaults that Cluster Autoscaler has. */
export const durationFlags = {
  scanInterval: ['10s', 'How long after one look at the cluster the next begins.'],
  newPodScaleUpDelay: ['0s', 'Pods that are younger are no reason for a node yet.'],
  maxNodeProvisionTime: ['15m', 'A machine that has not registered after so long is given up.'],
  initialNodeGroupBackoffDuration: [
    '5m',
    'For how long a group that failed to grow is left alone.',
  ],
  maxNodeGroupBackoffDuration: ['30m', 'At most, when it fails again and again.'],
  nodeGroupBackoffResetTimeout: ['3h', 'After so long without a failure it begins anew.'],
  scaleDownDelayAfterAdd: ['10m', 'After a scale-up no node is taken away for so long.'],
  scaleDownDelayAfterDelete: ['0s', 'The same after a node was deleted; 0s: the scan interval.'],
  scaleDownDelayAfterFailure: ['3m', 'The same after a deletion that failed.'],
  scaleDownUnneededTime: ['10m', 'For how long a node must be unneeded.'],
  scaleDownUnreadyTime: ['20m', 'For how long a node that is not ready must be unneeded.'],
  unremovableNodeRecheckTimeout: ['5m', 'When a node that could not go is looked at again.'],
  maxPodEvictionTime: ['2m', 'For how long an eviction is tried again.'],
} as const;

/** Flags that are numbers. */
export const numberFlags = {
  maxNodesTotal: [0, 'Of the whole cluster; 0: no limit.', 'integer'],
  okTotalUnreadyCount: [3, 'So many nodes may be unready whatever their share.', 'integer'],
  maxTotalUnreadyPercentage: [45, 'Beyond it nothing is scaled.', 'number'],
  scaleDownUtilizationThreshold: [
    0.5,
    'Requests over allocatable; at most so much: unneeded.',
    'number',
  ],
  scaleDownGpuUtilizationThreshold: [
    0.5,
    'The same of the GPUs, of nodes that have some.',
    'number',
  ],
  maxScaleDownParallelism: [10, 'So many nodes are deleted at a time.', 'integer'],
  maxDrainParallelism: [1, 'So many of them are drained.', 'integer'],
  minReplicaCount: [0, 'A pod whose owner has fewer replicas keeps its node.', 'integer'],
} as const;

/** Flags that are on or off. */
export const switchFlags = {
  balanceSimilarNodeGroups: [false, 'Whether a scale-up is split between groups that are alike.'],
  scaleDownEnabled: [true, 'Whether nodes are taken away at all.'],
  scaleDownUnreadyEnabled: [true, 'Whether nodes that are not ready are.'],
  ignoreDaemonsetsUtilization: [false, 'Whether pods of DaemonSets do not count.'],
  ignoreMirrorPodsUtilization: [false, 'Whether mirror pods do not count.'],
  skipNodesWithSystemPods: [true, 'Whether pods of kube-system keep their nodes.'],
  skipNodesWithLocalStorage: [true, 'Whether pods with emptyDir or hostPath keep theirs.'],
  skipNodesWithCustomControllerPods: [true, 'Whether pods of custom controllers keep theirs.'],
} as const;

const text: JsonSchema = { type: 'string' };
const duration: JsonSchema = {
  type: 'string',
  pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
  examples: ['90s'],
};

const nodeGroup: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'max'],
  properties: {
    name: {
      type: 'string',
      pattern: '^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$',
      examples: ['a100'],
      description: 'Stands in the names of its nodes and in their label seatrial.dev/node-group.',
    },
    min: { type: 'integer', minimum: 0, default: 0, description: 'At least so many nodes.' },
    max: { type: 'integer', minimum: 0, examples: [4], description: 'At most so many nodes.' },
    size: {
      type: 'integer',
      minimum: 0,
      description: 'How many there are at first. Default: min.',
    },
    cpu: { ...text, description: "A node's CPUs, as a quantity. Default '8'.", examples: ["'64'"] },
    memory: { ...text, description: "A node's memory. Default 32Gi.", examples: ['512Gi'] },
    maxPods: {
      type: 'integer',
      minimum: 1,
      description: 'How many pods a node takes. Default 110.',
    },
    gpus: {
      type: 'object',
      additionalProperties: false,
      required: ['product', 'count'],
      description: 'The GPUs of a node, by product as nvidia.com/gpu.product has it.',
      properties: {
        product: { ...text, examples: ['NVIDIA-A100-SXM4-80GB'] },
        count: { type: 'integer', minimum: 1, examples: [4] },
      },
    },
    labels: { type: 'object', additionalProperties: text },
    taints: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['key', 'effect'],
        properties: {
          key: text,
          value: text,
          effect: { type: 'string', enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] },
        },
      },
    },
    provisioning: {
      type: 'object',
      additionalProperties: false,
      description: 'How machines come up.',
      properties: {
        median: {
          ...duration,
          description:
            'From the request until the kubelet starts. Log-normal: half of the machines take less. Default 90s.',
        },
        sigma: {
          type: 'number',
          minimum: 0,
          description: 'The standard deviation of the logarithm of that time. Default 0.2.',
        },
        failedShare: {
          type: 'number',
          minimum: 0,
          description: 'The part of the machines that never register, from 0 to 1. Default 0.',
        },
        outages: {
          type: 'array',
          description: 'Spans since the boot in which no machine that is asked for ever registers.',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['until'],
            properties: { from: { ...duration, description: 'Default 0s.' }, until: duration },
          },
        },
      },
    },
  },
};

function described(
  flags: Readonly<Record<string, readonly [unknown, string, ('integer' | 'number')?]>>,
  base: JsonSchema,
): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, [value, what, type]]) => [
      name,
      { ...base, ...(type !== undefined && { type }), default: value, description: what },
    ]),
  );
}

/** Node groups and flags. */
export const autoscalerSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['nodeGroups'],
  description:
    'Cluster Autoscaler and the groups of nodes that it lets grow and shrink; its flags have their own names and defaults. On the simulated cluster only.',
  properties: {
    nodeGroups: { type: 'array', minItems: 1, items: nodeGroup },
    expander: {
      ...text,
      default: 'least-waste',
      description:
        'Which group grows where several would help: least-waste, most-pods, least-nodes, random; several with commas between are tried in turn.',
    },
    ...described(durationFlags, duration),
    ...described(numberFlags, { minimum: 0 }),
    ...described(switchFlags, { type: 'boolean' }),
    maxGracefulTerminationSec: {
      type: 'integer',
      minimum: 0,
      default: 600,
      description: 'For how many seconds the pods of a node are given to end by themselves.',
    },
  },
};
