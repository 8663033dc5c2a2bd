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
type PodPoints = readonly ContainerPoint[];

/** What one node told when it was asked. */
export interface NodeSample {
  readonly name: string;
  readonly timeMs: number;
  readonly cpuNanoCoreSeconds: number;
  readonly memoryBytes: number;
  readonly containers: readonly PodSample[];
}

/** The same of a container of a pod. */
export interface PodSample extends ContainerPoint {
  readonly namespace: string;
  readonly pod: string;
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

/** The samples of a node. Those of an earlier batch than the last one do not count any more. */
interface KeptNode {
  batch: number;
  last: UsagePoint;
  previous: UsagePoint | undefined;
}

/** The samples of a pod. */
interface KeptPod {
  batch: number;
  /** Which of the nodes of the batch told of it. */
  node: number;
  last: ContainerPoint[];
  previous: PodPoints | undefined;
  /** What `last` and `previous` were before this batch. */
  olderLast: PodPoints | undefined;
  olderPrevious: PodPoints | undefined;
  /** What was worked out since this batch: autoscalers and the record of a run ask for the same. */
  measured: MeasuredPod | undefined;
  isMeasured: boolean;
}

/** Keeps the samples. What is kept of a node or a pod is renewed in place: nearly all were there before. */
export class UsageStore {
  private readonly nodes = new Map<string, KeptNode>();
  /** By namespace and name. */
  private readonly pods = new Map<string, Map<string, KeptPod>>();
  private podsKept = 0;
  private batch = 0;
  private hasRates = false;

  constructor(private readonly resolutionMs: number) {}

  /** Takes what one scrape found, in the order in which the nodes answered. */
  store(samples: readonly NodeSample[]): void {
    this.batch++;
    this.hasRates = false;
    const told: KeptPod[] = [];
    for (let place = 0; place < samples.length; place++) {
      const sample = samples[place] as NodeSample;
      this.storeNode(sample);
      for (const container of sample.containers) this.gather(container, place, told);
    }
    for (const pod of told) this.storePod(pod);
    this.forgetGone(samples.length, told.length);
  }

  /** Whether rates of nodes are known. */
  get isReady(): boolean {
    return this.hasRates;
  }

  /** Undefined: there are no two samples of it. */
  node(name: string): MeasuredUsage | undefined {
    const kept = this.nodes.get(name);
    if (kept?.batch !== this.batch || kept.previous === undefined) return undefined;
    return measured(kept.last, kept.previous);
  }

  /** Undefined: there are no two samples of each of its containers. */
  pod(namespace: string, name: string): MeasuredPod | undefined {
    const kept = this.pods.get(namespace)?.get(name);
    if (kept?.batch !== this.batch) return undefined;
    if (!kept.isMeasured) {
      kept.measured = measuredPod(kept);
      kept.isMeasured = true;
    }
    return kept.measured;
  }

  private storeNode({ name, timeMs, cpuNanoCoreSeconds, memoryBytes }: NodeSample): void {
    const { batch } = this;
    const last = { startedMs: 0, timeMs, cpuNanoCoreSeconds, memoryBytes };
    const kept = this.nodes.get(name);
    if (kept?.batch !== batch - 1) {
      this.nodes.set(name, { batch, last, previous: undefined });
      return;
    }
    kept.previous = precedingPoint(last, kept.last, kept.previous);
    kept.last = last;
    kept.batch = batch;
    if (kept.previous !== undefined) this.hasRates = true;
  }

  /** Adds a container to what is told of its pod: where two nodes tell of one pod, the last one counts. */
  private gather(container: PodSample, node: number, told: KeptPod[]): void {
    const { namespace, pod: name } = container;
    const { batch } = this;
    let names = this.pods.get(namespace);
    if (names === undefined) this.pods.set(namespace, (names = new Map()));
    const kept = names.get(name);
    if (kept === undefined) {
      const added = newPod(batch, node, container);
      names.set(name, added);
      this.podsKept++;
      told.push(added);
    } else if (kept.batch === batch) {
      if (kept.node === node) put(kept.last, container);
      else kept.last = [container];
      kept.node = node;
    } else {
      const isKnown = kept.batch === batch - 1;
      kept.olderLast = isKnown ? kept.last : undefined;
      kept.olderPrevious = isKnown ? kept.previous : undefined;
      kept.last = [container];
      kept.node = node;
      kept.batch = batch;
      told.push(kept);
    }
  }

  private storePod(pod: KeptPod): void {
    pod.isMeasured = false;
    pod.measured = undefined;
    const before = this.precedingPoints(pod);
    pod.previous = before.length > 0 ? before : undefined;
    pod.olderLast = undefined;
    pod.olderPrevious = undefined;
  }

  private precedingPoints({ last, olderLast, olderPrevious }: KeptPod): PodPoints {
    const [only] = last;
    const [older] = olderLast ?? nothing;
    if (only !== undefined && older !== undefined && last.length === 1) {
      // Most pods have one container, which was told of before.
      const isSame = olderLast?.length === 1 && only.container === older.container;
      if (isSame && !this.isFresh(only) && only.startedMs < older.timeMs) {
        if (only.timeMs > older.timeMs) return olderLast;
      }
    }
    const found: ContainerPoint[] = [];
    for (const point of last) {
      if (this.isFresh(point)) {
        found.push({ ...point, timeMs: point.startedMs, cpuNanoCoreSeconds: 0 });
        continue;
      }
      const lastPoint = named(olderLast, point.container);
      // A container that was started after the last sample is another one.
      if (lastPoint === undefined || point.startedMs >= lastPoint.timeMs) continue;
      const before = precedingPoint(point, lastPoint, named(olderPrevious, point.container));
      if (before !== undefined) found.push(before);
    }
    return found;
  }

  private isFresh({ timeMs, startedMs }: UsagePoint): boolean {
    const ageMs = timeMs - startedMs;
    return ageMs >= freshContainerMs && ageMs < this.resolutionMs;
  }

  /** What was not told of is not measured; it is removed when much of what is kept is of that sort. */
  private forgetGone(nodesTold: number, podsTold: number): void {
    const { batch } = this;
    if (this.nodes.size > keptMin + 2 * nodesTold) {
      for (const [name, kept] of this.nodes) if (kept.batch !== batch) this.nodes.delete(name);
    }
    if (this.podsKept <= keptMin + 2 * podsTold) return;
    for (const [namespace, names] of this.pods) {
      for (const [name, kept] of names) if (kept.batch !== batch) names.delete(name);
      if (names.size === 0) this.pods.delete(namespace);
    }
    this.podsKept = podsTold;
  }
}

/** So many nodes or pods are kept without a look at whether they are still there. */
const keptMin = 64;
const nothing: PodPoints = [];

function newPod(batch: number, node: number, container: ContainerPoint): KeptPod {
  return {
    batch,
    node,
    last: [container],
    previous: undefined,
    olderLast: undefined,
    olderPrevious: undefined,
    measured: undefined,
    isMeasured: false,
  };
}

/** Of two containers of one name, what was told last counts. */
function put(points: ContainerPoint[], point: ContainerPoint): void {
  const place = points.findIndex(({ container }) => container === point.container);
  if (place < 0) points.push(point);
  else points[place] = point;
}

function measuredPod({ last, previous }: KeptPod): MeasuredPod | undefined {
  if (previous === undefined) return undefined;
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
