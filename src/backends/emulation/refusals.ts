/** What is refused before a node is touched: strangers' nodes, and mixes of ways that break pods. */
import type { KubeObject } from '../../../sim/api/object.js';
import { exitCodes, UserError } from '../../input/errors.js';
import { createdByLabel } from '../kind/configuration.js';
import type { EmulationWay } from './way.js';

/** The annotation of a node whose GPUs are emulated: the way. */
export const emulationAnnotation = 'seatrial.dev/gpu-emulation';

/** A node as the API server tells it. */
export interface SeenNode {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly capacity?: Readonly<Record<string, string>>;
    readonly allocatable?: Readonly<Record<string, string>>;
  };
}

/** What is about to be done to it. */
export interface Intent {
  readonly way: EmulationWay;
  /** Whether the user says that the cluster is theirs. */
  readonly isOwnCluster: boolean;
  /** The resources that it is to offer. */
  readonly resources: readonly string[];
}

/**
 * Says no where the notes of measurements say that it goes wrong.
 *
 * @throws UserError
 */
export function refuseNode(node: SeenNode, intent: Intent): void {
  const { name, labels = {}, annotations = {} } = node.metadata;
  if (labels[createdByLabel] === undefined && !intent.isOwnCluster) {
    throw new UserError(`node ${name} is of a cluster that seatrial has not created`, {
      exitCode: exitCodes.usage,
      code: 'not-ours',
      next: 'if it is yours and no work of others runs there, add --i-own-this-cluster',
    });
  }
  const before = annotations[emulationAnnotation];
  const capacity = node.status?.capacity ?? {};
  const offered = intent.resources.filter(resource => Number(capacity[resource] ?? 0) > 0);
  const [resource] = offered;
  if (resource === undefined || before === intent.way) return;
  const whose = before === undefined ? 'another plug-in offers' : `the way ${before} offers`;
  throw new UserError(`${whose} ${resource} on node ${name} already: ${consequence(intent.way)}`, {
    exitCode: exitCodes.usage,
    code: 'mixed-ways',
    next: 'remove it first, or take a fresh cluster: only one may offer a resource on a node',
  });
}

function consequence(way: EmulationWay): string {
  switch (way) {
    case 'status':
      return 'its kubelet undoes a patched status within seconds, and pods bound meanwhile fail';
    case 'device-plugin':
      return 'the kubelet keeps the plug-in that registers last, and counts twice what was patched';
    case 'dra':
      return 'a GPU would be given out twice, once by count and once by claim';
    case 'kubelets':
      return 'our kubelet and the one of the node would both answer for it';
  }
}

/**
 * A kubelet deletes the slices of its node that no driver stands behind, within half a minute.
 *
 * @throws UserError when one is written by hand for a real node.
 */
export function refuseSlices(objects: readonly KubeObject[], realNodes: readonly string[]): void {
  for (const object of objects) {
    if (object.kind !== 'ResourceSlice') continue;
    const { spec } = object as { readonly spec?: { readonly nodeName?: string } };
    if (spec?.nodeName === undefined || !realNodes.includes(spec.nodeName)) continue;
    const what = `ResourceSlice ${object.metadata.name ?? ''} is for the real node ${spec.nodeName}`;
    throw new UserError(`${what}: its kubelet deletes it within 30 seconds`, {
      exitCode: exitCodes.usage,
      code: 'slice-without-driver',
      next: 'emulate GPUs in the way dra, or give the slice to a node that our kubelets play',
    });
  }
}
