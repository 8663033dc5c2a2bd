/**
 * The last two samples of every node and container: rates come from their difference.
 * @upstream kubernetes-sigs/metrics-server pkg/storage/node.go, pod.go, types.go
 */
import { quantityOf } from '../api/quantity.js';

/** A sample of a node or a container. */
export interface UsagePoint {
  readonly startedMs: number;
  readonly timeMs: number;
  /** Since the start, in nanocores times seconds. */
  readonly cpuNanoCoreSeconds: number;
  readonly memoryBytes: number;
}

/** The sample of a container of this name. */
export interface ContainerPoint extends UsagePoint {
  readonly container: string;
}

/** The containers of a pod, of which there are few: a list is looked through faster than a map is made. */
export type PodPoints = readonly ContainerPoint[];

/** What one scrape found: nodes by name, pods by `namespace/name`. */
export interface UsageBatch {
  readonly nodes: ReadonlyMap<string, UsagePoint>;
  readonly pods: ReadonlyMap<string, PodPoints>;
}

/** What was used over a window that ends at a time. */
export interface MeasuredUsage {
  readonly timeMs: number;
  readonly windowMs: number;
  readonly usage: { readonly cpu: string; readonly memory: string };
}

/** The usage of a pod, container by container. The window is that of its oldest sample. */
export interface MeasuredPod {
  readonly timeMs: number;
  readonly windowMs: number;
  readonly containers: readonly { readonly name: string; readonly usage: MeasuredUsage['usage'] }[];
}

/** A container that started so long ago, but after the last scrape, is measured since its start. */
const freshContainerMs = 10_000;

/** Keeps the samples. */
export class UsageStore {
  private last: UsageBatch = { nodes: new Map(), pods: new Map() };
  private previous: UsageBatch = { nodes: new Map(), pods: new Map() };

  /** What was worked out since the last batch: autoscalers and the record of a run ask for the same. */
  private readonly knownNodes = new Map<string, MeasuredUsage | undefined>();
  private readonly knownPods = new Map<string, MeasuredPod | undefined>();

  constructor(private readonly resolutionMs: number) {}

  store(batch: UsageBatch): void {
    this.knownNodes.clear();
    this.knownPods.clear();
    const nodes = new Map<string, UsagePoint>();
    for (const [name, point] of batch.nodes) {
      const before = precedingPoint(
        point,
        this.last.nodes.get(name),
        this.previous.nodes.get(name),
      );
      if (before !== undefined) nodes.set(name, before);
    }
    const pods = new Map<string, PodPoints>();
    for (const [key, points] of batch.pods) {
      const before = this.precedingPoints(key, points);
      if (before.length > 0) pods.set(key, before);
    }
    this.last = batch;
    this.previous = { nodes, pods };
  }

  /** Whether rates of nodes are known. */
  get isReady(): boolean {
    return this.previous.nodes.size > 0;
  }

  /** Undefined: there are no two samples of it. */
  node(name: string): MeasuredUsage | undefined {
    return remembered(this.knownNodes, name, () => this.measuredNode(name));
  }

  /** Undefined: there are no two samples of each of its containers. */
  pod(namespace: string, name: string): MeasuredPod | undefined {
    const key = `${namespace}/${name}`;
    return remembered(this.knownPods, key, () => this.measuredPod(key));
  }

  private measuredNode(name: string): MeasuredUsage | undefined {
    const last = this.last.nodes.get(name);
    const previous = this.previous.nodes.get(name);
    return last === undefined || previous === undefined ? undefined : measured(last, previous);
  }

  private measuredPod(key: string): MeasuredPod | undefined {
    const last = this.last.pods.get(key);
    const previous = this.previous.pods.get(key);
    if (last === undefined || previous === undefined) return undefined;
    const containers: MeasuredPod['containers'][number][] = [];
    let oldest: MeasuredUsage | undefined;
    for (const point of last) {
      const before = named(previous, point.container);
      if (before === undefined) return undefined;
      const found = measured(point, before);
      if (found === undefined) continue;
      containers.push({ name: point.container, usage: found.usage });
      if (oldest === undefined || oldest.timeMs > found.timeMs) oldest = found;
    }
    const { timeMs = 0, windowMs = 0 } = oldest ?? {};
    return { timeMs, windowMs, containers };
  }

  private precedingPoints(key: string, points: PodPoints): PodPoints {
    const last = this.last.pods.get(key);
    const previous = this.previous.pods.get(key);
    const found: ContainerPoint[] = [];
    for (const point of points) {
      const ageMs = point.timeMs - point.startedMs;
      if (ageMs >= freshContainerMs && ageMs < this.resolutionMs) {
        found.push({ ...point, timeMs: point.startedMs, cpuNanoCoreSeconds: 0 });
        continue;
      }
      const lastPoint = named(last, point.container);
      // A container that was started after the last sample is another one.
      if (lastPoint === undefined || point.startedMs >= lastPoint.timeMs) continue;
      const before = precedingPoint(point, lastPoint, named(previous, point.container));
      if (before !== undefined) found.push(before);
    }
    return found;
  }
}

function remembered<T>(known: Map<string, T>, key: string, find: () => T): T {
  // What was not measured is remembered too, as undefined.
  if (known.has(key)) return known.get(key) as T;
  const found = find();
  known.set(key, found);
  return found;
}

function named(points: PodPoints | undefined, name: string): ContainerPoint | undefined {
  return points?.find(({ container }) => container === name);
}

const suffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P'] as const;

/** So many nano-units as a canonical quantity: most are not worth to be parsed. */
export function nanosText(nanos: number): string {
  if (nanos === 0) return '0';
  let value = nanos;
  let suffix = 0;
  while (value % 1000 === 0 && suffix < suffixes.length - 1) {
    value /= 1000;
    suffix++;
  }
  return `${value}${suffixes[suffix]}`;
}

/** The stored sample that is older than the point. */
function precedingPoint<T extends UsagePoint>(
  point: T,
  last: T | undefined,
  previous: T | undefined,
): T | undefined {
  if (last === undefined) return undefined;
  if (point.timeMs > last.timeMs) return last;
  return previous !== undefined && previous.timeMs < point.timeMs ? previous : undefined;
}

function measured(last: UsagePoint, previous: UsagePoint): MeasuredUsage | undefined {
  const used = last.cpuNanoCoreSeconds - previous.cpuNanoCoreSeconds;
  if (last.startedMs < previous.startedMs || used < 0) return undefined;
  const windowMs = last.timeMs - previous.timeMs;
  return {
    timeMs: last.timeMs,
    windowMs,
    usage: {
      cpu: nanosText(Math.floor((used * 1000) / windowMs)),
      memory: quantityOf(last.memoryBytes, 'BinarySI').toString(),
    },
  };
}
