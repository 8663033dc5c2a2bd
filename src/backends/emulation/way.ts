/** The ways in which real nodes get GPUs that are not there, and which of them a scenario needs. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { Fault } from '../../cluster.js';
import { exitCodes, UserError } from '../../input/errors.js';

/**
 * - `status`: the node's status is patched; scheduler and kubelet honour the count, and nothing more.
 * - `device-plugin`: devices with ids, health and environment, by a plug-in on the kubelet's socket.
 * - `dra`: devices for ResourceClaims, by a driver on the kubelet's sockets.
 * - `kubelets`: nodes without a machine, played by our own kubelets: as many as are wanted.
 */
export const emulationWays = ['status', 'device-plugin', 'dra', 'kubelets'] as const;

/** One of the ways. */
export type EmulationWay = (typeof emulationWays)[number];

/** What a scenario asks of its GPUs and nodes. */
export interface EmulationNeeds {
  /** Pods ask through ResourceClaims. */
  readonly hasClaims: boolean;
  /** A GPU falls ill. */
  readonly hasDeviceFaults: boolean;
  /** A container or an expectation looks at which devices it was given. */
  readonly hasDeviceIdentity: boolean;
  /** Containers do what workloads of the scenario say: there need be no image of them. */
  readonly playsContainers: boolean;
  readonly nodeCount: number;
}

/** Where it is to be done. */
export interface EmulationPlace {
  /** Whether this machine sees the folders of the nodes' kubelets, with their sockets. */
  readonly hasSockets: boolean;
}

/** More real nodes than these are more than a machine with two cores carries. */
const realNodesMax = 8;

/** The way, and why it is this one. */
export interface ChosenWay {
  readonly way: EmulationWay;
  readonly why: string;
}

/**
 * Chooses the plainest way that shows what the scenario asserts.
 *
 * @throws UserError when none does there.
 */
export function chooseWay(needs: EmulationNeeds, place: EmulationPlace): ChosenWay {
  if (needs.playsContainers) {
    return { way: 'kubelets', why: 'its containers are played, not run' };
  }
  if (needs.nodeCount > realNodesMax) {
    return { way: 'kubelets', why: `${needs.nodeCount} nodes are more than ${realNodesMax}` };
  }
  if (needs.hasClaims) {
    requireSockets('dra', 'pods ask through ResourceClaims', place);
    return { way: 'dra', why: 'pods ask through ResourceClaims' };
  }
  const why = needs.hasDeviceFaults
    ? 'a GPU falls ill'
    : needs.hasDeviceIdentity
      ? 'it looks at which devices were given'
      : undefined;
  if (why === undefined) return { way: 'status', why: 'only how many GPUs there are matters' };
  requireSockets('device-plugin', why, place);
  return { way: 'device-plugin', why };
}

/**
 * Plug-ins speak to kubelets over unix sockets of the node.
 *
 * @throws UserError when they cannot be reached.
 */
export function requireSockets(
  way: EmulationWay,
  why: string,
  { hasSockets }: EmulationPlace,
): void {
  if (hasSockets || way === 'status' || way === 'kubelets') return;
  throw new UserError(
    `${why}, which needs the way ${way}: the nodes' sockets are out of reach here`,
    {
      exitCode: exitCodes.usage,
      code: 'no-node-sockets',
      next: 'let seatrial create the kind cluster, on a Linux docker of this machine; or run on sim',
    },
  );
}

/** Reads from objects and faults what is needed; the other answers are the caller's. */
export function needsOf(
  objects: readonly KubeObject[],
  faults: readonly Pick<Fault, 'kind'>[],
): Pick<EmulationNeeds, 'hasClaims' | 'hasDeviceFaults' | 'hasDeviceIdentity'> {
  const text = objects.map(object => JSON.stringify(object));
  return {
    hasClaims:
      objects.some(({ kind }) => kind === 'ResourceClaim' || kind === 'ResourceClaimTemplate') ||
      text.some(each => each.includes('"resourceClaims":')),
    hasDeviceFaults: faults.some(({ kind }) => kind === 'gpu' || kind === 'gpu-repaired'),
    hasDeviceIdentity: text.some(each =>
      /NVIDIA_VISIBLE_DEVICES|allocatedResourcesStatus/.test(each),
    ),
  };
}
