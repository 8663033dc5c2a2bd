/** Scores of nodes by how much of them is taken. @upstream pkg/scheduler/framework/plugins/noderesources */
import { maxNodeScore } from '../../framework.js';
import type { NodeInfo } from '../../node-info.js';
import { isScalarName } from '../../resource.js';

/** A resource and how much it counts. */
export interface ResourceWeight {
  readonly name: string;
  readonly weight?: number;
}

/** A point of a piecewise linear function: the score (0 to 10) at a utilization (0 to 100). */
export interface ShapePoint {
  readonly utilization: number;
  readonly score: number;
}

/** How NodeResourcesFit scores. */
export interface ScoringStrategy {
  readonly type?: string;
  readonly resources?: readonly ResourceWeight[];
  readonly requestedToCapacityRatio?: { readonly shape?: readonly ShapePoint[] };
}

/** The resources that count unless told otherwise. */
export const defaultResources: readonly ResourceWeight[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/** What a device class gives of a resource on a node; undefined: it is not such a resource. */
export type DeviceCounter = (
  node: NodeInfo,
  resource: string,
) => { readonly allocatable: number; readonly allocated: number } | undefined;

/** How what a node has and has given is counted. */
export interface Counting {
  /** With a minimum for containers that ask for nothing. */
  readonly usesNonZero: boolean;
  readonly devices?: DeviceCounter | undefined;
}

/**
 * What a node has of a resource for the pod; 0: the resource does not count. Numbers, not objects, are
 * handed about here: it is asked for every node that a pod fits on. @upstream calculateNodeAllocatableRequest
 */
export function allocatableOf(
  node: NodeInfo,
  resource: string,
  podRequest: number,
  { devices }: Counting,
): number {
  const { allocatable } = node;
  switch (resource) {
    case 'cpu':
      return allocatable.milliCPU;
    case 'memory':
      return allocatable.memory;
    case 'ephemeral-storage':
      return allocatable.ephemeralStorage;
    default: {
      if (podRequest === 0 && isScalarName(resource)) return 0;
      const amount = allocatable.scalars.get(resource) ?? 0;
      return amount > 0 ? amount : (devices?.(node, resource)?.allocatable ?? 0);
    }
  }
}

/** What the node's pods have of the resource. */
export function allocatedOf(node: NodeInfo, resource: string, counting: Counting): number {
  const { allocatable, requested } = node;
  switch (resource) {
    case 'cpu':
      return counting.usesNonZero ? node.nonZeroMilliCPU : requested.milliCPU;
    case 'memory':
      return counting.usesNonZero ? node.nonZeroMemory : requested.memory;
    case 'ephemeral-storage':
      return requested.ephemeralStorage;
    default: {
      const isOwn = (allocatable.scalars.get(resource) ?? 0) > 0;
      const devices = isOwn ? undefined : counting.devices?.(node, resource);
      if (devices !== undefined && devices.allocatable > 0) return devices.allocated;
      return requested.scalars.get(resource) ?? 0;
    }
  }
}

/** The score of a node for a pod with these requests, in the order of the resources. */
export type Scorer = (node: NodeInfo, requests: readonly number[], counting: Counting) => number;

/** A resource's score, from what is asked for in all and what there is. */
type ShareScorer = (requested: number, allocatable: number) => number;

/** The scorer of a strategy. */
export function scorerOf(strategy: ScoringStrategy, resources: readonly ResourceWeight[]): Scorer {
  const shape = strategy.requestedToCapacityRatio?.shape ?? [];
  switch (strategy.type) {
    case 'MostAllocated':
      return weightedMean(resources, mostAllocated, Math.trunc);
    case 'RequestedToCapacityRatio':
      return weightedMean(resources, ratio(shape), Math.round, { skipsZero: true });
    default:
      return weightedMean(resources, leastAllocated, Math.trunc);
  }
}

const mostAllocated: ShareScorer = (requested, allocatable) =>
  portion(Math.min(requested, allocatable), allocatable);

const leastAllocated: ShareScorer = (requested, allocatable) =>
  requested > allocatable ? 0 : portion(allocatable - requested, allocatable);

function ratio(shape: readonly ShapePoint[]): ShareScorer {
  const points = shape.map(({ utilization, score }) => ({ utilization, score: score * 10 }));
  return (requested, allocatable) =>
    interpolate(points, requested > allocatable ? 100 : portion(requested, allocatable));
}

function weightedMean(
  resources: readonly ResourceWeight[],
  score: ShareScorer,
  round: (mean: number) => number,
  { skipsZero = false } = {},
): Scorer {
  const names = resources.map(({ name }) => name);
  const weights = resources.map(weightOf);
  return (node, requests, counting) => {
    let sum = 0;
    let weightSum = 0;
    for (let index = 0; index < names.length; index++) {
      const name = names[index] ?? '';
      const request = requests[index] ?? 0;
      const allocatable = allocatableOf(node, name, request, counting);
      if (allocatable === 0) continue;
      const own = score(allocatedOf(node, name, counting) + request, allocatable);
      if (skipsZero && own <= 0) continue;
      const weight = weights[index] ?? 1;
      sum += own * weight;
      weightSum += weight;
    }
    return weightSum === 0 ? 0 : round(sum / weightSum);
  };
}

function weightOf({ weight = 0 }: ResourceWeight): number {
  return weight === 0 ? 1 : weight;
}

/** part × 100 / whole in whole numbers, exact beyond what a double holds. */
function portion(part: number, whole: number): number {
  const product = part * maxNodeScore;
  if (product <= Number.MAX_SAFE_INTEGER) return Math.trunc(product / whole);
  return Number((BigInt(part) * BigInt(maxNodeScore)) / BigInt(whole));
}

/** @upstream pkg/scheduler/framework/plugins/helper/shape_score.go */
function interpolate(points: readonly ShapePoint[], at: number): number {
  for (let index = 0; index < points.length; index++) {
    const point = points[index];
    if (point === undefined || at > point.utilization) continue;
    const before = points[index - 1];
    if (before === undefined) return point.score;
    const rise = (point.score - before.score) * (at - before.utilization);
    return before.score + Math.trunc(rise / (point.utilization - before.utilization));
  }
  return points[points.length - 1]?.score ?? 0;
}
