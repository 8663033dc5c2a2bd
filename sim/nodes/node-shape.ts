/** What a node is made of, as its kubelet reports it. */
import type { Node, NodeCondition, Taint } from '../api/kinds/core.js';
import { quantity, valueOf } from '../api/quantity.js';
import type { DeviceResource } from './device-manager.js';

/** A machine and the flags of its kubelet. */
export interface NodeShape {
  readonly name: string;
  /** The InternalIP. */
  readonly ip: string;
  /** The range of its pods' addresses. */
  readonly podCIDR: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** registerWithTaints. */
  readonly taints?: readonly Taint[];
  /** cpu, memory, ephemeral-storage; pods are `podsMax`. */
  readonly capacity: Readonly<Record<string, string>>;
  /** kubeReserved and systemReserved together; cpu and memory. */
  readonly reserved?: Readonly<Record<string, string>>;
  readonly devices?: readonly DeviceResource[];
  readonly runtimeHandlers?: readonly string[];
  readonly providerID?: string;
  /** Where its kubelet can be reached from outside, when that is elsewhere than at its own address. */
  readonly access?: { readonly address: string; readonly port: number };
}

/** evictionHard memory.available. */
const evictionMemory = '100Mi';
const evictionStorageShare = 0.1;

/** What Pods may use: capacity less what is reserved and what evictions keep free. */
export function allocatableOf(
  shape: NodeShape,
  capacity: Readonly<Record<string, string>>,
): Record<string, string> {
  const { reserved } = shape;
  const allocatable: Record<string, string> = { ...capacity };
  const { cpu, memory } = capacity;
  if (cpu !== undefined)
    allocatable['cpu'] = quantity(cpu).sub(quantity(reserved?.['cpu'])).toString();
  if (memory !== undefined) {
    const kept = quantity(memory).sub(quantity(reserved?.['memory']));
    allocatable['memory'] = kept.sub(quantity(evictionMemory)).toString();
  }
  const storage = capacity['ephemeral-storage'];
  if (storage !== undefined) {
    const bytes = valueOf(storage) * (1 - evictionStorageShare);
    const reservedBytes = valueOf(reserved?.['ephemeral-storage']);
    allocatable['ephemeral-storage'] = String(Math.floor(bytes - reservedBytes));
  }
  return allocatable;
}

/** What is low on a node. */
export interface Pressures {
  readonly memory: boolean;
  readonly disk: boolean;
  readonly pid: boolean;
}

/** The conditions of a node in the kubelet's order, without times. */
export function nodeConditions(
  pressures: Pressures,
  notReady: string | undefined,
): readonly NodeCondition[] {
  const pressure = (
    type: string,
    isLow: boolean,
    [good, bad]: readonly [readonly [string, string], readonly [string, string]],
  ): NodeCondition => {
    const [reason, what] = isLow ? bad : good;
    return { type, status: isLow ? 'True' : 'False', reason, message: `kubelet has ${what}` };
  };
  return [
    pressure('MemoryPressure', pressures.memory, [
      ['KubeletHasSufficientMemory', 'sufficient memory available'],
      ['KubeletHasInsufficientMemory', 'insufficient memory available'],
    ]),
    pressure('DiskPressure', pressures.disk, [
      ['KubeletHasNoDiskPressure', 'no disk pressure'],
      ['KubeletHasDiskPressure', 'disk pressure'],
    ]),
    pressure('PIDPressure', pressures.pid, [
      ['KubeletHasSufficientPID', 'sufficient PID available'],
      ['KubeletHasInsufficientPID', 'insufficient PID available'],
    ]),
    {
      type: 'Ready',
      status: notReady === undefined ? 'True' : 'False',
      reason: notReady === undefined ? 'KubeletReady' : 'KubeletNotReady',
      message: notReady ?? 'kubelet is posting ready status',
    },
  ];
}

const handlerFeatures = { recursiveReadOnlyMounts: true, userNamespaces: true };

/** The parts of a Node's status that never change: shared by all nodes of a process. */
export const constantStatus = {
  daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
  runtimeHandlers: [
    { name: '', features: handlerFeatures },
    { name: 'runc', features: handlerFeatures },
  ],
  features: { supplementalGroupsPolicy: true },
  declaredFeatures: [
    'ExtendWebSocketsToKubelet',
    'InPlacePodLevelResourcesVerticalScaling',
    'InPlacePodVerticalScalingInitContainers',
    'RestartAllContainersOnContainerExits',
  ],
} as const;

/** The Node object that a kubelet registers, without status. */
export function initialNode(shape: NodeShape): Node {
  const { name, taints } = shape;
  return {
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...shape.labels,
      },
      annotations: {
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
        ...shape.annotations,
      },
    },
    spec: {
      ...(taints !== undefined && { taints }),
      ...(shape.providerID !== undefined && { providerID: shape.providerID }),
    },
  };
}
