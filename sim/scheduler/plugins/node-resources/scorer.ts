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

/** What one resource looks like on a node. */
export interface Share {
  /** What the node has of it. 0: the resource does not count. */
  readonly allocatable: number;
  /** What its pods have taken. */
  readonly allocated: number;
  /** The same with the pod in question. */
  readonly requested: number;
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

const nothing: Share = { allocatable: 0, allocated: 0, requested: 0 };

/** How shares are measured. */
export interface ShareOptions {
  readonly usesNonZero: boolean;
  readonly devices: DeviceCounter | undefined;
}

/**
 * Measures the shares of some resources, with the pod on top. The same list comes back each time:
 * this runs for every pod and every node. @upstream calculateNodeAllocatableRequest
 */
export class Shares {
  private readonly shares: (Share & {
    allocatable: number;
    allocated: number;
    requested: number;
  })[];

  constructor(private readonly resources: readonly ResourceWeight[]) {
    this.shares = resources.map(() => ({ allocatable: 0, allocated: 0, requested: 0 }));
  }

  of(node: NodeInfo, requests: readonly number[], how: ShareOptions): readonly Share[] {
    const { resources, shares } = this;
    for (let index = 0; index < shares.length; index++) {
      const share = shares[index];
      const name = resources[index]?.name;
      if (share === undefined || name === undefined) continue;
      const request = requests[index] ?? 0;
      measure(share, node, name, how);
      if (share.allocatable === 0 || (request === 0 && isScalarName(name))) {
        share.allocatable = 0;
        share.allocated = 0;
        share.requested = 0;
      } else share.requested = share.allocated + request;
    }
    return shares;
  }
}

function measure(
  share: { allocatable: number; allocated: number },
  node: NodeInfo,
  resource: string,
  { usesNonZero, devices }: ShareOptions,
): void {
  const { allocatable, requested } = node;
  switch (resource) {
    case 'cpu':
      share.allocatable = allocatable.milliCPU;
      share.allocated = usesNonZero ? node.nonZeroMilliCPU : requested.milliCPU;
      return;
    case 'memory':
      share.allocatable = allocatable.memory;
      share.allocated = usesNonZero ? node.nonZeroMemory : requested.memory;
      return;
    case 'ephemeral-storage':
      share.allocatable = allocatable.ephemeralStorage;
      share.allocated = requested.ephemeralStorage;
      return;
    default: {
      const amount = allocatable.scalars.get(resource) ?? 0;
      const given = amount === 0 ? devices?.(node, resource) : undefined;
      const isGiven = given !== undefined && given.allocatable > 0;
      share.allocatable = isGiven ? given.allocatable : amount;
      share.allocated = isGiven ? given.allocated : (requested.scalars.get(resource) ?? 0);
    }
  }
}

/** A function from the shares, in the order of the resources, to a score. */
export type ShareScorer = (shares: readonly Share[]) => number;

/** The scorer of a strategy. */
export function scorerOf(
  strategy: ScoringStrategy,
  resources: readonly ResourceWeight[],
): ShareScorer {
  switch (strategy.type) {
    case 'MostAllocated':
      return weightedMean(resources, ({ requested, allocatable }) =>
        portion(Math.min(requested, allocatable), allocatable),
      );
    case 'RequestedToCapacityRatio':
      return ratioScorer(resources, strategy.requestedToCapacityRatio?.shape ?? []);
    default:
      return weightedMean(resources, ({ requested, allocatable }) =>
        requested > allocatable ? 0 : portion(allocatable - requested, allocatable),
      );
  }
}

function weightedMean(
  resources: readonly ResourceWeight[],
  score: (share: Share) => number,
): ShareScorer {
  return shares => {
    let sum = 0;
    let weights = 0;
    for (let index = 0; index < shares.length; index++) {
      const share = shares[index] ?? nothing;
      if (share.allocatable === 0) continue;
      const weight = weightOf(resources[index]);
      sum += score(share) * weight;
      weights += weight;
    }
    return weights === 0 ? 0 : Math.trunc(sum / weights);
  };
}

function weightOf(resource: ResourceWeight | undefined): number {
  const weight = resource?.weight ?? 0;
  return weight === 0 ? 1 : weight;
}

/** part × 100 / whole in whole numbers, exact beyond what a double holds. */
function portion(part: number, whole: number): number {
  const product = part * maxNodeScore;
  if (product <= Number.MAX_SAFE_INTEGER) return Math.trunc(product / whole);
  return Number((BigInt(part) * BigInt(maxNodeScore)) / BigInt(whole));
}

function ratioScorer(
  resources: readonly ResourceWeight[],
  shape: readonly ShapePoint[],
): ShareScorer {
  const points = shape.map(({ utilization, score }) => ({ utilization, score: score * 10 }));
  return shares => {
    let sum = 0;
    let weights = 0;
    for (let index = 0; index < shares.length; index++) {
      const { allocatable, requested } = shares[index] ?? nothing;
      if (allocatable === 0) continue;
      const utilization = requested > allocatable ? 100 : portion(requested, allocatable);
      const score = interpolate(points, utilization);
      if (score <= 0) continue;
      const weight = weightOf(resources[index]);
      sum += score * weight;
      weights += weight;
    }
    return weights === 0 ? 0 : Math.round(sum / weights);
  };
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
